import type { ClosedNames } from '../../presence/ports/closedNames.js';
import type { Keys } from './keys.js';
import type { Redises } from './scripts.js';

/** Closed names in Redis: one key each, which expires. */
export const createRedisClosedNames = ({
  redises,
  keys,
}: {
  readonly redises: Pick<Redises, 'ask'>;
  readonly keys: Pick<Keys, 'closed'>;
}): ClosedNames => ({
  async rememberClosed(userId, name, forMs) {
    await redises.ask((client) => client.set(keys.closed(userId, name), '1', 'PX', forMs));
  },
  async isClosed(userId, name) {
    return (await redises.ask((client) => client.exists(keys.closed(userId, name)))) === 1;
  },
});
