import type { Bus, Unsubscribe } from '../presence/ports/bus.js';
import { Topic } from './topic.js';

/** The watched users of this node: one subscription to the bus each, however many watch. */
export interface TopicRegistry {
  /** Resolves when the bus has acknowledged. Each acquiring is released once. */
  acquire(userId: string): { readonly topic: Topic; readonly ready: Promise<unknown> };
  release(userId: string): void;
  get(userId: string): Topic | undefined;
  /** Everybody who is watched. */
  userIds(): readonly string[];
  readonly size: number;
}

interface Held {
  readonly topic: Topic;
  readonly ready: Promise<Unsubscribe>;
  holders: number;
}

export const createTopicRegistry = ({
  bus,
  broadcastIntervalMs,
  readAgain,
}: {
  readonly bus: Bus;
  readonly broadcastIntervalMs: number;
  /** Has a user's record read, and their topic told. */
  readonly readAgain: (userId: string) => Promise<void>;
}): TopicRegistry => {
  const held = new Map<string, Held>();

  const open = (userId: string): Held => {
    const topic = new Topic(userId, broadcastIntervalMs, () => readAgain(userId));
    const ready = bus.subscribeUser(userId, ({ record }) => (record ? topic.observe(record) : topic.forget()));
    const entry = { topic, ready, holders: 0 };
    held.set(userId, entry);
    return entry;
  };

  return {
    acquire(userId) {
      const entry = held.get(userId) ?? open(userId);
      entry.holders += 1;
      return entry;
    },
    release(userId) {
      const entry = held.get(userId);
      if (!entry) return;
      entry.holders -= 1;
      if (entry.holders > 0) return;
      held.delete(userId);
      // A subscription that failed leaves nothing to undo; whoever awaited it has been told.
      entry.ready.then(
        (unsubscribe) => unsubscribe(),
        () => {},
      );
    },
    get: (userId) => held.get(userId)?.topic,
    userIds: () => [...held.keys()],
    get size() {
      return held.size;
    },
  };
};
