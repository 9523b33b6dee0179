import { sql } from 'drizzle-orm';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { createMemoryBus } from '../../../src/adapters/memory/memoryBus.js';
import { writeLog } from '../../../src/adapters/sql/changeLog.js';
import { startChangeLogFeed } from '../../../src/adapters/sql/changeLogFeed.js';
import type { Database, OpenDatabase, Orm } from '../../../src/adapters/sql/database.js';
import { accessLog } from '../../../src/adapters/sql/logs.js';
import { openDatabase } from '../../../src/adapters/sql/openDatabase.js';
import { createPeople } from '../../../src/adapters/sql/people.js';
import type { AccessChange } from '../../../src/presence/ports/bus.js';
import { empty } from '../../contract/people.js';
import { openPatient, openPatientMigrated, startPostgres } from '../../support/cluster/postgres.js';
import { openProxy } from '../../support/cluster/proxy.js';
import { createInbox } from '../../support/unit/inbox.js';

let server: Awaited<ReturnType<typeof startPostgres>>;
let writer: OpenDatabase;
let cleanup: (() => Promise<unknown> | unknown)[] = [];

beforeAll(async () => {
  server = await startPostgres();
  writer = await openPatientMigrated(server.url);
});
afterAll(async () => {
  await writer.close();
  await server.stop();
});
beforeEach(() => empty(writer));
afterEach(async () => {
  for (const clean of cleanup.splice(0).reverse()) await clean();
  cleanup = [];
});

const open = async (url = server.url): Promise<OpenDatabase> => {
  const database = await openDatabase({ databaseUrl: url, dataDir: '' });
  cleanup.push(() => database.close());
  return database;
};

/** A node that reads the log on `poll` (or every `everyMs`), and receives nothing through its bus. */
const startReader = async (
  options: { db?: Database; everyMs?: number; retentionMs?: number; maxReceived?: number } = {},
) => {
  const db = options.db ?? (await open()).db;
  const bus = createMemoryBus();
  const answered = createInbox<AccessChange>('access changes');
  await bus.subscribeAccessChanges(answered.push);
  const gaps = createInbox<'gap'>('gaps');
  const errors = createInbox<unknown>('errors');
  const feed = await startChangeLogFeed({
    db,
    bus,
    everyMs: options.everyMs ?? 3_600_000,
    ...(options.retentionMs !== undefined && { retentionMs: options.retentionMs }),
    ...(options.maxReceived !== undefined && { maxReceived: options.maxReceived }),
    onGap: () => gaps.push('gap'),
    onError: errors.push,
  });
  cleanup.push(() => feed.stop());
  return { db, bus, feed, answered, gaps, errors, people: createPeople({ db, bus, logged: true }) };
};

/** A node whose publications reach no other node. */
const otherNode = (db = writer.db) => createPeople({ db, bus: createMemoryBus(), logged: true });

const follow = (to: string): AccessChange => ({ kind: 'relation', users: ['ann', to], mayRevoke: false });
const followed = (to: string) => expect.objectContaining(follow(to));

/** A transaction that has written a change and stays open until the test commits it or rolls it back. */
const openTransaction = async (write: (tx: Orm) => Promise<unknown>, url = server.url) => {
  let end = (_: 'commit' | 'rollback'): void => {};
  const told = new Promise<'commit' | 'rollback'>((resolve) => {
    end = resolve;
  });
  let wrote = (): void => {};
  const written = new Promise<void>((resolve) => {
    wrote = resolve;
  });
  const { db, close } = openPatient(url);
  const ended = db
    .run((orm) =>
      orm.transaction(async (tx) => {
        await write(tx);
        wrote();
        if ((await told) === 'rollback') throw new Error('rolled back');
      }),
    )
    .catch(() => {})
    .then(close);
  await written;
  return async (how: 'commit' | 'rollback') => {
    end(how);
    await ended;
  };
};

