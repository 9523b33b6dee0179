/** A server of the edge alone: real sockets, a small schema, and ports that the test holds in its hands. */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { GraphQLError } from 'graphql';
import { createSchema } from 'graphql-yoga';
import { onTestFinished } from 'vitest';
import { type RawData, WebSocket } from 'ws';
import type { Introspection } from '../../src/config/config.js';
import { badInput, unavailable } from '../../src/presence/errors.js';
import { createSignIn, type SignIn } from '../../src/server/auth/signIn.js';
import { signToken } from '../../src/server/auth/tokens.js';
import { createAuth } from '../../src/server/auth/verifier.js';
import { createConnections } from '../../src/server/connections.js';
import { createEngine } from '../../src/server/execution/engine.js';
import type { Operation } from '../../src/server/execution/operation.js';
import { createGraphiqlPage } from '../../src/server/http/graphiql.js';
import { createHttp, type OpenHttpDoor } from '../../src/server/http/httpServer.js';
import { createOrigins } from '../../src/server/http/origins.js';
import type { Page } from '../../src/server/http/page.js';
import { createGraphqlProtocol } from '../../src/server/ws/graphqlConnection.js';
import { createSockets } from '../../src/server/ws/webSocketServer.js';
import type { Caller, Presence } from '../../src/service/contract.js';
import { createLog } from '../../src/telemetry/log.js';
import { createFakePeople } from '../support/unit/fakePeople.js';

export const SECRET = 'a secret for tests, of more than 32 bytes';

export const tokenOf = (userId: string, options: { service?: boolean; ttlSeconds?: number } = {}): Promise<string> =>
  signToken({ secret: SECRET, userId, ttlSeconds: 600, ...options });

/** A subscription's source that the test pushes into, and that knows whether it was ended. */
export interface Source {
  push(value: string): void;
  finish(): void;
  readonly ended: boolean;
}

/** Lets a test wait for things that happen elsewhere, by name. */
const createEvents = () => {
  const seen: { name: string; value: unknown }[] = [];
  const waiting = new Set<() => void>();
  return {
    seen,
    emit(name: string, value: unknown) {
      seen.push({ name, value });
      for (const check of [...waiting]) check();
    },
    /** The values of the first `count` events of that name. */
    async until<T>(name: string, count = 1): Promise<T[]> {
      for (;;) {
        const values = seen.filter((each) => each.name === name).map(({ value }) => value as T);
        if (values.length >= count) return values;
        await new Promise<void>((resolve) => {
          const check = () => {
            waiting.delete(check);
            resolve();
          };
          waiting.add(check);
        });
      }
    },
  };
};

export type Events = ReturnType<typeof createEvents>;

