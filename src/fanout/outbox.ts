/**
 * What one subscription is owed, as an iterator. Items are judged when they are taken, not when they are put, so that
 * nothing is sent that is no longer true or no longer the viewer's to see.
 */
export interface Outbox<Item extends object, T> extends AsyncIterableIterator<T> {
  put(item: Item): void;
  /** Removes what waits and matches. */
  remove(matches: (item: Item) => boolean): void;
  next(): Promise<IteratorResult<T>>;
  return(): Promise<IteratorResult<T>>;
  /**
   * Instead of being asked for, values are handed to `take` as they come, for as long as it answers true; after a
   * false, what comes waits until the function that this returns is called.
   */
  flow(take: (value: T) => boolean): () => void;
}

/** How many items may wait before they are collapsed. */
const MAX_WAITING = 512;

export const createOutbox = <Item extends object, T>({
  judge,
  collapse,
  onReturn,
}: {
  /** What to send for an item now; undefined for nothing. */
  readonly judge: (item: Item) => T | undefined;
  /** Makes a bounded number of items of many, when the reader does not keep up. */
  readonly collapse: (items: readonly Item[]) => readonly Item[];
  /** Called once, when the subscription ends. */
  readonly onReturn: () => void;
}): Outbox<Item, T> => {
  let waiting: Item[] = [];
  let ended = false;
  let limit = MAX_WAITING;
  let pending: ((result: IteratorResult<T>) => void) | undefined;
  let sink: ((value: T) => boolean) | undefined;
  let flows = false;

  const done: IteratorResult<T> = { done: true, value: undefined };

  const take = (): IteratorResult<T> | undefined => {
    for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) {
      const value = judge(item);
      if (value !== undefined) return { done: false, value };
    }
    limit = MAX_WAITING;
    return undefined;
  };

  const pump = () => {
    while (flows && sink) {
      const next = take();
      if (!next) return;
      flows = sink(next.value);
    }
  };

  return {
    put(item) {
      if (ended) return;
      if (flows && waiting.length === 0) {
        const value = judge(item);
        if (value !== undefined && sink) flows = sink(value);
        return;
      }
      waiting.push(item);
      if (waiting.length > limit) {
        waiting = [...collapse(waiting)];
        // What cannot be collapsed further must not be tried again at every item.
        limit = Math.max(MAX_WAITING, 2 * waiting.length);
      }
      pump();
      if (!pending) return;
      const result = take();
      if (!result) return;
      const resolve = pending;
      pending = undefined;
      resolve(result);
    },
    remove(matches) {
      waiting = waiting.filter((item) => !matches(item));
    },
    async next() {
      if (ended) return done;
      const result = take();
      if (result) return result;
      // Whoever asks twice at once is answered once; the earlier question has nothing more to come.
      pending?.(done);
      return new Promise((resolve) => {
        pending = resolve;
      });
    },
    async return() {
      if (!ended) {
        ended = true;
        flows = false;
        waiting = [];
        pending?.(done);
        pending = undefined;
        onReturn();
      }
      return done;
    },
    flow(taker) {
      const resume = () => {
        if (ended) return;
        flows = true;
        pump();
      };
      sink = taker;
      resume();
      return resume;
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
};
