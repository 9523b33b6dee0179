/**
 * A subscription to presence. It starts in this order: the bus acknowledges its topics, the records are read, then
 * the facts; a change heard meanwhile repeats the reading. So nothing that happens after it started is lost.
 */
import { badInput } from '../presence/errors.js';
import { checkIds } from '../presence/input.js';
import type { FactChange, People } from '../presence/ports.js';
import type { Viewer } from '../presence/visibility.js';
import { Interest, type Owed, type PresenceOutbox, type Told } from './interest.js';
import { createOutbox } from './outbox.js';
import { createRefresher } from './refresher.js';
import type { Sight } from './sight.js';
import { viewOf } from './told.js';
import type { TopicRegistry } from './topics.js';
import type { PresenceStream, WatchBudget } from './watch.js';

/** How many users one connection watches at most; of a roster, the first by id. */
export const MAX_WATCHED = 5_000;

export interface PresenceWatch {
  readonly iterator: PresenceStream;
  /** Resolves when it watches. Rejects with what the input or the ports reject with; it has then ended. */
  start(): Promise<void>;
  /** A change of facts was heard, which may have changed the roster. */
  factsChanged(change: FactChange): void;
  /** Changes of facts may have been missed. */
  factsMissed(): void;
}

export interface WatchDeps {
  readonly people: People;
  readonly topics: TopicRegistry;
  readonly sight: Sight;
  readonly onError: (error: unknown) => void;
}

/** What waits, when too much does: the end of a sight as it is, and of every other user the present state, once. */
const collapse = (waiting: readonly Owed[]): readonly Owed[] => {
  const kept = new Map<Interest, Owed>();
  for (const owed of waiting) {
    const shown = owed.shown === 'lost' ? owed.shown : null;
    kept.set(owed.interest, { interest: owed.interest, shown, notBefore: owed.notBefore });
  }
  return [...kept.values()];
};

/** The views of what is told, for whoever asks for one after the other. */
const asViews = (outbox: PresenceOutbox): PresenceStream => ({
  async next() {
    const next = await outbox.next();
    return next.done ? next : { done: false, value: viewOf(next.value) };
  },
  async return() {
    await outbox.return();
    return { done: true, value: undefined };
  },
  flow: outbox.flow,
  [Symbol.asyncIterator]() {
    return this;
  },
});

export const createPresenceWatch = (
  { people, topics, sight, onError }: WatchDeps,
  viewer: Viewer,
  options: { readonly userIds: readonly string[] | null; readonly snapshot: boolean; readonly budget: WatchBudget },
  onEnd: () => void,
): PresenceWatch => {
  const { snapshot, budget } = options;
  const interests = new Map<string, Interest>();
  /** Ended ones of users who left the roster and the viewer's sight: should they come back, what was told counts. */
  const parted = new Map<string, Interest>();
  let ended = false;

  const outbox: PresenceOutbox = createOutbox<Owed, Told>({
    judge: (owed) => owed.interest.judge(owed),
    collapse,
    onReturn: () => {
      ended = true;
      for (const userId of [...interests.keys()]) drop(userId);
      onEnd();
    },
  });

  const drop = (userId: string) => {
    const interest = interests.get(userId);
    if (!interest) return;
    interests.delete(userId);
    sight.remove(interest);
    interest.end();
    topics.release(userId);
    budget.watched -= 1;
  };

  /** False for one that ended meanwhile. */
  const isWatched = (interest: Interest): boolean => interests.get(interest.userId) === interest;

  const add = async (userIds: readonly string[], tell: boolean) => {
    const added = userIds.map((userId) => {
      const { topic, ready } = topics.acquire(userId);
      const interest = parted.get(userId) ?? new Interest(viewer, topic, outbox);
      if (parted.delete(userId)) interest.resume(topic);
      interests.set(userId, interest);
      sight.add(interest);
      budget.watched += 1;
      return { interest, ready };
    });
    try {
      await Promise.all(added.map(({ ready }) => ready));
      await sight.read(
        added.map(({ interest }) => interest),
        (interest, facets, now) => {
          if (isWatched(interest)) interest.begin(facets, now, tell);
        },
      );
    } catch (error) {
      for (const { interest } of added) drop(interest.userId);
      throw error;
    }
  };

  const rosterOf = async () =>
    viewer.kind === 'user' ? (await people.roster(viewer.userId)).slice(0, MAX_WATCHED) : [];

  /**
   * Follows the roster: who came is told as they are, or, having been there before, if anything changed. Who left is
   * told of once more at the most: when they also leave the viewer's sight.
   */
  const followRoster = async () => {
    const roster = new Set(await rosterOf());
    if (ended) return;
    const known = [...interests.values()];
    const came = [...roster].filter((userId) => !interests.has(userId));
    const left = known.filter(({ userId }) => !roster.has(userId));
    if (came.length > 0) await add(came, true);
    const unchanged = known.filter(({ userId }) => roster.has(userId));
    for (const interest of unchanged) if (isWatched(interest)) interest.unmute(0);
    if (left.length === 0) return;
    await sight.read(left, (interest, facets, now) => {
      if (!isWatched(interest)) return;
      interest.mute();
      interest.see(facets, now);
      if (!interest.inSight) part(interest);
    });
    // They are kept in mind as far as there is room.
    for (const interest of left.slice(0, Math.max(0, interests.size - MAX_WATCHED))) drop(interest.userId);
    for (const userId of [...parted.keys()].slice(0, Math.max(0, parted.size - MAX_WATCHED))) parted.delete(userId);
  };

  const part = (interest: Interest) => {
    drop(interest.userId);
    parted.set(interest.userId, interest);
  };

  const refresher = createRefresher({ read: followRoster, hasEnded: () => ended, onError });

  /** Whether a change of facts may change the roster. */
  const mayChangeRoster = (change: FactChange): boolean => {
    switch (change.kind) {
      case 'relation':
        return change.users.includes(viewer.userId);
      case 'circle':
        return change.members.includes(viewer.userId);
      case 'user':
        return change.deleted && interests.has(change.userId);
      case 'conversation':
        return false;
    }
  };

  return {
    iterator: asViews(outbox),
    async start() {
      try {
        const userIds = options.userIds === null ? await rosterOf() : checkIds(options.userIds, 'userIds');
        if (options.userIds !== null && budget.watched + userIds.length > MAX_WATCHED) {
          throw badInput(
            `One connection watches at most ${MAX_WATCHED.toLocaleString('en-US')} users; this one watches ${budget.watched} already.`,
          );
        }
        await add(userIds, snapshot);
      } catch (error) {
        await outbox.return();
        throw error;
      }
      refresher.open();
    },
    factsChanged(change) {
      if (options.userIds === null && mayChangeRoster(change)) refresher.request();
    },
    factsMissed() {
      if (options.userIds === null) refresher.request();
    },
  };
};
