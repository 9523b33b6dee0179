/**
 * Keys by the moment at which they are due. The queue cannot move or remove an entry: a key that is rescheduled leaves its
 * old entry behind, which counts for nothing and is dropped when it surfaces. Setting costs O(log n), and so does each due key.
 */
import TinyQueue from 'tinyqueue';

export interface Schedule {
  /** Null takes the key out. */
  set(key: string, at: number | null): void;
  /** Up to `limit` keys whose moment is at or before `now`, earliest first. They stay scheduled. */
  due(now: number, limit: number): readonly string[];
  readonly size: number;
}

interface Entry {
  readonly key: string;
  readonly at: number;
}

/** A queue this short is never rebuilt. */
const SMALL = 64;
/** How many entries a scheduled key may have on average before the queue is rebuilt without the stale ones. */
const MAX_ENTRIES_PER_KEY = 4;

const earlierFirst = (a: Entry, b: Entry): number => a.at - b.at;

export const createSchedule = (): Schedule => {
  const moments = new Map<string, number>();
  let queue = new TinyQueue<Entry>([], earlierFirst);

  const isStale = ({ key, at }: Entry): boolean => moments.get(key) !== at;

  const rebuildWhereStale = (): void => {
    if (queue.length <= SMALL || queue.length <= MAX_ENTRIES_PER_KEY * moments.size) return;
    queue = new TinyQueue(
      Array.from(moments, ([key, at]) => ({ key, at })),
      earlierFirst,
    );
  };

  return {
    set(key, at) {
      if (moments.get(key) === (at ?? undefined)) return;
      if (at === null) moments.delete(key);
      else {
        moments.set(key, at);
        queue.push({ key, at });
      }
      rebuildWhereStale();
    },
    due(now, limit) {
      const found = new Map<string, Entry>();
      while (found.size < limit) {
        const first = queue.peek();
        if (!first || first.at > now) break;
        queue.pop();
        // A key that was taken out and set to the same moment again has two entries, of which the map keeps one.
        if (!isStale(first)) found.set(first.key, first);
      }
      for (const entry of found.values()) queue.push(entry);
      return [...found.keys()];
    },
    get size() {
      return moments.size;
    },
  };
};
