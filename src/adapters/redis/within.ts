import { withTimeout } from '../../async/timeout.js';
import { unavailable } from '../../presence/errors.js';

/** What `promise` resolves to or rejects with; UNAVAILABLE where it does neither within `ms`. */
export const withinMs = <T>(promise: Promise<T>, ms: number): Promise<T> =>
  withTimeout(promise, ms, () => unavailable('The live store cannot be reached. Try again in a moment.'));
