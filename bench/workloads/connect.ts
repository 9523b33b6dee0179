/** Many connect, sign in and subscribe to 50 users each: CPU and memory a connection. */
import { createCrowd, inFlight, type Target } from '../client/crowd.js';
import { startMeter, untilIdle } from '../client/meter.js';
import { randomOf, someOf, userIdsOf } from '../client/userIds.js';
import type { Reading } from '../measure.js';

const WATCHED = 50;
const AT_ONCE = 64;
/** Connections made beforehand, so that the code is warm. */
const WARM_UP = 300;

export const connect =
  ({ users }: { users: number }) =>
  async (target: Target): Promise<readonly Reading[]> => {
    const crowd = createCrowd(target);
    const random = randomOf(users);
    // Those who are watched are not among those who come: nobody's coming is an event.
    const others = userIdsOf('star', users);
    const come = async (userIds: readonly string[]) =>
      inFlight(userIds, AT_ONCE, async (userId) => {
        const [member] = await crowd.connect([userId]);
        await crowd.watch(member!, someOf(others, WATCHED, random, null));
      });

    await come(userIdsOf('early', Math.min(WARM_UP, users)));
    await crowd.tally.exact();
    await untilIdle(target.pid);
    const before = await target.memory();
    await untilIdle(target.pid);

    const meter = startMeter(target.pid);
    await come(userIdsOf('fan', users));
    const connecting = await meter.stop('connect', users);
    await crowd.tally.exact();

    const after = await target.memory();
    const kib = (figure: string, bytes: number): Reading => ({
      ...connecting,
      figure,
      value: bytes / 1_024 / users,
    });
    return [connecting, kib('heap', after.heap - before.heap), kib('resident', after.rss - before.rss)];
  };