describe('the feed', () => {
  it('delivers every change of another node once, in the order of the log, with its id', async () => {
    const { feed, answered } = await startReader();
    const people = otherNode();
    await people.follow('ann', 'bob');
    await people.block('bob', 'ann');
    await people.putCircle('team', ['ann', 'bob']);
    await people.upsertUsers([{ id: 'cem' }, { id: 'ann' }]);
    await feed.poll();
    await feed.poll();
    const changes = await answered.take(5);
    expect(changes).toEqual([
      followed('bob'),
      expect.objectContaining({ kind: 'relation', users: ['bob', 'ann'], mayRevoke: true }),
      expect.objectContaining({ kind: 'circle', id: 'team', changed: ['ann', 'bob'] }),
      expect.objectContaining({ kind: 'user', userId: 'ann' }),
      expect.objectContaining({ kind: 'user', userId: 'cem' }),
    ]);
    const ids = changes.map((change) => Number(change.logId));
    expect(ids).toEqual([...ids].sort((a, b) => a - b));
    expect(new Set(ids).size).toBe(5);
    expect(answered.transcript).toHaveLength(5);
  });

  it('reads by itself at its interval', async () => {
    const { answered } = await startReader({ everyMs: 20 });
    await otherNode().follow('ann', 'bob');
    expect(await answered.next()).toEqual(followed('bob'));
  });

  it('delivers nothing from before the start', async () => {
    const people = otherNode();
    await people.follow('ann', 'bob');
    const { feed, answered, gaps } = await startReader();
    await people.follow('ann', 'cem');
    await feed.poll();
    expect(answered.transcript).toEqual([followed('cem')]);
    expect(gaps.transcript).toEqual([]);
  });

  it('does not deliver again what was received through the bus', async () => {
    const { feed, answered, people } = await startReader();
    await people.follow('ann', 'bob');
    expect(answered.transcript).toEqual([followed('bob')]);
    await otherNode().follow('ann', 'cem');
    await feed.poll();
    expect(answered.transcript).toEqual([followed('bob'), followed('cem')]);
  });

  it('does not deliver again what was received, however long the log could not be read', async () => {
    const { feed, answered, people, gaps } = await startReader();
    await people.upsertUsers([{ id: 'ann' }]);
    await people.deleteUser('ann');
    await people.upsertUsers([{ id: 'ann' }]);
    const before = [...answered.transcript];
    expect(before).toHaveLength(3);
    const now = performance.now();
    const clock = vi.spyOn(performance, 'now').mockImplementation(() => now + 3_000_000);
    cleanup.push(() => clock.mockRestore());
    await feed.poll();
    await feed.poll();
    expect(answered.transcript).toEqual(before);
    expect(gaps.transcript).toEqual([]);
  });

  it('does not deliver again what was received before a read that failed', async () => {
    const database = await open();
    let away = false;
    const db: Database = {
      run: (work) => (away ? Promise.reject(new Error('away')) : database.db.run(work)),
    };
    const { bus, feed, answered } = await startReader({ db });
    const people = createPeople({ db: database.db, bus, logged: true });
    await people.follow('ann', 'bob');
    away = true;
    await expect(feed.poll()).rejects.toThrow('away');
    away = false;
    await feed.poll();
    expect(answered.transcript).toEqual([followed('bob')]);
  });

  it('reports a gap where more was received than is remembered, and delivers nothing twice', async () => {
    const { feed, answered, people, gaps } = await startReader({ maxReceived: 2 });
    for (const to of ['bob', 'cem', 'dan']) await people.follow('ann', to);
    await feed.poll();
    expect(gaps.transcript).toHaveLength(1);
    expect(answered.transcript).toEqual([followed('bob'), followed('cem'), followed('dan')]);
    await otherNode().follow('ann', 'eve');
    await feed.poll();
    expect(answered.transcript.slice(3)).toEqual([followed('eve')]);
    expect(gaps.transcript).toHaveLength(1);
  });

  it('reads many changes in pages', async () => {
    const { feed, answered, gaps } = await startReader();
    const ids = Array.from({ length: 1_300 }, (_, i) => `u${i}`);
    await otherNode().addFollows(ids.map((followeeId) => ({ followerId: 'ann', followeeId })));
    await feed.poll();
    expect(
      new Set((await answered.take(1_300)).map((change) => change.kind === 'relation' && change.users[1])),
    ).toEqual(new Set(ids));
    await feed.poll();
    expect(answered.transcript).toHaveLength(1_300);
    expect(gaps.transcript).toEqual([]);
  });

  it('empties the caches of names and of who exists', async () => {
    const { feed, people } = await startReader();
    await people.upsertUsers([{ id: 'ann', name: 'Ann' }]);
    expect(await people.ensure('ann')).toBe(true);
    expect((await people.profiles(['ann'])).get('ann')?.name).toBe('Ann');
    await otherNode().deleteUser('ann');
    await feed.poll();
    expect(await people.ensure('ann')).toBe(false);
    expect((await people.profiles(['ann'])).size).toBe(0);
    await otherNode().upsertUsers([{ id: 'ann', name: 'Anna' }]);
    await feed.poll();
    expect(await people.ensure('ann')).toBe(true);
    expect((await people.profiles(['ann'])).get('ann')?.name).toBe('Anna');
  });

  it('ends when it is stopped, once or twice', async () => {
    const { feed, answered } = await startReader({ everyMs: 10 });
    await feed.stop();
    await feed.stop();
    await otherNode().follow('ann', 'bob');
    const { answered: other } = await startReader({ everyMs: 10 });
    await otherNode().follow('ann', 'cem');
    await other.next();
    expect(answered.transcript).toEqual([]);
  });
});

