import type { Unsubscribe } from '../presence/ports/bus.js';

/** What this node watches, by key: one topic and one subscription to the bus each, however many watch. */
export interface TopicRegistry<Topic> {
  /** `ready` resolves when the bus has acknowledged. Every `acquire` needs one `release`. */
  acquire(key: string): { readonly topic: Topic; readonly ready: Promise<unknown> };
  release(key: string): void;
  get(key: string): Topic | undefined;
  /** A topic that the caller has acquired. */
  acquired(key: string): Topic;
  keys(): readonly string[];
  readonly size: number;
}

/** A topic with its subscription to the bus. */
export interface OpenedTopic<Topic> {
  readonly topic: Topic;
  readonly ready: Promise<Unsubscribe>;
}

interface Entry<Topic> extends OpenedTopic<Topic> {
  holders: number;
}

/** Calls `open` for a key that nobody holds yet; unsubscribes when the last holder releases it. */
export const createTopicRegistry = <Topic>(open: (key: string) => OpenedTopic<Topic>): TopicRegistry<Topic> => {
  const entries = new Map<string, Entry<Topic>>();

  const add = (key: string): Entry<Topic> => {
    const entry = { ...open(key), holders: 0 };
    entries.set(key, entry);
    return entry;
  };

  return {
    acquire(key) {
      const entry = entries.get(key) ?? add(key);
      entry.holders += 1;
      return entry;
    },
    release(key) {
      const entry = entries.get(key);
      if (!entry) return;
      entry.holders -= 1;
      if (entry.holders > 0) return;
      entries.delete(key);
      // A subscription that failed leaves nothing to undo; whoever awaited it was rejected.
      entry.ready.then(
        (unsubscribe) => unsubscribe(),
        () => {},
      );
    },
    get: (key) => entries.get(key)?.topic,
    acquired(key) {
      const entry = entries.get(key);
      if (!entry) throw new Error('A topic was used that nobody holds.');
      return entry.topic;
    },
    keys: () => [...entries.keys()],
    get size() {
      return entries.size;
    },
  };
};
