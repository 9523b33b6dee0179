/**
 * Changes of who may use an object, for timelines: the acts about it that were told before are judged again for all who follow their
 * actors. Who gained sight is sent them; who lost it is told that they are gone, also where only a query showed them; nobody else
 * hears anything. See docs/design.md#social.
 *
 * Costs a node one query for up to {@link OBJECTS} objects, whoever watches, and no more for an object without acts, as most chats are.
 * Then each act by somebody who is followed on the node costs twice what telling it did: two queries for each 2,000 of the actor's
 * followers there. These are the latest {@link MAX_OF_ACTOR} of an actor among the latest 1,000 about the object. Of a post by somebody
 * with 100,000 followers on a node that is 100 queries, one after another; other objects are judged beside it, up to
 * {@link SIDE_BY_SIDE} at once. What can be read later is read again, ever more rarely; where that cannot help, the change is
 * given up: subscriptions that were sent something about the object reread that by themselves.
 */
import { groupedBy, inPieces } from '../async/batches.js';
import { createLimit } from '../async/limit.js';
import { retry } from '../async/retry.js';
import { isTemporary } from '../presence/errors.js';
import type { AccessChange, UseChange } from '../presence/ports/bus.js';
import type { TimelineReader } from '../social/ports/timelines.js';
import type { Act } from '../social/socialTypes.js';
import type { ActorTopic, ObjectChange } from './actorTopic.js';
import type { Clock } from './epochs.js';
import { createRefresher } from './refresher.js';
import type { TopicRegistry } from './topicRegistry.js';

/** Objects of one query. */
const OBJECTS = 10;
/** Acts of one query. */
const ACTS = 250;
/** The latest acts of one actor about one object that are judged again. */
const MAX_OF_ACTOR = 50;
/** Objects that are judged at once. */
const SIDE_BY_SIDE = 8;
/** Actors of one object whose acts are judged again at once. */
const ACTORS = 2;
/** Changes of one object that wait together, each of which may have shown or hidden something. */
const MAX_CHANGES = 8;
/** Objects that wait; beyond, all subscriptions reread. */
const MAX_WAITING = 10_000;
const RETRY_MS = 500;
const MAX_RETRY_MS = 5_000;

type Waiting = ReadonlyMap<string, readonly ObjectChange[]>;
type ToldBefore = Awaited<ReturnType<TimelineReader['actsBefore']>>[number];

/** What holds for all acts that were told before one of them. */
const union = (changes: readonly ObjectChange[]): UseChange => {
  const deletions = changes.flatMap(({ deletedAt }) => deletedAt ?? []);
  return {
    before: null,
    deleted: changes.some(({ deleted }) => deleted),
    ...(deletions.length > 0 && { deletedAt: Math.min(...deletions) }),
    below: Math.max(...changes.map(({ below }) => below)),
  };
};

export const createObjectChanges = ({
  clock,
  timelines,
  actors,
  onMissed,
  onError,
  onGivenUp,
}: {
  readonly clock: Clock;
  readonly timelines: Pick<TimelineReader, 'actsBefore' | 'acts'>;
  readonly actors: Pick<TopicRegistry<ActorTopic>, 'get'>;
  /** More changed than is remembered. */
  readonly onMissed: () => void;
  readonly onError: (error: unknown) => void;
  /** A failure that does not go away by itself. Who was sent acts about the object rereads them all the same. */
  readonly onGivenUp: (error: unknown) => void;
}) => {
  let waiting = new Map<string, readonly ObjectChange[]>();
  /** Objects that are being judged: a further change of one waits. */
  const underWay = new Set<string>();
  let closed = false;

  const wait = (objectId: string, changes: readonly ObjectChange[]): void => {
    if (waiting.size >= MAX_WAITING && !waiting.has(objectId)) {
      waiting = new Map();
      onMissed();
      return;
    }
    waiting.set(objectId, [...(waiting.get(objectId) ?? []), ...changes].slice(-MAX_CHANGES));
  };

  /** Takes objects that wait, as far as there is room for them. */
  const take = (): Waiting => {
    const taken = new Map<string, readonly ObjectChange[]>();
    for (const [objectId, changes] of waiting) {
      if (taken.size >= OBJECTS || underWay.size >= SIDE_BY_SIDE) break;
      if (underWay.has(objectId)) continue;
      waiting.delete(objectId);
      underWay.add(objectId);
      taken.set(objectId, changes);
    }
    return taken;
  };

  const actsBefore = (changed: Waiting) =>
    timelines.actsBefore([...changed].map(([objectId, changes]) => ({ objectId, change: union(changes) })));

  /** Until it could; rejects with what does not go away. */
  const untilRead = <T>(read: () => Promise<T>): Promise<T> =>
    retry(read, {
      everyMs: RETRY_MS,
      upToMs: MAX_RETRY_MS,
      onFailure(error) {
        if (closed || !isTemporary(error)) throw error;
        onError(error);
      },
    });

  const judge = async (acts: readonly Act[], changed: readonly ObjectChange[]): Promise<void> => {
    for (const act of acts) {
      const changes = changed.filter(({ below }) => act.seq < below);
      if (changes.length > 0) await actors.get(act.actorId)?.judgeChanged(act, changes);
    }
  };

  const judgeAll = async (told: readonly ToldBefore[], changes: readonly ObjectChange[]): Promise<void> => {
    const followed = told.filter(({ actorId }) => actors.get(actorId));
    const latest = [...groupedBy(followed, ({ actorId }) => actorId).values()];
    const ids = latest.flatMap((acts) => acts.slice(0, MAX_OF_ACTOR).map(({ id }) => id));
    const inTurn = createLimit(ACTORS);
    for (const piece of inPieces(ids, ACTS)) {
      const acts = groupedBy(await untilRead(() => timelines.acts(piece)), ({ actorId }) => actorId);
      await Promise.all([...acts.values()].map((ofOne) => inTurn(() => judge(ofOne, changes))));
    }
  };

  const changed = async (
    objectId: string,
    changes: readonly ObjectChange[],
    found: readonly ToldBefore[] | undefined,
  ): Promise<void> => {
    try {
      const told = found ?? (await untilRead(() => actsBefore(new Map([[objectId, changes]]))));
      await judgeAll(told, changes);
    } catch (error) {
      if (!closed) onGivenUp(error);
    }
    underWay.delete(objectId);
    refresher.request();
  };

  const refresher = createRefresher({
    async read() {
      for (let taken = take(); taken.size > 0; taken = take()) {
        // Where they cannot be read together, each is by itself: one that never can be holds up no other.
        const found = await actsBefore(taken).catch((error: unknown) => {
          onError(error);
          return undefined;
        });
        for (const [objectId, changes] of taken) {
          const told = found?.filter((each) => each.objectId === objectId);
          void changed(objectId, changes, told);
        }
      }
    },
    hasEnded: () => closed,
    onError,
  });
  refresher.open();

  return {
    /** After it was passed to the subscriptions that it names: what those hear of later came after it. */
    accessChanged(change: AccessChange): void {
      if (change.kind !== 'conversation' || !change.use) return;
      const members = new Set(change.members);
      for (const userId of change.use.joined ?? []) members.delete(userId);
      wait(change.id, [{ ...change.use, members, at: clock.now }]);
      refresher.request();
    },
    close(): void {
      closed = true;
    },
  };
};
