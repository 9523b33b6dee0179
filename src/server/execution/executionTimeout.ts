import { type ExecutionResult, GraphQLError } from 'graphql';
import { unavailable } from '../../presence/errors.js';

/** How long an operation may take, in ms, while the live store does not answer; and how often that is checked. */
const TIMEOUT_MS = 1_800;
const CHECK_MS = 100;

/** What callers receive of work that was given up. */
export const storeSilent = () => unavailable('The live store does not answer. Try again in a moment.');

const timedOut = (): ExecutionResult => {
  const error = storeSilent();
  return { data: null, errors: [new GraphQLError(error.message, { originalError: error })] };
};

/**
 * Bounds work as a whole: it may wait for the live store several times, each with a time-out of its own. Returns a function that
 * resolves as the work does, or as `onTimeout` says once {@link TIMEOUT_MS} have passed and the store does not answer; while it
 * answers, slow work is not cut off. The work goes on behind a time-out: as ever with UNAVAILABLE, it may have taken effect.
 */
export const createWorkTimeout =
  ({ storeAnswers }: { readonly storeAnswers: () => boolean }) =>
  <T>(work: Promise<T>, onTimeout: () => T): Promise<T> =>
    new Promise((resolve, reject) => {
      const check = () => {
        if (storeAnswers()) timer = setTimeout(check, CHECK_MS);
        else {
          try {
            resolve(onTimeout());
          } catch (error) {
            reject(error);
          }
        }
      };
      let timer = setTimeout(check, TIMEOUT_MS);
      work.then(resolve, reject).finally(() => clearTimeout(timer));
    });

/** The same for executions, whose time-out is a result with the error. */
export const createExecutionTimeout = (options: { readonly storeAnswers: () => boolean }) => {
  const inTime = createWorkTimeout(options);
  return (result: Promise<ExecutionResult>): Promise<ExecutionResult> => inTime(result, timedOut);
};
