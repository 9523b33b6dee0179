/**
 * What is limited for each user (docs/design.md#limits-errors): `presence` is setPresence, `typing` setTyping, `mutation` all other
 * mutations, `read` the ids that a query or a subscription's start decides about, `connection` new connections, `tray` the marks of
 * sessions on which a tray is opened or closed, as often as `presence`.
 */
export type RateKind = 'presence' | 'typing' | 'mutation' | 'read' | 'connection' | 'tray';

/** Allowances of users, exact across nodes. */
export interface RateLimits {
  /**
   * Takes `count` (1) from the user's allowance, all or nothing; a count beyond the whole allowance takes the whole. `ahead`: may
   * also take from the next allowance. Rejects with RATE_LIMITED, and `retryAfterMs` after which it would succeed.
   */
  take(kind: RateKind, userId: string, options?: { readonly count?: number; readonly ahead?: boolean }): Promise<void>;
  /** Takes afterwards what was not known before. Refuses nothing, and delays later takes by two allowances at most. */
  count(kind: RateKind, userId: string, count: number): Promise<void>;
}
