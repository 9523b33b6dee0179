/** Marks of users whose state a consumer outside has yet to be told (docs/architecture.md). */

export const STATE_CONSUMERS = ['webhook', 'stream'] as const;
/** Who is told the states of all users. Each has marks of its own. */
export type StateConsumer = (typeof STATE_CONSUMERS)[number];

/** The marks of one consumer in one part of the store. */
export interface MarkPart {
  readonly consumer: StateConsumer;
  /** From 0 to {@link StateMarks.parts}. */
  readonly part: number;
  /** The sender that asks: a name that no other process uses. */
  readonly holder: string;
}

/** What a renewal found of one part. */
export interface MarkRenewal {
  /** Whether the sender holds the lease of that part now. */
  readonly holds: boolean;
  /** Everybody is to be told anew: nothing was marked before this registration, or the store lost marks. Until `toldAnew`. */
  readonly anew: boolean;
  /** How many users are marked. */
  readonly marked: number;
  /** The age of the oldest mark of a change, in ms; 0: there is none. */
  readonly oldestMs: number;
}

/**
 * While a consumer is registered, each commit that changes what others see of a user marks the user, in one step with itself, and so
 * does {@link RecordStore.forget}. A mark is taken, the state is sent, and the mark is removed unless the user changed
 * meanwhile. One sender holds the lease of a part at a time; who gains it finds all marks that the sender before it took.
 * Methods reject with UNAVAILABLE while the store cannot be asked. Each adapter passes `test/contract/stateMarks.ts`.
 */
export interface StateMarks {
  /** Into how many parts the store divides users. */
  readonly parts: number;
  partOf(userId: string): number;
  /** Registers the consumer for `forMs` from now, and takes or prolongs the lease of the part for `leaseMs` where it is free. */
  renew(part: MarkPart, times: { readonly forMs: number; readonly leaseMs: number }): Promise<MarkRenewal>;
  /** Gives up the lease of the part, if the sender has it. */
  release(part: MarkPart): Promise<void>;
  /**
   * Marks all users of the part who are seen live, behind those who changed. With it, to tell everybody anew begins. In slices:
   * others are served meanwhile.
   */
  markLive(part: MarkPart): Promise<void>;
  /** Marks users as a change does. */
  mark(consumer: StateConsumer, userIds: readonly string[]): Promise<void>;
  /** Marks users who are not marked, behind those who changed. */
  markBehind(consumer: StateConsumer, userIds: readonly string[]): Promise<void>;
  /** Everybody who is to be told anew is marked, unless the store lost marks after that began with `markLive`. */
  toldAnew(part: MarkPart): Promise<void>;
  /**
   * Up to `limit` marked users, the oldest mark first, who are not taken again until they change, or the lease changes hands. None
   * without the lease.
   */
  take(part: MarkPart, limit: number): Promise<readonly string[]>;
  /**
   * Removes the marks of users who did not change since they were taken. False: the lease was lost. Then they are marked as if they
   * had changed, since whoever holds it may have sent a later state before this one.
   */
  told(part: MarkPart, userIds: readonly string[]): Promise<boolean>;
  /**
   * Puts off users whose mark was taken, by as many ms each: they are not taken before, whoever holds the lease then, unless they
   * change. False: the lease was lost, and nothing is done.
   */
  postpone(part: MarkPart, waits: ReadonlyMap<string, number>): Promise<boolean>;
  /** Those of the users who are marked, taken or not. */
  markedAmong(consumer: StateConsumer, userIds: readonly string[]): Promise<ReadonlySet<string>>;
}

/** A live store, as far as it marks users. */
export interface StateMarking {
  readonly stateMarks: StateMarks;
}
