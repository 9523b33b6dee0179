#!/usr/bin/env node
/** The process: command line → environment → config → app → signals. */
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import type { App } from './app.js';
import { commandOf, HELP } from './cli/commandLine.js';
import { banner } from './cli/demo.js';
import { printToken } from './cli/token.js';
import type { Config } from './config/config.js';
import { ConfigError, readConfig } from './config/readConfig.js';
import { StartFault } from './config/startFault.js';
import { developmentSecret } from './server/auth/tokens.js';
import { stopWithinMs } from './server/ws/restartSpread.js';
import { createLog, type Log } from './telemetry/log.js';
import type { Metrics } from './telemetry/metrics.js';
import { workerNumber } from './workers/worker.js';

/** Uncaught errors and warnings become lines of the log, and nothing is printed beside it. */
const logUncaught = (log: Log): void => {
  process.on('uncaughtException', (error) => {
    log.fatal({ err: error }, 'an error that nobody caught; the process ends');
    process.exit(1);
  });
  process.removeAllListeners('warning');
  process.on('warning', (warning) => log.warn({ err: warning }, 'a warning of Node.js'));
};

/** The keys of tokens, and whether there are demo users. */
const keysOf = async ({ auth, dataDir, databaseUrl }: Config) => {
  // Only in development; production without any key was refused.
  const ownSecret = auth.secrets.length === 0 && auth.jwksUrl === null ? await developmentSecret(dataDir) : null;
  return {
    ownSecret,
    secrets: ownSecret === null ? auth.secrets : [ownSecret],
    // An external database is not ours to put demo users into.
    demo: ownSecret !== null && databaseUrl === null,
  };
};
type Keys = Awaited<ReturnType<typeof keysOf>>;

/** What the process that a person started says of itself before all else. */
const greet = ({ warnings }: Config, { ownSecret }: Keys, log: Log): void => {
  for (const warning of warnings) log.warn(warning);
  // A person at a terminal waits for some seconds.
  if (ownSecret !== null && process.stdout.isTTY)
    process.stdout.write('Rollcall starts. The first start in a folder makes its database.\n');
};

/** What it says when the port is open. */
const announce = async ({ auth }: Config, { ownSecret, demo }: Keys, url: string): Promise<void> => {
  if (ownSecret !== null) process.stdout.write(await banner({ ...auth, url, secret: ownSecret, demo }));
};

/** Resolves to the first signal that asks this process to stop. */
const signalled = (): Promise<string> =>
  new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, resolve);
  });

/** Serves until `stopAsked`, which says why; then the process ends. */
const serve = async (
  config: Config,
  {
    log,
    keys: { secrets, demo },
    stopAsked,
    metrics,
    onListening,
  }: {
    readonly log: Log;
    readonly keys: Keys;
    readonly stopAsked: Promise<string>;
    /** Where another process serves them. */
    readonly metrics?: Metrics;
    readonly onListening: (app: App) => Promise<void> | void;
  },
): Promise<void> => {
  let asked: string | null = null;
  let app: App | null = null;
  void stopAsked.then((signal) => {
    asked = signal;
    // Also ends a start that waits for a database, or for another node's migrations.
    setTimeout(
      () => {
        log.error('stopping takes too long; ending without the rest of it');
        process.exit(1);
      },
      stopWithinMs(app?.drainMs() ?? 0),
    ).unref();
  });

  // Loaded here: the commands, and settings that are refused, need none of it, and it is most of what a start loads.
  const { startApp } = await import('./app.js');
  app = await startApp(config, { log, secrets, demo, metrics }).catch((error: unknown) => {
    if (asked === null) throw error;
    // Ctrl-C reaches every process of the terminal, the one that makes a new database too.
    log.info({ signal: asked }, 'stopped before the start was over');
    process.exit(0);
  });
  await onListening(app);

  const signal = await stopAsked;
  log.info({ signal }, 'stopping');
  await app.stop();
  log.info('stopped');
  process.exit(0);
};

/** One process that does everything. */
const runAlone = async (config: Config, log: Log): Promise<void> => {
  const keys = await keysOf(config);
  greet(config, keys, log);
  await serve(config, {
    log,
    keys,
    // Before anything starts, so that a signal during the start is not lost.
    stopAsked: signalled(),
    async onListening({ port, url, metricsPort }) {
      log.info({ port, url, ...(metricsPort !== null && { metricsPort }) }, 'listening');
      await announce(config, keys, url);
    },
  });
};

/** The process that a person started, with `WORKERS`: it starts `count` of them, says what concerns all of them, and ends with them. */
const runPrimary = async (config: Config, log: Log, count: number): Promise<void> => {
  const keys = await keysOf(config);
  greet(config, keys, log);
  const { runWorkers } = await import('./workers/primary.js');
  const { code, fault } = await runWorkers(config, {
    count,
    log,
    // A worker that is late ends itself before.
    stopWithinMs: stopWithinMs(config.drainTimeoutMs) + 500,
    async onListening({ port, url, metricsPort }) {
      log.info({ port, url, ...(metricsPort !== null && { metricsPort }), workers: count }, 'listening');
      await announce(config, keys, url);
    },
  });
  if (fault !== null) throw new StartFault(fault);
  log.info('stopped');
  process.exit(code);
};

/** One of several workers. What concerns all of them, the primary says. */
const runWorker = async (config: Config, log: Log): Promise<void> => {
  const [{ connectToPrimary }, { createMetrics, NO_METRICS }] = await Promise.all([
    import('./workers/worker.js'),
    import('./telemetry/metrics.js'),
  ]);
  const metrics = config.metricsPort === null ? NO_METRICS : createMetrics();
  let app: App | null = null;
  const primary = connectToPrimary({
    snapshot: () => metrics.snapshot(),
    isReady: async () => app !== null && (await app.isReady()),
  });
  const stopAsked = Promise.race([signalled(), primary.gone]);
  void stopAsked.then(() => primary.stopping());
  const onListening = (started: App) => {
    app = started;
    primary.listening(started);
  };
  await serve(config, { log, keys: await keysOf(config), stopAsked, metrics, onListening }).catch(
    async (error: unknown) => {
      if (!(error instanceof StartFault)) throw error;
      await primary.fault(error.message);
      process.exit(1);
    },
  );
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
  const worker = workerNumber();
  const count = config.workers === 'auto' ? availableParallelism() : config.workers;
  const log = createLog({ level: config.logLevel, worker, isShared: worker !== null || count > 1 });
  logUncaught(log);
  const running =
    worker !== null ? runWorker(config, log) : count > 1 ? runPrimary(config, log, count) : runAlone(config, log);
  running.catch((error: unknown) => {
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
