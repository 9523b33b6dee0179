/**
 * A node that dies between a commit and its publication loses nothing: the others find the change in the log
 * (docs/architecture.md#visibility). Its last transaction is written here as it would have left it.
 */
import postgres from 'postgres';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { type Cluster, startCluster } from '../support/cluster/cluster.js';
import { createTestDatabase } from '../support/cluster/database.js';
import type { Refusal } from '../support/http/api.js';
import { type Person, serveTest } from '../support/http/rollcall.js';
import { socialOf, watchHere } from '../support/http/social.js';

/** The design says a second; the machine may be busy. */
const LIMIT_MS = 8_000;

let cluster: Cluster;
let sql: postgres.Sql;
let host: Person;
let made = 0;

beforeAll(async () => {
  // No typing ends by itself here.
  cluster = await startCluster({ env: { TYPING_TIMEOUT: '60s' } });
  sql = postgres(cluster.databaseUrl, { max: 1, onnotice: () => {} });
  host = cluster.host();
  return cluster.stop;
});
afterAll(() => sql.end());

/** Commits a transaction as a node does, without publishing it. Resolves to the moment after the commit. */
const commitUntold = async (
  change: object,
  write: (tx: postgres.TransactionSql) => Promise<unknown>,
  database = sql,
): Promise<number> => {
  await database.begin(async (tx) => {
    await write(tx);
    await tx`insert into fact_log (format, change) values (1, ${tx.json(change as postgres.JSONValue)})`;
  });
  return Date.now();
};

/** Two live users who follow each other, each watching the other from a different node. */
const pair = async () => {
  made += 1;
  const [ada, ben] = [cluster.person(`ada-${made}`, cluster.node(0)), cluster.person(`ben-${made}`, cluster.node(1))];
  await host.upsertUsers([{ id: ada.id }, { id: ben.id }]);
  await host.addFollows([
    { followerId: ada.id, followeeId: ben.id },
    { followerId: ben.id, followeeId: ada.id },
  ]);
  const sockets = [await ada.connect(), await ben.connect()] as const;
  const watches = [sockets[0].watch([ben.id]), sockets[1].watch([ada.id])] as const;
  for (const watch of watches) await watch.nextWhere(({ status }) => status === 'ONLINE');
  return { ada, ben, sockets, watches };
};

const GONE = { status: 'OFFLINE', statusMessage: null, activities: [], devices: [], lastSeen: null };

it('an unpublished block revokes visibility both ways on both nodes, and its end grants it again', async () => {
  const latencies: number[] = [];
  for (let round = 0; round < 5; round += 1) {
    const { ada, ben, watches } = await pair();
    const change = { kind: 'relation', users: [ada.id, ben.id] };
    const committedAt = await commitUntold(
      { ...change, mayRevoke: true },
      (tx) => tx`insert into blocks (blocker_id, blocked_id) values (${ada.id}, ${ben.id})`,
    );
    for (const watch of watches) {
      const event = await watch.next();
      expect(event).toMatchObject(GONE);
      latencies.push(Date.parse(event.asOf) - committedAt);
    }
    await commitUntold({ ...change, mayRevoke: false }, (tx) => tx`delete from blocks where blocker_id = ${ada.id}`);
    for (const watch of watches) expect(await watch.next()).toMatchObject({ status: 'ONLINE' });
  }
  console.log(`found in the log: hidden after ${Math.min(...latencies)} to ${Math.max(...latencies)} ms`);
  expect(Math.max(...latencies)).toBeLessThanOrEqual(LIMIT_MS);
});

it('unpublished narrower privacy, an unfollow and a deleted circle are found in the log too', async () => {
  const { ada, ben, watches } = await pair();
  const ofBen = watches[0];
  const circle = { kind: 'circle', id: `circle-${made}`, changed: [ada.id, ben.id], members: [ada.id, ben.id] };
  await commitUntold(
    { kind: 'relation', users: [ada.id, ben.id], mayRevoke: true },
    (tx) => tx`delete from follows where follower_id = ${ada.id}`,
  );
  expect(await ofBen.next()).toMatchObject(GONE);
  await commitUntold({ ...circle, mayRevoke: false }, async (tx) => {
    await tx`insert into circles (id) values (${circle.id})`;
    await tx`insert into circle_members (circle_id, user_id) values (${circle.id}, ${ada.id}), (${circle.id}, ${ben.id})`;
  });
  expect(await ofBen.next()).toMatchObject({ status: 'ONLINE' });
  await commitUntold(
    { ...circle, mayRevoke: true },
    (tx) => tx`delete from circle_members where circle_id = ${circle.id}`,
  );
  expect(await ofBen.next()).toMatchObject(GONE);
  const privacy = { kind: 'user', userId: ben.id, deleted: false };
  await commitUntold(
    { ...privacy, mayRevoke: false },
    (tx) => tx`update users set privacy_status = 'EVERYONE' where id = ${ben.id}`,
  );
  expect(await ofBen.next()).toMatchObject({ status: 'ONLINE' });
  await commitUntold(
    { ...privacy, mayRevoke: true },
    (tx) => tx`update users set privacy_status = 'NOBODY' where id = ${ben.id}`,
  );
  expect(await ofBen.next()).toMatchObject(GONE);
});

