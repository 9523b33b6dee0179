import type { Unsubscribe } from '../presence/ports.js';

/** The listeners of many topics in one process. A topic is there only while somebody listens. */
export interface Topics<M> {
  add(topic: string, listener: (message: M) => void): Unsubscribe;
  deliver(topic: string, message: M): void;
  readonly size: number;
}

export const createTopics = <M>(): Topics<M> => {
  const listeners = new Map<string, Set<(message: M) => void>>();
  return {
    add(topic, listener) {
      const present = listeners.get(topic) ?? new Set();
      listeners.set(topic, present);
      // Each adding is its own, also of a function that listens already.
      const own = (message: M) => listener(message);
      present.add(own);
      return () => {
        present.delete(own);
        if (present.size === 0 && listeners.get(topic) === present) listeners.delete(topic);
      };
    },
    deliver(topic, message) {
      for (const listener of listeners.get(topic) ?? []) listener(message);
    },
    get size() {
      return listeners.size;
    },
  };
};
