/** Acts that the host tells, beside `setPresence`: what a mutation costs. */
import { createCrowd, HTTP_CONNECTIONS, inFlight, type Target } from '../client/crowd.js';
import { startMeter, untilIdle } from '../client/meter.js';
import { createPoster, untilAvailable } from '../client/poster.js';
import { addFollows, type NewAct, tell } from '../client/socialMessages.js';
import { userIdsOf } from '../client/userIds.js';
import type { Reading } from '../measure.js';

const BULK = 1_000;
/** How many tell at once where it is read how long each waits. */
const CROWDED = 64;

/** The time within which that part of the calls was answered. */
const within = (part: number, sortedMs: readonly number[]): number =>
  sortedMs[Math.min(sortedMs.length - 1, Math.floor(part * sortedMs.length))] ?? Number.NaN;

/**
 * `acts` acts with one recipient each, 32 in flight; as many changes of presence by other users in the same way; how long an act takes,
 * told alone and beside 63 others; and, one after another, `posts` acts by one with as many followers as there are users.
 */
export const telling =
  ({ users, acts, posts }: { users: number; acts: number; posts: number }) =>
  async (target: Target): Promise<readonly Reading[]> => {
    const crowd = createCrowd(target);
    const star = 'star-00000';
    const authors = userIdsOf('user', users);
    const fans = userIdsOf('fan', users);
    const early = userIdsOf('early', users);
    for (let from = 0; from < fans.length; from += BULK) {
      const follows = fans.slice(from, from + BULK).map((followerId) => ({ followerId, followeeId: star }));
      await untilAvailable(() => crowd.ask(null, addFollows(follows)));
    }

    let told = 0;
    /** Liked by one of many, to the author of a post that nobody else likes: a notice of its own. */
    const like = (): NewAct => {
      told += 1;
      const [actorId, recipient] = [fans[told % users]!, authors[told % users]!];
      return {
        id: `like-${told}`,
        verb: 'like',
        actorId,
        objectId: `post-${told}`,
        notify: [recipient],
        audience: 'NOBODY',
      };
    };
    const post = (): NewAct => {
      told += 1;
      return {
        id: `post-${told}`,
        verb: 'post',
        actorId: star,
        objectId: `post-${told}`,
        notify: [],
        audience: 'FOLLOWERS',
      };
    };
    const tellAll = async (of: () => NewAct, count: number, width: number) =>
      inFlight(Array.from({ length: count }, of), width, async (act) => {
        const body = await crowd.ask(null, tell([act]));
        if (!body.includes('{"tell":1}')) throw new Error(`Not told: ${body}`);
      });
    /** How long each takes until it is answered, the shortest first. */
    const timesOf = async (count: number, width: number): Promise<readonly number[]> => {
      const poster = createPoster({ port: target.port, connections: width });
      const times: number[] = [];
      await inFlight(Array.from({ length: count }, like), width, async (act) => {
        const { path, body } = tell([act]);
        const at = performance.now();
        await poster.post(path, crowd.hostToken, body);
        times.push(performance.now() - at);
      });
      poster.close();
      return times.sort((a, b) => a - b);
    };
    const changeAll = (count: number) =>
      inFlight(
        Array.from({ length: count }, (_, index) => early[index % users]!),
        HTTP_CONNECTIONS,
        (userId) => crowd.post(crowd.change(userId)),
      );

    const measured = async (figure: string, count: number, work: () => Promise<void>) => {
      await untilIdle(target.pid);
      const meter = startMeter(target.pid);
      await work();
      return meter.stop(figure, count);
    };

    // Signing in is no part of a change.
    await changeAll(Math.max(acts, users));
    await tellAll(like, acts, HTTP_CONNECTIONS);
    const changing = await measured('setPresence', acts, () => changeAll(acts));
    const liking = await measured('tell', acts, () => tellAll(like, acts, HTTP_CONNECTIONS));
    await tellAll(post, Math.ceil(posts / 4), 1);
    const posting = await measured('followers', posts, () => tellAll(post, posts, 1));
    await untilIdle(target.pid);
    const alone = await timesOf(Math.ceil(acts / 4), 1);
    const crowded = await timesOf(acts, CROWDED);
    const time = (figure: string, value: number): Reading => ({ ...liking, figure, value });
    return [
      changing,
      liking,
      { ...liking, figure: 'tell, time', value: liking.wallMs / acts },
      { ...posting, value: posting.wallMs / posts },
      time('alone, half', within(0.5, alone)),
      time('alone, 99 %', within(0.99, alone)),
      time('64 at once, half', within(0.5, crowded)),
      time('64 at once, 99 %', within(0.99, crowded)),
    ];
  };
