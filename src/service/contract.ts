/** The verbs of presence, which resolvers and connections call, and what they take and give. */
import type { Page } from '../presence/rosterOrder.js';
import type { ActivityInput, DeviceType, PresenceStatus, StatusMessage } from '../presence/types.js';
import type { PresenceView } from '../presence/view.js';
import type { Privacy, Viewer } from '../presence/visibility.js';

/** Who calls, and over what. */
export interface Caller {
  readonly viewer: Viewer;
  /** The WebSocket connection the call came over; null for plain HTTP and SSE. */
  readonly connectionId: string | null;
}

/** What is left out (undefined) stays as it is; null clears. Already validated, see `input.ts`. */
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
  readonly privacy: Privacy;
  readonly sessions: readonly SessionView[];
}

export interface HeartbeatView {
  readonly sessionId: string;
  readonly expiresAt: number;
  readonly intervalSeconds: number;
}

export interface TypingView {
  readonly conversationId: string;
  readonly userId: string;
  readonly isTyping: boolean;
  readonly expiresAt: number | null;
  /** On the stop of a user who leaves the viewer's sight: name and picture are withheld. */
  readonly lost?: true;
}

/**
 * The verbs of presence. Everything that is passed in is validated here (BAD_USER_INPUT), limited here
 * (RATE_LIMITED), and judged here (FORBIDDEN, NOT_FOUND); UNAVAILABLE comes from the ports.
 */
export interface Presence {
  /** Starts or resumes the session that a connection holds. Without `sessionId` a new one. Returns the session's id. */
  connect(options: {
    readonly userId: string;
    readonly connectionId: string;
    readonly sessionId: string | null;
    readonly device: DeviceType | null;
  }): Promise<string>;
  /** A connection closed (`lastHeardMsAgo` 0) or was lost. Removes only that connection; the grace begins. */
  disconnect(options: {
    readonly userId: string;
    readonly connectionId: string;
    readonly lastReceivedMsAgo: number;
  }): Promise<void>;

  setPresence(caller: Caller, input: SetPresence): Promise<PresenceView>;
  heartbeat(
    caller: Caller,
    input: { readonly sessionId?: string; readonly device?: DeviceType; readonly idle: boolean },
  ): Promise<HeartbeatView>;
  endSession(caller: Caller, sessionId: string): Promise<boolean>;
  me(caller: Caller): Promise<MeView>;

  /** In the order given, duplicates at their first place, without those whom the viewer may not see. At most 1,000. */
  presenceOf(viewer: Viewer, userIds: readonly string[]): Promise<readonly PresenceView[]>;
  /** The viewer's roster, live ones first, at most 1,000. */
  presenceOfRoster(viewer: Viewer): Promise<readonly PresenceView[]>;
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
  putActivity(viewer: Viewer, userId: string, source: string, activities: readonly ActivityInput[]): Promise<boolean>;

  setTyping(
    caller: Caller,
    input: { readonly conversationId: string; readonly isTyping: boolean; readonly sessionId?: string },
  ): Promise<TypingView>;
  typing(viewer: Viewer, conversationId: string): Promise<readonly TypingView[]>;
  /** Those of the users who type in a conversation of which the viewer is a member. One call a batch. */
  typingAmong(viewer: Viewer, userIds: readonly string[]): Promise<ReadonlySet<string>>;
}
