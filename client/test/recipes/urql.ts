import {
  Client,
  type Exchange,
  type ExecutionResult,
  fetchExchange,
  gql,
  subscriptionExchange,
  type TypedDocumentNode,
} from '@urql/core';
import { cacheExchange } from '@urql/exchange-graphcache';
import { createClient } from 'graphql-ws';
import { latestPresenceExchange, presenceKeys } from '../../src/urql.js';

export function createUrql(url: string, getToken: () => Promise<string>, sessionId: string, cache: Exchange) {
  const authorization = async () => `Bearer ${await getToken()}`;
  const socket = createClient({
    url: url.replace(/^http/, 'ws'),
    lazy: false,
    retryAttempts: Infinity,
    shouldRetry: () => true,
    // Not for minutes after a long outage, as by default.
    retryWait: (attempts) =>
      new Promise((wake) => setTimeout(wake, Math.random() * Math.min(16_000, 1_000 * 2 ** attempts))),
    connectionParams: async () => ({ authorization: await authorization(), sessionId, device: 'WEB' }),
  });
  const overSocket = subscriptionExchange({
    forwardSubscription: ({ query = '', variables }) => ({
      subscribe: (sink) => ({
        unsubscribe: socket.subscribe(
          { query, variables },
          { ...sink, next: (result) => sink.next(result as ExecutionResult) },
        ),
      }),
    }),
  });

  const urql = new Client({
    url,
    exchanges: [cache, latestPresenceExchange(), fetchExchange, overSocket],
    preferGetMethod: false,
    fetch: async (input, init) =>
      fetch(input, { ...init, headers: { ...init?.headers, authorization: await authorization() } }),
  });

  // Who cannot be seen any more since the connection was lost is in no event: ask again.
  socket.on('connected', (_socket, _payload, again) => {
    if (again) void urql.query(PEOPLE, {}, { requestPolicy: 'network-only' }).toPromise();
  });

  const signOut = async () => {
    await urql.mutation(gql`mutation ($id: ID!) { endSession(sessionId: $id) }`, { id: sessionId }).toPromise();
    await socket.dispose();
    // The next user gets a new client, which remembers nothing.
  };
  return { urql, socket, signOut };
}

export interface Presence {
  id: string;
  status: string;
  statusMessage: { text: string; emoji: string | null } | null;
  lastSeen: string | null;
  asOf: string;
}

const PRESENCE_FIELDS = gql`
  fragment PresenceFields on Presence { id status statusMessage { text emoji } lastSeen asOf }
`;
export const PEOPLE: TypedDocumentNode<{ presence: Presence[] }, Record<string, never>> = gql`
  query People { presence { ...PresenceFields } }
  ${PRESENCE_FIELDS}
`;
export const PRESENCE_CHANGED: TypedDocumentNode<{ presenceChanged: Presence }, Record<string, never>> = gql`
  subscription PresenceChanged { presenceChanged { ...PresenceFields } }
  ${PRESENCE_FIELDS}
`;

export interface Typing {
  id: string;
  conversationId: string;
  userId: string;
  isTyping: boolean;
}
export const TYPISTS: TypedDocumentNode<{ typing: Typing[] }, { conversationId: string }> = gql`
  query Typists($conversationId: ID!) { typing(conversationId: $conversationId) { id conversationId userId isTyping } }
`;
export const TYPING_CHANGED: TypedDocumentNode<{ typingChanged: Typing }, { conversationId: string }> = gql`
  subscription TypingChanged($conversationId: ID!) {
    typingChanged(conversationId: $conversationId) { id conversationId userId isTyping }
  }
`;

/** Entities change by themselves; lists take in who is new. */
export const graphcache = cacheExchange({
  keys: { ...presenceKeys },
  updates: {
    Subscription: {
      presenceChanged({ presenceChanged }: { presenceChanged: Presence }, _args, cache) {
        cache.updateQuery({ query: PEOPLE }, (shown) =>
          shown && !shown.presence.some(({ id }) => id === presenceChanged.id)
            ? { presence: [...shown.presence, presenceChanged] }
            : shown,
        );
      },
      typingChanged({ typingChanged }: { typingChanged: Typing }, _args, cache) {
        const { id, conversationId, isTyping } = typingChanged;
        cache.updateQuery({ query: TYPISTS, variables: { conversationId } }, (shown) => {
          if (!shown) return shown;
          const others = shown.typing.filter((one) => one.id !== id);
          return { typing: isTyping ? [...others, typingChanged] : others };
        });
      },
    },
  },
});

/** For the document cache: an answer, with the events since, and who is new. The later `asOf` wins. */
export const withEvents = (answer: readonly Presence[], events: ReadonlyMap<string, Presence>): Presence[] => {
  const byId = new Map(answer.map((presence) => [presence.id, presence]));
  for (const [id, event] of events) {
    const shown = byId.get(id);
    if (!shown || shown.asOf < event.asOf) byId.set(id, event);
  }
  return [...byId.values()];
};
