import { ApolloClient, ApolloLink, gql, HttpLink, InMemoryCache, type TypedDocumentNode } from '@apollo/client';
import { SetContextLink } from '@apollo/client/link/context';
import { GraphQLWsLink } from '@apollo/client/link/subscriptions';
import { OperationTypeNode } from 'graphql';
import { createClient } from 'graphql-ws';
import { latestPresenceLink } from '../../src/apollo.js';

export function createApollo(url: string, getToken: () => Promise<string>, sessionId: string) {
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
  const http = new SetContextLink(async ({ headers }) => ({
    headers: { ...headers, authorization: await authorization() },
  })).concat(new HttpLink({ uri: url }));

  const apollo = new ApolloClient({
    cache: new InMemoryCache(),
    link: ApolloLink.from([
      latestPresenceLink(),
      ApolloLink.split(
        ({ operationType }) => operationType === OperationTypeNode.SUBSCRIPTION,
        new GraphQLWsLink(socket),
        http,
      ),
    ]),
  });

  // Who cannot be seen any more since the connection was lost is in no event: ask again.
  socket.on('connected', (_socket, _payload, again) => {
    if (again) void apollo.refetchQueries({ include: 'active' });
  });

  const signOut = async () => {
    await apollo.mutate({
      mutation: gql`mutation ($id: ID!) { endSession(sessionId: $id) }`,
      variables: { id: sessionId },
    });
    await socket.dispose();
    await apollo.clearStore();
  };
  return { apollo, socket, signOut };
}

export interface Presence {
  __typename: 'Presence';
  id: string;
  status: string;
  statusMessage: { __typename: 'StatusMessage'; text: string; emoji: string | null } | null;
  lastSeen: string | null;
  asOf: string;
}

const PRESENCE_FIELDS = gql`
  fragment PresenceFields on Presence { id status statusMessage { text emoji } lastSeen asOf }
`;
export const PEOPLE: TypedDocumentNode<{ presence: Presence[] }> = gql`
  query People { presence { ...PresenceFields } }
  ${PRESENCE_FIELDS}
`;
export const PRESENCE_CHANGED: TypedDocumentNode<{ presenceChanged: Presence }> = gql`
  subscription PresenceChanged { presenceChanged { ...PresenceFields } }
  ${PRESENCE_FIELDS}
`;

export const watchPresence = (apollo: ApolloClient) =>
  apollo.subscribe({ query: PRESENCE_CHANGED }).subscribe(({ data }) => {
    if (!data) return;
    const { presenceChanged } = data;
    apollo.cache.updateQuery({ query: PEOPLE }, (shown) =>
      shown && !shown.presence.some(({ id }) => id === presenceChanged.id)
        ? { presence: [...shown.presence, presenceChanged] }
        : undefined,
    );
  });

export interface Typing {
  __typename: 'Typing';
  id: string;
  userId: string;
  isTyping: boolean;
}

export const TYPISTS: TypedDocumentNode<{ typing: Typing[] }, { conversationId: string }> = gql`
  query Typists($conversationId: ID!) { typing(conversationId: $conversationId) { id userId isTyping } }
`;
export const TYPING_CHANGED: TypedDocumentNode<{ typingChanged: Typing }, { conversationId: string }> = gql`
  subscription TypingChanged($conversationId: ID!) {
    typingChanged(conversationId: $conversationId) { id userId isTyping }
  }
`;

export const watchTyping = (apollo: ApolloClient, conversationId: string) =>
  apollo.subscribe({ query: TYPING_CHANGED, variables: { conversationId } }).subscribe(({ data }) => {
    if (!data) return;
    const { typingChanged } = data;
    apollo.cache.updateQuery({ query: TYPISTS, variables: { conversationId }, overwrite: true }, (shown) => {
      if (!shown) return undefined;
      const others = shown.typing.filter(({ id }) => id !== typingChanged.id);
      return { typing: typingChanged.isTyping ? [...others, typingChanged] : others };
    });
  });
