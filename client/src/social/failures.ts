/** What is reported of failures, and what is tried again in silence. */
import { isTemporary, type PresenceError } from '../errors.js';
import type { Internals } from '../internals.js';

/** Reports what does not pass by itself. */
export const reportLasting =
  ({ onError }: Internals) =>
  (error: PresenceError): void => {
    if (!isTemporary(error)) onError(error);
  };
