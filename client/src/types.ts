/** What the client takes and gives. Shapes of the contract (`schema/schema.graphqls`), instants as RFC 3339 strings in UTC. */
import type { PresenceError } from './errors.js';
import type { PageEvents } from './page.js';

/** INVISIBLE is only ever read by its owner. */
export type PresenceStatus = 'ONLINE' | 'AWAY' | 'DO_NOT_DISTURB' | 'INVISIBLE' | 'OFFLINE';
export type DeviceType = 'WEB' | 'MOBILE' | 'DESKTOP' | 'PLUGIN' | 'UNKNOWN';
export type ActivityType = 'PLAYING' | 'STREAMING' | 'LISTENING' | 'WATCHING' | 'IN_STUDIO' | 'IN_CALL' | 'CUSTOM';
export type Audience = 'EVERYONE' | 'FOLLOWERS' | 'MUTUALS' | 'NOBODY';

export interface User {
  readonly id: string;
  readonly name: string | null;
  readonly avatarUrl: string | null;
}

export interface StatusMessage {
  readonly text: string;
  readonly emoji: string | null;
  readonly expiresAt: string | null;
}

export interface Activity {
  readonly type: ActivityType;
  readonly name: string;
  readonly details: string | null;
  readonly startedAt: string;
  readonly expiresAt: string | null;
}

/** One user's presence as the caller may see it. */
export interface Presence {
  readonly id: string;
  readonly userId: string;
  readonly user: User;
  readonly status: PresenceStatus;
  readonly statusMessage: StatusMessage | null;
  readonly activities: readonly Activity[];
  readonly devices: readonly DeviceType[];
  /** Null while seen live, when never seen live, and where the caller may not know. */
  readonly lastSeen: string | null;
  /** The instant, on the server's clock, at which this was true. Compare it with other instants of the server alone. */
  readonly asOf: string;
}

export interface Privacy {
  /** Who sees the user at all. */
  readonly status: Audience;
  readonly lastSeen: Audience;
  /** Who sees activities and devices. */
  readonly activity: Audience;
}

/** One device or tab on which the user is live. */
export interface Session {
  readonly id: string;
  readonly device: DeviceType;
  readonly idle: boolean;
  readonly startedAt: string;
  readonly expiresAt: string;
}

export interface Me {
  readonly userId: string;
  /** As the user sees it: INVISIBLE shows as INVISIBLE. */
  readonly presence: Presence;
  /** What was chosen by hand; ONLINE where it is left to the sessions. */
  readonly chosenStatus: PresenceStatus;
  readonly privacy: Privacy;
  readonly sessions: readonly Session[];
}

/** Somebody who types now. */
export interface Typist {
  readonly userId: string;
  readonly user: User;
}

export interface StatusMessageInput {
  readonly text: string;
  readonly emoji?: string | null;
  readonly expiresAt?: string | null;
}

export interface ActivityInput {
  readonly type: ActivityType;
  readonly name: string;
  readonly details?: string | null;
  readonly startedAt?: string | null;
  readonly expiresAt?: string | null;
}

/** What is left out stays as it is; null clears it, and a null status leaves it to the sessions. */
export interface SetPresenceInput {
  readonly status?: PresenceStatus | null;
  readonly statusMessage?: StatusMessageInput | null;
  /** Those of this session; replaces the ones before. */
  readonly activities?: readonly ActivityInput[] | null;
}

/** What is left out stays as it is. */
export interface UpdatePrivacyInput {
  readonly status?: Audience;
  readonly lastSeen?: Audience;
  readonly activity?: Audience;
}

/**
 * - `idle`: not started, as where a page is rendered on a server
 * - `connecting`: a token is asked for, or a connection opens
 * - `online`
 * - `waiting`: the connection was lost; the next attempt is at `retryAt`
 * - `paused`: in the background, or the page is being left
 * - `unauthorized`: stopped, since the server refused the token or the client, or there is no token; see `error`
 * - `signedOut`, `closed`: for good
 */
export type Phase = 'idle' | 'connecting' | 'online' | 'waiting' | 'paused' | 'unauthorized' | 'signedOut' | 'closed';

export interface ConnectionState {
  readonly phase: Phase;
  /** When the next attempt begins, in milliseconds since 1970 on this device's clock. */
  readonly retryAt?: number;
  /** Why the client is not online. */
  readonly error?: PresenceError;
}

/**
 * A value that changes, with the contract of Svelte's stores. `get` gives the same object until the value changes, as
 * React's `useSyncExternalStore` demands.
 */
