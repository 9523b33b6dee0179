/**
 * The server cannot start for a reason that the operator can mend. The message is one line: which setting it is about,
 * what is wrong, and what to do.
 */
export class StartFault extends Error {
  override readonly name = 'StartFault';
}

/** The root cause of an error: below what drivers wrap around it; the first of an AggregateError. */
export const rootOf = (error: unknown): unknown => {
  if (error instanceof AggregateError && error.errors.length > 0) return rootOf(error.errors[0]);
  return error instanceof Error && error.cause instanceof Error ? rootOf(error.cause) : error;
};

/** The first line of an error's message, without a stop at its end. */
export const messageOf = (error: unknown): string =>
  (error instanceof Error ? (error.message.split('\n', 1)[0] ?? '') : String(error)).replace(/\.$/, '');

/** The code that Node.js or a driver gave an error; empty where there is none. */
export const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
