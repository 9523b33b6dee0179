import { type ExecutionResult, GraphQLError } from 'graphql';
import { unavailable } from '../../presence/errors.js';

/** How long an operation may take, in ms, while the live store does not answer; and how often that is checked. */
const TIMEOUT_MS = 1_800;
const CHECK_MS = 100;

const timedOut = (): ExecutionResult => {
  const error = unavailable('The live store does not answer. Try again in a moment.');
  return { data: null, errors: [new GraphQLError(error.message, { originalError: error })] };
};

/**
 * Bounds an execution as a whole: it may wait for the live store several times, each with a time-out of its own. Returns a
 * function that resolves to the result, or to UNAVAILABLE once {@link TIMEOUT_MS} have passed and the store does not answer;
 * while it answers, a slow execution is not cut off. The execution goes on behind a time-out: as ever with UNAVAILABLE, it
 * may have taken effect.
 */
export const createExecutionTimeout =
  ({ storeAnswers }: { readonly storeAnswers: () => boolean }) =>
  (result: Promise<ExecutionResult>): Promise<ExecutionResult> =>
    new Promise((resolve, reject) => {
      const check = () => {
        if (storeAnswers()) timer = setTimeout(check, CHECK_MS);
        else resolve(timedOut());
      };
      let timer = setTimeout(check, TIMEOUT_MS);
      result.then(resolve, reject).finally(() => clearTimeout(timer));
    });
