/**
 * One kind's allowances. Of a user only the moment is kept at which the allowance is whole again: each unit taken moves it one
 * interval on, and none is taken that would move it further ahead than the limit.
 */
export interface Allowance {
  /** Resolves to 0 once taken; else to the milliseconds until it could be. */
  take(userId: string, taking: Taking): Promise<number>;
}

export interface Taking {
  /** More than a whole allowance takes the whole. */
  readonly count: number;
  /** In whole allowances, see {@link PRESENT} and {@link AHEAD}; null refuses nothing. */
  readonly limit: number | null;
}

/** Limits in whole allowances: the present one alone, or with the next one. */
export const PRESENT = 1;
export const AHEAD = 2;
/** How far ahead the moment ever moves, in whole allowances: what is counted afterwards delays for no longer. */
export const MOST = 3;
