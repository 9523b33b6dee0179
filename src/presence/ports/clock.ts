/** The clock that all of presence is timed by. */
export interface Clock {
  /**
   * The store's clock, in milliseconds since 1970; it never goes back. Rejects with UNAVAILABLE while the store cannot be asked.
   */
  now(): Promise<number>;
}
