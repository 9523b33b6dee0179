import type { CommitBus } from '../../presence/ports/bus.js';
import type { Missing } from '../../presence/ports/records.js';
import type { LiveStore } from '../../presence/ports/stores.js';
import { scheduleOf } from '../../presence/scheduling.js';
import type { PresenceRecord } from '../../presence/types.js';
import { type Clock, createMonotonicClock } from './memoryClock.js';
import { createMemoryLeases } from './memoryLeases.js';
import { createMemoryTyping } from './memoryTyping.js';
import { createSchedule } from './schedule.js';

/** This store is never other than it was. */
const NOTHING: Missing = { recovering: false, doubtful: undefined };

/**
 * The live records of one process, in memory. A decision is applied without yielding, so a commit never conflicts;
 * all else is as the port promises.
 */
export const createMemoryStore = ({ bus, clock = createMonotonicClock() }: { bus: CommitBus; clock?: Clock }) => {
  const records = new Map<string, PresenceRecord>();
  const schedule = createSchedule();
  const seenLive = new Set<string>();
  const dirty = new Set<string>();
  const typing = createMemoryTyping({ bus, clock });
  /** How often a record was dropped: what was restored meanwhile may be older than that one. */
  let drops = 0;

  const drop = (userId: string) => {
    drops += 1;
    records.delete(userId);
    schedule.set(userId, null);
    seenLive.delete(userId);
    dirty.delete(userId);
  };

  const commit = (previous: PresenceRecord, next: PresenceRecord, isRestored: boolean) => {
    const { userId } = next;
    const accessFacts = scheduleOf(previous, next);
    records.set(userId, next);
    schedule.set(userId, accessFacts.dueAt);
    if (accessFacts.seenLive) seenLive.add(userId);
    else seenLive.delete(userId);
    if (accessFacts.durableChanged || isRestored) dirty.add(userId);
    if (accessFacts.projectionChanged) bus.publishUser({ userId, record: next });
  };

  return {
    async update(userId, restore, decide) {
      for (;;) {
        const before = drops;
        const restored = records.get(userId) ?? (await restore(NOTHING));
        if (before !== drops) continue;
        // Another may have restored, and committed, in the meantime.
        const present = records.get(userId);
        const record = present ?? restored;
        const now = clock();
        const decision = decide(record, now);
        if (decision.record !== record) commit(record, decision.record, present === undefined);
        return { ...decision, now };
      }
    },

    async read(userIds) {
      const found = new Map<string, PresenceRecord>();
      for (const userId of userIds) {
        const record = records.get(userId);
        if (record) found.set(userId, record);
      }
      const now = clock();
      return { now, nowOf: () => now, records: found };
    },

    async dueUsers(limit) {
      return schedule.due(clock(), limit);
    },

    async live({ after, limit }) {
      const userIds = [...seenLive].sort();
      const from = after === null ? 0 : userIds.findIndex((userId) => userId > after);
      return { userIds: from < 0 ? [] : userIds.slice(from, from + limit), total: userIds.length };
    },

    async liveAmong(userIds) {
      return new Set(userIds.filter((userId) => seenLive.has(userId)));
    },

    async dirty(limit) {
      const found = [...dirty].slice(0, limit).map((userId) => records.get(userId));
      return { now: clock(), records: found.filter((record) => record !== undefined) };
    },

    async clean(written) {
      for (const { userId, revision } of written) {
        const record = records.get(userId);
        if (record?.revision !== revision) continue;
        dirty.delete(userId);
        if (record.sessions.length === 0) drop(userId);
      }
    },

    async markLiveDirty() {
      for (const userId of seenLive) dirty.add(userId);
    },

    async forget(userId, generation) {
      await typing.clearTyping(userId, null);
      if ((records.get(userId)?.generation ?? 0) > generation) return false;
      drop(userId);
      bus.publishUser({ userId, record: null });
      return true;
    },

    ...typing,
    ...createMemoryLeases(records),

    async now() {
      return clock();
    },

    async close() {},
  } satisfies LiveStore;
};
