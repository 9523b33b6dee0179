/**
 * Who is seen at which place, in Redis. A place has its users in a sorted set, in the conversation's shard. A record is in its
 * user's shard, and so one step cannot change both: the commit leaves a mark (user and place) beside the record, the index follows,
 * and the mark goes. Whatever happens half way, a mark is left, and the record decides what the index has to say.
 *
 * | a node dies                             | what is left        | what another node does                        |
 * |-----------------------------------------|---------------------|-----------------------------------------------|
 * | before the commit                       | nothing             | nothing: nothing happened                     |
 * | after it, before the index followed     | the mark            | follows it a second later, and publishes      |
 * | after that, before the mark went        | the mark            | follows it: nothing changes, nothing is told  |
 *
 * A coming costs three commands beside the commit of the record, which is one; 10,000 people in one place take 1 MB.
 */
import { groupedBy, inPieces } from '../../async/batches.js';
import { isSeenAt, seenPlacesOf } from '../../presence/places.js';
import type { PlaceIndex } from '../../presence/ports/placeIndex.js';
import type { Reading } from '../../presence/ports/records.js';
import type { PresenceRecord } from '../../presence/types.js';
import type { Keys } from './keys.js';
import type { RedisLeases } from './redisLeases.js';
import { oneEach } from './replies.js';
import type { Redises } from './scripts.js';

/** How long after its commit another node takes a mark up, in ms; a record that cannot be read is looked at again after as long. */
export const MOVED_MS = 1_000;
/** How many marks of a shard one call of `indexPlaces` takes. */
const BATCH = 500;
/** How often a mark is followed anew when another node was faster. */
const MAX_ATTEMPTS = 5;
/** How many entries are changed at a time. */
const AT_ONCE = 50;

/** What a mark says: whether that user is seen at that place may have changed. */
interface Move {
  readonly userId: string;
  readonly conversationId: string;
}

interface Mark {
  readonly move: Move;
  readonly name: string;
  /** When another node takes it up: no two commits of a user have the same. 0: there is no mark, somebody asked. */
  readonly at: number;
}

/** The name of a mark. */
export const moveName = ({ userId, conversationId }: Move): string => JSON.stringify([userId, conversationId]);

const moveOf = (name: string): Move => {
  const [userId, conversationId] = JSON.parse(name) as [string, string];
  return { userId, conversationId };
};

