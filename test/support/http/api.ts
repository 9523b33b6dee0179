/** The verbs of the API with their types, over whatever carries the documents. */
import { setTimeout as wait } from 'node:timers/promises';
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { print } from 'graphql';
import * as operations from '../../generated/operations.js';

export type Status = 'ONLINE' | 'AWAY' | 'DO_NOT_DISTURB' | 'INVISIBLE' | 'OFFLINE';
export type Audience = 'EVERYONE' | 'FOLLOWERS' | 'MUTUALS' | 'NOBODY';
export type Device = 'WEB' | 'MOBILE' | 'DESKTOP' | 'PLUGIN' | 'UNKNOWN';

export interface Activity {
  type: string;
  name: string;
  details: string | null;
  startedAt: string;
  expiresAt: string | null;
}
export interface Presence {
  id: string;
  userId: string;
  status: Status;
  statusMessage: { text: string; emoji: string | null; expiresAt: string | null } | null;
  activities: Activity[];
  devices: Device[];
  lastSeen: string | null;
  asOf: string;
}
export interface Session {
  id: string;
  device: Device;
  idle: boolean;
  startedAt: string;
  expiresAt: string;
}
export interface Privacy {
  status: Audience;
  lastSeen: Audience;
  activity: Audience;
}
export interface Me {
  userId: string;
  presence: Presence;
  chosenStatus: Status;
  privacy: Privacy;
  sessions: Session[];
}
export interface Typing {
  id: string;
  conversationId: string;
  userId: string;
  isTyping: boolean;
  expiresAt: string | null;
}
export interface PresencePage {
  totalCount?: number;
  edges: { cursor: string; node: Presence }[];
  pageInfo: { hasNextPage: boolean; hasPreviousPage: boolean; startCursor: string | null; endCursor: string | null };
}

export const PRESENCE = `id userId status statusMessage { text emoji expiresAt }
  activities { type name details startedAt expiresAt } devices lastSeen asOf`;
export const TYPING = 'id conversationId userId isTyping expiresAt';
const PAGE = `edges { cursor node { ${PRESENCE} } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }`;

export const PRESENCE_CHANGED = `subscription Watch($userIds: [ID!], $snapshot: Boolean! = true) {
  presenceChanged(userIds: $userIds, snapshot: $snapshot) { ${PRESENCE} } }`;
export const TYPING_CHANGED = `subscription WatchTyping($conversationId: ID, $snapshot: Boolean! = true) {
  typingChanged(conversationId: $conversationId, snapshot: $snapshot) { ${TYPING} } }`;

export type Variables = Record<string, unknown>;
/** Runs one query or mutation; fails with a `Refusal` when the answer has errors. */
export type Execute = <Data = Record<string, unknown>>(document: string, variables?: Variables) => Promise<Data>;

export interface GraphQLFault {
  message: string;
  path?: readonly (string | number)[];
  extensions?: Record<string, unknown>;
}

/** An answer with errors; `code` is that of the first. */
export class Refusal extends Error {
  readonly errors: readonly GraphQLFault[];
  readonly code: unknown;
  readonly retryAfterMs: unknown;
  constructor(errors: readonly GraphQLFault[]) {
    super(errors.map((fault) => fault.message).join('; '));
    this.name = 'Refusal';
    this.errors = errors;
    this.code = errors[0]?.extensions?.code;
    this.retryAfterMs = errors[0]?.extensions?.retryAfterMs;
  }
}

/** What a busy machine could not do in time is asked again so often. */
const ATTEMPTS = 8;

/**
 * Asks again what was UNAVAILABLE, after `retryAfterMs`, as the documentation tells clients to. For tests whose subject
 * is not a back-end that fails: on a busy machine an answer of the database may take longer than the server waits.
 */
export const patient =
  (execute: Execute): Execute =>
  async (document, variables) => {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await execute(document, variables);
      } catch (error) {
        if (!(error instanceof Refusal && error.code === 'UNAVAILABLE') || attempt === ATTEMPTS) throw error;
        await wait(Number(error.retryAfterMs));
      }
    }
  };

