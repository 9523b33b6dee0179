/** A Redis that comes back older than it was: what is left there of users whom no node remembers. */
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { unavailable } from '../../../src/presence/errors.js';
import { startRedis, type TestRedis } from '../../support/cluster/redis.js';
import { callerOf, createTeam, takeCopy } from '../../support/cluster/team.js';

let redis: TestRedis;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.stop());
beforeEach(() => redis.admin.flushall());

type Node = Awaited<ReturnType<ReturnType<typeof createTeam>['startNode']>>;
const SHARDS = [0, 1, 2, 3].map((shard) => `rc:{${shard}}:shard`);

it('does not show typing of before, which may have stopped or been hidden since, until the next key', async () => {
  const team = createTeam(redis, { users: ['ana'] });
  const [node] = (await team.start(1)) as [Node];
  await node.open('ana');
  const types = () =>
    node.store.startTyping({ conversationId: 'room', userId: 'ana', sessionId: 'tab', forMs: 60_000 });
  const typists = async () => (await node.store.typing(['room'])).map(({ userId }) => userId);
  await types();
  await node.store.announceTyping('room', 'ana');
  const goBack = await takeCopy(redis, SHARDS);
  await goBack();
  await team.settled([node]);
  expect(await typists()).toEqual([]);
  expect(await node.store.typingOf(['ana'])).toEqual([]);

  expect(await types()).toMatchObject({ announced: false });
  await node.store.announceTyping('room', 'ana');
  expect(await typists()).toEqual(['ana']);
  expect(await types()).toMatchObject({ announced: true });
});

it('shows and lists nobody live who had left, hidden or been deleted since, after all nodes were restarted', async () => {
  const team = createTeam(redis, { users: ['ana', 'bo', 'cy', 'di'] });
  const nodes = await team.start(1);
  const [before] = nodes as [Node];
  for (const userId of ['ana', 'bo', 'cy', 'di']) {
    await before.presence.heartbeat(callerOf(userId), { idle: false, sessionId: 'phone' });
  }
  await before.writeBehind.flush();
  const goBack = await takeCopy(redis, SHARDS);
  expect(await before.presence.endSession(callerOf('ana'), 'phone')).toBe(true);
  await before.presence.setPresence(callerOf('bo'), { status: 'INVISIBLE' });
  team.journal.rows.delete('cy');
  await before.stop();
  await goBack();

  const [node] = (await team.start(1)) as [Node];
  const host = { kind: 'service', userId: 'host' } as const;
  const online = async () => {
    const { totalCount, items } = await node.presence.online(host, { first: 10, after: null });
    return [totalCount, items.map(({ view }) => view.userId)];
  };
  const { records } = await node.presence.readRecords(['ana', 'bo', 'cy', 'di']);
  expect([...records.values()].map(({ userId, chosen, sessions }) => [userId, chosen, sessions.length])).toEqual([
    ['ana', 'ONLINE', 0],
    ['bo', 'INVISIBLE', 0],
    ['di', 'ONLINE', 1],
  ]);
  expect(await node.store.liveAmong(['ana', 'bo', 'cy'])).toEqual(new Set());
  // Everything timed is due at once.
  for (const userId of await node.store.dueUsers(10)) await node.presence.tick(userId).catch(() => {});
  expect(await online()).toEqual([1, ['di']]);
  expect(await redis.admin.exists(node.keys.record('cy'))).toBe(0);
});

it('does not get back a session that was ended from a node that comes after the recovery, though it received no message of the end', async () => {
  const team = createTeam(redis, { users: ['ana'], leases: { leaseMs: 500 } });
  const nodes = await team.start(2);
  const [late, other] = nodes as [Node, Node];
  await late.presence.heartbeat(callerOf('ana'), { idle: false, sessionId: 'phone' });
  for (const { bus } of nodes) vi.spyOn(bus, 'publishEnded').mockRejectedValue(unavailable('Redis went away.'));
  expect(await other.presence.endSession(callerOf('ana'), 'phone')).toBe(true);
  await redis.admin.flushall();
  await team.settled([other]);
  for (let turn = 0; turn < 5; turn += 1) {
    for (const node of nodes) await node.turn();
    await wait(20);
  }
  expect((await other.record('ana')).sessions).toEqual([]);
});

it('neither reads nor commits where INFO is forbidden: a takeover would go unnoticed', async () => {
  await redis.admin.call('ACL', 'SETUSER', 'guest', 'on', '>guest', '~*', '&*', '+@all');
  const guests = { ...redis, url: redis.url.replace('//', '//guest:guest@') };
  const team = createTeam(guests, { users: ['ana'] });
  const [node] = (await team.start(1)) as [Node];
  await node.open('ana');
  await redis.admin.call('ACL', 'SETUSER', 'guest', '-info');
  expect(await node.records()).toBe('refused');
  await expect(node.open('ana', 'phone')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  await expect(node.store.renewLease('node-1.1')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  await redis.admin.call('ACL', 'SETUSER', 'guest', '+info');
  await team.settled([node]);
  expect((await node.record('ana')).sessions).toMatchObject([{ id: 'tab' }]);
});
