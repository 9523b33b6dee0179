/** The trays that this node watches: one topic and one channel of the bus a tray, however many devices of its user. */
import type { AccessChange } from '../presence/ports/bus.js';
import type { Directory } from '../presence/ports/directory.js';
import type { Viewer } from '../presence/visibility.js';
import type { ReadBudget } from '../service/readBudget.js';
import type { ShownTrays } from '../service/shownTrays.js';
import type { SocialBus } from '../social/ports/socialBus.js';
import type { TrayStore } from '../social/ports/trays.js';
import { createInboxReader } from './inboxReader.js';
import { InboxSubscription, type InboxSubscriptionDeps } from './inboxSubscription.js';
import { InboxTopic } from './inboxTopic.js';
import type { SubscriptionBudget } from './subscription.js';
import { createTopicRegistry } from './topicRegistry.js';

export const createInboxWatch = ({
  bus,
  trays,
  people,
  reads,
  shownTrays,
  broadcastIntervalMs,
  onError,
  onEnd,
}: {
  readonly bus: Pick<SocialBus, 'subscribeTray'>;
  readonly trays: Pick<TrayStore, 'changedSince'>;
  readonly people: Pick<Directory, 'profiles'>;
  readonly reads: ReadBudget;
  readonly shownTrays: ShownTrays;
  readonly broadcastIntervalMs: number;
  readonly onError: (error: unknown) => void;
  readonly onEnd: (subscription: InboxSubscription) => void;
}) => {
  const reader = createInboxReader({ trays, people, onError });
  const topics = createTopicRegistry((userId) => {
    const topic = new InboxTopic(userId, broadcastIntervalMs, reader.request);
    const subscribed = bus.subscribeTray(userId, (change) => {
      if (change.kind === 'tray') topic.receive(change.revision);
      else if (change.muted) topic.suspend();
    });
    const ready = subscribed.then((unsubscribe) => () => {
      topic.end();
      unsubscribe();
    });
    return { topic, ready };
  });
  const deps: InboxSubscriptionDeps = { reads, topics, reader, shownTrays, onEnd };

  return {
    /** A subscription that has not started. */
    open: (viewer: Viewer, connectionId: string | null, budget: SubscriptionBudget) =>
      new InboxSubscription(deps, viewer, connectionId, budget),
    /** What a deletion takes along is withheld at once: a look at each watched tray, a few milliseconds for 100,000. */
    accessChanged(change: AccessChange): void {
      const isDeletion =
        change.kind === 'user' ? change.deleted : change.kind === 'conversation' && change.use?.deleted;
      if (isDeletion) for (const userId of topics.keys()) topics.get(userId)?.deleted(change);
    },
    get size() {
      return topics.size;
    },
  };
};
