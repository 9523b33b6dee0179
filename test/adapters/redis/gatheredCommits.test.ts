/** Commits of one turn of the event loop: one script, in which each stands for itself. */
import { type Redis, ReplyError } from 'ioredis';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Commit, createGatheredCommits } from '../../../src/adapters/redis/gatheredCommits.js';
import { createKeys } from '../../../src/adapters/redis/keys.js';
import type { Redises, Reply } from '../../../src/adapters/redis/scripts.js';
import { unavailable } from '../../../src/presence/errors.js';
import * as commands from '../../../src/presence/record.js';
import { openLiveInTest } from '../../support/cluster/live.js';
import { startRedis, type TestRedis } from '../../support/cluster/redis.js';
import { timings } from '../../support/unit/builders.js';

const UNAVAILABLE = { code: 'UNAVAILABLE' };
const usersOf = (count: number) => Array.from({ length: count }, (_, i) => `user ${i}`);

describe('in Redis', () => {
  let redis: TestRedis;
  beforeAll(async () => {
    redis = await startRedis(['--maxmemory-policy', 'noeviction']);
  });
  afterAll(() => redis.stop());
  beforeEach(async () => {
    await redis.admin.config('SET', 'maxmemory', 0);
    await redis.admin.flushall();
  });

  /** A node with a session of each of them. */
  const open = async (userIds: readonly string[], shards = 1) => {
    const live = openLiveInTest([redis.url], shards);
    const { store } = live;
    await store.renewLease('here');
    const restored = (userId: string) => async () => commands.restoreRecord(userId, { generation: 1, persisted: null });
    const say = (userId: string, input: Omit<Parameters<typeof commands.setPresence>[1], 'sessionReference'>) =>
      store.update(userId, restored(userId), (record, now) =>
        commands.setPresence(
          record,
          { ...input, sessionReference: { sessionId: 'tab', connectionId: null, newSessionId: 'tab' } },
          now,
          timings({ sessionTtlMs: 60_000 }),
        ),
      );
    await Promise.all(userIds.map((userId) => say(userId, { status: 'ONLINE' })));
    const chosen = async () => {
      const { records } = await store.read(userIds);
      return userIds.map((userId) => records.get(userId)?.chosen);
    };
    return { ...live, say, chosen };
  };

  /** How many scripts ran since the counters were reset. */
  const scripts = async (): Promise<number> => {
    const stats = await redis.admin.info('commandstats');
    return [...stats.matchAll(/cmdstat_eval(?:sha)?:calls=(\d+)/g)].reduce((sum, [, calls]) => sum + Number(calls), 0);
  };

  it.each([
    ['one script', 40, 1, 1],
    ['a script for each 64', 100, 1, 2],
    ['a script for each shard', 40, 4, 4],
  ])('those of a turn are %s', async (_, users, shards, expected) => {
    const userIds = usersOf(users);
    const { say, chosen } = await open(userIds, shards);
    await redis.admin.config('RESETSTAT');
    await Promise.all(userIds.map((userId) => say(userId, { status: 'AWAY' })));
    expect(await scripts()).toBe(expected);
    expect(new Set(await chosen())).toEqual(new Set(['AWAY']));
  });

  it('and the other commands of the turn leave in one write', async () => {
    const userIds = usersOf(8);
    const { say, connection, redises } = await open(userIds);
    const { stream } = connection.client as Redis;
    const [one, many] = [vi.spyOn(stream, '_write'), vi.spyOn(stream, '_writev')];
    await Promise.all([
      redises.ask((client) => client.ping()),
      ...userIds.map((userId) => say(userId, { status: 'AWAY' })),
    ]);
    expect(one.mock.calls.length + many.mock.calls.length).toBe(1);
  });

  it('one that fails fails alone', async () => {
    const userIds = usersOf(3);
    const { say, keys, chosen } = await open(userIds);
    await redis.admin.del(keys.record('user 1'));
    await redis.admin.hset(keys.record('user 1'), 'no', 'record');
    const outcomes = await Promise.allSettled(userIds.map((userId) => say(userId, { status: 'AWAY' })));
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(outcomes[1]).toMatchObject({ reason: { message: expect.stringContaining('WRONGTYPE') } });
    await redis.admin.del(keys.record('user 1'));
    expect(await chosen()).toEqual(['AWAY', undefined, 'AWAY']);
  });

  it('one whose record another node moved is decided anew, and the others are not', async () => {
    const userIds = usersOf(3);
    const [one, other] = [await open(userIds), await open([])];
    await other.say('user 1', { status: 'DO_NOT_DISTURB' });
    await redis.admin.config('RESETSTAT');
    await Promise.all(
      userIds.map((userId) => one.say(userId, { statusMessage: { text: 'hi', emoji: null, expiresAt: null } })),
    );
    // All three; then the record of one is read, and committed.
    expect(await scripts()).toBe(3);
    expect(await one.chosen()).toEqual(['ONLINE', 'DO_NOT_DISTURB', 'ONLINE']);
    const { records } = await one.store.read(userIds);
    expect([...records.values()].map(({ message }) => message?.text)).toEqual(['hi', 'hi', 'hi']);
  });

  it('where Redis is full, who hides is committed, and who says more is not', async () => {
    const userIds = usersOf(4);
    const { say, chosen } = await open(userIds);
    await redis.admin.config('SET', 'maxmemory', 1);
    const text = 'x'.repeat(100);
    const outcomes = await Promise.allSettled([
      say('user 0', { status: 'INVISIBLE' }),
      say('user 1', { statusMessage: { text, emoji: null, expiresAt: null } }),
      say('user 2', { status: 'INVISIBLE' }),
      say('user 3', { statusMessage: { text, emoji: null, expiresAt: null } }),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'rejected']);
    for (const outcome of outcomes)
      if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject(UNAVAILABLE);
    await redis.admin.config('SET', 'maxmemory', 0);
    expect(await chosen()).toEqual(['INVISIBLE', 'ONLINE', 'INVISIBLE', 'ONLINE']);
  });

  it('of a shard that another server holds now commit nothing', async () => {
    const userIds = usersOf(3);
    const { say, keys, chosen } = await open(userIds);
    const server = await redis.admin.hget(keys.of(0).shard, 'server');
    await redis.admin.hset(keys.of(0).shard, 'server', 'another');
    for (const outcome of await Promise.allSettled(userIds.map((userId) => say(userId, { status: 'AWAY' }))))
      expect(outcome).toMatchObject({ status: 'rejected', reason: UNAVAILABLE });
    await redis.admin.hset(keys.of(0).shard, 'server', server ?? '');
    expect(await chosen()).toEqual(['ONLINE', 'ONLINE', 'ONLINE']);
  });
});

