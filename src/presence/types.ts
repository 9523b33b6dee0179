/** The data of the domain. Instants are milliseconds since 1970 on the store's clock. */

export const STATUSES = ['ONLINE', 'AWAY', 'DO_NOT_DISTURB', 'INVISIBLE', 'OFFLINE'] as const;
export type PresenceStatus = (typeof STATUSES)[number];

/** In the order of a presence's `devices`. */
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
  /** Whether the client gave `startedAt`. Otherwise the end of INVISIBLE moves it to that moment. */
  readonly startedAtGiven: boolean;
  readonly expiresAt: number | null;
}

/** An activity as received: `startedAt` is null where the client left it out. */
export interface ActivityInput {
  readonly type: ActivityType;
  readonly name: string;
  readonly details: string | null;
  readonly startedAt: number | null;
  readonly expiresAt: number | null;
}

/** A conversation, or another object of the host, that a session has open (docs/design.md#places). */
export interface Place {
  readonly conversationId: string;
  readonly enteredAt: number;
}

/** One device or tab of one user (docs/design.md#sessions). */
export interface Session {
  readonly id: string;
  readonly device: DeviceType;
  readonly startedAt: number;
  /** The connections that hold it, each named `INCARNATION/number`. */
  readonly connections: readonly string[];
  /** The end of the grace after the last connection closed; null while one is open, and for HTTP sessions. */
  readonly graceUntil: number | null;
  /** The connections of the host's gateways that hold it, by their own names (docs/doors.md#nats); where there are any, it has a lease. */
  readonly gateways: readonly string[];
  /**
   * The end of the lease, of plain HTTP or of gateways; null without one. Beside open connections: until when the session goes on over HTTP after they
   * close, of an app that announced that it goes to the background.
   */
  readonly leaseUntil: number | null;
  /** The last moment when it was known live; while a connection is open that is now, whatever this says. */
  readonly knownLiveAt: number;
  /** When it started or was last touched: a command that names no session uses the latest. */
  readonly activeAt: number;
  /** Whether its last heartbeat reported it idle; null before the first. */
  readonly reportedIdle: boolean | null;
  /** Whether it is idle by silence. */
  readonly inferredIdle: boolean;
  /** When silence makes it idle unless it is touched; null where silence does not. */
  readonly inferIdleAt: number | null;
  readonly activities: readonly Activity[];
  /** Where it is, each place once, the longest ago entered first. */
  readonly places: readonly Place[];
  /** The connections over which a subscription to the user's tray was opened; of those that it lost since it does not matter. */
  readonly tray: readonly string[];
  /**
   * When the device, the activities, the idleness and the lease were last set; 0: never. Two memories of a session are merged by
   * these, field by field, see `merging.ts`.
   */
  readonly deviceAsOf: number;
  readonly activitiesAsOf: number;
  readonly idleAsOf: number;
  readonly leaseAsOf: number;
  /** The same of the places and the tray; each change is later than the one before. */
  readonly placesAsOf: number;
  readonly trayAsOf: number;
  /** When a command last touched it, which ends its silence; 0: it only connected. */
  readonly touchedAt: number;
}

/** Activities that the host's back end provided, one list for each source. */
export interface HostActivities {
  readonly source: string;
  readonly activities: readonly Activity[];
}

/** An open connection whose session was ended or replaced at `at`. */
export interface RevokedConnection {
  readonly connectionId: string;
  readonly at: number;
}

/** The revisions (instants) at which the content of each facet last changed for others. */
export interface FacetRevisions {
  readonly status: number;
  readonly lastSeen: number;
  readonly activity: number;
}

/** The durable part of a record, which outlives a restart. `revision` is the instant of its commit: a lower one never overwrites. */
export interface DurablePresence {
  readonly userId: string;
  /** Counts up when a deleted user is named again. Nothing of an older generation is used. */
  readonly generation: number;
  readonly revision: number;
  readonly chosen: PresenceStatus;
  /**
   * The revisions at which the choice and the message last changed. After a loss of the store the later of two memories holds,
   * whatever was committed since without it.
   */
  readonly chosenAsOf: number;
  readonly message: StatusMessage | null;
  readonly messageAsOf: number;
  readonly lastSeen: number | null;
}

/** One user's presence: the durable part and everything live. */
export interface PresenceRecord extends DurablePresence {
  readonly revisions: FacetRevisions;
  readonly sessions: readonly Session[];
  readonly hostProvided: readonly HostActivities[];
  /**
   * The revision at which the host last changed them (0: never), or as of which they were restored: an earlier memory does not
   * replace them.
   */
  readonly hostProvidedAsOf: number;
  /**
   * Revoked connections: their sessions were ended on purpose, and are not restored. They stay listed until their nodes have read
   * it. A connection that is neither in a session nor here was lost by the store.
   */
  readonly revoked: readonly RevokedConnection[];
}

/** All timings, in milliseconds (docs/semantics.md#settings). */
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

/** The journal's row of one user. */
export interface JournalRow {
  /** The user's present generation. */
  readonly generation: number;
  /** Null before the first write. */
  readonly persisted: Omit<DurablePresence, 'userId' | 'generation'> | null;
}