it('a member whose removal was not published stops being seen typing', async () => {
  const { ada, ben, sockets } = await pair();
  const room = `room-${made}`;
  await host.putConversation(room, [ada.id, ben.id]);
  const typing = sockets[0].watchTyping(room);
  await sockets[1].setTyping(room);
  expect(await typing.next()).toMatchObject({ isTyping: true });
  await commitUntold(
    { kind: 'conversation', id: room, changed: [ben.id], members: [ada.id, ben.id], mayRevoke: true },
    (tx) => tx`delete from conversation_members where user_id = ${ben.id}`,
  );
  expect(await typing.next()).toMatchObject({ isTyping: false });
  // Each node reads the log in its own time.
  const types = () =>
    sockets[1].setTyping(room).then(
      () => 'accepted',
      ({ code }: Refusal) => code,
    );
  await expect.poll(types, { timeout: LIMIT_MS, interval: 20 }).toBe('NOT_FOUND');
  await expect.poll(() => ada.typing(room), { timeout: LIMIT_MS }).toEqual([]);
});

it('typing and places end of who lost the right by a change that no node can read', async () => {
  const { ada, ben, sockets } = await pair();
  const room = `room-${made}`;
  await host.putConversation(room, [ada.id, ben.id]);
  const [typing, here] = [sockets[0].watchTyping(room), watchHere(sockets[0], room)];
  await socialOf(sockets[1]).enter(room);
  await here.nextWhere(({ hereChanged }) => hereChanged.came.some(({ id }) => id === ben.id));
  await sockets[1].setTyping(room);
  expect(await typing.next()).toMatchObject({ isTyping: true });
  await sql.begin(async (tx) => {
    await tx`delete from conversation_members where user_id = ${ben.id}`;
    await tx`insert into fact_log (format, change) values (2, '{"kind":"unheard of"}')`;
  });
  expect(await typing.next()).toMatchObject({ isTyping: false });
  expect((await here.next()).hereChanged.went).toEqual([ben.id]);
  expect((await socialOf(ada).here(room)).people).toEqual([]);
});

it('an unpublished deletion closes the connections of the user, and drops what was live', async () => {
  const { ben, sockets, watches } = await pair();
  await commitUntold({ kind: 'user', userId: ben.id, deleted: true, mayRevoke: true }, async (tx) => {
    await tx`update users set deleted_at = 1, name = null where id = ${ben.id}`;
    for (const column of ['follower_id', 'followee_id']) {
      await tx`delete from follows where ${tx(column)} = ${ben.id}`;
    }
  });
  expect(await watches[0].next()).toMatchObject(GONE);
  expect((await sockets[1].closed).code).toBe(4403);
  await expect(ben.me()).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
});

it('a process without Redis follows what took effect though the answer to its commit was lost', async () => {
  const { url, drop } = await createTestDatabase();
  onTestFinished(drop);
  const alone = await serveTest({ DATABASE_URL: url });
  const database = postgres(url, { max: 1, onnotice: () => {} });
  onTestFinished(() => database.end());
  const [ada, ben] = await alone.friends('ada', 'ben');
  await ben.connect();
  const watch = (await ada.lurk()).watch([ben.id]);
  await watch.nextWhere(({ status }) => status === 'ONLINE');

  // Its own changes are logged: whoever does not hear of one finds it there.
  const [logged] = await database`
    select from fact_log where change->>'kind' = 'relation' and change->'users' @> ${database.json([ada.id, ben.id])}`;
  expect(logged).toBeDefined();
  await commitUntold(
    { kind: 'relation', users: [ben.id, ada.id], mayRevoke: true },
    (tx) => tx`insert into blocks (blocker_id, blocked_id) values (${ben.id}, ${ada.id})`,
    database,
  );
  // Whoever had no answer asks again: it holds, so nothing is written and nobody else is told.
  await ben.block(ada.id);
  expect(await watch.next()).toMatchObject(GONE);
});
