/**
 * What `ask` answered or failed with lately: it is asked by one at a time, and again when its answer is older than `ms`
 * milliseconds, however often somebody wants to know.
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
