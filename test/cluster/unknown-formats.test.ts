/**
 * What another release wrote and this one cannot read is UNAVAILABLE, never overwritten, and affects no other user
 * (docs/architecture.md).
 */
import postgres from 'postgres';
import { beforeAll, expect, it } from 'vitest';
import { type Cluster, startCluster } from '../support/cluster/cluster.js';
import type { Person } from '../support/http/rollcall.js';

let cluster: Cluster;
let host: Person;
beforeAll(async () => {
  cluster = await startCluster({ env: { SESSION_TTL: '4s' } });
  host = cluster.host();
  return cluster.stop;
});

const unavailable = { code: 'UNAVAILABLE' };
const recordOf = (id: string) => `rc:{0}:record:${id}`;

/** Users who know each other, the first on one node, the others on the other. */
const cast = async (...ids: string[]): Promise<Person[]> => {
  await host.upsertUsers(ids.map((id) => ({ id })));
  await host.putCircle(`circle of ${ids[0]}`, ids);
  return ids.map((id, i) => cluster.person(id, cluster.node(i === 0 ? 0 : 1)));
};

it('a record', async () => {
  const [ada, ben, cy] = (await cast('ada', 'ben', 'cy')) as [Person, Person, Person];
  const socket = await ada.connect();
  const watch = socket.watch(['ben', 'cy']);
  await ben.heartbeat({ sessionId: 'phone' });
  const bens = await ben.connect({ sessionId: 'tab' });
  await cy.connect();
  const { redis } = cluster;
  await watch.nextWhere(({ userId, status }) => userId === 'cy' && status === 'ONLINE');

  const known = await redis.admin.get(recordOf('ben'));
  const unknown = `2${known!.slice(1)}{"more":true}`;
  await redis.admin.set(recordOf('ben'), unknown);
  // Due, marked for the journal, and read by everybody.
  await redis.admin.zadd('rc:{0}:due', 1, 'ben');
  await redis.admin.zadd('rc:{0}:dirty', 1, 'ben');

  for (const act of [
    () => ben.me(),
    () => ben.say('hm'),
    () => bens.heartbeat(),
    () => ben.heartbeat({ sessionId: 'other' }),
    () => ben.endSession('tab'),
    () => ada.userPresence('ben'),
  ]) {
    await expect(act()).rejects.toMatchObject(unavailable);
  }
  // All else works for the others: reads, changes, events, ends that are due, and the journal.
  expect((await ada.presence(['ben', 'cy'])).map(({ userId }) => userId)).toEqual(['cy']);
  expect((await ada.roster()).edges.map(({ node }) => node.userId)).toEqual(['cy']);
  expect((await host.online()).edges.map(({ node }) => node.userId)).not.toContain('ben');
  const late = (await cluster.person('ada', cluster.node(1)).lurk()).watch(['ben', 'cy']);
  expect(await late.next()).toMatchObject({ userId: 'cy' });
  await cy.say('all well');
  for (const each of [watch, late]) expect(await each.next()).toMatchObject({ statusMessage: { text: 'all well' } });
  await cast('di');
  const di = cluster.person('di', cluster.node(1));
  await di.heartbeat({ sessionId: 'phone' });
  await di.say('bye');
  await expect.poll(async () => (await host.userPresence('di'))?.status, { timeout: 15_000 }).toBe('OFFLINE');
  await expect.poll(() => redis.admin.exists(recordOf('di')), { timeout: 10_000 }).toBe(0);
  await bens.close();
  await expect(ben.connect({ sessionId: 'tab' })).rejects.toMatchObject({ code: 1013 });
  expect(await redis.admin.get(recordOf('ben'))).toBe(unknown);

  // The record is as it was once it can be read.
  await redis.admin.set(recordOf('ben'), known!);
  expect(await ada.userPresence('ben')).toMatchObject({ userId: 'ben' });
});

it('a message on the bus', async () => {
  const [eve, fay] = (await cast('eve', 'fay')) as [Person, Person];
  await host.putConversation('room', ['eve', 'fay']);
  const socket = await eve.connect();
  const [watch, typing] = [socket.watch(['fay']), socket.watchTyping('room')];
  const fays = await fay.connect();
  await watch.nextWhere(({ status }) => status === 'ONLINE');
  for (const channel of ['rc:{0}:user:fay', 'rc:{0}:typed:room', 'rc:{0}:facts', 'rc:{0}:ended']) {
    for (const text of ['2|whatever', 'nonsense', '1|{', '1|1|1|', '{}', '\u0000', 'act|2|{}', 'act|1|{']) {
      expect(await cluster.redis.admin.publish(channel, text)).toBeGreaterThan(0);
    }
  }
  await fays.say('still here');
  expect(await watch.next()).toMatchObject({ statusMessage: { text: 'still here' } });
  await fays.setTyping('room');
  expect(await typing.next()).toMatchObject({ userId: 'fay', isTyping: true });
  await fay.block('eve');
  expect(await watch.next()).toMatchObject({ status: 'OFFLINE' });
  for (const { run } of cluster.nodes) expect(run.child.exitCode).toBeNull();
});

it('a row of the journal, and of the change log', async () => {
  const [gus, hal] = (await cast('gus', 'hal')) as [Person, Person];
  const sql = postgres(cluster.databaseUrl, { max: 1 });
  try {
    for (const person of [gus, hal]) {
      await person.setPresence({ status: 'AWAY', statusMessage: { text: 'kept' } });
      const [session] = (await person.me()).sessions;
      await person.endSession(session!.id);
      await expect.poll(() => cluster.redis.admin.exists(recordOf(person.id)), { timeout: 10_000 }).toBe(0);
    }
    await sql`update presence_journal set format = 2 where user_id = 'gus'`;
    const [row] = await sql`select * from presence_journal where user_id = 'gus'`;
    const watcher = await hal.connect();
    const watch = watcher.watch(['gus']);

    await expect(gus.me()).rejects.toMatchObject(unavailable);
    await expect(gus.setPresence({ status: 'INVISIBLE' })).rejects.toMatchObject(unavailable);
    await expect(hal.userPresence('gus')).rejects.toMatchObject(unavailable);
    await expect(gus.connect()).rejects.toMatchObject({ code: 1013 });
    const both = await host.presence(['gus', 'hal']);
    expect(both.map(({ userId, statusMessage }) => [userId, statusMessage?.text])).toEqual([['hal', 'kept']]);
    const [after] = await sql`select * from presence_journal where user_id = 'gus'`;
    expect(after).toEqual(row);

    // An access change that cannot be read may be any: the visibility of everything shown is decided anew.
    await sql`update presence_journal set format = 1 where user_id = 'gus'`;
    await gus.connect();
    expect(await watch.next()).toMatchObject({ status: 'AWAY', statusMessage: { text: 'kept' } });
    await sql.begin(async (tx) => {
      await tx`insert into blocks (blocker_id, blocked_id) values ('gus', 'hal')`;
      await tx`insert into fact_log (format, change) values (2, '{"kind":"unheard of"}')`;
    });
    expect(await watch.next()).toMatchObject({ status: 'OFFLINE', lastSeen: null });
  } finally {
    await sql.end();
  }
});
