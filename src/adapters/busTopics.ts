import type { Unsubscribe } from '../presence/ports/bus.js';

/** What a bus carries; also a label of the metrics. */
export type MessageKind = 'user' | 'typing' | 'place' | 'facts' | 'ended' | 'act' | 'tray' | 'counts';

/** The listeners of this process by topic. A topic exists only while it has a listener. */
export interface Topics<M> {
  add(topic: string, listener: (message: M) => void): Unsubscribe;
  deliver(topic: string, message: M): void;
  has(topic: string): boolean;
  readonly size: number;
}

/** `onMessage` is called for each message of a topic that has a listener. */
export const createTopics = <M>(onMessage: () => void = () => {}): Topics<M> => {
  const listeners = new Map<string, Set<(message: M) => void>>();
  return {
    add(topic, listener) {
      const present = listeners.get(topic) ?? new Set();
      listeners.set(topic, present);
      // A function that is added twice is called twice.
      const own = (message: M) => listener(message);
      present.add(own);
      return () => {
        present.delete(own);
        if (present.size === 0 && listeners.get(topic) === present) listeners.delete(topic);
      };
    },
    deliver(topic, message) {
      const present = listeners.get(topic);
      if (!present) return;
      onMessage();
      for (const listener of present) listener(message);
    },
    has: (topic) => listeners.has(topic),
    get size() {
      return listeners.size;
    },
  };
};
