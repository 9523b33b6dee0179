/** Changes that nobody watches: what a mutation costs over HTTP, and over the user's own socket. */
import { createCrowd, HTTP_CONNECTIONS, inFlight, type Target } from '../client/crowd.js';
import { startMeter, untilIdle } from '../client/meter.js';
import { userIdsOf } from '../client/userIds.js';
import type { Reading } from '../measure.js';

/** How often each user changes, having done so once: as often as the default rate lets one at once. Others warm up. */
const TIMES = 3;

export const mutations =
  ({ users }: { users: number }) =>
  async (target: Target): Promise<readonly Reading[]> => {
    const crowd = createCrowd(target);

    const postAll = async (userIds: readonly string[], times: number) => {
      for (let time = 0; time < times; time += 1) {
        await inFlight(userIds, HTTP_CONNECTIONS, (userId) => crowd.post(crowd.change(userId)));
      }
    };
    const posters = userIdsOf('fan', users);
    await postAll(userIdsOf('early', users), TIMES);
    // Signing in is no part of a change.
    await postAll(posters, 1);
    await untilIdle(target.pid);
    const posting = startMeter(target.pid);
    await postAll(posters, TIMES);
    const readings = [await posting.stop('over HTTP', users * TIMES)];

    const members = await crowd.connect(userIdsOf('user', users));
    const sayAll = () =>
      inFlight(members, HTTP_CONNECTIONS, (member) => crowd.say(member, crowd.change(member.userId)));
    await sayAll();
    await untilIdle(target.pid);
    const reporting = startMeter(target.pid);
    for (let time = 0; time < TIMES; time += 1) await sayAll();
    readings.push(await reporting.stop('over WebSocket', users * TIMES));
    return readings;
  };