describe('transactions that commit out of order', () => {
  it('are all delivered once committed, also one that drew its number first and commits last', async () => {
    const { feed, answered } = await startReader();
    const commitEarly = await openTransaction((tx) => writeLog(tx, accessLog, [follow('early')]));
    await otherNode().follow('ann', 'late');
    await feed.poll();
    expect(answered.transcript).toEqual([followed('late')]);
    await otherNode().follow('ann', 'later');
    await feed.poll();
    await commitEarly('commit');
    await feed.poll();
    await feed.poll();
    expect(answered.transcript).toEqual([followed('late'), followed('later'), followed('early')]);
  });

  it('are delivered also where they began before the feed', async () => {
    const commit = await openTransaction((tx) => writeLog(tx, accessLog, [follow('early')]));
    const { feed, answered } = await startReader();
    await commit('commit');
    await feed.poll();
    expect(answered.transcript).toEqual([followed('early')]);
  });

  it('are never delivered when rolled back', async () => {
    const { feed, answered } = await startReader();
    const rollBack = await openTransaction((tx) => writeLog(tx, accessLog, [follow('never')]));
    await feed.poll();
    await rollBack('rollback');
    await otherNode().follow('ann', 'bob');
    await feed.poll();
    expect(answered.transcript).toEqual([followed('bob')]);
  });

  it('do not wait for an open transaction in another database of the server', async () => {
    await writer.db.run((orm) => orm.execute(sql`create database neighbour`));
    const endTheirs = await openTransaction(
      (tx) => tx.execute(sql`create table theirs ()`),
      server.url.replace(/postgres$/, 'neighbour'),
    );
    const { feed, answered } = await startReader();
    for (const to of ['bob', 'cem']) {
      await otherNode().follow('ann', to);
      await feed.poll();
    }
    expect(answered.transcript).toEqual([followed('bob'), followed('cem')]);
    await endTheirs('rollback');
  });

  it('are delivered exactly once while many nodes write', async () => {
    const patient = () => {
      const { db, close } = openPatient(server.url);
      cleanup.push(close);
      return db;
    };
    const { feed, answered, gaps } = await startReader({ db: patient() });
    const nodes = [patient(), patient(), patient()];
    const writes = nodes.map(async (db, node) => {
      const people = otherNode(db);
      const turns = Array.from({ length: 60 }, (_, i) => people.follow(`n${node}-${i % 7}`, `u${i}`));
      await Promise.all(turns);
    });
    let writing = true;
    const reading = (async () => {
      while (writing) await feed.poll();
    })();
    await Promise.all(writes);
    writing = false;
    await reading;
    await feed.poll();
    const told = answered.transcript.map((change) => (change.kind === 'relation' ? change.users.join() : ''));
    expect(new Set(told).size).toBe(180);
    expect(told).toHaveLength(180);
    expect(gaps.transcript).toEqual([]);
  });
});

