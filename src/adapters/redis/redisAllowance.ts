import type { Rate } from '../../config/settings.js';
import type { RateKind } from '../../presence/ports/rates.js';
import { type Allowance, MOST } from '../allowance.js';
import type { Redises } from './scripts.js';
import { unreachable } from './within.js';

/** The allowances of all nodes, on the clock of Redis. Rejects with UNAVAILABLE where Redis cannot be asked. */
export const createRedisAllowance = (
  kind: RateKind,
  { burst, intervalMs }: Rate,
  redises: Pick<Redises, 'run'>,
): Allowance => ({
  async take(userId, { count, limit }) {
    try {
      const key = `rc:rate:${kind}:${encodeURIComponent(userId)}`;
      const [waitMs] = await redises.run('take', [key], [burst, intervalMs, count, limit ?? '', MOST]);
      return Number(waitMs);
    } catch {
      throw unreachable();
    }
  },
});
