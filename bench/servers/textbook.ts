/**
 * The textbook server: graphql-yoga with graphql-ws and, where REDIS_URL is set, graphql-redis-subscriptions; otherwise
 * yoga's own pub/sub. Each put together as its documentation does.
 */
import { RedisPubSub } from 'graphql-redis-subscriptions';
import { createPubSub, createSchema, Repeater } from 'graphql-yoga';
import { Redis } from 'ioredis';
import { absent, changed, type Input, type State } from './presence.js';
import { type Context, serve } from './yogaServer.js';

/** Where states are kept, and how those who watch hear of a new one. */
interface Presences {
  set(state: State): Promise<void>;
  get(userIds: readonly string[]): Promise<readonly State[]>;
  changes(userIds: readonly string[]): AsyncIterable<State>;
}

const inRedis = (url: string): Presences => {
  const redis = new Redis(url);
  const pubSub = new RedisPubSub({ publisher: new Redis(url), subscriber: new Redis(url) });
  return {
    async set(state) {
      await redis.set(`state:${state.userId}`, JSON.stringify(state));
      await pubSub.publish(`presence:${state.userId}`, state);
    },
    async get(userIds) {
      const texts = await redis.mget(userIds.map((userId) => `state:${userId}`));
      return texts.map((text, index) => (text === null ? absent(userIds[index]!) : (JSON.parse(text) as State)));
    },
    changes: (userIds) =>
      pubSub.asyncIterableIterator<State>(userIds.map((userId) => `presence:${userId}`)) as AsyncIterable<State>,
  };
};

const inMemory = (): Presences => {
  const states = new Map<string, State>();
  const pubSub = createPubSub<{ presence: [userId: string, state: State] }>();
  return {
    async set(state) {
      states.set(state.userId, state);
      pubSub.publish('presence', state.userId, state);
    },
    get: async (userIds) => userIds.map((userId) => states.get(userId) ?? absent(userId)),
    changes: (userIds) => Repeater.merge(userIds.map((userId) => pubSub.subscribe('presence', userId))),
  };
};

const presences = process.env.REDIS_URL ? inRedis(process.env.REDIS_URL) : inMemory();

const schema = createSchema<Context>({
  typeDefs: /* GraphQL */ `
    enum PresenceStatus { ONLINE AWAY DO_NOT_DISTURB INVISIBLE OFFLINE }
    type StatusMessage { text: String! }
    type Presence {
      id: ID!
      userId: ID!
      status: PresenceStatus!
      statusMessage: StatusMessage
      lastSeen: String
      asOf: String!
    }
    input StatusMessageInput { text: String! }
    input SetPresenceInput { status: PresenceStatus, statusMessage: StatusMessageInput }
    type Query { userPresence(userId: ID!): Presence }
    type Mutation { setPresence(input: SetPresenceInput!): Presence! }
    type Subscription { presenceChanged(userIds: [ID!]): Presence! }
  `,
  resolvers: {
    Presence: { id: ({ userId }: State) => userId },
    Query: {
      userPresence: async (_, { userId }: { userId: string }) => (await presences.get([userId]))[0],
    },
    Mutation: {
      async setPresence(_, { input }: { input: Input }, { userId }) {
        const state = changed(userId, input);
        await presences.set(state);
        return state;
      },
    },
    Subscription: {
      presenceChanged: {
        async *subscribe(_, { userIds }: { userIds: readonly string[] }) {
          for (const state of await presences.get(userIds)) yield state;
          yield* presences.changes(userIds);
        },
        resolve: (state: State) => state,
      },
    },
  },
});

serve(schema);
