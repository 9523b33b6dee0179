/**
 * What is limited a user (docs/semantics.md, "Limits"): `setPresence`, `setTyping`, all other mutations, and the ids
 * that are judged for them.
 */
export type RateKind = 'presence' | 'typing' | 'mutation' | 'read' | 'connection';

export interface RateLimits {
  /**
   * Takes `count` (1) from the user's allowance, all or nothing; more than a whole allowance takes the whole. `ahead`: also
   * from the next one, as much again. Rejects with RATE_LIMITED and `retryAfterMs`, after which it would fit.
   */
  take(kind: RateKind, userId: string, options?: { readonly count?: number; readonly ahead?: boolean }): Promise<void>;
  /** Counts what was not known beforehand. It refuses nothing now, and delays what comes, by two allowances at most. */
  count(kind: RateKind, userId: string, count: number): Promise<void>;
}
