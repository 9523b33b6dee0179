/** The nouns of the domain, shared by its files. Instants are milliseconds since 1970 on the store's clock. */

export const STATUSES = ['ONLINE', 'AWAY', 'DO_NOT_DISTURB', 'INVISIBLE', 'OFFLINE'] as const;
export type PresenceStatus = (typeof STATUSES)[number];

/** In the order in which `devices` are listed. */
export const DEVICES = ['WEB', 'MOBILE', 'DESKTOP', 'PLUGIN', 'UNKNOWN'] as const;
export type DeviceType = (typeof DEVICES)[number];

export const ACTIVITY_TYPES = [
  'PLAYING',
  'STREAMING',
  'LISTENING',
  'WATCHING',
  'IN_STUDIO',
  'IN_CALL',
  'CUSTOM',
] as const;
export type ActivityType = (typeof ACTIVITY_TYPES)[number];

export interface StatusMessage {
  readonly text: string;
  readonly emoji: string | null;
  readonly expiresAt: number | null;
}

export interface Activity {
  readonly type: ActivityType;
  readonly name: string;
  readonly details: string | null;
  readonly startedAt: number;
  /** Whether the client said when it started. Where it did not, coming back from INVISIBLE moves `startedAt` on. */
  readonly startedAtGiven: boolean;
  readonly expiresAt: number | null;
}

/** An activity as it comes in: `startedAt` is null where the client left it out. */
export interface ActivityInput {
  readonly type: ActivityType;
  readonly name: string;
  readonly details: string | null;
  readonly startedAt: number | null;
  readonly expiresAt: number | null;
}

/** One device or tab of one user. */
export interface Session {
  readonly id: string;
  readonly device: DeviceType;
  readonly startedAt: number;
  /** The connections that hold it. Each is named by its node's incarnation and a number: `NODE/7`. */
  readonly connections: readonly string[];
  /** The end of the grace after the last connection closed; null while one is open, and for HTTP sessions. */
  readonly graceUntil: number | null;
  /**
   * The end of the HTTP lease; null where HTTP lends it no life. Beside open connections: until when the session goes
   * on as an HTTP session once they close (an app that said it goes to the background).
   */
  readonly leaseUntil: number | null;
  /** The last moment it was known live, as far as it is not implied by an open connection. */
  readonly knownLiveAt: number;
  /** When it last spoke or started: which session speaks where none is named. */
  readonly activeAt: number;
  /** Null until its first heartbeat; then whether the last one said that it is idle. */
  readonly reportedIdle: boolean | null;
  /** Whether it counts as idle for want of anything said. */
  readonly inferredIdle: boolean;
  /** When it will count as idle unless it says something; null where silence does not matter. */
  readonly inferIdleAt: number | null;
  readonly activities: readonly Activity[];
  /**
   * When it was last said which device it is, what it does, whether it is idle, and until when it goes on over HTTP; 0: never.
   * Of two memories of a session each of these holds as it was said later, see `merging.ts`.
   */
  readonly deviceAsOf: number;
  readonly activitiesAsOf: number;
  readonly idleAsOf: number;
  readonly leaseAsOf: number;
  /** When it last spoke, which ends its silence; 0: it only connected. */
  readonly touchedAt: number;
}

/** Activities that the host's back end put, one list a source. */
export interface HostActivities {
  readonly source: string;
  readonly activities: readonly Activity[];
}

/** A connection whose session was ended or replaced, while it stays open itself. */
export interface RevokedConnection {
  readonly connectionId: string;
  readonly at: number;
}

/** The revision (an instant) at which what each facet shows last changed. */
export interface FacetRevisions {
  readonly status: number;
  readonly lastSeen: number;
  readonly activity: number;
}

/** What outlives a restart. `revision` is the time of the commit that wrote it: a lower one never overwrites. */
export interface DurablePresence {
  readonly userId: string;
  /** How often the user was made anew after a deletion. Nothing of an older generation is ever taken over. */
  readonly generation: number;
  readonly revision: number;
  readonly chosen: PresenceStatus;
  /**
   * As of which revisions the choice and the message are known: when they last changed. After the store lost something
   * whichever memory of them is of later holds, whatever was committed since without it.
   */
  readonly chosenAsOf: number;
  readonly message: StatusMessage | null;
  readonly messageAsOf: number;
  readonly lastSeen: number | null;
}

/** One user's presence, whole: all that is live, and all that is kept. */
export interface PresenceRecord extends DurablePresence {
  readonly revisions: FacetRevisions;
  readonly sessions: readonly Session[];
  readonly hostProvided: readonly HostActivities[];
  /**
   * When the host last changed those (0: never), or, in a store that came back empty, as of which revision they were put back: what
   * is known of earlier does not replace them.
   */
  readonly hostProvidedAsOf: number;
  /**
   * Connections that are not to get their sessions back, for as long as their nodes may not have heard of it. One that is
   * missing, and not among these, was lost with what the store forgot.
   */
  readonly revoked: readonly RevokedConnection[];
}

/** The numbers that time everything, in milliseconds (docs/semantics.md, "Settings"). */
export interface Timings {
  readonly graceMs: number;
  readonly heartbeatIntervalMs: number;
  readonly heartbeatTimeoutMs: number;
  readonly sessionTtlMs: number;
  readonly idleAfterMs: number;
  readonly typingTimeoutMs: number;
  readonly broadcastIntervalMs: number;
}

export const DEFAULT_TIMINGS: Timings = {
  graceMs: 5_000,
  heartbeatIntervalMs: 30_000,
  heartbeatTimeoutMs: 45_000,
  sessionTtlMs: 300_000,
  idleAfterMs: 300_000,
  typingTimeoutMs: 5_000,
  broadcastIntervalMs: 1_000,
};

/** What the journal keeps of one user. */
export interface JournalRow {
  /** The user's present generation. */
  readonly generation: number;
  /** Null where nothing was kept yet. */
  readonly persisted: Omit<DurablePresence, 'userId' | 'generation'> | null;
}