describe('a gap', () => {
  /** Rows as `writeLog` writes them, of any age and format. */
  const insert = (count: number, { ageMs = 0, format = 1 } = {}) =>
    writer.db.run((orm) =>
      orm.execute(sql`
        insert into fact_log (at, format, change)
        select (extract(epoch from clock_timestamp()) * 1000)::bigint - ${ageMs}::bigint, ${format}::smallint,
          jsonb_build_object('kind', 'relation', 'users', jsonb_build_array('ann', 'u' || i), 'narrows', false)
        from generate_series(1, ${count}::int) as i`),
    );
  const count = async () => {
    const [row] = await writer.db.run((orm) => orm.select({ count: sql<string>`count(*)` }).from(sql`fact_log`));
    return Number(row?.count);
  };

  it('is reported after an absence longer than the retention', async () => {
    const { feed, gaps } = await startReader({ retentionMs: 1 });
    await expect
      .poll(async () => {
        await feed.poll();
        return gaps.transcript.length;
      })
      .toBeGreaterThan(0);
  });

  it('is reported for a row of an unknown format; the others are delivered', async () => {
    const { feed, answered, gaps } = await startReader();
    await insert(2, { format: 2 });
    await insert(1);
    await feed.poll();
    expect(gaps.transcript).toHaveLength(1);
    expect(answered.transcript).toEqual([followed('u1')]);
  });

  it('replaces more than ten thousand changes at once, and the feed goes on after them', async () => {
    const { feed, answered, gaps } = await startReader();
    await insert(10_001);
    await feed.poll();
    expect(gaps.transcript).toHaveLength(1);
    const before = answered.transcript.length;
    await otherNode().follow('ann', 'bob');
    await feed.poll();
    expect(answered.transcript.slice(before)).toEqual([followed('bob')]);
    expect(gaps.transcript).toHaveLength(1);
  });

  it('is not reported for rows that any node deletes after an hour', async () => {
    await insert(450, { ageMs: 3_600_001 });
    await insert(3, { ageMs: 3_500_000 });
    const readers = await Promise.all([startReader(), startReader()]);
    await expect.poll(count, { timeout: 10_000 }).toBe(3);
    for (const { feed } of readers) await feed.poll();
    for (const { gaps } of readers) expect(gaps.transcript).toEqual([]);
  });
});

describe('an unavailable database', () => {
  it('delays the feed: it keeps its position, reports one error, and catches up', async () => {
    const proxy = await openProxy(server.port);
    cleanup.push(() => proxy.close());
    const { db } = await open(`postgres://rollcall:rollcall@127.0.0.1:${proxy.port}/postgres`);
    const { answered, gaps, errors } = await startReader({ db, everyMs: 20 });
    proxy.hold();
    proxy.cut();
    await errors.next();
    const people = otherNode();
    await people.follow('ann', 'bob');
    await people.follow('ann', 'cem');
    proxy.release();
    expect(await answered.take(2)).toEqual([followed('bob'), followed('cem')]);
    expect(gaps.transcript).toEqual([]);
    expect(errors.transcript).toHaveLength(1);
  });

  it('at the start leaves the position unknown: a gap follows once it is known', async () => {
    const proxy = await openProxy(server.port);
    cleanup.push(() => proxy.close());
    const { db } = await open(`postgres://rollcall:rollcall@127.0.0.1:${proxy.port}/postgres`);
    proxy.hold();
    const { answered, gaps, errors } = await startReader({ db, everyMs: 20 });
    expect(errors.transcript).toEqual([expect.objectContaining({ code: 'UNAVAILABLE' })]);
    proxy.release();
    await gaps.next();
    await otherNode().follow('ann', 'bob');
    expect(await answered.next()).toEqual(followed('bob'));
    expect(gaps.transcript).toHaveLength(1);
  });

  it('that returns as another server, or recovered, is a gap: its numbers may mean something else', async () => {
    const { answered, gaps, errors } = await startReader({ everyMs: 20 });
    await server.kill();
    await errors.next();
    await server.restart();
    await gaps.next();
    await expect.poll(() => otherNode().follow('ann', 'bob'), { timeout: 10_000 }).toBeUndefined();
    expect(await answered.next()).toEqual(followed('bob'));
    expect(gaps.transcript).toHaveLength(1);
  });
});

it('works without the bus, and subscribes once the bus is available', async () => {
  const { db } = await open();
  const bus = createMemoryBus();
  const answered = createInbox<AccessChange>('access changes');
  await bus.subscribeAccessChanges(answered.push);
  let away = true;
  const subscribed = createInbox<'subscribed'>('subscriptions');
  const feed = await startChangeLogFeed({
    db,
    bus: {
      deliverAccessChange: bus.deliverAccessChange,
      async subscribeAccessChanges(listener) {
        if (away) throw new Error('away');
        subscribed.push('subscribed');
        return await bus.subscribeAccessChanges(listener);
      },
    },
    everyMs: 10,
    onGap: () => {},
    onError: () => {},
  });
  cleanup.push(() => feed.stop());
  const people = otherNode();
  await people.follow('ann', 'bob');
  expect(await answered.next()).toEqual(followed('bob'));
  away = false;
  await subscribed.next();
  let written: readonly AccessChange[] = [];
  const end = await openTransaction(async (tx) => {
    written = await writeLog(tx, accessLog, [follow('cem')]);
  });
  for (const change of written) await bus.publishAccessChange(change);
  await end('commit');
  await people.follow('ann', 'dan');
  expect(await answered.take(2)).toEqual([followed('cem'), followed('dan')]);
});