const createSource = (events: Events): { source: Source; iterator: AsyncIterableIterator<string> } => {
  const queue: string[] = [];
  let wake: (() => void) | null = null;
  let ended = false;
  const end = () => {
    if (ended) return;
    ended = true;
    events.emit('source ended', null);
    wake?.();
  };
  const iterator: AsyncIterableIterator<string> = {
    async next() {
      while (queue.length === 0 && !ended) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      const value = queue.shift();
      return value === undefined ? { done: true, value: undefined } : { done: false, value };
    },
    async return() {
      queue.length = 0;
      end();
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
  return {
    iterator,
    source: {
      push(value) {
        queue.push(value);
        wake?.();
      },
      finish: end,
      get ended() {
        return ended;
      },
    },
  };
};

const TYPE_DEFS = /* GraphQL */ `
  enum Mood { HAPPY SAD }
  type Node { id: ID! child: Node name: String }
  type Query {
    who: String
    connection: String
    node: Node
    mood(mood: Mood): Mood
    boom: String
    away: String
    bad: String
    slow: String
    many(bytes: Int!): [String!]
  }
  type Mutation { set(value: String): String }
  type Subscription { values: String  refused: String  late: String }
`;

export interface ServerOptions {
  readonly introspection?: Introspection;
  readonly suggestions?: boolean;
  readonly graphiql?: boolean;
  readonly page?: Page | null;
  readonly openDoor?: OpenHttpDoor;
  readonly allowedOrigins?: readonly string[];
  readonly development?: boolean;
  readonly deleted?: ReadonlySet<string>;
  readonly maxPerUser?: number;
  readonly heartbeatTimeoutMs?: number;
  readonly initTimeoutMs?: number;
  readonly maxUnauthenticated?: number;
  readonly admits?: (userId: string) => Promise<void>;
  readonly stallMs?: number;
  readonly verify?: SignIn['verify'];
  readonly ready?: () => Promise<boolean>;
  readonly ensure?: (userId: string) => Promise<boolean>;
  readonly presence?: Partial<Pick<Presence, 'connect' | 'disconnect'>>;
  readonly storeAnswers?: () => boolean;
  readonly onReceived?: (connectionId: string) => void;
  readonly onSlowReader?: (caller: Caller | null) => void;
}

export const startServer = async (options: ServerOptions = {}) => {
  const events = createEvents();
  const sources: Source[] = [];
  const lines: string[] = [];
  const log = createLog({ level: 'info', destination: { write: (line) => void lines.push(line) } });
  /** What `slow` and `late` wait for, one after the other. */
  const gates: (() => void)[] = [];
  const gate = (name: string) =>
    new Promise<void>((open) => {
      gates.push(open);
      events.emit(name, null);
    });

  const subscribeValues = () => {
    const { source, iterator } = createSource(events);
    sources.push(source);
    events.emit('subscribed', source);
    return iterator;
  };

  const schema = createSchema<{ caller: Caller }>({
    typeDefs: TYPE_DEFS,
    resolvers: {
      Query: {
        who: (_, __, { caller }) => `${caller.viewer.kind} ${caller.viewer.userId}`,
        connection: (_, __, { caller }) => caller.connectionId,
        node: () => ({ id: '1' }),
        mood: (_, { mood }: { mood: string }) => mood,
        boom: () => {
          throw new Error('the secret inside');
        },
        away: () => {
          throw unavailable('The store is away.', 1_500);
        },
        bad: () => {
          throw badInput('That will not do.');
        },
        many: (_, { bytes }: { bytes: number }) => {
          events.emit('many', bytes);
          return [Buffer.alloc(bytes, 'x').toString('latin1')];
        },
        slow: async () => {
          await gate('slow');
          return 'slow';
        },
      },
      Node: { child: () => ({ id: '2' }), name: () => 'a node' },
      Mutation: {
        set: (_, { value }: { value: string }) => {
          events.emit('set', value);
          return value;
        },
      },
      Subscription: {
        values: { subscribe: subscribeValues, resolve: (value: string) => value },
        late: {
          subscribe: async () => {
            await gate('late');
            return subscribeValues();
          },
          resolve: (value: string) => value,
        },
        refused: {
          subscribe: () => {
            throw new GraphQLError('Refused.', { originalError: badInput('Refused.') });
          },
        },
      },
    },
  });

  const deleted = options.deleted ?? new Set<string>();
  let sessions = 0;
  const presence: Pick<Presence, 'connect' | 'disconnect'> = {
    async connect(connect) {
      events.emit('connect', connect);
      sessions += 1;
      return connect.sessionId ?? `session-${sessions}`;
    },
    async disconnect(disconnect) {
      events.emit('disconnect', disconnect);
    },
    ...options.presence,
  };

  const connections = createConnections(options.maxPerUser === undefined ? {} : { maxPerUser: options.maxPerUser });
  const origins = createOrigins({ allowed: options.allowedOrigins ?? [], loopback: options.development ?? true });
  const signedIn = createSignIn({
    auth: createAuth({ secrets: [SECRET], jwksUrl: null, issuer: null, audience: null, serviceScope: 'service' }),
    people: { ensure: options.ensure ?? (async (userId) => !deleted.has(userId)) },
  });
  const signIn = { ...signedIn, ...(options.verify && { verify: options.verify }) };
  let over = false;
  onTestFinished(() => {
    over = true;
  });
  const engine = createEngine({
    schema,
    contextFor: ({ caller, budget }: Operation) => ({ caller, budget }),
    people: createFakePeople().people,
    log,
    introspection: options.introspection ?? 'all',
    suggestions: options.suggestions ?? true,
    // What a test leaves unanswered is given up: it would look for ever whether the store answers, on later tests' timers.
    storeAnswers: () => !over,
  });
  const http = createHttp({
    engine,
    signIn,
    connections,
    origins,
    log,
    ready: options.ready ?? (async () => true),
    graphiql: options.graphiql ? createGraphiqlPage() : null,
    page: options.page ?? null,
    openDoor: options.openDoor ?? null,
    unsignedIntrospection: (options.introspection ?? 'all') === 'all',
    ...(options.stallMs !== undefined && { stallMs: options.stallMs }),
  });
  const sockets = createSockets({
    server: http.server,
    isBusy: () => engine.mutations > 0,
    deliveryWaitMs: 10,
    signIn,
    presence,
    connections,
    origins,
    log,
    admits: options.admits ?? (async () => {}),
    storeAnswers: options.storeAnswers ?? (() => true),
    heartbeatTimeoutMs: options.heartbeatTimeoutMs ?? 45_000,
    drainTimeoutMs: 0,
    ...(options.onReceived && { onReceived: options.onReceived }),
    ...(options.onSlowReader && { onSlowReader: options.onSlowReader }),
    ...(options.maxUnauthenticated !== undefined && { maxUnauthenticated: options.maxUnauthenticated }),
    ...(options.stallMs !== undefined && { stallMs: options.stallMs }),
  });
  sockets.serve(
    '/graphql',
    createGraphqlProtocol({
      engine,
      ...(options.initTimeoutMs !== undefined && { initTimeoutMs: options.initTimeoutMs }),
    }),
  );
  http.server.listen(0, '127.0.0.1');
  await once(http.server, 'listening');
  const { port } = http.server.address() as AddressInfo;
  const stop = async () => {
    await Promise.all([sockets.stop(), http.stop()]);
  };
  onTestFinished(stop);

  const url = `http://127.0.0.1:${port}`;
  return {
    url,
    ws: `ws://127.0.0.1:${port}/graphql`,
    port,
    events,
    sources,
    lines,
    gates,
    connections,
    engine,
    sockets,
    http,
    stop,
  };
};

export type TestServer = Awaited<ReturnType<typeof startServer>>;

/** Posts a query as that user; without a token where `token` is null. */
export const post = async (
  { url }: TestServer,
  body: unknown,
  { token, headers = {} }: { token?: string | null; headers?: Record<string, string> } = {},
) => {
  const authorization = token === null ? {} : { authorization: `Bearer ${token ?? (await tokenOf('ada'))}` };
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...authorization, ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  return { status: response.status, headers: response.headers, body: JSON.parse(await response.text()) };
};

export interface Message {
  readonly type: string;
  readonly id?: string;
  // What a server says is looked at freely in a test.
  readonly payload?: { data?: Record<string, unknown>; errors?: GraphQLError[] } & GraphQLError[] & {
      sessionId?: string;
    };
}

/** A WebSocket that is spoken by hand. */
export const openSocket = async (
  url: string,
  { protocol = 'graphql-transport-ws', ...options }: { protocol?: string; origin?: string; autoPong?: boolean } = {},
) => {
  const socket = new WebSocket(url, protocol, options);
  const received: Message[] = [];
  const waiting: ((message: Message) => void)[] = [];
  socket.on('message', (data: RawData) => {
    const message = JSON.parse(data.toString()) as Message;
    const next = waiting.shift();
    if (next) next(message);
    else received.push(message);
  });
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    socket.once('close', (code, reason) => resolve({ code, reason: reason.toString() }));
  });
  onTestFinished(() => socket.terminate());
  await once(socket, 'open');
  const client = {
    socket,
    closed,
    received,
    send: (message: unknown) => socket.send(typeof message === 'string' ? message : JSON.stringify(message)),
    next: (): Promise<Message> => {
      const message = received.shift();
      return message ? Promise.resolve(message) : new Promise((resolve) => waiting.push(resolve));
    },
    subscribe: (id: string, query: string, variables?: object) =>
      client.send({ id, type: 'subscribe', payload: { query, variables } }),
    complete: (id: string) => client.send({ id, type: 'complete' }),
    /** A round trip: everything sent before was read by the server. */
    async sync() {
      client.send({ type: 'ping' });
      for (;;) if ((await client.next()).type === 'pong') return;
    },
  };
  return client;
};

/** A socket after its acknowledgement. */
export const connect = async (server: TestServer, params: Record<string, unknown> = {}, user = 'ada') => {
  const client = await openSocket(server.ws);
  client.send({ type: 'connection_init', payload: { authorization: `Bearer ${await tokenOf(user)}`, ...params } });
  const ack = await client.next();
  if (ack.type !== 'connection_ack') throw new Error(`Not accepted: ${JSON.stringify(ack)}`);
  return { ...client, ack };
};
