import type { ExecutionResult, GraphQLError } from 'graphql';
import type { PresenceError } from '../../presence/errors.js';

/** One subscription over Server-Sent Events: its place among the user's connections, and its end from outside. */
export interface EventStream {
  /** Counts the stream among its user's connections. Returns why it may not start; null when it may. */
  claim(): PresenceError | null;
  /** Puts the stream between the subscription and the response. */
  attach(source: AsyncIterableIterator<ExecutionResult>): AsyncIterableIterator<ExecutionResult>;
  /** Ends the stream with one last error, and "complete". */
  end(error: GraphQLError): void;
  /** The response is over, or its reader left: gives back the place that `claim` took. Idempotent. */
  release(): void;
}

const DONE: IteratorResult<ExecutionResult> = { done: true, value: undefined };

/** `claim` returns a function that gives the place back, or why there is none. */
export const createEventStream = ({ claim }: { readonly claim: () => (() => void) | PresenceError }): EventStream => {
  let giveBack: (() => void) | null = null;
  let iterator: AsyncIterableIterator<ExecutionResult> | null = null;
  let settle: ((next: IteratorResult<ExecutionResult>) => void) | null = null;
  /** The result to send before the stream completes. */
  let last: ExecutionResult | null = null;
  let ended = false;

  const finish = () => {
    ended = true;
    // A source that fails to end makes no difference to the reader.
    void iterator?.return?.().catch(() => {});
  };

  const wrapped: AsyncIterableIterator<ExecutionResult> = {
    next() {
      if (last !== null) {
        const value = last;
        last = null;
        return Promise.resolve({ done: false, value });
      }
      if (ended || iterator === null) return Promise.resolve(DONE);
      const source = iterator;
      return new Promise((resolve, reject) => {
        settle = resolve;
        source.next().then(resolve, reject);
      });
    },
    return() {
      last = null;
      finish();
      settle?.(DONE);
      return Promise.resolve(DONE);
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };

  return {
    claim() {
      const claimed = claim();
      if (typeof claimed !== 'function') return claimed;
      giveBack = claimed;
      return null;
    },
    attach(source) {
      iterator = source;
      if (ended) finish();
      return wrapped;
    },
    end(error) {
      if (ended) return;
      last = { errors: [error] };
      finish();
      if (settle === null) return;
      settle({ done: false, value: last });
      last = null;
    },
    release() {
      finish();
      settle?.(DONE);
      giveBack?.();
      giveBack = null;
    },
  };
};