describe('whatever Redis answers', () => {
  const shard = createKeys(1).of(0);
  const commitOf = (userId: string, body = '{}'): Commit => ({
    userId,
    keys: ['record', 'gone'],
    terms: [],
    body,
    channel: '',
    marks: [],
    joined: [],
    shrinks: () => false,
  });
  /** The users of each script; the third argument of the script begins its first commit. */
  const usersIn = (args: readonly (string | number)[] = []) =>
    args.slice(2).flatMap((each, i) => (i % 4 === 1 ? String(each) : []));
  const start = (answer: (userIds: readonly string[]) => Promise<readonly unknown[]>) => {
    const asked: (readonly string[])[] = [];
    const run: Redises['run'] = async (_name, _keys, args) => {
      asked.push(usersIn(args));
      return (await answer(usersIn(args))) as readonly Reply[];
    };
    return { send: createGatheredCommits({ redises: { run }, publish: 'PUBLISH' }), asked };
  };
  const done = (userId: string, now = 1) => [userId, [1, now, '2']];

  it('each gets the answer of its user, in whatever order they come', async () => {
    const { send } = start(async (userIds) => userIds.map((userId) => done(userId, Number(userId))).reverse());
    const answers = await Promise.all(['1', '2', '3'].map((userId) => send(shard, commitOf(userId))));
    expect(answers.map(([, now]) => now)).toEqual([1, 2, 3]);
  });

  it('who is not in the answer is UNAVAILABLE, and the others are committed', async () => {
    const { send } = start(async ([first]) => [done(first!)]);
    const [one, other] = await Promise.allSettled(['1', '2'].map((userId) => send(shard, commitOf(userId))));
    expect(one).toMatchObject({ status: 'fulfilled' });
    expect(other).toMatchObject({ status: 'rejected', reason: UNAVAILABLE });
  });

  it('nothing is sent again where nobody knows what became of it', async () => {
    const { send, asked } = start(() => Promise.reject(unavailable('Redis is away.')));
    for (const outcome of await Promise.allSettled(['1', '2'].map((userId) => send(shard, commitOf(userId)))))
      expect(outcome).toMatchObject({ status: 'rejected', reason: UNAVAILABLE });
    expect(asked).toEqual([['1', '2']]);
  });

  it('what a server refused that cannot write is sent once more, alone, as the connection has another one by then', async () => {
    const { send, asked } = start(async (userIds) =>
      userIds.map((userId) =>
        userIds.length > 1
          ? [userId, new ReplyError("READONLY You can't write against a read only replica.")]
          : done(userId),
      ),
    );
    await Promise.all(['1', '2'].map((userId) => send(shard, commitOf(userId))));
    expect(asked).toEqual([['1', '2'], ['1'], ['2']]);
  });

  it('a script carries 64 Ki characters of records, or one record', async () => {
    const { send, asked } = start(async (userIds) => userIds.map((userId) => done(userId)));
    const long = 'x'.repeat(30_000);
    await Promise.all(['1', '2', '3'].map((userId) => send(shard, commitOf(userId, long))));
    await send(shard, commitOf('4', 'x'.repeat(100_000)));
    expect(asked).toEqual([['1', '2'], ['3'], ['4']]);
  });

  it('two commits of one user are two scripts, in order', async () => {
    const { send, asked } = start(async (userIds) => userIds.map((userId) => done(userId)));
    await Promise.all(['1', '2', '1'].map((userId) => send(shard, commitOf(userId))));
    expect(asked).toEqual([['1', '2'], ['1']]);
  });
});
