/** One user is watched by many: what a delivery costs, one change at a time and in bursts. */
import { createCrowd, inFlight, type Target } from '../client/crowd.js';
import { startMeter, untilIdle } from '../client/meter.js';
import { userIdsOf } from '../client/userIds.js';
import type { Reading } from '../measure.js';

const BURST = 20;

export const fanout =
  ({
    watchers,
    changes,
    bursts,
    named = false,
  }: {
    readonly watchers: number;
    readonly changes: number;
    readonly bursts: number;
    /** Whether they ask for the name beside each state. */
    readonly named?: boolean;
  }) =>
  async (target: Target): Promise<readonly Reading[]> => {
    const crowd = createCrowd(target);
    const star = 'star-00000';
    const members = await crowd.connect(userIdsOf('fan', watchers));
    await inFlight(members, 32, (member) => crowd.watch(member, [star], named));
    await untilIdle(target.pid);

    const once = async (count: number) => {
      crowd.tally.expect(count * watchers);
      await Promise.all(Array.from({ length: count }, () => crowd.post(crowd.change(star))));
      await crowd.tally.restorePending(0);
    };
    const repeat = async (times: number, count: number) => {
      for (let time = 0; time < times; time += 1) await once(count);
    };

    await repeat(Math.ceil(changes / 4), 1);
    await repeat(1, BURST);
    await untilIdle(target.pid);
    const oneByOne = startMeter(target.pid);
    await repeat(changes, 1);
    const readings = [await oneByOne.stop('one by one', changes * watchers)];
    await crowd.tally.exact();

    const inBursts = startMeter(target.pid);
    await repeat(bursts, BURST);
    readings.push(await inBursts.stop('bursts of 20', bursts * BURST * watchers));
    await crowd.tally.exact();
    return readings;
  };
