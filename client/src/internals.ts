/** What other entries of the package use of a client: its connection, and where it reports to. */
import type { PresenceError } from './errors.js';
import type { ReportFault } from './observable.js';
import type { Operations } from './operations.js';

export interface Internals {
  readonly operations: Operations;
  /** As {@link Operations.request}; rejects at once where nobody is signed in. */
  readonly request: Operations['request'];
  readonly session: { readonly id: string };
  /** The document of a heartbeat. */
  heartbeat: string;
  /** Called with where the session is, by each answer to a heartbeat that asks for it. */
  onPlaces?: (places: readonly string[]) => void;
  readonly onError: (error: PresenceError) => void;
  readonly report: ReportFault;
}

/** The property of a client that no other program sees. */
export const INTERNALS = Symbol();

export interface WithInternals {
  readonly [INTERNALS]: Internals;
}
