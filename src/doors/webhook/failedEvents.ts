/**
 * How often requests with an event failed: where others are told in between, these failures are not in a row, and it may be the event
 * all the same. Bounded: the event whose last failure is the oldest is forgotten.
 */
const MAX_EVENTS = 1_000;

export const createFailedEvents = ({ max = MAX_EVENTS }: { readonly max?: number } = {}) => {
  const times = new Map<number, number>();
  return {
    timesOf: (id: number): number => times.get(id) ?? 0,
    add(ids: readonly number[]): void {
      for (const id of ids) {
        const before = times.get(id) ?? 0;
        times.delete(id);
        times.set(id, before + 1);
      }
      for (const id of times.keys()) {
        if (times.size <= max) break;
        times.delete(id);
      }
    },
    forget(ids: readonly number[]): void {
      for (const id of ids) times.delete(id);
    },
  };
};
