/** The services that resolvers and sockets call: what they take, give and reject with. */
import type { Page } from '../presence/rosterOrder.js';
import type { ActivityInput, DeviceType, PresenceStatus, StatusMessage } from '../presence/types.js';
import type { PresenceView, VisibleActivity } from '../presence/view.js';
import type { Privacy, Viewer } from '../presence/visibility.js';
import type { Here } from '../social/socialTypes.js';
import type { HistoryService } from './historyService.js';

/** Who calls, and over what. */
export interface Caller {
  readonly viewer: Viewer;
  /** The WebSocket connection the call came over; null for plain HTTP and SSE. */
  readonly connectionId: string | null;
}

/** A field left out (undefined) stays as it is; null clears it. */
export interface SetPresence {
  readonly status?: PresenceStatus;
  readonly statusMessage?: StatusMessage | null;
  readonly activities?: readonly ActivityInput[];
  readonly sessionId?: string;
  readonly device?: DeviceType;
}

export interface SessionView {
  readonly id: string;
  readonly device: DeviceType;
  readonly idle: boolean;
  readonly startedAt: number;
  readonly expiresAt: number;
}

export interface MeView {
  readonly userId: string;
  readonly presence: PresenceView;
  readonly chosenStatus: PresenceStatus;
  /** Also while the user is OFFLINE, when `presence` has none: they are seen again with the status. */
  readonly activities: readonly VisibleActivity[];
  readonly privacy: Privacy;
  readonly sessions: readonly SessionView[];
}

export interface HeartbeatView {
  readonly sessionId: string;
  readonly expiresAt: number;
  readonly intervalSeconds: number;
  /** Where the session is: conversations, the longest ago entered first. */
  readonly places: readonly string[];
}

export interface TypingView {
  readonly conversationId: string;
  readonly userId: string;
  readonly isTyping: boolean;
  readonly expiresAt: number | null;
  /** On the stop of a user whose visibility was revoked: name and picture are withheld. */
  readonly revoked?: true;
}

/** Sessions of connections, docs/design.md#sessions. The edge calls it: no allowance is taken here. */
export interface ConnectionService {
  /**
   * Starts or resumes the session that a connection holds; a new one where `sessionId` is null. Returns its id. Rejects
   * with BAD_USER_INPUT, NOT_FOUND (no such user) or UNAVAILABLE; after UNAVAILABLE the store may have it all the same,
   * so the connection has to be disconnected.
   */
  connect(options: {
    readonly userId: string;
    readonly connectionId: string;
    readonly sessionId: string | null;
    readonly device: DeviceType | null;
  }): Promise<string>;
  /**
   * A connection closed (`lastReceivedMsAgo` 0) or was lost. Removes that connection alone; the grace begins, longer by
   * `returnsWithinMs` where the server sent the client away. Where nothing came over it since it took the session (`isUnused`), its
   * client may have given up before it was let in: a grace that the session had then goes on. After UNAVAILABLE it has to be called
   * again.
   */
  disconnect(options: {
    readonly userId: string;
    readonly connectionId: string;
    readonly lastReceivedMsAgo: number;
    readonly returnsWithinMs?: number;
    readonly isUnused?: boolean;
  }): Promise<void>;
}

/** What a user says and reads of their own presence, and what the host puts into it. */
export interface OwnPresenceService {
  setPresence(caller: Caller, input: SetPresence): Promise<PresenceView>;
  heartbeat(
    caller: Caller,
    input: { readonly sessionId?: string; readonly device?: DeviceType; readonly idle: boolean },
  ): Promise<HeartbeatView>;
  /** False when there was no such session. */
  endSession(caller: Caller, sessionId: string): Promise<boolean>;
  me(caller: Caller): Promise<MeView>;
  /** Replaces the activities that the host put under `source`. FORBIDDEN to all but service tokens. */
  putActivity(viewer: Viewer, userId: string, source: string, activities: readonly ActivityInput[]): Promise<boolean>;
}

/** The presence of others, as far as the viewer may see it, docs/design.md#who-sees-what. */
export interface QueryService {
  /** In the order given, duplicates at their first place, without those whom the viewer may not see. At most 1,000. */
  presenceOf(viewer: Viewer, userIds: readonly string[]): Promise<readonly PresenceView[]>;
  /** The viewer's roster, live ones first, at most 1,000. */
  presenceOfRoster(viewer: Viewer): Promise<readonly PresenceView[]>;
  /** Null for a user who does not exist or whom the viewer may not see. */
  userPresence(viewer: Viewer, userId: string): Promise<PresenceView | null>;
  roster(
    viewer: Viewer,
    page: {
      readonly first: number;
      readonly after: string | null;
      readonly statuses: readonly PresenceStatus[] | null;
    },
  ): Promise<Page>;
  /** FORBIDDEN to all but service tokens. */
  online(
    viewer: Viewer,
    page: { readonly first: number; readonly after: string | null },
  ): Promise<Page & { readonly totalCount: number }>;
}

/** Typing in conversations, docs/design.md#typing. */
export interface TypingService {
  setTyping(
    caller: Caller,
    input: { readonly conversationId: string; readonly isTyping: boolean; readonly sessionId?: string },
  ): Promise<TypingView>;
  typing(viewer: Viewer, conversationId: string): Promise<readonly TypingView[]>;
  /** Those of the users who type in a conversation of which the viewer is a member. One call a batch. */
  typingAmong(viewer: Viewer, userIds: readonly string[]): Promise<ReadonlySet<string>>;
}

/** Which place, and which session: as for every command, see docs/design.md#sessions. */
export interface PlaceInput {
  readonly conversationId: string;
  readonly sessionId?: string;
}

/** Places: who has what open, docs/design.md#places. */
export interface PlaceService {
  /**
   * The session is at that place from now on. Over plain HTTP, or a watcher's connection, a user without sessions gets an HTTP one.
   * Resolves to who is there. NOT_FOUND unless the caller may use the conversation; FORBIDDEN to service tokens.
   */
  enter(caller: Caller, input: PlaceInput): Promise<Here>;
  /** False where the session was not there, whatever the place is. FORBIDDEN to service tokens. */
  leave(caller: Caller, input: PlaceInput): Promise<boolean>;
  /** NOT_FOUND unless the viewer may use the conversation; so it is to service tokens, who are no users. */
  here(viewer: Viewer, conversationId: string): Promise<Here>;
  /**
   * A subscription to the tray was opened on a connection, or the last one closed. False where the connection holds no session: a
   * watcher's, or plain HTTP. No allowance is taken: the edge calls it.
   */
  setTray(caller: Caller, tray: boolean): Promise<boolean>;
}

/**
 * All of presence. Each method validates what it is given (BAD_USER_INPUT), takes it from the caller's allowance
 * (RATE_LIMITED) and authorizes it (FORBIDDEN, NOT_FOUND); UNAVAILABLE comes from the ports.
 */
export interface Presence
  extends ConnectionService,
    OwnPresenceService,
    QueryService,
    TypingService,
    PlaceService,
    HistoryService {}