export interface Readable<T> {
  get(): T;
  /** Calls the listener with the value at once, and after every change until the function returned is called. */
  subscribe(listener: (value: T) => void): () => void;
}

/** A document as generators of typed documents make it, or as `graphql` parses it. */
export interface TypedDocument<Result, Variables> {
  readonly kind: 'Document' | (string & {});
  readonly definitions: readonly unknown[];
  __apiType?: (variables: Variables) => Result;
}

export interface PresenceClientOptions {
  /** The address of the GraphQL endpoint, `http(s)://` or `ws(s)://`. In a page it may be relative, such as `/graphql`. */
  readonly url: string;
  /**
   * The token, or a function that is called before every connection. To reject, or to give an empty token, means that
   * nobody is signed in: the client stops as `unauthorized`. Only a TypeError (with which `fetch` reports the loss of
   * the network) and an error with the code UNAVAILABLE mean "try again later", and so does no answer within 30 s.
   */
  readonly token: string | (() => string | Promise<string>);
  /** What kind of device this is. Left out: WEB in a page, MOBILE in React Native, otherwise UNKNOWN. */
  readonly device?: DeviceType;
  /** The session to start or resume. Left out: one a tab, kept in `storage`. */
  readonly sessionId?: string;
  /** Where the session id outlives a reload; `sessionStorage` in a page. Null: nowhere. */
  readonly storage?: SessionStorage | null | undefined;
  /** The WebSocket class, where there is no global one: `WebSocket` of the package `ws`. */
  readonly webSocketImpl?: unknown;
  /** Visibility, leaving, and input of the page; null where there is none. */
  readonly page?: PageEvents | null | undefined;
  /** Faults for which no promise rejects. Left out: `console.error`. */
  readonly onError?: (error: PresenceError) => void;
}

export type SessionStorage = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

/** All promises reject with a {@link PresenceError}. */
export interface PresenceClient {
  /** Undefined while nothing is known of the user, and where the caller may not see them. */
  presence(userId: string): Readable<Presence | undefined>;
  /** Everybody on the caller's roster, live ones first, then by id. */
  readonly roster: Readable<readonly Presence[]>;
  /** The others who type in a conversation now, in the order in which they began. */
  typing(conversationId: string): Readable<readonly Typist[]>;
  readonly me: Readable<Me | undefined>;
  readonly connection: Readable<ConnectionState>;
  /**
   * Changes the caller's presence. While the client is not connected, or limited, the latest choice is kept, field by
   * field, and sent when that is possible. A call whose fields were all replaced by later ones before it was sent
   * settles as the later one does. Hiding (INVISIBLE, OFFLINE) waits for no limit, and holds before the client is seen.
   */
  setPresence(input: SetPresenceInput): Promise<Presence>;
  /** Call it for each key: it says at once that the user types, repeats that every 2 s, and stops 3 s after the last. */
  keystroke(conversationId: string): void;
  /** Call it when the text was sent, and when its field loses the focus. */
  stopTyping(conversationId: string): void;
  /**
   * This one and the four below wait for a connection, and are sent again where an answer was lost. One that would undo a
   * later one of its kind, about the same user, rejects with DISCONNECTED instead.
   */
  updatePrivacy(input: UpdatePrivacyInput): Promise<Privacy>;
  follow(userId: string): Promise<void>;
  unfollow(userId: string): Promise<void>;
  block(userId: string): Promise<void>;
  unblock(userId: string): Promise<void>;
  /**
   * Runs any query or mutation over the same connection. While the client is not connected it waits, with at most 100
   * others of 1 MiB together; beyond that it rejects with QUEUE_FULL. Where the connection is lost before the answer it
   * rejects with DISCONNECTED: whether it ran is not known.
   */
  request<Result = unknown, Variables = Record<string, unknown>>(
    document: string | TypedDocument<Result, Variables>,
    variables?: Variables,
  ): Promise<Result>;
  /** Connects now: after `unauthorized`, or instead of waiting for the next attempt. */
  reconnect(): void;
  /**
   * Ends the session on the server, over HTTP where there is no connection, and clears everything at once. Resolves when
   * the server has answered, when it cannot be reached, or after 3 s; never rejects. The client cannot be used again.
   */
  signOut(): Promise<void>;
  /**
   * React Native: closes the connection at once. The user is seen AWAY for as long as the server keeps such a session, and
   * hidden where that was chosen before.
   */
  background(): void;
  /** React Native: comes back from the background. */
  foreground(): void;
  /** Leaves the session to its grace. Nothing runs afterwards, and what waits rejects with CLOSED. */
  close(): void;
}