/** Every query and mutation of the contract as a typed function over `execute`. */
export function createApi(execute: Execute) {
  const field = async <T>(document: string, variables: Variables = {}): Promise<T> => {
    const data = await execute<Record<string, T>>(document, variables);
    return Object.values(data)[0] as T;
  };
  /** The same for a document of `schema/operations`, with any values: tests also send what is refused. */
  const run = async <Data extends object, Of extends object>(
    document: TypedDocumentNode<Data, Of>,
    variables: { readonly [Name in keyof Of]: unknown },
  ): Promise<Data[keyof Data]> => {
    const data = await execute<Data>(print(document), variables);
    return Object.values(data)[0] as Data[keyof Data];
  };
  return {
    execute,
    me: () =>
      field<Me>(`{ me { userId presence { ${PRESENCE} } chosenStatus privacy { status lastSeen activity }
        sessions { id device idle startedAt expiresAt } } }`),
    presence: (userIds?: string[] | null) =>
      field<Presence[]>(`query ($userIds: [ID!]) { presence(userIds: $userIds) { ${PRESENCE} } }`, { userIds }),
    userPresence: (userId: string) =>
      field<Presence | null>(`query ($userId: ID!) { userPresence(userId: $userId) { ${PRESENCE} } }`, { userId }),
    isTyping: async (userId: string) =>
      (
        await field<{ isTyping: boolean }>('query ($userId: ID!) { userPresence(userId: $userId) { isTyping } }', {
          userId,
        })
      ).isTyping,
    roster: (page: { first?: number; after?: string | null; statuses?: Status[] } = {}) =>
      field<PresencePage>(
        `query ($first: Int! = 50, $after: String, $statuses: [PresenceStatus!]) {
          roster(first: $first, after: $after, statuses: $statuses) { ${PAGE} } }`,
        page,
      ),
    online: (page: { first?: number; after?: string | null } = {}) =>
      field<PresencePage>(
        `query ($first: Int! = 100, $after: String) { online(first: $first, after: $after) { totalCount ${PAGE} } }`,
        page,
      ),
    typing: (conversationId: string) =>
      field<Typing[]>(`query ($conversationId: ID!) { typing(conversationId: $conversationId) { ${TYPING} } }`, {
        conversationId,
      }),

    setPresence: (input: Variables) =>
      field<Presence>(`mutation ($input: SetPresenceInput!) { setPresence(input: $input) { ${PRESENCE} } }`, { input }),
    /** Sets the status message alone: the smallest change that others see. */
    say: (text: string) =>
      field<Presence>(`mutation ($input: SetPresenceInput!) { setPresence(input: $input) { ${PRESENCE} } }`, {
        input: { statusMessage: { text } },
      }),
    heartbeat: (input: Variables = {}) => run(operations.HeartbeatDocument, { input }),
    endSession: (sessionId: string) => run(operations.EndSessionDocument, { sessionId }),
    setTyping: (conversationId: string, isTyping = true, sessionId?: string) =>
      field<Typing>(`mutation ($input: SetTypingInput!) { setTyping(input: $input) { ${TYPING} } }`, {
        input: { conversationId, isTyping, ...(sessionId === undefined ? {} : { sessionId }) },
      }),
    updatePrivacy: (input: Partial<Privacy>) => run(operations.UpdatePrivacyDocument, { input }),
    follow: (userId: string) => run(operations.FollowDocument, { userId }),
    unfollow: (userId: string) => run(operations.UnfollowDocument, { userId }),
    block: (userId: string) => run(operations.BlockDocument, { userId }),
    unblock: (userId: string) => run(operations.UnblockDocument, { userId }),

    upsertUsers: (users: Variables[]) => run(operations.UpsertUsersDocument, { users }),
    deleteUser: (userId: string) => run(operations.DeleteUserDocument, { userId }),
    addFollows: (follows: { followerId: string; followeeId: string }[]) =>
      run(operations.AddFollowsDocument, { follows }),
    removeFollows: (follows: { followerId: string; followeeId: string }[]) =>
      run(operations.RemoveFollowsDocument, { follows }),
    putCircle: (id: string, memberIds: string[]) => run(operations.PutCircleDocument, { id, memberIds }),
    deleteCircle: (id: string) => run(operations.DeleteCircleDocument, { id }),
    putConversation: (
      id: string,
      memberIds: string[],
      open = false,
      owner: { readonly ownerId?: string; readonly audience?: Privacy['status'] } = {},
    ) => run(operations.PutConversationDocument, { id, memberIds, open, ...owner }),
    deleteConversation: (id: string) => run(operations.DeleteConversationDocument, { id }),
    putActivity: (userId: string, source: string, activities: Variables[]) =>
      run(operations.PutActivityDocument, { userId, source, activities }),
  };
}

export type Api = ReturnType<typeof createApi>;
