/**
 * Changes of who may use an object, for timelines: the acts about it that were told before are judged again for all who follow their
 * actors. Who gained sight is sent them; who lost it is told that they are gone, also where only a query showed them; nobody else
 * hears anything. See docs/design.md#social.
 *
 * Costs a node one query for up to {@link OBJECTS} objects, whoever watches, and no more for an object without acts, as most chats are.
 * Then each act by somebody who is followed on the node costs twice what telling it did: two queries for each 2,000 of the actor's
 * followers there. These are the latest {@link MAX_OF_ACTOR} of an actor among the latest 1,000 about the object. Of a post by somebody
 * with 100,000 followers on a node that is 100 queries, one after another.
 */
import { groupedBy, inPieces } from '../async/batches.js';
import { createLimit } from '../async/limit.js';
import type { AccessChange, UseChange } from '../presence/ports/bus.js';
import type { TimelineReader } from '../social/ports/timelines.js';
import type { Act } from '../social/socialTypes.js';
import type { ActorTopic, ObjectChange } from './actorTopic.js';
import { Epochs } from './epochs.js';
import { createRefresher } from './refresher.js';
import { objectKey, userKey } from './sightLosses.js';
import type { TopicRegistry } from './topicRegistry.js';

/** Objects of one query. */
const OBJECTS = 10;
/** Acts of one query. */
const ACTS = 250;
/** The latest acts of one actor about one object that are judged again. */
const MAX_OF_ACTOR = 50;
/** Actors whose acts are judged again at once. */
const ACTORS = 8;
/** Changes of one object that wait together, each of which may have shown or hidden something. */
const MAX_CHANGES = 8;
/** Objects that wait; beyond, all subscriptions reread. */
const MAX_WAITING = 10_000;

type Waiting = ReadonlyMap<string, readonly ObjectChange[]>;

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
  timelines,
  actors,
  onMissed,
  onError,
}: {
  readonly timelines: Pick<TimelineReader, 'actsBefore' | 'acts'>;
  readonly actors: Pick<TopicRegistry<ActorTopic>, 'get'>;
  /** More changed than is remembered. */
  readonly onMissed: () => void;
  readonly onError: (error: unknown) => void;
}) => {
  const epochs = new Epochs();
  let waiting = new Map<string, readonly ObjectChange[]>();
  let closed = false;
  const inTurn = createLimit(ACTORS);

  const wait = (objectId: string, changes: readonly ObjectChange[]): void => {
    if (waiting.size >= MAX_WAITING && !waiting.has(objectId)) {
      waiting = new Map();
      onMissed();
      return;
    }
    waiting.set(objectId, [...(waiting.get(objectId) ?? []), ...changes].slice(-MAX_CHANGES));
  };

  const judge = async (acts: readonly Act[], changed: Waiting): Promise<void> => {
    for (const act of acts) {
      const changes = (changed.get(act.objectId ?? '') ?? []).filter(({ below }) => act.seq < below);
      if (changes.length > 0) await actors.get(act.actorId)?.judgeChanged(act, changes);
    }
  };

  const reread = async (changed: Waiting): Promise<void> => {
    const asked = [...changed].map(([objectId, changes]) => ({ objectId, change: union(changes) }));
    const told = (await timelines.actsBefore(asked)).filter(({ actorId }) => actors.get(actorId));
    const latest = [...groupedBy(told, ({ actorId, objectId }) => JSON.stringify([actorId, objectId])).values()];
    const ids = latest.flatMap((acts) => acts.slice(0, MAX_OF_ACTOR).map(({ id }) => id));
    for (const piece of inPieces(ids, ACTS)) {
      const acts = groupedBy(await timelines.acts(piece), ({ actorId }) => actorId);
      await Promise.all([...acts.values()].map((ofOne) => inTurn(() => judge(ofOne, changed))));
    }
  };

  const refresher = createRefresher({
    async read() {
      const changed = [...waiting];
      waiting = new Map();
      for (const piece of inPieces(changed, OBJECTS)) {
        try {
          await reread(new Map(piece));
        } catch (error) {
          for (const [objectId, changes] of changed) wait(objectId, changes);
          throw error;
        }
      }
    },
    hasEnded: () => closed,
    onError,
  });
  refresher.open();

  return {
    /** Judgements that are under way, of acts about objects. */
    epochs: epochs as Pick<Epochs, 'epoch' | 'holds'>,
    /** Nothing that was judged before, and is about that object, or about one of that deleted owner, is taken after this. */
    accessChanged(change: AccessChange): void {
      if (change.kind === 'user' && change.deleted) epochs.touch(userKey(change.userId));
      if (change.kind !== 'conversation' || !change.use) return;
      epochs.touch(objectKey(change.id));
      const members = new Set(change.members);
      for (const userId of change.use.joined ?? []) members.delete(userId);
      wait(change.id, [{ ...change.use, members }]);
      refresher.request();
    },
    close(): void {
      closed = true;
    },
  };
};
