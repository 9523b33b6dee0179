/** What a start requires of Redis, and why it cannot be used, as a sentence for the operator. */
import { Redis } from 'ioredis';
import { messageOf, rootOf } from '../../config/startFault.js';
import type { RedisClient } from './scripts.js';

const TIMEOUT_MS = 1_000;

/**
 * Rejects where Redis does not tell its replication id. Without it a takeover by a server that has less would go unnoticed,
 * and what had ended or was hidden since would be shown again.
 */
export const checkTellsWhich = async (client: RedisClient): Promise<void> => {
  const info = await client.info('replication');
  if (!/master_replid:\w/.test(info)) throw new Error('INFO replication tells no master_replid');
};

const whatToDo = (reason: string): string => {
  if (reason.includes("'info'")) return 'Allow that user INFO: it tells when another Redis took over.';
  if (reason.includes('master_replid')) return 'Use one that does: it tells when another Redis took over.';
  if (/^(?:NOAUTH|WRONGPASS|NOPERM|ERR AUTH)/.test(reason)) return 'Correct the user and the password in REDIS_URL.';
  if (reason.startsWith('LOADING')) return 'Start again when it has read its data.';
  if (reason.startsWith('READONLY')) return 'Let REDIS_URL name the primary.';
  return 'See that Redis runs there, and that it can be reached from here.';
};

/**
 * Runs `ask` once over a connection of its own that never retries, so that the answer of Redis itself is known. Resolves to a
 * sentence about REDIS_URL; `otherwise` is the failure to report where this run succeeds.
 */
export const whyUnusable = async (
  url: string,
  ask: (client: Redis) => Promise<unknown>,
  otherwise: unknown,
): Promise<string> => {
  const client = new Redis(url, {
    lazyConnect: true,
    enableReadyCheck: false,
    retryStrategy: () => null,
    connectTimeout: TIMEOUT_MS,
    commandTimeout: TIMEOUT_MS,
  });
  let failure: unknown;
  client.on('error', (error) => {
    failure ??= error;
  });
  try {
    await client.connect();
    await ask(client);
  } catch (error) {
    failure ??= error;
  } finally {
    client.disconnect();
  }
  const reason = messageOf(rootOf(failure ?? otherwise));
  return `Redis cannot be used at REDIS_URL: ${reason}. ${whatToDo(reason)}`;
};
