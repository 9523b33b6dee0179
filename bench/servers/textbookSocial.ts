/**
 * The textbook server for what happens around people: graphql-yoga, graphql-ws and graphql-redis-subscriptions, with PostgreSQL. A
 * row for each notification, a row for each follower of who posts, and a message for each event. It signs in, and checks nothing
 * else: no privacy, no blocks, no groups.
 */
import { RedisPubSub } from 'graphql-redis-subscriptions';
import { createSchema } from 'graphql-yoga';
import { Redis } from 'ioredis';
import postgres from 'postgres';
import { changed, type Input } from './presence.js';
import { type Context, serve } from './yogaServer.js';

const { REDIS_URL = '', DATABASE_URL = '' } = process.env;
const redis = new Redis(REDIS_URL);
const pubSub = new RedisPubSub({ publisher: new Redis(REDIS_URL), subscriber: new Redis(REDIS_URL) });
const sql = postgres(DATABASE_URL, { max: 10, onnotice: () => {} });

await sql`create table users (id text primary key, name text)`;
await sql`create table follows (follower_id text, followee_id text, primary key (followee_id, follower_id))`;
await sql`
  create table acts (id text primary key, seq bigserial, verb text, actor_id text, object_id text, at timestamptz default now())`;
await sql`create table notifications (user_id text, act_id text, seq bigint, read_at timestamptz, primary key (user_id, act_id))`;
await sql`create index on notifications (user_id) where read_at is null`;
await sql`create table feed (user_id text, seq bigint, act_id text, primary key (user_id, seq))`;
await sql`create table counts (object_id text primary key, likes integer, version bigint)`;

interface Act {
  readonly id: string;
  readonly verb: string;
  readonly actorId: string;
  readonly objectId: string;
  readonly notify: readonly string[];
  readonly audience: string;
}

interface Put {
  readonly objectId: string;
  readonly counts: readonly { readonly name: string; readonly value: number }[];
  readonly version: string;
}

interface Stored {
  readonly id: string;
  readonly verb: string;
  readonly objectId: string;
  readonly at: Date;
  readonly actor: { readonly id: string; readonly name: string };
}

const countsOf = (id: string, likes: number | undefined) => ({
  id,
  all: likes === undefined ? [] : [{ name: 'likes', value: likes }],
  asOf: new Date().toISOString(),
});

const unreadOf = async (userId: string): Promise<number> => {
  const [row] = await sql<
    { unread: number }[]
  >`select count(*)::int as unread from notifications where user_id = ${userId} and read_at is null`;
  return row?.unread ?? 0;
};

/** One act, in a transaction; then who is named hears of it. */
const tell = async ({ id, verb, actorId, objectId, notify, audience }: Act): Promise<boolean> => {
  const isNew = await sql.begin(async (tx) => {
    const [act] = await tx<{ seq: string }[]>`
      insert into acts ${tx({ id, verb, actor_id: actorId, object_id: objectId })} on conflict do nothing returning seq`;
    if (!act) return false;
    for (const userId of notify)
      await tx`insert into notifications ${tx({ user_id: userId, act_id: id, seq: act.seq })}`;
    if (audience !== 'NOBODY')
      await tx`
        insert into feed (user_id, seq, act_id)
        select follower_id, ${act.seq}, ${id} from follows where followee_id = ${actorId}`;
    return true;
  });
  if (!isNew) return false;
  const notice = { id, verb, objectId, actorCount: 1, actors: [{ id: actorId, name: actorId }] };
  await Promise.all(notify.map((userId) => pubSub.publish(`inbox:${userId}`, { userId, notice })));
  return true;
};

const put = async ({ objectId, counts, version }: Put): Promise<boolean> => {
  const likes = counts[0]?.value ?? 0;
  const moved = await sql`
    insert into counts ${sql({ object_id: objectId, likes, version })}
    on conflict (object_id) do update set likes = excluded.likes, version = excluded.version
    where counts.version < excluded.version returning 1`;
  if (moved.length === 0) return false;
  await pubSub.publish(`counts:${objectId}`, countsOf(objectId, likes));
  return true;
};

/** How many of them say yes, one after another. */
const countOf = async <T>(items: readonly T[], work: (item: T) => Promise<boolean>): Promise<number> => {
  let count = 0;
  for (const item of items) if (await work(item)) count += 1;
  return count;
};

