/** The clock of the live store, in milliseconds since 1970. It never goes back. */
export interface Clock {
  /** The store's clock. */
  now(): Promise<number>;
}
