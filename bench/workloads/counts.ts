/** Counts of one object, watched by many: what a delivery costs, and how many come of a storm. */
import { setTimeout as wait } from 'node:timers/promises';
import { createCrowd, inFlight, type Target } from '../client/crowd.js';
import { startMeter, untilIdle } from '../client/meter.js';
import { countsOf, openObject, putCounts, watchCounts } from '../client/socialMessages.js';
import { userIdsOf } from '../client/userIds.js';
import type { Reading } from '../measure.js';

const POST = 'post-00000';

/** Many who watch the counts of one object, and `put`, which sets them to a next value, `puts` times in one request. */
const createWatchers = async (target: Target, watchers: number) => {
  const crowd = createCrowd(target);
  if (target.dialect === 'graphql') await crowd.ask(null, openObject(POST));
  let likes = 0;
  crowd.tally.checkWith((event) => {
    const seen = countsOf(event);
    if (seen.objectId !== POST || seen.likes > likes) throw new Error(`This was never put: ${event}`);
  });
  const members = await crowd.connect(userIdsOf('fan', watchers));
  await inFlight(members, 32, (member) => crowd.subscribe(member, watchCounts(target.dialect, [POST]), 1));
  const put = async (puts: number): Promise<void> => {
    const counts = Array.from({ length: puts }, (_, index) => ({
      objectId: POST,
      likes: likes + index + 1,
      version: likes + index + 1,
    }));
    likes += puts;
    await crowd.ask(null, putCounts(target.dialect, counts));
  };
  await untilIdle(target.pid);
  return { crowd, put, likes: () => likes };
};

/** One put at a time: the next follows when all watchers have the last. */
export const counts =
  ({ watchers, puts }: { watchers: number; puts: number }) =>
  async (target: Target): Promise<readonly Reading[]> => {
    const { crowd, put } = await createWatchers(target, watchers);
    const repeat = async (times: number) => {
      for (let time = 0; time < times; time += 1) {
        crowd.tally.expect(watchers);
        await put(1);
        await crowd.tally.restorePending(0);
      }
    };
    await repeat(Math.ceil(puts / 2));
    await untilIdle(target.pid);
    const meter = startMeter(target.pid);
    await repeat(puts);
    const reading = await meter.stop('one by one', puts * watchers);
    await crowd.tally.exact();
    return [reading];
  };

/** Longer than the broadcast interval, which is a second: then nothing is to come any more. */
const QUIET_MS = 2_500;
const STORM_MS = 1_000;

/** Puts evenly over a second, ten in a request: how many deliveries each watcher gets. The last value reaches all. */
export const countsStorm =
  ({ watchers, puts }: { watchers: number; puts: number }) =>
  async (target: Target): Promise<readonly Reading[]> => {
    const { crowd, put, likes } = await createWatchers(target, watchers);
    const { tally } = crowd;
    let latest = 0;
    const storm = async () => {
      latest = 0;
      const requests = puts / 10;
      const at = performance.now();
      const under: Promise<void>[] = [];
      for (let request = 0; request < requests; request += 1) {
        await wait(Math.max(0, at + (request * STORM_MS) / requests - performance.now()));
        under.push(put(10));
      }
      await Promise.all(under);
      const tookMs = performance.now() - at;
      await tally.quiet(QUIET_MS);
      return tookMs;
    };

    tally.checkWith((event) => {
      if (countsOf(event).likes === likes()) latest += 1;
    }, 1);
    await storm();
    const received = tally.received;
    const meter = startMeter(target.pid);
    const tookMs = await storm();
    const each = (tally.received - received) / watchers;
    const reading = await meter.stop('server CPU', watchers * puts);
    if (latest < watchers) throw new Error(`${watchers - latest} of ${watchers} watchers never got the last value.`);
    return [
      { ...reading, figure: 'deliveries', value: each },
      { ...reading, figure: 'storm', value: tookMs },
      { ...reading, value: reading.serverMs },
    ];
  };
