import { randomUUID } from 'node:crypto';

/** Makes ids of operations, for the log and for answers that hide their cause. Unique across processes. */
export const createRequestIds = (): (() => string) => {
  const prefix = randomUUID();
  let count = 0;
  return () => {
    count += 1;
    return `${prefix}-${count}`;
  };
};

/** The ids of this process, for all transports. */
export const newRequestId = createRequestIds();
