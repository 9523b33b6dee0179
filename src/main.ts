/** The process: environment → config → app → signals. */
import { startApp } from './app.js';
import { banner } from './cli/demo.js';
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

/** The config; for settings that cannot be used, logs a line a fault and ends the process. */
const configOrEnd = (): Config => {
  try {
    return readConfig(process.env);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const log = createLog({ level: 'fatal' });
    for (const fault of error.faults) log.fatal(fault);
    process.exit(1);
  }
};

const config = configOrEnd();
const log = createLog({ level: config.logLevel });
logUncaught(log);
run(config, log).catch((error: unknown) => {
  // What the operator can mend is one sentence; anything else is a bug, and is logged whole.
  if (error instanceof StartFault) log.fatal(error.message);
  else log.fatal({ err: error }, 'the server could not start');
  process.exit(1);
});
