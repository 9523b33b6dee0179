import { STATE_CONSUMERS, type StateConsumer, type StateMarks } from '../../presence/ports/stateMarks.js';
import type { Clock } from './memoryClock.js';

/** The marks of one consumer: each user is in one of the four. A user who is marked again comes last. */
interface Marks {
  /** Until when commits mark; 0: it was never registered. */
  till: number;
  anew: boolean;
  lease: { readonly holder: string; readonly until: number } | null;
  /** Users who changed, by since when, the oldest first. */
  changed: Map<string, number>;
  /** Users who did not change, and are to be told anew. */
  readonly unchanged: Set<string>;
  /** Users whom a sender took, by since when they were marked. */
  readonly taken: Map<string, number>;
  /** Users who are put off, by until when. */
  readonly postponed: Map<string, number>;
}

/** The marks of a single process, in one part. */
export const createMemoryStateMarks = ({
  clock,
  seenLive,
}: {
  readonly clock: Clock;
  readonly seenLive: ReadonlySet<string>;
}) => {
  const empty = (): Marks => ({
    till: 0,
    anew: false,
    lease: null,
    changed: new Map(),
    unchanged: new Set(),
    taken: new Map(),
    postponed: new Map(),
  });
  const all = new Map<StateConsumer, Marks>(STATE_CONSUMERS.map((consumer) => [consumer, empty()]));
  const of = (consumer: StateConsumer): Marks => all.get(consumer)!;

  const markIn = ({ changed, unchanged, taken, postponed }: Marks, userId: string): void => {
    unchanged.delete(userId);
    taken.delete(userId);
    postponed.delete(userId);
    if (!changed.has(userId)) changed.set(userId, clock());
  };
  const isMarked = ({ changed, unchanged, taken, postponed }: Marks, userId: string): boolean =>
    [changed, unchanged, taken, postponed].some((users) => users.has(userId));
  const markBehind = (marks: Marks, userIds: Iterable<string>): void => {
    for (const userId of userIds) if (!isMarked(marks, userId)) marks.unchanged.add(userId);
  };
  const isHeld = ({ lease }: Marks, holder: string): boolean => lease?.holder === holder && lease.until > clock();
  const clear = ({ changed, unchanged, taken, postponed }: Marks): void => {
    for (const users of [changed, unchanged, taken, postponed]) users.clear();
  };

  const port: StateMarks = {
    parts: 1,
    partOf: () => 0,

    async renew({ consumer, holder }, { forMs, leaseMs }) {
      const marks = of(consumer);
      const now = clock();
      if (marks.till <= now) {
        clear(marks);
        marks.anew = true;
      }
      marks.till = now + forMs;
      if (marks.lease === null || marks.lease.until <= now) {
        // What the sender before took and did not say that it was told.
        marks.changed = new Map([...marks.taken, ...marks.changed]);
        marks.taken.clear();
        marks.lease = null;
      }
      if (marks.lease === null || marks.lease.holder === holder) marks.lease = { holder, until: now + leaseMs };
      const [first = now] = marks.changed.values();
      const oldest = Math.min(first, ...marks.taken.values());
      const { size: postponed } = marks.postponed;
      const marked = marks.changed.size + marks.unchanged.size + marks.taken.size + postponed;
      return { holds: isHeld(marks, holder), anew: marks.anew, marked, oldestMs: now - oldest };
    },

    async release({ consumer, holder }) {
      const marks = of(consumer);
      if (marks.lease?.holder === holder) marks.lease = null;
    },

    async markLive({ consumer }) {
      markBehind(of(consumer), seenLive);
    },

    async mark(consumer, userIds) {
      for (const userId of userIds) markIn(of(consumer), userId);
    },

    async markBehind(consumer, userIds) {
      markBehind(of(consumer), userIds);
    },

    async toldAnew({ consumer }) {
      of(consumer).anew = false;
    },

    async take({ consumer, holder }, limit) {
      const marks = of(consumer);
      if (!isHeld(marks, holder)) return [];
      const { changed, unchanged, taken, postponed } = marks;
      for (const [userId, until] of postponed) {
        if (until > clock()) continue;
        postponed.delete(userId);
        unchanged.add(userId);
      }
      const users: string[] = [];
      for (const [userId, since] of changed) {
        if (users.length === limit) break;
        changed.delete(userId);
        taken.set(userId, since);
        users.push(userId);
      }
      for (const userId of unchanged) {
        if (users.length === limit) break;
        unchanged.delete(userId);
        taken.set(userId, clock());
        users.push(userId);
      }
      return users;
    },

    async told({ consumer, holder }, userIds) {
      const marks = of(consumer);
      const held = isHeld(marks, holder);
      for (const userId of userIds) {
        if (held) marks.taken.delete(userId);
        else markIn(marks, userId);
      }
      return held;
    },

    async postpone({ consumer, holder }, waits) {
      const marks = of(consumer);
      if (!isHeld(marks, holder)) return false;
      const now = clock();
      for (const [userId, ms] of waits) if (marks.taken.delete(userId)) marks.postponed.set(userId, now + ms);
      return true;
    },

    async markedAmong(consumer, userIds) {
      return new Set(userIds.filter((userId) => isMarked(of(consumer), userId)));
    },
  };

  return {
    port,
    /** Marks a user whose state others see differently from now on. */
    changed(userId: string): void {
      const now = clock();
      for (const marks of all.values()) {
        if (marks.till > now) markIn(marks, userId);
        else clear(marks);
      }
    },
  };
};
