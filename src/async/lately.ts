/**
 * The latest answer, or failure, of `ask`, at most `ms` milliseconds old: however often it is wanted, one call of `ask`
 * is under way at a time, and its answer serves all until it is too old.
 */
export const lately = <T>(ask: () => Promise<T>, ms: number, now = () => performance.now()): (() => Promise<T>) => {
  let answer: Promise<T> | undefined;
  let goodUntil = Number.POSITIVE_INFINITY;
  return () => {
    if (answer === undefined || now() >= goodUntil) {
      goodUntil = Number.POSITIVE_INFINITY;
      answer = ask().finally(() => {
        goodUntil = now() + ms;
      });
    }
    return answer;
  };
};
