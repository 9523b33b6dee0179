import { randomUUID } from 'node:crypto';

/** Names of operations, for the log and for answers that hide their cause: no two alike, of whatever process. */
export const createRequestIds = (): (() => string) => {
  const prefix = randomUUID();
  let count = 0;
  return () => {
    count += 1;
    return `${prefix}-${count}`;
  };
};

/** One for all transports of the process. */
export const newRequestId = createRequestIds();
