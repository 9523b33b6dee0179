import { sql } from 'drizzle-orm';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createMemoryBus } from '../../../src/adapters/memory/memoryBus.js';
import { startChangeLogFeed } from '../../../src/adapters/sql/changeLogFeed.js';
import type { Database, OpenDatabase } from '../../../src/adapters/sql/database.js';
import { openDatabase } from '../../../src/adapters/sql/openDatabase.js';
import { createPeople } from '../../../src/adapters/sql/people.js';
import { createJournal } from '../../../src/adapters/sql/sqlJournal.js';
import type { DurablePresence } from '../../../src/presence/types.js';
import { empty } from '../../contract/people.js';
import { openPatient, startPostgres } from '../../support/cluster/postgres.js';
import { openProxy } from '../../support/cluster/proxy.js';
import { durable, NOON } from '../../support/unit/builders.js';

let server: Awaited<ReturnType<typeof startPostgres>>;
let direct: OpenDatabase;
let cleanup: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  server = await startPostgres();
  direct = await openDatabase({ databaseUrl: server.url, dataDir: '' });
});
afterAll(async () => {
  await direct.close();
  await server.stop();
});
beforeEach(() => empty(direct));
afterEach(async () => {
  for (const clean of cleanup.splice(0).reverse()) await clean();
  cleanup = [];
});

const row = (userId: string, changes: Partial<DurablePresence> = {}): DurablePresence =>
  durable({ userId, ...changes });

/** A node with its own connections, which can be held up on their way, and with a bus that nobody else hears. */
const startNode = async () => {
  const proxy = await openProxy(server.port);
  cleanup.push(() => proxy.close());
  const url = `postgres://rollcall:rollcall@127.0.0.1:${proxy.port}/postgres`;
  const { db, close } = await openDatabase({ databaseUrl: url, dataDir: '' });
  cleanup.push(close);
  const bus = createMemoryBus();
  const people = createPeople({ db, bus, logged: true });
  const onGap = () => people.forgetAll();
  const feed = await startChangeLogFeed({ db, bus, everyMs: 3_600_000, onGap, onError: () => {} });
  cleanup.push(() => feed.stop());
  return { db, proxy, people, feed, journal: createJournal({ db }) };
};
type Node = Awaited<ReturnType<typeof startNode>>;

const keptOf = async ({ journal }: Pick<Node, 'journal'>, userId: string) =>
  (await journal.read([userId])).get(userId)?.persisted;

/** Waits until a batch that also names this user has landed, however late. */
const landed = (node: Pick<Node, 'journal'>, userId: string) =>
  expect.poll(() => keptOf(node, userId), { timeout: 10_000 }).not.toBeNull();

/** Waits until so many statements on the server wait for locks. */
const waitingFor = async (count: number): Promise<void> => {
  const waiting = sql`pg_stat_activity where wait_event_type = 'Lock' and state = 'active'`;
  const pids = () => direct.db.run((orm) => orm.select({ pid: sql`pid` }).from(waiting));
  await expect.poll(pids, { timeout: 10_000 }).toHaveLength(count);
};

