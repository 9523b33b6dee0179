#!/usr/bin/env node
/** The process: command line → environment → config → app → signals. */
import { readFileSync } from 'node:fs';
import { commandOf, HELP } from './cli/commandLine.js';
import { banner } from './cli/demo.js';
import { printToken } from './cli/token.js';
import type { Config } from './config/config.js';
import { ConfigError, readConfig } from './config/readConfig.js';
import { StartFault } from './config/startFault.js';
import { developmentSecret } from './server/auth/tokens.js';
import { createLog, type Log } from './telemetry/log.js';

/** How long a graceful stop may take before the process ends regardless. */
const STOP_WITHIN_MS = 14_000;

/** Uncaught errors and warnings become lines of the log, and nothing is printed beside it. */
const logUncaught = (log: Log): void => {
  process.on('uncaughtException', (error) => {
    log.fatal({ err: error }, 'an error that nobody caught; the process ends');
    process.exit(1);
  });
  process.removeAllListeners('warning');
  process.on('warning', (warning) => log.warn({ err: warning }, 'a warning of Node.js'));
};

const run = async (config: Config, log: Log): Promise<void> => {
  for (const warning of config.warnings) log.warn(warning);
  const { secrets, jwksUrl } = config.auth;
  // Only in development; production without any key was refused.
  const ownSecret = secrets.length === 0 && jwksUrl === null ? await developmentSecret(config.dataDir) : null;
  // An external database is not ours to put demo users into.
  const demo = ownSecret !== null && config.databaseUrl === null;

  // A person at a terminal waits for some seconds.
  if (ownSecret !== null && process.stdout.isTTY)
    process.stdout.write('Rollcall starts. The first start in a folder makes its database.\n');

  // Before anything starts, so that a signal during the start is not lost.
  let asked: NodeJS.Signals | null = null;
  const stopAsked = new Promise<NodeJS.Signals>((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, resolve);
  });
  void stopAsked.then((signal) => {
    asked = signal;
    // Also ends a start that waits for a database, or for another node's migrations.
    setTimeout(() => {
      log.error('stopping takes too long; ending without the rest of it');
      process.exit(1);
    }, STOP_WITHIN_MS).unref();
  });

  const secretsOf = ownSecret === null ? secrets : [ownSecret];
  // Loaded here: the commands, and settings that are refused, need none of it, and it is most of what a start loads.
  const { startApp } = await import('./app.js');
  const app = await startApp(config, { log, secrets: secretsOf, demo }).catch((error: unknown) => {
    if (asked === null) throw error;
    // Ctrl-C reaches every process of the terminal, the one that makes a new database too.
    log.info({ signal: asked }, 'stopped before the start was over');
    process.exit(0);
  });
  const { port, url, metricsPort } = app;
  log.info({ port, url, ...(metricsPort !== null && { metricsPort }) }, 'listening');
  if (ownSecret !== null) process.stdout.write(await banner({ ...config.auth, url, secret: ownSecret, demo }));

  const signal = await stopAsked;
  log.info({ signal }, 'stopping');
  await app.stop();
  log.info('stopped');
  process.exit(0);
};

/**
 * Says what keeps the server from starting, a sentence each: to a person at a terminal as it is, else as lines of the log.
 * The process ends.
 */
const endWith = (sentences: readonly string[], log: Log): never => {
  if (process.stderr.isTTY) process.stderr.write(`\n${sentences.map((sentence) => `${sentence}\n`).join('')}\n`);
  else for (const sentence of sentences) log.fatal(sentence);
  process.exit(1);
};

/** The config; ends the process for settings that cannot be used. */
const configOrEnd = (): Config => {
  try {
    return readConfig(process.env);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return endWith(error.faults, createLog({ level: 'fatal' }));
  }
};

const start = (): void => {
  const config = configOrEnd();
  const log = createLog({ level: config.logLevel });
  logUncaught(log);
  run(config, log).catch((error: unknown) => {
    // What the operator can mend is one sentence; anything else is a bug, and is logged whole.
    if (error instanceof StartFault) endWith([error.message], log);
    log.fatal({ err: error }, 'the server could not start');
    process.exit(1);
  });
};

const versionOf = (): string => {
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
    readonly version: string;
  };
  return version;
};

const command = commandOf(process.argv.slice(2));
switch (command.kind) {
  case 'start':
    start();
    break;
  case 'token':
    await printToken(command.args);
    break;
  case 'help':
    process.stdout.write(HELP);
    break;
  case 'version':
    process.stdout.write(`${versionOf()}\n`);
    break;
  case 'mistake':
    process.stderr.write(`${command.sentence}\n`);
    process.exitCode = 1;
}
