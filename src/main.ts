/** The process: environment → config → app → signals. */
import { startApp } from './app.js';
import { ConfigError, readConfig } from './config.js';
import { demoBanner } from './demo.js';
import { createLog } from './server/log.js';
import { developmentSecret } from './server/tokens.js';

/** How long a graceful stop may take before the process ends regardless. */
const STOP_WITHIN_MS = 14_000;

/** What RFC 7518 asks of a key for HS256. */
const ADVISED_SECRET_BYTES = 32;

const run = async (): Promise<void> => {
  const config = readConfig(process.env);
  const log = createLog({ level: config.logLevel });
  const { secret: givenSecret, jwksUrl, issuer, audience } = config.auth;
  const isDemo = givenSecret === null && jwksUrl === null;
  const secret = isDemo ? await developmentSecret(config.dataDir) : givenSecret;

  if (config.production && givenSecret !== null && Buffer.byteLength(givenSecret) < ADVISED_SECRET_BYTES) {
    log.warn(
      `AUTH_JWT_SECRET has fewer than ${ADVISED_SECRET_BYTES} bytes and can be guessed; \`openssl rand -hex 32\` makes a better one`,
    );
  }

  // Before anything starts, so that a signal during the start is not lost.
  const stopAsked = new Promise<NodeJS.Signals>((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, resolve);
  });

  // Also of a start that goes on and on: it waits for a database, or for another node's migrations.
  void stopAsked.then(() =>
    setTimeout(() => {
      log.error('stopping takes too long; ending without the rest of it');
      process.exit(1);
    }, STOP_WITHIN_MS).unref(),
  );

  const app = await startApp(config, { log, secret });
  const { port, url, metricsPort } = app;
  log.info({ port, url, ...(metricsPort !== null && { metricsPort }) }, 'listening');
  if (isDemo && secret !== null) {
    process.stdout.write(await demoBanner({ url: app.url, secret, issuer, audience }));
  }

  const signal = await stopAsked;
  log.info({ signal }, 'stopping');
  await app.stop();
  log.info('stopped');
  process.exit(0);
};

run().catch((error: unknown) => {
  // The settings and what the machine refuses are the operator's to mend, and said in sentences; the rest is ours.
  const text = error instanceof ConfigError || isOperational(error) ? error.message : (error as Error).stack;
  process.stderr.write(`${text}\n`);
  process.exit(1);
});

/** A failure of the surroundings: a port in use, a folder that is locked, a database that is not there. */
function isOperational(error: unknown): error is Error {
  return error instanceof Error && ('code' in error || 'syscall' in error);
}