describe('a database that is slow by five seconds while records change', () => {
  it('ends with the newest, whatever arrives when', async () => {
    const [slow, fast] = [await startNode(), await startNode()];
    const witnesses = ['w1', 'w2', 'w3'];
    await fast.people.upsertUsers(['ann', ...witnesses].map((id) => ({ id })));
    slow.proxy.hold();
    const begun = performance.now();
    // Each is given up after less than two seconds, and is on its way still.
    for (const [i, witness] of witnesses.entries()) {
      const batch = [row('ann', { revision: NOON + i, chosen: 'INVISIBLE' }), row(witness)];
      await expect(slow.journal.write(batch)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    }
    expect(performance.now() - begun).toBeGreaterThan(5_000);
    await fast.journal.write([row('ann', { revision: NOON + 3, chosen: 'AWAY' })]);
    slow.proxy.release();
    for (const witness of witnesses) await landed(fast, witness);
    expect(await keptOf(fast, 'ann')).toMatchObject({ revision: NOON + 3, chosen: 'AWAY' });
  });

  it('ends with the newest of what is retried, too', async () => {
    const node = await startNode();
    await node.people.upsertUsers([{ id: 'ann' }, { id: 'w1' }]);
    node.proxy.hold();
    const [late, later] = await Promise.allSettled([
      node.journal.write([row('ann', { revision: NOON + 1, chosen: 'DO_NOT_DISTURB' }), row('w1')]),
      node.journal.write([row('ann', { revision: NOON + 2, chosen: 'AWAY' })]),
    ]);
    expect([late.status, later.status]).toEqual(['rejected', 'rejected']);
    node.proxy.release();
    const again = () => node.journal.write([row('ann', { revision: NOON + 2, chosen: 'AWAY' })]);
    await expect.poll(again, { timeout: 10_000 }).toBeUndefined();
    await landed(node, 'w1');
    expect(await keptOf(node, 'ann')).toMatchObject({ revision: NOON + 2, chosen: 'AWAY' });
  });
});

describe('a user who is deleted while live on two nodes with a journal write pending, and named again', () => {
  it('gets nothing of the old one, when the write arrives after the new one was named', async () => {
    const [slow, fast] = [await startNode(), await startNode()];
    await fast.people.upsertUsers([{ id: 'ann', name: 'Ann' }, { id: 'w1' }]);
    await fast.journal.write([row('ann', { chosen: 'AWAY' })]);
    await slow.feed.poll();
    expect(await slow.people.ensure('ann')).toBe(true);
    expect((await slow.people.profiles(['ann'])).get('ann')?.name).toBe('Ann');

    slow.proxy.hold();
    const message = { text: 'old', emoji: null, expiresAt: null };
    const pending = slow.journal.write([
      row('ann', { revision: NOON + 9, chosen: 'INVISIBLE', message, lastSeen: NOON }),
      row('w1'),
    ]);
    await expect(pending).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await fast.people.deleteUser('ann');
    await fast.people.upsertUsers([{ id: 'ann' }]);
    slow.proxy.release();
    await landed(fast, 'w1');

    expect((await fast.journal.read(['ann'])).get('ann')).toEqual({ generation: 2, persisted: null });
    await slow.journal.write([row('ann', { revision: NOON + 10, chosen: 'INVISIBLE', message })]);
    expect(await keptOf(fast, 'ann')).toBeNull();
    await slow.feed.poll();
    expect((await slow.people.profiles(['ann'])).get('ann')?.name).toBeNull();
    await slow.journal.write([row('ann', { generation: 2, chosen: 'DO_NOT_DISTURB' })]);
    expect(await keptOf(fast, 'ann')).toMatchObject({ revision: NOON, chosen: 'DO_NOT_DISTURB', message: null });
  });

  /** Holds the user's row in a transaction until it is told to go on. */
  const holdRow = async (db: Database, userId: string) => {
    let letGo = (): void => {};
    const end = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    let held = (): void => {};
    const heldSessions = new Promise<void>((resolve) => {
      held = resolve;
    });
    const done = db.run((orm) =>
      orm.transaction(async (tx) => {
        await tx.execute(sql`select from users where id = ${userId} for update`);
        held();
        await end;
      }),
    );
    await heldSessions;
    return async () => {
      letGo();
      await done;
    };
  };

  it.each(['the write', 'the deletion'])(
    'gets nothing of the old one, when %s was first in the queue',
    async (first) => {
      const { db, close } = openPatient(server.url);
      cleanup.push(close);
      const people = createPeople({ db, bus: createMemoryBus() });
      const journal = createJournal({ db });
      await people.upsertUsers([{ id: 'ann' }]);
      const write = () => journal.write([row('ann', { revision: NOON + 9, chosen: 'INVISIBLE' })]);
      const recreate = async () => {
        await people.deleteUser('ann');
        await people.upsertUsers([{ id: 'ann' }]);
      };
      const letGo = await holdRow(db, 'ann');
      const [begin, follow] = first === 'the write' ? [write, recreate] : [recreate, write];
      const begun = begin();
      await waitingFor(1);
      const followed = follow();
      await waitingFor(2);
      await letGo();
      await Promise.all([begun, followed]);
      expect((await journal.read(['ann'])).get('ann')).toEqual({ generation: 2, persisted: null });
    },
  );

  it('does not exist in between for any of the nodes', async () => {
    const [one, other] = [await startNode(), await startNode()];
    await one.people.ensure('ann');
    await other.feed.poll();
    expect(await other.people.ensure('ann')).toBe(true);
    await one.people.deleteUser('ann');
    await other.feed.poll();
    expect(await other.people.ensure('ann')).toBe(false);
    await other.journal.write([row('ann', { revision: NOON + 9 })]);
    expect((await one.journal.read(['ann'])).size).toBe(0);
  });
});

it('a row of a format that is not known is left alone, whatever the revision and the generation of what is to be written', async () => {
  const node = await startNode();
  await node.people.upsertUsers([{ id: 'ann' }]);
  await node.journal.write([row('ann', { chosen: 'AWAY' })]);
  const rawRow = () =>
    direct.db.run((orm) => orm.select({ row: sql<string>`kept::text` }).from(sql`presence_journal as kept`));
  await direct.db.run((orm) => orm.execute(sql`update presence_journal set format = 2, revision = 7`));
  const before = await rawRow();
  await node.journal.write([row('ann', { revision: NOON + 9 })]);
  await node.journal.write([row('ann', { revision: NOON + 9, generation: 2 })]);
  expect(await rawRow()).toEqual(before);
  await expect(keptOf(node, 'ann')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
});
