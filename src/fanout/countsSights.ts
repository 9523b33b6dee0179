/**
 * Who may use the watched objects: `mayUse` of the facts of each pair. Beside the object itself, what relates a viewer to its
 * owner decides; so the owner of each watched object is remembered, and what a user changes rereads only what is theirs.
 */
import { pairKey } from '../presence/pairs.js';
import type { ConversationReader } from '../presence/ports/access.js';
import { mayUse, type Viewer } from '../presence/visibility.js';
import type { CountStore } from '../social/ports/counts.js';
import type { CountsTopic, CountsTypes } from './countsKind.js';
import { createLists } from './lists.js';
import type { TopicRegistry } from './topicRegistry.js';
import type { Sights } from './visibilityChanges.js';

const MAY: CountsTypes['sight'] = Object.freeze({ mayUse: true });
const MAY_NOT: CountsTypes['sight'] = Object.freeze({ mayUse: false });

/** Reads the values of these objects, and hands them to their topics. */
export const readValues = async (counts: Pick<CountStore, 'counts'>, topics: readonly CountsTopic[]): Promise<void> => {
  const before = topics.map(({ state }) => state);
  const found = await counts.counts(topics.map(({ key }) => key));
  for (const [i, topic] of topics.entries()) {
    const values = found.get(topic.key);
    if (values) topic.observeReading(values, before[i]);
  }
};

export interface CountsSights extends Sights<CountsTypes> {
  /** The owner of a topic may be another from now on, and is not known until it was read. */
  forgetOwner(topic: CountsTopic): void;
  /** Nobody watches the topic any more. */
  release(topic: CountsTopic): void;
}

export const createCountsSights = ({
  counts,
  conversations,
  topics,
}: {
  readonly counts: Pick<CountStore, 'counts'>;
  readonly conversations: ConversationReader;
  readonly topics: TopicRegistry<CountsTopic>;
}): CountsSights => {
  const byOwner = createLists<CountsTopic>();
  /** Those whose owner is being read: whoever is deleted meanwhile may be the owner. */
  const unknown = new Set<CountsTopic>();

  const setOwner = (topic: CountsTopic, ownerId: string | null | undefined): void => {
    if (ownerId !== undefined) unknown.delete(topic);
    if (topic.ownerId === ownerId) return;
    if (topic.ownerId != null) byOwner.remove(topic.ownerId, topic);
    topic.ownerId = ownerId;
    if (ownerId != null) byOwner.add(ownerId, topic);
  };

  const pairOf = (viewer: Viewer, conversationId: string) => ({ userId: viewer.userId, conversationId });

  return {
    async read(watchers) {
      const watched = [...new Set(watchers.map(({ key }) => key))].flatMap((key) => topics.get(key) ?? []);
      const epochs = watched.map(({ ownerEpoch }) => ownerEpoch);
      for (const topic of watched) if (topic.ownerId === undefined) unknown.add(topic);
      await readValues(counts, watched);
      const facts = await conversations.conversationFacts(watchers.map(({ viewer, key }) => pairOf(viewer, key)));
      const factsOf = (viewer: Viewer, key: string) => facts.get(pairKey(viewer.userId, key));
      const known = new Map(watched.map((topic, i) => [topic.key, { topic, epoch: epochs[i]! }]));
      for (const { viewer, key } of watchers) {
        const reading = known.get(key);
        if (!reading || reading.epoch !== reading.topic.ownerEpoch) continue;
        known.delete(key);
        setOwner(reading.topic, factsOf(viewer, key)?.owner?.userId ?? null);
      }
      return ({ viewer, key }) => ({
        sight: viewer.kind === 'service' || mayUse(factsOf(viewer, key), viewer.userId) ? MAY : MAY_NOT,
        // What is shown is as late as the values, whenever it was read.
        now: 0,
      });
    },
    userOf: (key) => topics.get(key)?.ownerId,
    topicsOf(change) {
      if (change.kind === 'user') {
        const owned = byOwner.get(change.userId);
        return change.deleted ? [...owned, ...unknown] : owned;
      }
      const topic = change.kind === 'conversation' ? topics.get(change.id) : undefined;
      return topic ? [topic] : [];
    },
    forgetOwner(topic) {
      topic.ownerEpoch += 1;
      setOwner(topic, undefined);
    },
    release(topic) {
      topic.ownerEpoch += 1;
      setOwner(topic, null);
    },
  };
};
