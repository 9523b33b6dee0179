import { withTimeout } from '../../async/timeout.js';
import { type PresenceError, unavailable } from '../../presence/errors.js';

/** Redis gave no answer, or none that it can serve now. */
export const unreachable = (): PresenceError => unavailable('The live store cannot be reached. Try again in a moment.');

/** What `promise` resolves to or rejects with; UNAVAILABLE where it does neither within `ms`. */
export const withinMs = <T>(promise: Promise<T>, ms: number): Promise<T> => withTimeout(promise, ms, unreachable);
