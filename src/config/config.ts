/** Everything that can be set. */
import type { Timings } from '../presence/types.js';
import type { Rate } from './settings.js';

/** Who may introspect the schema: anyone, whoever is signed in, or nobody. */
export const INTROSPECTION = ['all', 'users', 'off'] as const;
export type Introspection = (typeof INTROSPECTION)[number];

export const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** How tokens are verified. Both keys may be set; null is "not set". */
export interface AuthConfig {
  /** None, one, or two while one takes over from the other; the first signs. */
  readonly secrets: readonly string[];
  readonly jwksUrl: string | null;
  readonly issuer: string | null;
  readonly audience: string | null;
  /** The word in `scope` that makes a service token. */
  readonly serviceScope: string;
}

/** The allowances of each user; null is "no limit". */
export interface Rates {
  readonly presence: Rate | null;
  readonly typing: Rate | null;
  readonly mutation: Rate | null;
  /** In ids whose visibility is decided. */
  readonly read: Rate | null;
  /** In connections accepted, for each node. */
  readonly connection: Rate | null;
}

/** Times of the social layer, in ms. */
export interface SocialTimes {
  /** For how long a notice waits unread before its push. */
  readonly pushAfterMs: number;
  readonly noticeRetentionMs: number;
  readonly actRetentionMs: number;
}

/** A server of NATS, or several of one cluster. */
export interface NatsConfig {
  readonly servers: readonly string[];
  /** What stands before every subject, with its dot; empty: nothing. */
  readonly prefix: string;
}

/** Where the host's webhook is. One secret, or two while one takes over from the other: both sign. */
export interface WebhookConfig {
  readonly url: string;
  readonly secrets: readonly string[];
}

/** The account at Stream whose user objects show the same. */
export interface StreamConfig {
  readonly url: string;
  readonly key: string;
  readonly secret: string;
}

/** Doors for products that speak something else than GraphQL (docs/doors.md). Each is closed where it is off or null. */
export interface DoorsConfig {
  /** The paths and the sockets of the four dialects. */
  readonly rest: boolean;
  readonly nats: NatsConfig | null;
  readonly webhook: WebhookConfig | null;
  readonly stream: StreamConfig | null;
  /** For how long spans of presence are kept, in ms; null: they are not written. */
  readonly historyMs: number | null;
}

/** All settings, as docs/semantics.md, "Settings", lists them. Frozen. */
export interface Config {
  readonly production: boolean;
  readonly host: string;
  /** 0 takes a free port. */
  readonly port: number;
  /** Where metrics are served, on the same host; null: nowhere. 0 takes a free port. */
  readonly metricsPort: number | null;
  /** How long an idle connection of HTTP is kept. */
  readonly keepAliveMs: number;
  /** How long an event may wait for others, to leave in one write, while more may come. */
  readonly deliveryWaitMs: number;
  /** For how long a start runs the code of a connection before it listens; 0: not at all. */
  readonly warmUpMs: number;
  /** Over how long a stop closes the sockets at most. */
  readonly drainTimeoutMs: number;
  /** How many processes serve the port; `auto`: one for each processor. */
  readonly workers: number | 'auto';
  readonly dataDir: string;
  /** Null: PGlite in `dataDir`. */
  readonly databaseUrl: string | null;
  /** Null: in memory, one process. More than one: a Redis Cluster. */
  readonly redisUrls: readonly string[] | null;
  readonly redisShards: number;
  readonly auth: AuthConfig;
  readonly timings: Timings;
  readonly rates: Rates;
  readonly relationsByUsers: boolean;
  readonly social: SocialTimes;
  readonly allowedOrigins: readonly string[];
  readonly logLevel: LogLevel;
  readonly introspection: Introspection;
  readonly graphiql: boolean;
  readonly doors: DoorsConfig;
  /** Sentences about variables that may be meant for a setting, and are none. */
  readonly warnings: readonly string[];
}
