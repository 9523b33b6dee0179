/** One settled call of a port. */
export interface Call {
  readonly method: string;
  readonly ms: number;
  /** What it rejected with; undefined where it resolved. */
  readonly error: unknown;
}

/**
 * The same port; `observe` receives each call of it that returns a promise, once that settles. Callers get the very
 * promise of the port: nothing comes later or in another order. The port's methods may not use `this`.
 */
export const observed = <Port extends object>(port: Port, observe: (call: Call) => void): Port => {
  const wrapped = Object.entries(port).map(([method, value]: [string, unknown]) => {
    if (typeof value !== 'function') return [method, value];
    const call = (...args: readonly unknown[]): unknown => {
      const startedAt = performance.now();
      const answer: unknown = value(...args);
      if (answer instanceof Promise) {
        const ended = (error?: unknown) => observe({ method, ms: performance.now() - startedAt, error });
        answer.then(() => ended(), ended);
      }
      return answer;
    };
    return [method, call];
  });
  return Object.fromEntries(wrapped) as Port;
};
