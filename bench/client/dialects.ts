/** What a client says to each kind of server: the same events in the words of each. */

/** One change of one user's presence. No two of a run have the same text, so that every one is seen. */
export interface Change {
  readonly userId: string;
  readonly status: 'ONLINE' | 'AWAY';
  readonly text: string;
}

export interface Dialect {
  readonly path: string;
  readonly protocol: string | null;
  /** What the text of every event begins with. */
  readonly eventHead: string;
  /** What to say once the socket is open; null: the server speaks first. */
  greeting(token: string): string | null;
  /** What to say to a message while connecting; null when it is the acceptance. */
  reply(text: string, token: string): string | null;
  /** `named`: with name and picture, as a list of users shows them. */
  watching(userIds: readonly string[], named?: boolean): string;
  /** What to answer to a message that comes by itself on an open connection; null: nothing. */
  pong(text: string): string | null;
  /** A change as an HTTP request. */
  request(change: Change): { readonly path: string; readonly body: string };
  /** A change as a message of the user's own socket. */
  message(change: Change): string;
  /** Whether this message ends the answer to `message`. Throws where the server refused. */
  isAnswer(text: string): boolean;
  /** What an event tells. */
  changeOf(event: string): Change;
}

const SUBSCRIPTION =
  'subscription Watch($userIds: [ID!]) { presenceChanged(userIds: $userIds) { userId status statusMessage { text } lastSeen asOf } }';
/** The subscription of the README. */
const NAMED =
  'subscription Watch($userIds: [ID!]) { presenceChanged(userIds: $userIds) { userId user { name } status statusMessage { text emoji } activities { type name } asOf } }';
const MUTATION = 'mutation Set($input: SetPresenceInput!) { setPresence(input: $input) { status asOf } }';

const inputOf = ({ status, text }: Change) => ({ status, statusMessage: { text } });

const refuse = (text: string): never => {
  throw new Error(`The server refused: ${text}`);
};

interface NextMessage {
  readonly payload: {
    readonly data: {
      readonly presenceChanged: {
        readonly userId: string;
        readonly status: Change['status'];
        readonly statusMessage: { readonly text: string } | null;
      };
    };
  };
}

/** graphql-transport-ws: Rollcall and the textbook server. */
const graphql: Dialect = {
  path: '/graphql',
  protocol: 'graphql-transport-ws',
  eventHead: '{"id":"w","type":"next"',
  greeting: (token) => JSON.stringify({ type: 'connection_init', payload: { authorization: `Bearer ${token}` } }),
  reply: (text) => (text.includes('"connection_ack"') ? null : refuse(text)),
  watching: (userIds, named = false) =>
    JSON.stringify({
      id: 'w',
      type: 'subscribe',
      payload: { query: named ? NAMED : SUBSCRIPTION, variables: { userIds } },
    }),
  pong: (text) => (text.startsWith('{"type":"ping"') ? '{"type":"pong"}' : null),
  request: (change) => ({
    path: '/graphql',
    body: JSON.stringify({ query: MUTATION, variables: { input: inputOf(change) } }),
  }),
  message: (change) =>
    JSON.stringify({
      id: 'm',
      type: 'subscribe',
      payload: { query: MUTATION, variables: { input: inputOf(change) } },
    }),
  isAnswer: (text) =>
    text.includes('"type":"error"') || text.includes('"errors"') ? refuse(text) : text.includes('"type":"complete"'),
  changeOf: (event) => {
    const { userId, status, statusMessage } = (JSON.parse(event) as NextMessage).payload.data.presenceChanged;
    return { userId, status, text: statusMessage?.text ?? '' };
  },
};

/** The bare server: the same messages, without the documents. */
const bare: Dialect = {
  ...graphql,
  path: '/',
  protocol: null,
  watching: (userIds) => JSON.stringify({ id: 'w', type: 'subscribe', payload: { userIds } }),
  request: (change) => ({ path: '/presence', body: JSON.stringify(inputOf(change)) }),
  message: (change) => JSON.stringify({ id: 'm', type: 'set', payload: inputOf(change) }),
};

/** Socket.IO 4 over its WebSocket transport: `0` opens, `40` connects, `2`/`3` ping, `42` an event, `43` its answer. */
const socketio: Dialect = {
  path: '/socket.io/?EIO=4&transport=websocket',
  protocol: null,
  eventHead: '42["presence"',
  greeting: () => null,
  reply: (text, token) => {
    if (text.startsWith('0')) return `40${JSON.stringify({ token })}`;
    return text.startsWith('40') ? null : refuse(text);
  },
  watching: (userIds) => `42${JSON.stringify(['watch', userIds])}`,
  pong: (text) => (text === '2' ? '3' : null),
  request: bare.request,
  message: (change) => `420${JSON.stringify(['set', inputOf(change)])}`,
  isAnswer: (text) => (text.startsWith('44') ? refuse(text) : text.startsWith('430')),
  changeOf: (event) => {
    const [, { userId, status, statusMessage }] = JSON.parse(event.slice(2)) as [
      string,
      NextMessage['payload']['data']['presenceChanged'],
    ];
    return { userId, status, text: statusMessage?.text ?? '' };
  },
};

export const DIALECTS = { graphql, bare, socketio } as const;
export type DialectName = keyof typeof DIALECTS;
