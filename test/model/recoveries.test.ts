/**
 * Two nodes restore what the store lost, and one of them dies, gets no answer, or is held up until the other has ended the
 * recovery, at each call of it.
 */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { inLanes, type Lines, openLines } from '../support/cluster/mortals.js';
import { startRedis, type TestRedis } from '../support/cluster/redis.js';
import { cutsOf, type How } from '../support/unit/cuts.js';
import { type Loss, recover } from './recoveries.js';

let redis: TestRedis;
let lanes: Lines[];
beforeAll(async () => {
  redis = await startRedis();
  lanes = Array.from({ length: 6 }, (_, database) => openLines(redis, database));
});
afterAll(async () => {
  for (const lines of lanes) await lines.close();
  await redis.stop();
});

/** To be refused is to be asked again by the next turn, like to have no answer. */
const HOWS: readonly How[] = ['dies', 'unanswered', 'held up'];
const LOSSES: readonly Loss[] = [
  { left: 'nothing', first: 'a' },
  { left: 'what was before', first: 'b' },
];

it.each(LOSSES)(
  'nothing that was acknowledged is lost where $left is left and node $first finds it first',
  async (loss) => {
    const whole = await recover(lanes[0]!, loss, null);
    expect(whole.amiss).toEqual([]);
    const amiss: string[] = [];
    await inLanes(lanes, cutsOf(whole.calls, HOWS), async (cut, lines) => {
      const run = await recover(lines, loss, cut);
      amiss.push(...run.amiss.map((each) => `${cut.how} at ${cut.at}, ${run.calls[cut.at]}; ${each}`));
    });
    expect(amiss).toEqual([]);
  },
);
