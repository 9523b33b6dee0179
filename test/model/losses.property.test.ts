/**
 * The live store is emptied, or set back to what it was some time ago, at any point among any commands, of nodes whose turns
 * are out of phase: whatever was acknowledged holds, nobody who stayed is shown gone, and nobody who hid is shown.
 */
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startRedis, type TestRedis } from '../support/redis.js';
import { losing, openWorld } from './losses.js';

let redis: TestRedis;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.stop());

it('a store that loses what it had loses nothing that anybody was promised', async () => {
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
    // On a machine that has much to do it is fewer of them, and a counterexample may not be the smallest.
    { numRuns: 30, interruptAfterTimeLimit: 60_000 },
  );
}, 120_000);
