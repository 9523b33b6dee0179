/** A full Redis: sessions and typing still end, what is there goes on, and all else is UNAVAILABLE. */
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { createRateLimits } from '../../../src/adapters/rateLimits.js';
import * as commands from '../../../src/presence/record.js';
import { nodeLost } from '../../../src/presence/recovery.js';
import { openLiveInTest } from '../../support/cluster/live.js';
import { startRedis, type TestRedis } from '../../support/cluster/redis.js';
import { message, timings } from '../../support/unit/builders.js';

let redis: TestRedis;
beforeAll(async () => {
  redis = await startRedis(['--maxmemory-policy', 'noeviction']);
});
afterAll(() => redis.stop());
const limit = (bytes: number) => redis.admin.config('SET', 'maxmemory', bytes);
beforeEach(async () => {
  await limit(0);
  await redis.admin.flushall();
});

const UNAVAILABLE = { code: 'UNAVAILABLE' };
const TIMINGS = timings({ graceMs: 1, sessionTtlMs: 60_000 });
const restored = (userId: string) => async () => commands.restoreRecord(userId, { generation: 1, persisted: null });

const open = async () => {
  const live = openLiveInTest([redis.url], 2, { leaseMs: 1_000 });
  const { store } = live;
  await store.renewLease('here');
  const say = (userId: string, input: Omit<Parameters<typeof commands.setPresence>[1], 'sessionReference'>) =>
    store.update(userId, restored(userId), (record, now) =>
      commands.setPresence(
        record,
        { ...input, sessionReference: { sessionId: 'tab', connectionId: null, newSessionId: 'new' } },
        now,
        TIMINGS,
      ),
    );
  return {
    ...live,
    say,
    connect: (userId: string, connectionId = `here/${userId}`) =>
      store.update(userId, restored(userId), (record, now) =>
        commands.connect(record, { connectionId, sessionId: 'tab', device: 'WEB' }, now),
      ),
    disconnect: (userId: string) =>
      store.update(userId, restored(userId), (record, now) =>
        commands.disconnect(record, { connectionId: `here/${userId}`, aliveAt: now }, now, TIMINGS),
      ),
  };
};

it('drops the record of each user who leaves', async () => {
  const { store, keys, connect, disconnect } = await open();
  const userIds = Array.from({ length: 20 }, (_, i) => `user ${i}`);
  await Promise.all(userIds.map((userId) => connect(userId)));
  await limit(1);
  await Promise.all(userIds.map((userId) => disconnect(userId)));
  const due = new Set<string>();
  while (due.size < userIds.length) {
    for (const userId of await store.dueUsers(100)) {
      due.add(userId);
      await store.update(userId, restored(userId), commands.tick);
    }
  }
  const { records } = await store.dirty(100);
  expect(records.map(({ sessions }) => sessions.length)).toEqual(userIds.map(() => 0));
  await store.clean(records);
  for (const userId of userIds) expect(await redis.admin.exists(keys.record(userId))).toBe(0);
});

it('ends sessions, hides users and forgets those who were deleted', async () => {
  const { store, say, connect } = await open();
  for (const userId of ['ana', 'bo', 'cy']) await connect(userId);
  await limit(1);
  await store.update('ana', restored('ana'), (record, now) => commands.endSession(record, 'tab', now));
  await say('bo', { status: 'INVISIBLE' });
  expect(await store.forget('cy', 1)).toMatchObject({ record: { userId: 'cy' } });
  const { records } = await store.read(['ana', 'bo', 'cy']);
  expect([...records.values()].map(({ chosen, sessions }) => [chosen, sessions.length])).toEqual([
    ['ONLINE', 0],
    ['INVISIBLE', 1],
  ]);
});

it('renews leases, finds lost nodes, and takes their users off them', async () => {
  const { store, connect } = await open();
  await store.renewLease('gone');
  await connect('ana', 'gone/1');
  await limit(1);
  let lost: readonly { readonly incarnation: string; readonly aliveAt: number }[] = [];
  while (lost.length === 0) {
    expect(await store.renewLease('here')).toMatchObject({ lost: false, emptied: null });
    lost = await store.lostNodes();
  }
  expect(lost.map(({ incarnation }) => incarnation)).toEqual(['gone']);
  await store.update('ana', restored('ana'), (record, now) => nodeLost(record, lost[0]!, now, TIMINGS));
  expect(await store.dismiss('gone')).toBe(true);
});

it('ends typing that is stopped, cleared, or runs out', async () => {
  const { store } = await open();
  const typing = { conversationId: 'room', sessionId: 'tab', forMs: 60_000 };
  for (const userId of ['ana', 'bo']) await store.startTyping({ ...typing, userId });
  await store.startTyping({ ...typing, userId: 'cy', forMs: 1 });
  for (const userId of ['ana', 'bo', 'cy']) await store.announceTyping('room', userId);
  await limit(1);
  // Twice: the second time she does not type any more.
  for (let i = 0; i < 2; i += 1) await store.stopTyping({ ...typing, userId: 'ana' });
  await store.clearTyping('bo', null);
  while ((await redis.admin.keys('*typists-due')).length > 0) await store.expireTyping();
  expect(await store.typing(['room'])).toEqual([]);
});

it('takes from allowances, since ending something takes one too', async () => {
  const { redises } = await open();
  const rate = { burst: 1, intervalMs: 60_000 };
  const limits = createRateLimits(
    { presence: rate, typing: rate, mutation: rate, read: rate, connection: rate },
    redises,
  );
  await limit(1);
  await limits.take('mutation', 'ana');
  await expect(limits.take('mutation', 'ana')).rejects.toMatchObject({ code: 'RATE_LIMITED' });
});

it('refuses new users and longer records, and changes nothing by what it refused', async () => {
  const { store, say, connect } = await open();
  const { record } = await connect('ana');
  await limit(1);
  await expect(connect('bo')).rejects.toMatchObject(UNAVAILABLE);
  await expect(say('ana', { statusMessage: message({ text: 'x'.repeat(200) }) })).rejects.toMatchObject(UNAVAILABLE);
  await expect(
    store.startTyping({ conversationId: 'room', userId: 'ana', sessionId: 'tab', forMs: 1_000 }),
  ).rejects.toMatchObject(UNAVAILABLE);
  expect((await store.read(['ana', 'bo'])).records).toEqual(new Map([['ana', record]]));
  await limit(0);
  await connect('bo');
});
