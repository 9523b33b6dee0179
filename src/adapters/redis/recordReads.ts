/** Reading records: many at once for those who ask, or one to decide about. */
import type { LRUCache } from 'lru-cache';
import type { Reading, RecordHead } from '../../presence/ports/records.js';
import type { PresenceRecord } from '../../presence/types.js';
import { decodeRecord, expectedHead, headOf, isReadable } from './codec.js';
import { inShards } from './inShards.js';
import type { Keys } from './keys.js';
import { ofUser, oneEach } from './replies.js';
import type { Redises } from './scripts.js';
import { afterOutage, isDoubtful, type Outage, outageOf } from './shardOutage.js';

/** Records of one script: a Lua call takes some thousands of arguments, and Redis serves nobody else meanwhile. */
export const READ_AT_ONCE = 1_000;

/** One record to decide about. */
export interface OpenedRecord {
  readonly now: number;
  /** Undefined where there is no record. */
  readonly text: string | undefined;
  /** The mark of the latest drop; empty where there is none. */
  readonly gone: string | number;
  readonly recovering: boolean;
  readonly outage: Outage;
  readonly epoch: string;
}

export const createRecordReads = ({
  redises,
  keys,
  quietMs,
  lastCommitted,
  clock,
}: {
  readonly redises: Redises;
  readonly keys: Keys;
  /** For how long leases and graces go on after an outage, at the least. */
  readonly quietMs: number;
  /** The records as this node last committed them, which need not be decoded. */
  readonly lastCommitted: Pick<LRUCache<string, PresenceRecord>, 'peek'>;
  /** The clock of the store. */
  readonly clock: () => Promise<number>;
}) => {
  const decoded = (userId: string, text: string): PresenceRecord => {
    const record = lastCommitted.peek(userId);
    return record && text.startsWith(expectedHead(record)) ? record : ofUser(userId, decodeRecord(text));
  };

  /** A record as it is stored, without what the outage took from it. */
  const surviving = (userId: string, text: string, outage: Outage): PresenceRecord =>
    afterOutage(decoded(userId, text), outage, quietMs);

  /** The records as they are stored, null where there is none; `evenRecovering`: also while a shard recovers. */
  const readStored = async (userIds: readonly string[], { evenRecovering }: { readonly evenRecovering: boolean }) => {
    const readings = await Promise.all(
      inShards(keys, userIds, READ_AT_ONCE).map(async ({ keys: { shard }, ids }) => {
        const names = [shard, ...ids.map(keys.record)];
        const [now, begun, since, lived, ...found] = await redises.run('read', names, [evenRecovering ? 1 : 0]);
        const outage = outageOf(begun, since, lived);
        const texts = oneEach(ids, found).map((text, i) => ({
          userId: ids[i]!,
          text: typeof text === 'string' ? text : null,
          outage,
        }));
        return { now: Number(now), texts };
      }),
    );
    const clocks = new Map(readings.flatMap(({ now, texts }) => texts.map(({ userId }) => [userId, now])));
    // The earliest of the readings: none of them is as of earlier.
    const now = readings.length > 0 ? Math.min(...readings.map((reading) => reading.now)) : await clock();
    const nowOf = (userId: string) => clocks.get(userId) ?? now;
    return { now, nowOf, texts: readings.flatMap(({ texts }) => texts) };
  };

  return {
    readStored,
    surviving,

    async read(userIds: readonly string[]): Promise<Reading> {
      const { texts, now, nowOf } = await readStored(userIds, { evenRecovering: false });
      const records = new Map<string, PresenceRecord>();
      const unreadable = new Set<string>();
      const doubtful = new Set<string>();
      for (const { userId, text, outage } of texts) {
        if (text === null) continue;
        if (isReadable(text)) {
          const record = decoded(userId, text);
          records.set(userId, afterOutage(record, outage, quietMs));
          if (isDoubtful(record, outage)) doubtful.add(userId);
        } else unreadable.add(userId);
      }
      return { now, nowOf, records, unreadable, doubtful };
    },

    async heads(userIds: readonly string[]): Promise<ReadonlyMap<string, RecordHead>> {
      const heads = new Map<string, RecordHead>();
      await Promise.all(
        inShards(keys, userIds, READ_AT_ONCE).map(async ({ keys: { shard }, ids }) => {
          const [since, ...texts] = await redises.run('heads', [shard, ...ids.map(keys.record)]);
          for (const [i, text] of oneEach(ids, texts).entries()) {
            const head = headOf(String(text));
            if (head && head.revision > Number(since)) heads.set(ids[i]!, head);
          }
        }),
      );
      return heads;
    },

    /** One record to decide about, also while its shard recovers. */
    async open(userId: string): Promise<OpenedRecord> {
      const names = [keys.ofId(userId).shard, keys.record(userId), keys.gone(userId)];
      const [now, found, gone, recovering, begun, since, lived, epoch] = await redises.run('open', names);
      return {
        now: Number(now),
        text: typeof found === 'string' ? found : undefined,
        gone: gone ?? '',
        recovering: recovering === 1,
        outage: outageOf(begun, since, lived),
        epoch: String(epoch),
      };
    },
  };
};

export type RecordReads = ReturnType<typeof createRecordReads>;
