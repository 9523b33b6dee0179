/**
 * Which keys are due, and when: a binary heap in which a key that is scheduled anew leaves its old entry behind, to be
 * passed over when it surfaces. Setting costs O(log n), and so does taking what is due.
 */
export interface Schedule {
  /** Null: not due at all. */
  set(key: string, at: number | null): void;
  /** Up to `limit` keys whose moment is at or before `now`, earliest first. They stay scheduled. */
  due(now: number, limit: number): readonly string[];
  readonly size: number;
}

interface Entry {
  readonly key: string;
  readonly at: number;
}

export const createSchedule = (): Schedule => {
  const moments = new Map<string, number>();
  let heap: Entry[] = [];

  const isStale = (entry: Entry) => moments.get(entry.key) !== entry.at;

  const push = (entry: Entry) => {
    let i = heap.push(entry) - 1;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (heap[parent]!.at <= entry.at) break;
      heap[i] = heap[parent]!;
      i = parent;
    }
    heap[i] = entry;
  };

  const pop = (): Entry | undefined => {
    const top = heap[0];
    const last = heap.pop();
    if (!top || !last || heap.length === 0) return top;
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && heap[child + 1]!.at < heap[child]!.at) child += 1;
      if (heap[child]!.at >= last.at) break;
      heap[i] = heap[child]!;
      i = child;
    }
    heap[i] = last;
    return top;
  };

  const rebuild = () => {
    heap = [];
    for (const [key, at] of moments) push({ key, at });
  };

  return {
    set(key, at) {
      if (moments.get(key) === (at ?? undefined)) return;
      if (at === null) moments.delete(key);
      else {
        moments.set(key, at);
        push({ key, at });
      }
      // What was left behind must not outgrow what counts.
      if (heap.length > 64 && heap.length > 4 * moments.size) rebuild();
    },
    due(now, limit) {
      const found: Entry[] = [];
      const seen = new Set<string>();
      while (found.length < limit && heap.length > 0 && heap[0]!.at <= now) {
        const entry = pop()!;
        if (isStale(entry) || seen.has(entry.key)) continue;
        seen.add(entry.key);
        found.push(entry);
      }
      for (const entry of found) push(entry);
      return found.map(({ key }) => key);
    },
    get size() {
      return moments.size;
    },
  };
};
