/** Marks of records that the journal has not got yet: setting, listing and removing them. */
import type { RecordStore } from '../../presence/ports/records.js';
import { isReadable } from './codec.js';
import { inShards } from './inShards.js';
import type { Keys } from './keys.js';
import { GONE_MS } from './recordCommits.js';
import { READ_AT_ONCE, type RecordReads } from './recordReads.js';
import { inPairs } from './replies.js';
import type { Redises } from './scripts.js';

/** All who are seen live are marked at most once in so many ms, by whichever node comes first. */
const MARK_GUARD_MS = 50_000;

export const createJournalMarks = ({
  redises,
  keys,
  reads,
}: {
  readonly redises: Redises;
  readonly keys: Keys;
  readonly reads: Pick<RecordReads, 'readStored' | 'surviving'>;
}): Pick<RecordStore, 'dirty' | 'clean' | 'markLiveDirty'> => {
  /** Up to `limit` marked users, oldest mark first. */
  const marked = async (limit: number): Promise<readonly string[]> => {
    const perShard = await Promise.all(
      keys.all.map(({ dirty }) => redises.ask((client) => client.zrange(dirty, 0, limit - 1, 'WITHSCORES'))),
    );
    return perShard
      .flatMap(inPairs)
      .sort(([, oneAt], [, otherAt]) => oneAt - otherAt)
      .slice(0, limit)
      .map(([userId]) => userId);
  };

  const clean: RecordStore['clean'] = async (written) => {
    const revisions = new Map(written.map(({ userId, revision }) => [userId, revision]));
    await Promise.all(
      inShards(keys, [...revisions.keys()], READ_AT_ONCE).map(({ keys: { due, live, dirty }, ids }) =>
        redises.run(
          'clean',
          [due, live, dirty, ...ids.flatMap((userId) => [keys.record(userId), keys.gone(userId)])],
          [GONE_MS, ...ids.flatMap((userId) => [userId, revisions.get(userId) ?? 0])],
        ),
      ),
    );
  };

  return {
    clean,

    async dirty(limit) {
      const { now, texts } = await reads.readStored(await marked(limit), { evenRecovering: true });
      const gone = texts.flatMap(({ userId, text }) => (text === null ? { userId, revision: 0 } : []));
      if (gone.length > 0) await clean(gone);
      // A record of a newer release is for the nodes of that release to bring into the journal.
      const records = texts.flatMap(({ userId, text, outage }) =>
        text !== null && isReadable(text) ? reads.surviving(userId, text, outage) : [],
      );
      return { now, records };
    },

    async markLiveDirty() {
      await Promise.all(
        keys.all.map(({ live, dirty, dirtyGuard }) => redises.run('mark', [live, dirty, dirtyGuard], [MARK_GUARD_MS])),
      );
    },
  };
};