const schema = createSchema<Context>({
  typeDefs: /* GraphQL */ `
    enum PresenceStatus { ONLINE AWAY DO_NOT_DISTURB INVISIBLE OFFLINE }
    enum Audience { FOLLOWERS NOBODY }
    type Presence { status: PresenceStatus!  asOf: String! }
    type User { id: ID!  name: String! }
    type Act { id: ID!  verb: String!  actor: User!  objectId: ID  at: String!  gone: Boolean! }
    type ActEdge { cursor: String!  node: Act! }
    type PageInfo { endCursor: String  hasNextPage: Boolean! }
    type ActConnection { edges: [ActEdge!]!  pageInfo: PageInfo! }
    type Notice {
      id: ID!
      verb: String
      objectId: ID
      actors: [User!]
      actorCount: Int!
      isRead: Boolean!
      position: String!
      gone: Boolean!
    }
    type NoticeEdge { node: Notice! }
    type NoticeConnection { edges: [NoticeEdge!]! }
    type Inbox { id: ID!  unread: Int!  revision: String! }
    type InboxChange { inbox: Inbox!  notices: [Notice!]!  partial: Boolean! }
    type Count { name: String!  value: Int! }
    type Counts { id: ID!  all: [Count!]!  asOf: String! }
    input StatusMessageInput { text: String! }
    input SetPresenceInput { status: PresenceStatus, statusMessage: StatusMessageInput }
    input PrivacyInput { status: String  lastSeen: String  activity: String }
    input UserInput { id: ID!  name: String  privacy: PrivacyInput }
    input FollowInput { followerId: ID!  followeeId: ID! }
    input ActInput { id: ID!  verb: String!  actorId: ID!  objectId: ID  notify: [ID!]  audience: Audience! = FOLLOWERS }
    input CountInput { name: String!  value: Int! }
    input CountsInput { objectId: ID!  counts: [CountInput!]!  version: String! }
    type Query {
      inbox: Inbox!
      notices(first: Int!): NoticeConnection!
      timeline(first: Int!): ActConnection!
    }
    type Mutation {
      setPresence(input: SetPresenceInput!): Presence!
      upsertUsers(users: [UserInput!]!): Int!
      addFollows(follows: [FollowInput!]!): Int!
      putConversation(id: ID!, memberIds: [ID!]!, open: Boolean): Boolean!
      tell(acts: [ActInput!]!): Int!
      putCounts(counts: [CountsInput!]!): Int!
    }
    type Subscription {
      inboxChanged: InboxChange!
      countsChanged(objectIds: [ID!]!): Counts!
    }
  `,
  resolvers: {
    Act: { gone: () => false },
    Notice: { isRead: () => false, gone: () => false, position: () => '0' },
    Inbox: { unread: ({ id }: { id: string }) => unreadOf(id), revision: () => '0' },
    Query: {
      inbox: (_, __, { userId }) => ({ id: userId }),
      async notices(_, { first }: { first: number }, { userId }) {
        const rows = await sql`
          select act_id as id from notifications where user_id = ${userId} order by seq desc limit ${first}`;
        return { edges: rows.map(({ id }) => ({ node: { id, actorCount: 1 } })) };
      },
      async timeline(_, { first }: { first: number }, { userId }) {
        const rows = await sql<{ seq: string; act: Stored }[]>`
          select feed.seq, jsonb_build_object('id', acts.id, 'verb', verb, 'objectId', object_id, 'at', at,
            'actor', jsonb_build_object('id', users.id, 'name', users.name)) as act
          from feed join acts on acts.id = act_id join users on users.id = actor_id
          where user_id = ${userId} order by feed.seq desc limit ${first + 1}`;
        const edges = rows.slice(0, first).map(({ seq, act }) => ({ cursor: seq, node: act }));
        return { edges, pageInfo: { endCursor: edges.at(-1)?.cursor, hasNextPage: rows.length > first } };
      },
    },
    Mutation: {
      async setPresence(_, { input }: { input: Input }, { userId }) {
        const state = changed(userId, input);
        await redis.set(`state:${userId}`, JSON.stringify(state));
        await pubSub.publish(`presence:${userId}`, state);
        return state;
      },
      async upsertUsers(_, { users }: { users: { id: string; name: string }[] }) {
        await sql`insert into users ${sql(users, 'id', 'name')} on conflict (id) do update set name = excluded.name`;
        return users.length;
      },
      async addFollows(_, { follows }: { follows: { followerId: string; followeeId: string }[] }) {
        const rows = follows.map(({ followerId, followeeId }) => ({
          follower_id: followerId,
          followee_id: followeeId,
        }));
        await sql`insert into follows ${sql(rows)} on conflict do nothing`;
        return rows.length;
      },
      putConversation: () => true,
      tell: (_, { acts }: { acts: readonly Act[] }) => countOf(acts, tell),
      putCounts: (_, { counts }: { counts: readonly Put[] }) => countOf(counts, put),
    },
    Subscription: {
      inboxChanged: {
        async *subscribe(_, __, { userId }) {
          yield { userId };
          yield* pubSub.asyncIterableIterator(`inbox:${userId}`) as AsyncIterable<object>;
        },
        resolve: ({ userId, notice }: { userId: string; notice?: object }) => ({
          inbox: { id: userId },
          notices: notice ? [notice] : [],
          partial: false,
        }),
      },
      countsChanged: {
        async *subscribe(_, { objectIds }: { objectIds: readonly string[] }) {
          const rows = await sql<
            { id: string; likes: number }[]
          >`select object_id as id, likes from counts where object_id = any(${sql.array([...objectIds])})`;
          const likes = new Map(rows.map((row) => [row.id, row.likes]));
          for (const id of objectIds) yield countsOf(id, likes.get(id));
          yield* pubSub.asyncIterableIterator(objectIds.map((id) => `counts:${id}`)) as AsyncIterable<object>;
        },
        resolve: (counts: object) => counts,
      },
    },
  },
});

serve(schema);
