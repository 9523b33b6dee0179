import { type ExecutionResult, GraphQLError } from 'graphql';
import { unavailable } from '../../presence/errors.js';

/** How long an operation may take, in ms, while the live store does not answer; and how often it is looked whether it does. */
const WITHIN_MS = 1_800;
const LOOK_MS = 100;

const tooLate = (): ExecutionResult => {
  const error = unavailable('The live store does not answer. Try again in a moment.');
  return { data: null, errors: [new GraphQLError(error.message, { originalError: error })] };
};

/**
 * What an operation comes to, or UNAVAILABLE. An operation may wait for the live store several times, one wait after the
 * other, each with a time-out of its own: this is the one for all of them. One that takes long while the store answers
 * is not cut off. What was begun goes on: as ever with UNAVAILABLE, it may have been done.
 */
export const createExecutionTimeout =
  ({ storeAnswers }: { readonly storeAnswers: () => boolean }) =>
  (answer: Promise<ExecutionResult>): Promise<ExecutionResult> =>
    new Promise((resolve, reject) => {
      const look = () => {
        if (storeAnswers()) timer = setTimeout(look, LOOK_MS);
        else resolve(tooLate());
      };
      let timer = setTimeout(look, WITHIN_MS);
      answer.then(resolve, reject).finally(() => clearTimeout(timer));
    });