export const createRedisPlaces = ({
  redises,
  keys,
  publish,
  due,
  read,
}: {
  readonly redises: Redises;
  readonly keys: Keys;
  readonly publish: 'PUBLISH' | 'SPUBLISH';
  readonly due: RedisLeases['due'];
  readonly read: (userIds: readonly string[]) => Promise<Reading>;
}) => {
  const put = async ({ userId, conversationId }: Move, revision: number, isThere: boolean): Promise<void> => {
    await redises.run(
      'place',
      [keys.place(conversationId)],
      [userId, revision, isThere ? 1 : 0, keys.placeChannel(conversationId), publish],
      () => !isThere,
    );
  };

  /** Removes marks of one shard; resolves to those that were gone or set anew meanwhile. */
  const remove = async (marks: readonly Mark[]): Promise<readonly Mark[]> => {
    const [first] = marks;
    if (!first) return [];
    const args = marks.flatMap(({ name, at }) => [name, at]);
    const removed = await redises.run('moved', [keys.ofId(first.move.userId).placesMoved], args);
    oneEach(
      marks.map(({ name }) => name),
      removed,
    );
    return marks.filter((_, i) => removed[i] !== 1);
  };

  /** The index says of these what their records say. Marks whose record cannot be read now are put off. */
  const follow = async (marks: readonly Mark[], attempts = MAX_ATTEMPTS): Promise<void> => {
    const { records, unreadable, doubtful } = await read([...new Set(marks.map(({ move }) => move.userId))]);
    const isUnknown = ({ move: { userId } }: Mark) =>
      unreadable?.has(userId) === true || doubtful?.has(userId) === true;
    const followOne = async (mark: Mark): Promise<void> => {
      const { move, at } = mark;
      const record = records.get(move.userId);
      // A record that is gone was committed with nothing live before.
      const revision = Math.max(record?.revision ?? 0, at - MOVED_MS);
      await put(move, revision, record !== undefined && isSeenAt(record, move.conversationId));
    };
    for (const batch of inPieces(
      marks.filter((mark) => !isUnknown(mark)),
      AT_ONCE,
    )) {
      await Promise.all(batch.map(followOne));
      const groups = groupedBy(
        batch.filter(({ at }) => at > 0),
        ({ move }) => keys.ofId(move.userId),
      );
      // Another node followed these meanwhile, perhaps a later commit: what this one said may be of before it.
      const overtaken = (await Promise.all([...groups.values()].map(remove))).flat();
      if (overtaken.length > 0 && attempts > 1) await follow(overtaken, attempts - 1);
    }
    const unknown = marks.filter(isUnknown);
    await Promise.all(
      unknown.map(({ move, name, at }) =>
        redises.ask((client) => client.zadd(keys.ofId(move.userId).placesMoved, 'XX', at + MOVED_MS, name)),
      ),
    );
  };

  const marksOf = async (shard: string, moved: string): Promise<readonly Mark[]> => {
    const names = (await due(shard, moved, BATCH)).map(({ member }) => member);
    if (names.length === 0) return [];
    const scores = oneEach(names, await redises.ask((client) => client.zmscore(moved, ...names)));
    return names.flatMap((name, i) => {
      const at = scores[i];
      return at == null ? [] : [{ move: moveOf(name), name, at: Number(at) }];
    });
  };

  const port: PlaceIndex = {
    async usersAt(conversationId, limit) {
      const [total, ...userIds] = await redises.run(
        'there',
        [keys.ofId(conversationId).shard, keys.place(conversationId)],
        [limit],
      );
      return { total: Number(total), userIds: userIds.map(String) };
    },

    async indexPlaces() {
      const found = await Promise.all(keys.all.map(({ shard, placesMoved }) => marksOf(shard, placesMoved)));
      const marks = found.flat();
      if (marks.length > 0) await follow(marks);
      return marks.length;
    },

    async reindexPlaces(userIds) {
      for (const ids of inPieces(userIds, BATCH)) {
        const { records, doubtful } = await read(ids);
        const moves = [...records.values()]
          .filter(({ userId }) => !doubtful?.has(userId))
          .flatMap((record) =>
            seenPlacesOf(record).map((conversationId) => ({ userId: record.userId, conversationId, record })),
          );
        for (const batch of inPieces(moves, AT_ONCE))
          await Promise.all(batch.map(({ record, ...move }) => put(move, record.revision, true)));
      }
    },

    async checkPlace(conversationId, userIds) {
      for (const ids of inPieces(userIds, BATCH)) {
        const marks = ids.map((userId) => ({
          move: { userId, conversationId },
          name: moveName({ userId, conversationId }),
          at: 0,
        }));
        await follow(marks);
      }
    },
  };

  return {
    port,

    /**
     * A commit moved its user to these places, or from them: the index follows. Where it cannot, the marks stay for
     * {@link PlaceIndex.indexPlaces}; the commit stands.
     */
    async committed(record: PresenceRecord, conversationIds: readonly string[]): Promise<void> {
      const { userId, revision } = record;
      const marks = conversationIds.map((conversationId) => {
        const move = { userId, conversationId };
        return { move, name: moveName(move), at: revision + MOVED_MS };
      });
      try {
        await Promise.all(marks.map(({ move }) => put(move, revision, isSeenAt(record, move.conversationId))));
        const overtaken = await remove(marks);
        if (overtaken.length > 0) await follow(overtaken);
      } catch {
        // Left to the sweep, which reports what fails.
      }
    },

    /** A record was dropped: its user is at none of these places. */
    async dropped(userId: string, conversationIds: readonly string[], revision: number): Promise<void> {
      try {
        await Promise.all(conversationIds.map((conversationId) => put({ userId, conversationId }, revision, false)));
      } catch {
        // What is left is taken out when somebody looks at the place.
      }
    },
  };
};

export type RedisPlaces = ReturnType<typeof createRedisPlaces>;
