import { byBytes } from '../../presence/byBytes.js';
import { seenPlacesOf } from '../../presence/places.js';
import type { CommitBus } from '../../presence/ports/bus.js';
import type { Missing, RecordStore } from '../../presence/ports/records.js';
import type { StateMarking } from '../../presence/ports/stateMarks.js';
import type { LiveStore } from '../../presence/ports/stores.js';
import { scheduleOf } from '../../presence/scheduling.js';
import type { PresenceRecord } from '../../presence/types.js';
import { createLiveRound } from './liveRound.js';
import { type Clock, createMonotonicClock } from './memoryClock.js';
import { createMemoryClosedNames } from './memoryClosedNames.js';
import { createMemoryLeases } from './memoryLeases.js';
import { createMemoryPlaces } from './memoryPlaces.js';
import { createMemoryStateMarks } from './memoryStateMarks.js';
import { createMemoryTyping } from './memoryTyping.js';
import { createSchedule } from './schedule.js';

/** A store in memory loses nothing while its process lives. */
const NOTHING_LOST: Missing = { recovering: false, doubtful: undefined };

/**
 * All live state of one process, in memory. Deciding and committing happen without yielding to the event loop, so that a
 * commit never conflicts; see `RecordStore` for the promises.
 */
export const createMemoryStore = ({ bus, clock = createMonotonicClock() }: { bus: CommitBus; clock?: Clock }) => {
  const records = new Map<string, PresenceRecord>();
  const schedule = createSchedule();
  const seenLive = new Set<string>();
  const dirty = new Set<string>();
  const nextLive = createLiveRound({ seenLive, clock });
  const typing = createMemoryTyping({ bus, clock });
  const places = createMemoryPlaces({ bus });
  const stateMarks = createMemoryStateMarks({ clock, seenLive });
  /** How many records were dropped so far. A restore that saw a drop may have read an older state: it is repeated. */
  let drops = 0;

  const drop = (userId: string) => {
    drops += 1;
    const dropped = records.get(userId);
    if (dropped) places.dropped(userId, seenPlacesOf(dropped));
    records.delete(userId);
    schedule.set(userId, null);
    seenLive.delete(userId);
    dirty.delete(userId);
  };

  const commit = (previous: PresenceRecord, next: PresenceRecord, isRestored: boolean) => {
    const { userId } = next;
    const {
      dueAt,
      seenLive: isSeenLive,
      durableChanged,
      projectionChanged,
      changedForOthers,
      placesMoved,
    } = scheduleOf(previous, next);
    records.set(userId, next);
    schedule.set(userId, dueAt);
    if (isSeenLive) seenLive.add(userId);
    else seenLive.delete(userId);
    if (durableChanged || isRestored) dirty.add(userId);
    if (changedForOthers) stateMarks.changed(userId);
    if (projectionChanged) bus.publishUser({ userId, record: next });
    if (placesMoved.length > 0) places.committed(next, placesMoved);
  };

  const recordsOf = (userIds: readonly string[]): ReadonlyMap<string, PresenceRecord> => {
    const found = new Map<string, PresenceRecord>();
    for (const userId of userIds) {
      const record = records.get(userId);
      if (record) found.set(userId, record);
    }
    return found;
  };

  const recordStore = {
    async update(userId, restore, decide) {
      for (;;) {
        const dropsBefore = drops;
        const restored = records.get(userId) ?? (await restore(NOTHING_LOST));
        if (drops !== dropsBefore) continue;
        // Another update may have restored and committed while this one awaited.
        const present = records.get(userId);
        const record = present ?? restored;
        const now = clock();
        const decision = decide(record, now);
        if (decision.record !== record) commit(record, decision.record, present === undefined);
        return { ...decision, now };
      }
    },

    async read(userIds) {
      const found = recordsOf(userIds);
      const now = clock();
      return { now, nowOf: () => now, records: found };
    },

    async heads(userIds) {
      return recordsOf(userIds);
    },

    async dueUsers(limit) {
      return schedule.due(clock(), limit);
    },

    async live({ after, limit }) {
      const userIds = [...seenLive].filter((userId) => after === null || byBytes(userId, after) > 0).sort(byBytes);
      return { userIds: userIds.slice(0, limit), total: seenLive.size };
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

    async markLiveDirty({ ending } = { ending: false }) {
      for (const userId of ending ? seenLive : nextLive()) dirty.add(userId);
    },

    async forget(userId, generation) {
      await typing.clearTyping(userId, null);
      const record = records.get(userId) ?? null;
      if (record && record.generation > generation) return null;
      drop(userId);
      stateMarks.changed(userId);
      bus.publishUser({ userId, record: null });
      return { record, now: clock() };
    },
  } satisfies RecordStore;

  return {
    ...recordStore,
    ...typing,
    ...places.port,
    ...createMemoryClosedNames({ clock }),
    ...createMemoryLeases(records),
    stateMarks: stateMarks.port,
    now: async () => clock(),
    close: async () => {},
  } satisfies LiveStore & StateMarking;
};
