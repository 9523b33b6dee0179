/** Who wants to hear of something that happens on this node. */
export interface Listeners<A extends readonly unknown[]> {
  /** Adds a listener; what it returns removes it again. */
  add(listener: (...what: A) => void): () => void;
  /** Calls every listener. What one of them throws goes to `onError`, and keeps it from nobody else. */
  call(...what: A): void;
}

export const createListeners = <A extends readonly unknown[]>(onError: (error: unknown) => void): Listeners<A> => {
  const listeners = new Set<(...what: A) => void>();
  return {
    add(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    call(...what) {
      for (const listener of listeners) {
        try {
          listener(...what);
        } catch (error) {
          onError(error);
        }
      }
    },
  };
};
