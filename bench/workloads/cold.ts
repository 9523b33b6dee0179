/**
 * In a process that was just started, as after a deploy, nothing is warm: the first who connect, the first changes, and the first
 * deliveries. What the warm workloads leave out of their figures is all that is measured here.
 */
import { createCrowd, HTTP_CONNECTIONS, inFlight, type Target } from '../client/crowd.js';
import { startMeter, untilIdle } from '../client/meter.js';
import { randomOf, someOf, userIdsOf } from '../client/userIds.js';
import type { Reading } from '../measure.js';

const WATCHED = 50;
/** They come all at once, since a node before this one sent them away. */
const AT_ONCE = 128;

/** The first who connect, sign in, and subscribe to 50 users each. */
export const coldConnect =
  ({ users }: { users: number }) =>
  async (target: Target): Promise<readonly Reading[]> => {
    const crowd = createCrowd(target);
    const random = randomOf(users);
    const others = userIdsOf('star', users);
    await untilIdle(target.pid);
    const meter = startMeter(target.pid);
    const startedAt = performance.now();
    await inFlight(userIdsOf('fan', users), AT_ONCE, async (userId) => {
      const [member] = await crowd.connect([userId]);
      await crowd.watch(member!, someOf(others, WATCHED, random, null));
    });
    const wallMs = performance.now() - startedAt;
    const connecting = await meter.stop('connect', users);
    await crowd.tally.exact();
    return [connecting, { ...connecting, figure: 'time', value: wallMs }];
  };

/** The first changes, each by another user who was not seen before, over HTTP. */
export const coldChange =
  ({ users }: { users: number }) =>
  async (target: Target): Promise<readonly Reading[]> => {
    const crowd = createCrowd(target);
    const changes = userIdsOf('fan', users).map((userId) => crowd.change(userId));
    await untilIdle(target.pid);
    const meter = startMeter(target.pid);
    await inFlight(changes, HTTP_CONNECTIONS, (change) => crowd.post(change));
    return [await meter.stop('over HTTP', users)];
  };

/** The first changes of one user who is watched by many. */
export const coldFanout =
  ({ watchers, changes }: { watchers: number; changes: number }) =>
  async (target: Target): Promise<readonly Reading[]> => {
    const crowd = createCrowd(target);
    const star = 'star-00000';
    const members = await crowd.connect(userIdsOf('fan', watchers));
    await inFlight(members, AT_ONCE, (member) => crowd.watch(member, [star]));
    await untilIdle(target.pid);
    const meter = startMeter(target.pid);
    for (let change = 0; change < changes; change += 1) {
      crowd.tally.expect(watchers);
      await crowd.post(crowd.change(star));
      await crowd.tally.restorePending(0);
    }
    const reading = await meter.stop('one by one', changes * watchers);
    await crowd.tally.exact();
    return [reading];
  };
