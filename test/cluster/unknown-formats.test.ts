/**
 * What another release wrote and this one cannot read is UNAVAILABLE, never overwritten, and affects no other user
 * (docs/architecture.md).
 */
import postgres from 'postgres';
import { beforeAll, expect, it } from 'vitest';
import { type Cluster, startCluster } from '../support/cluster/cluster.js';
import type { Person } from '../support/http/rollcall.js';
import { createTrayDevice, socialOf, watchCounts, watchHere, watchTimeline } from '../support/http/social.js';

let cluster: Cluster;
let host: Person;
beforeAll(async () => {
  cluster = await startCluster({ env: { SESSION_TTL: '4s' } });
  host = cluster.host();
  return cluster.stop;
});

const unavailable = { code: 'UNAVAILABLE' };
const recordOf = (id: string) => `rc:{0}:record:${id}`;

/** Publishes until a node listens: what a subscription says first may come from another channel than this one. */
const reachesANode = (channel: string, text: string): Promise<void> =>
  expect.poll(() => cluster.redis.admin.publish(channel, text)).toBeGreaterThan(0);

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
      await reachesANode(channel, text);
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

it('a message or row of what happens around people', async () => {
  const [ivy, jon] = (await cast('ivy', 'jon')) as [Person, Person];
  const social = socialOf(host);
  await host.putConversation('post', [], true);
  const tray = createTrayDevice(ivy);
  await tray.come();
  const socket = await ivy.connect();
  const [timeline, counts, here] = [watchTimeline(socket), watchCounts(socket, ['post']), watchHere(socket, 'post')];
  await here.next();
  await counts.next();
  const { admin } = cluster.redis;
  const unknown = [
    '2|whatever',
    'nonsense',
    '1|{',
    '1|{"kind":"wave"}',
    '{}',
    '\u0000',
    'act|2|{}',
    'act|1|{"kind":"wave"}',
    '1|[]',
  ];
  for (const channel of ['user:jon', 'inbox:ivy', 'counts:post', 'came:post']) {
    for (const text of unknown) await reachesANode(`rc:{0}:${channel}`, text);
  }
  const sql = postgres(cluster.databaseUrl, { max: 1 });
  try {
    const act = { id: 'like', verb: 'like', actorId: 'jon', objectId: 'post', notify: ['ivy'] };
    await social.tell(act);
    await social.putCounts('post', { likes: 1 }, 1n);
    await socialOf(jon).enter('post');
    expect(await timeline.next()).toMatchObject({ timelineChanged: { id: 'like', gone: false } });
    expect(await counts.next()).toMatchObject({ countsChanged: { all: [{ name: 'likes', value: 1 }] } });
    expect(await here.next()).toMatchObject({ hereChanged: { came: [{ id: 'jon' }] } });
    await expect.poll(() => tray.show().notices.map(({ latest }) => latest.id)).toEqual(['like']);

    // A row that cannot be read may be anything: what is watched is read again.
    await sql.begin(async (tx) => {
      await tx`update counts set value = 7, as_of = as_of + 1 where object_id = 'post'`;
      await tx`insert into social_log (format, topic, change) values (2, 'counts:post', '{"kind":"unheard of"}')`;
    });
    expect(await counts.next()).toMatchObject({ countsChanged: { all: [{ name: 'likes', value: 7 }] } });

    // A record that cannot be read is at no place, and keeps nobody else from it.
    await socialOf(socket).enter('post');
    expect(await here.next()).toMatchObject({ hereChanged: { came: [{ id: 'ivy' }] } });
    const known = await admin.get(recordOf('jon'));
    const later = `2${known!.slice(1)}`;
    await admin.set(recordOf('jon'), later);
    const listed = async () => (await socialOf(ivy).here('post')).people.map(({ id }) => id);
    expect(await listed()).toEqual(['ivy']);
    await expect(socialOf(jon).enter('post')).rejects.toMatchObject(unavailable);
    await expect(socialOf(jon).leave('post')).rejects.toMatchObject(unavailable);
    await host.putConversation('post', ['ivy'], false);
    await expect.poll(listed).toEqual(['ivy']);
    expect(await admin.get(recordOf('jon'))).toBe(later);
    await admin.set(recordOf('jon'), known!);
  } finally {
    await sql.end();
  }
  for (const { run } of cluster.nodes) expect(run.child.exitCode).toBeNull();
});

/** What the release before places, trays and acts makes of a record: it keeps what it knows, and drops the rest. */
const committedByEarlierRelease = (text: string): string => {
  const [format, generation, revision, ...rest] = text.slice(0, text.indexOf('{')).split('|');
  const body = JSON.parse(text.slice(text.indexOf('{'))) as { sessions: Record<string, unknown>[] };
  const sessions = body.sessions.map(({ places, placesAsOf, tray, trayAsOf, ...known }) => known);
  return `${[format, generation, Number(revision) + 1, ...rest].join('|')}${JSON.stringify({ ...body, sessions })}`;
};

it('a record that an earlier release committed: its places are lost, and nothing else, until the next enter', async () => {
  const [kim, lea] = (await cast('kim', 'lea')) as [Person, Person];
  await host.putConversation('hall', [], true);
  const kims = await kim.connect();
  const here = watchHere(kims, 'hall');
  await here.next();
  const leas = await lea.connect({ sessionId: 'tab' });
  await leas.setPresence({ statusMessage: { text: 'kept' } });
  await socialOf(leas).enter('hall');
  expect(await here.next()).toMatchObject({ hereChanged: { came: [{ id: 'lea' }] } });
  const watch = kims.watch(['lea']);
  await watch.nextWhere(({ statusMessage }) => statusMessage?.text === 'kept');

  const { admin } = cluster.redis;
  const earlier = committedByEarlierRelease((await admin.get(recordOf('lea')))!);
  await admin.set(recordOf('lea'), earlier);
  await admin.publish('rc:{0}:user:lea', earlier);
  expect(await here.next()).toMatchObject({ hereChanged: { went: ['lea'] } });
  const listed = async () => (await socialOf(kim).here('hall')).people.map(({ id }) => id);
  expect(await listed()).toEqual([]);
  // The index had not been told, and is put right by whoever looks.
  await expect.poll(() => admin.exists('rc:{0}:place:hall')).toBe(0);
  expect(await kim.userPresence('lea')).toMatchObject({ status: 'ONLINE', statusMessage: { text: 'kept' } });

  await socialOf(leas).enter('hall');
  expect(await here.next()).toMatchObject({ hereChanged: { came: [{ id: 'lea' }] } });
  expect(await listed()).toEqual(['lea']);
  await leas.say('still here');
  const event = await watch.next();
  expect(event).toMatchObject({ status: 'ONLINE', statusMessage: { text: 'still here' } });
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
