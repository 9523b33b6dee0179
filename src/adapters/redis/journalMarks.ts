/** Marks of records that the journal has not got yet: setting, listing and removing them. */
import type { RecordStore } from '../../presence/ports/records.js';
import { LIVE_ROUND_MS, MARKED_A_SECOND } from '../livePace.js';
import { isReadable } from './codec.js';
import { fromParts } from './fromParts.js';
import { inShards } from './inShards.js';
import type { Keys, ShardKeys } from './keys.js';
import type { NodeShares } from './nodeShares.js';
import { GONE_MS } from './recordCommits.js';
import { READ_AT_ONCE, type RecordReads } from './recordReads.js';
import { inPairs } from './replies.js';
import type { Redises } from './scripts.js';

/** Who is seen live is marked in slices of at most so many, each of which Redis is occupied with for some milliseconds. */
const MAX_SLICE = 1_000;
/** A slice a second, by whichever node comes first: a little less, since timers are late. */
const SLICE_EVERY_MS = 900;

export const createJournalMarks = ({
  redises,
  keys,
  reads,
  shares,
}: {
  readonly redises: Redises;
  readonly keys: Keys;
  readonly reads: Pick<RecordReads, 'readStored' | 'surviving'>;
  readonly shares: Pick<NodeShares, 'mine'>;
}): Pick<RecordStore, 'dirty' | 'clean' | 'markLiveDirty'> => {
  /** Up to `limit` marked users of those shards, of each the oldest marks, and the older mark first; and what shards failed with. */
  const marked = async (shards: readonly ShardKeys[], limit: number) => {
    const { found, failures } = await fromParts(shards, limit, async ({ dirty }, offset, count) =>
      inPairs(await redises.ask((client) => client.zrange(dirty, offset, offset + count - 1, 'WITHSCORES'))),
    );
    const users = [...found].sort(([, oneAt], [, otherAt]) => oneAt - otherAt).map(([userId]) => userId);
    return { users: [...new Set(users)].slice(0, limit), failures };
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

    async dirty(limit, { shared } = { shared: false }) {
      const { users, failures } = await marked(shared ? shares.mine(keys.all) : keys.all, limit);
      const { now, texts } = await reads.readStored(users, { evenRecovering: true });
      const gone = texts.flatMap(({ userId, text }) => (text === null ? { userId, revision: 0 } : []));
      if (gone.length > 0) await clean(gone);
      // A record of a newer release is for the nodes of that release to bring into the journal.
      const records = texts.flatMap(({ userId, text, outage }) =>
        text !== null && isReadable(text) ? reads.surviving(userId, text, outage) : [],
      );
      return { now, records, failures };
    },

    async markLiveDirty() {
      const slice = Math.min(MAX_SLICE, Math.ceil(MARKED_A_SECOND / keys.shards));
      await Promise.all(
        shares
          .mine(keys.all)
          .map(({ shard, live, dirty, dirtyGuard }) =>
            redises.run('mark', [shard, live, dirty, dirtyGuard], [slice, SLICE_EVERY_MS, LIVE_ROUND_MS]),
          ),
      );
    },
  };
};
