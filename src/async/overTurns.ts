/** How many items a turn of the event loop takes. */
const A_TURN = 500;

/**
 * Calls `each` for all items, some in each turn of the event loop, so that other work runs in between; the first of them at once. The
 * collection may change meanwhile. `whenOver` is called after the last.
 */
export const overTurns = <T>(items: Iterable<T>, each: (item: T) => void, whenOver: () => void = () => {}): void => {
  const rest = items[Symbol.iterator]();
  const next = () => {
    for (let count = 0; count < A_TURN; count += 1) {
      const { value, done } = rest.next();
      if (done) return whenOver();
      each(value);
    }
    setImmediate(next);
  };
  next();
};
