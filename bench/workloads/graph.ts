/** Many users, each watching 50 others at random, and 32 changes in flight: what a delivery costs. */
import { setTimeout as wait } from 'node:timers/promises';
import { createCrowd, inFlight, type Target } from '../client/crowd.js';
import { startMeter, untilIdle } from '../client/meter.js';
import { randomOf, shuffled, someOf, userIdsOf } from '../client/userIds.js';
import type { Reading } from '../measure.js';

const WATCHED = 50;
const IN_FLIGHT = 32;
/** How often so many change: to warm up, and then measured; together as often as the default rate lets one at once. */
const WARM_UPS = 2;
const TIMES = 3;
/** Longer than the broadcast interval that Rollcall has by default: with it, too, every change is sent. */
const APART_MS = 1_500;

export const graph =
  ({ users, changes }: { users: number; changes: number }) =>
  async (target: Target): Promise<readonly Reading[]> => {
    const crowd = createCrowd(target);
    const random = randomOf(users);
    const everybody = userIdsOf('user', users);
    const watchers = new Map<string, number>();
    // All are there before anybody watches: nobody's coming is an event.
    const members = await crowd.connect(everybody);
    await inFlight(members, 64, async (member) => {
      const watched = someOf(everybody, WATCHED, random, member.userId);
      for (const userId of watched) watchers.set(userId, (watchers.get(userId) ?? 0) + 1);
      await crowd.watch(member, watched);
    });
    await untilIdle(target.pid);

    /** Each of them changes once. A change is in flight until about all that was owed for it has arrived. */
    const changeAll = async (userIds: readonly string[]): Promise<number> => {
      let deliveries = 0;
      await inFlight(userIds, IN_FLIGHT, async (userId) => {
        const owed = watchers.get(userId) ?? 0;
        deliveries += owed;
        crowd.tally.expect(owed);
        await crowd.post(crowd.change(userId));
        await crowd.tally.restorePending((IN_FLIGHT - 1) * WATCHED);
      });
      await crowd.tally.restorePending(0);
      return deliveries;
    };

    const changeSome = () => changeAll(shuffled(everybody, random).slice(0, changes));
    for (let time = 0; time < WARM_UPS; time += 1) {
      await changeSome();
      await wait(APART_MS);
    }
    await crowd.tally.exact();
    await untilIdle(target.pid);

    const meter = startMeter(target.pid);
    let deliveries = 0;
    for (let time = 0; time < TIMES; time += 1) {
      if (time > 0) await wait(APART_MS);
      deliveries += await changeSome();
    }
    const reading = await meter.stop('changes', deliveries);
    await crowd.tally.exact();
    return [reading];
  };
