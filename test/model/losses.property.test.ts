/**
 * The live store is emptied, or set back to an earlier state, at any point among any commands of nodes with heartbeats out of
 * phase: acknowledged changes hold, no connected user is shown gone, and no hidden user is shown.
 */
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startRedis, type TestRedis } from '../support/cluster/redis.js';
import { rounds } from '../support/cluster/rounds.js';
import { losing, openWorld } from './losses.js';

let redis: TestRedis;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.stop());

it('a store that loses its records loses nothing that was acknowledged', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(losing, { minLength: 8, maxLength: 24 }), async (commands) => {
      await redis.admin.flushall();
      const world = await openWorld(redis);
      try {
        for (const command of commands) await world.step(command);
        await world.settle();
        expect(world.amiss).toEqual([]);
      } finally {
        await world.close();
      }
    }),
    // A busy machine makes fewer runs, and a counterexample may not be the smallest.
    { numRuns: rounds(12, 30), interruptAfterTimeLimit: 60_000 },
  );
}, 120_000);
