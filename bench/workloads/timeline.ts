/** Timelines of users who follow some among many who do things: what a page costs. */
import { createCrowd, HTTP_CONNECTIONS, inFlight, type Target } from '../client/crowd.js';
import { startMeter, untilIdle } from '../client/meter.js';
import { untilAvailable } from '../client/poster.js';
import { actsIn, addFollows, type NewAct, readPage, tell } from '../client/socialMessages.js';
import { randomOf, someOf, userIdsOf } from '../client/userIds.js';
import type { Reading } from '../measure.js';

const BULK = 1_000;
const PAGE = 50;

/** `readers` who follow `followed` of `authors` each read the latest 50 of `acts` acts, `times` times. */
export const timeline =
  ({
    readers,
    authors,
    followed,
    acts,
    times,
  }: {
    readers: number;
    authors: number;
    followed: number;
    acts: number;
    times: number;
  }) =>
  async (target: Target): Promise<readonly Reading[]> => {
    const crowd = createCrowd(target);
    const random = randomOf(authors);
    const stars = userIdsOf('star', authors);
    const fans = userIdsOf('fan', readers);
    const follows = fans.flatMap((followerId) =>
      someOf(stars, followed, random, null).map((followeeId) => ({ followerId, followeeId })),
    );
    for (let from = 0; from < follows.length; from += BULK)
      await untilAvailable(() => crowd.ask(null, addFollows(follows.slice(from, from + BULK))));

    const posts = Array.from(
      { length: acts },
      (_, index): NewAct => ({
        id: `post-${index}`,
        verb: 'post',
        actorId: stars[Math.floor(random() * authors)]!,
        objectId: `post-${index}`,
        notify: [],
        audience: 'FOLLOWERS',
      }),
    );
    for (let from = 0; from < acts; from += BULK)
      await untilAvailable(() => crowd.ask(null, tell(posts.slice(from, from + BULK))));

    /** What a reader's page has to be, the latest first. */
    const expected = new Map(
      fans.map((fan) => {
        const own = new Set(follows.flatMap(({ followerId, followeeId }) => (followerId === fan ? [followeeId] : [])));
        const page = posts.filter(({ actorId }) => own.has(actorId)).slice(-PAGE);
        return [fan, page.map(({ id }) => id).reverse()];
      }),
    );
    const read = async (fan: string): Promise<void> => {
      const seen = actsIn(await crowd.ask(fan, readPage));
      if (`${seen}` !== `${expected.get(fan)}`) throw new Error(`${fan} read ${seen}, not ${expected.get(fan)}.`);
    };
    const readAll = async (width: number, count: number) => {
      for (let time = 0; time < count; time += 1) await inFlight(fans, width, read);
    };

    const measured = async (figure: string, width: number) => {
      await untilIdle(target.pid);
      const meter = startMeter(target.pid);
      await readAll(width, times);
      return meter.stop(figure, readers * times);
    };
    await readAll(HTTP_CONNECTIONS, times);
    const many = await measured('pages', HTTP_CONNECTIONS);
    const alone = await measured('pages', 1);
    return [many, { ...alone, figure: 'page, time', value: alone.wallMs / (readers * times) }];
  };
