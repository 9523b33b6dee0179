/** Very many acts at once into one tray, whose owner looks at it: how many events come, and what an act costs. */
import { setTimeout as wait } from 'node:timers/promises';
import { createCrowd, type Target } from '../client/crowd.js';
import { startMeter, untilIdle } from '../client/meter.js';
import { inboxIn, type NewAct, readInbox, tell, trayOf, watchTray } from '../client/socialMessages.js';
import { userIdsOf } from '../client/userIds.js';
import type { Reading } from '../measure.js';

const OWNER = 'star-00000';
/** Acts in one request. */
const BULK = 250;
/** Requests under way at most. */
const WIDTH = 4;
/** Longer than the broadcast interval, which is a second: then nothing is to come any more. */
const QUIET_MS = 2_500;

/** Likes of one post, by users in turn, as many as fit into a second, or all. */
export const tray =
  ({ users, acts }: { users: number; acts: number }) =>
  async (target: Target): Promise<readonly Reading[]> => {
    const crowd = createCrowd(target);
    const { tally } = crowd;
    const fans = userIdsOf('fan', users);
    const [member] = await crowd.connect([OWNER]);
    await crowd.subscribe(member!, watchTray, 1);
    let last = '';
    let heardAt: number[] = [];
    tally.checkWith((event) => {
      last = event;
      heardAt.push(performance.now());
    }, 1);

    let told = 0;
    const like = (objectId: string): NewAct => {
      told += 1;
      return {
        id: `like-${told}`,
        verb: 'like',
        actorId: fans[told % users]!,
        objectId,
        notify: [OWNER],
        audience: 'NOBODY',
      };
    };
    /** Begins with `count` acts spread over a second; slower where the server is. Resolves once nothing is to come any more. */
    const storm = async (objectId: string, count: number) => {
      heardAt = [];
      const requests = Math.ceil(count / BULK);
      const at = performance.now();
      const under = new Set<Promise<unknown>>();
      for (let request = 0; request < requests; request += 1) {
        await wait(Math.max(0, at + (request * 1_000) / requests - performance.now()));
        const body = tell(Array.from({ length: Math.min(BULK, count - request * BULK) }, () => like(objectId)));
        const asked: Promise<unknown> = crowd.ask(null, body).finally(() => under.delete(asked));
        under.add(asked);
        if (under.size >= WIDTH) await Promise.race(under);
      }
      await Promise.all(under);
      const tookMs = performance.now() - at;
      await tally.quiet(QUIET_MS);
      return tookMs;
    };

    await storm('post-early', Math.min(acts, 2 * BULK));
    await untilIdle(target.pid);
    const meter = startMeter(target.pid);
    const tookMs = await storm('post-00000', acts);
    const reading = await meter.stop('server CPU', acts);
    if (heardAt.length === 0) throw new Error('Nothing was heard of all that was told.');
    const events = heardAt.length;
    const spanMs = heardAt.at(-1)! - heardAt[0]!;
    const totals = inboxIn(await crowd.ask(OWNER, readInbox));
    const heard = trayOf(last).inbox;
    if (heard.revision !== totals.revision || heard.unread !== totals.unread)
      throw new Error(`The last event has ${JSON.stringify(heard)}, the tray ${JSON.stringify(totals)}.`);
    return [
      { ...reading, figure: 'events', value: events },
      { ...reading, figure: 'events a second', value: (events - 1) / Math.max(1, spanMs / 1_000) },
      { ...reading, figure: 'storm', value: tookMs },
      reading,
    ];
  };
