/** Names that were closed for good: what the host's messages tell of them later comes too late (docs/doors.md#nats). */

/**
 * Names of one user each: connections of gateways, voice sessions. Shared by all nodes. Methods reject with UNAVAILABLE while the
 * store cannot be asked; a store that came back empty knows of none. Each adapter passes `test/contract/closedNames.ts`.
 */
export interface ClosedNames {
  /** The name is closed for `forMs` from now, in ms; again: for that long from then. */
  rememberClosed(userId: string, name: string, forMs: number): Promise<void>;
  isClosed(userId: string, name: string): Promise<boolean>;
}
