/** What the sender of states asks of a consumer, and how the consumer answers. */
import type { ReadRecords } from '../../node/recordReader.js';
import type { Directory } from '../../presence/ports/directory.js';
import type { StateConsumer, StateMarks } from '../../presence/ports/stateMarks.js';
import type { ToldLive } from '../../presence/ports/toldLive.js';
import type { PresenceView } from '../../presence/view.js';

/** The service view of one user: INVISIBLE is OFFLINE. Instants are in milliseconds since 1970. */
export type UserState = PresenceView;

/** What came of a request that the consumer took. */
export interface Sent {
  /** Users whose state alone it refused: each is tried again later, by itself. */
  readonly refused?: readonly string[];
  /** Of how many users it was asked, where that is not all; 0: it was not asked, and nothing is known of it. */
  readonly asked?: number;
}

/**
 * Sends states of at most `MAX_STATES` users in one request, which ends by `signal` at the latest. Rejects with {@link Refused} where
 * the consumer will not take the request as it is, with {@link TryLater} where it names a time, and with any other error where it
 * cannot be asked or fails.
 */
export type SendStates = (states: readonly UserState[], signal: AbortSignal) => Promise<Sent>;

export const MAX_STATES = 100;

/** The consumer refuses this request, such as with a 4xx: it is divided until the user who is refused stands alone. */
export class Refused extends Error {}

/** The consumer asks for a pause, such as with a 429. */
export class TryLater extends Error {
  constructor(
    message: string,
    readonly afterMs: number,
  ) {
    super(message);
  }
}

/** What a sender takes, see `startStateSender`. */
export interface StateSenderOptions {
  readonly consumer: StateConsumer;
  readonly marks: StateMarks;
  readonly toldLive: ToldLive;
  readonly readRecords: ReadRecords;
  readonly people: Pick<Directory, 'deletedAmong'>;
  readonly send: SendStates;
  /** Called with each request that the consumer failed or refused. */
  readonly onFailed: (error: unknown) => void;
  /** Called with each failure of the store or the database. */
  readonly onError: (error: unknown) => void;
  /** Called after each request that the consumer took, with the number of states. */
  readonly onSent: (states: number) => void;
  /** Called where it is not known any more what the consumer has: another node may have sent, or everybody is told anew. */
  readonly onUncertain?: () => void;
}

export interface StateSender {
  /** How many users are marked in the parts that this node sends. */
  readonly marked: number;
  /** The age of the oldest mark of a change that this node has to send, in ms; 0: there is none. */
  readonly lagMs: number;
  /** Ends requests in flight, whose users stay marked, and gives up the leases. Idempotent; never rejects. */
  stop(): Promise<void>;
}
