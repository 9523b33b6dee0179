/** After all sessions ended and the journal was written, no live keys remain in Redis (invariant 15). */
import { beforeAll, expect, it } from 'vitest';
import { type Cluster, startCluster } from '../support/cluster/cluster.js';
import { createTrayDevice, socialOf, watchHere } from '../support/http/social.js';

const USERS = 12;

let cluster: Cluster;
beforeAll(async () => {
  cluster = await startCluster({ nodes: 3, env: { SESSION_TTL: '3s', TYPING_TIMEOUT: '2s' } });
  return cluster.stop;
});

/** Keys that exist whoever is live: the number of shards, each shard's clock and epoch, and the leases of nodes. */
const FIXED = new Set(['rc:shards', 'rc:{0}:shard', 'rc:{0}:nodes']);

/** Keys that are neither fixed nor expire by themselves. */
const left = async (): Promise<readonly string[]> => {
  const { admin } = cluster.redis;
  const keys = (await admin.keys('*')).filter((key) => !FIXED.has(key));
  const lifetimes = await Promise.all(keys.map((key) => admin.pttl(key)));
  return keys.filter((_, i) => lifetimes[i] === -1);
};

it('sessions of every kind end in every way, one node is killed, and no key of them is left', async () => {
  const host = cluster.host();
  const ids = Array.from({ length: USERS }, (_, i) => `user ${i}:{*}`);
  await host.upsertUsers(ids.map((id) => ({ id })));
  await host.putConversation('a room', ids);
  await host.putConversation('a:{post}', [], true);
  const sockets = await Promise.all(
    ids.map(async (id, i) => {
      const person = cluster.person(id, cluster.node(i % 3));
      const socket = await person.connect({ sessionId: 'tab', device: 'WEB' });
      await person.heartbeat({ sessionId: 'phone', idle: i % 2 === 0 });
      await socket.setPresence({
        ...(i % 4 === 1 && { status: 'INVISIBLE' }),
        statusMessage: { text: 'here' },
        activities: [{ type: 'PLAYING', name: 'Go' }],
      });
      await host.putActivity(id, 'calls', [{ type: 'IN_CALL', name: 'a call' }]);
      await socket.setTyping('a room');
      await socialOf(socket).enter('a room');
      await socialOf(person).enter('a:{post}', i % 2 === 0 ? 'tab' : 'phone');
      if (i % 3 === 0) {
        await createTrayDevice(person).come();
        await watchHere(socket, 'a:{post}').next();
      }
      return { person, socket, at: i % 3, i };
    }),
  );
  expect((await left()).length).toBeGreaterThan(USERS);
  expect(await left()).toContain('rc:{0}:place:a%20room');
  // He is at no place any more by the time that he is gone.
  await host.putConversation(
    'a room',
    ids.filter((_, i) => i !== 4),
  );

  await Promise.all(
    sockets.map(async ({ person, socket, at, i }) => {
      // The last node's sessions are lost with it; two users are deleted while live, one of them there.
      if (at === 2 || i === 1) return;
      if (i % 3 === 0) await socket.close();
      else await socket.drop();
      if (i % 2 === 1) await person.endSession('phone');
    }),
  );
  for (const i of [0, 1, 2]) await host.deleteUser(ids[i]!);
  for (const i of [1, 2]) expect((await sockets[i]!.socket.closed).code).toBe(4403);
  await cluster.node(2).stop('SIGKILL');

  await expect.poll(left, { timeout: 45_000, interval: 250 }).toEqual([]);
  // Of the node that was killed not even its lease.
  expect(await cluster.redis.admin.zcard('rc:{0}:nodes')).toBe(2);
  expect((await host.online()).totalCount).toBe(0);
}, 120_000);
