/** Why a start cannot use Redis, for the operator. */
import { Redis } from 'ioredis';
import { messageOf, rootOf } from '../startFault.js';

const TIMEOUT_MS = 1_000;

const whatToDo = (reason: string): string => {
  if (/^(?:NOAUTH|WRONGPASS|NOPERM|ERR AUTH)/.test(reason)) return 'Correct the user and the password in REDIS_URL.';
  if (reason.startsWith('LOADING')) return 'Start again when it has read its data.';
  if (reason.startsWith('READONLY')) return 'Let REDIS_URL name the primary.';
  return 'See that Redis runs there, and that it can be reached from here.';
};

/**
 * Does `ask` once, over a connection of its own that neither waits nor tries again, so that what Redis says is heard.
 * Returns a sentence about REDIS_URL; `otherwise` is what went wrong before, where this goes well.
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
