import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDatabase } from '../../../src/adapters/sql/openDatabase.js';
import { migrationsFolder } from '../../../src/adapters/sql/packagePaths.js';
import { openPostgres } from '../../../src/adapters/sql/postgres.js';
import { describeJournal } from '../../contract/journal.js';
import { describePeople } from '../../contract/people.js';
import { createTestDatabase, type TestDatabase } from '../../support/cluster/database.js';
import { openProxy } from '../../support/cluster/proxy.js';

let own: TestDatabase;

beforeAll(async () => {
  own = await createTestDatabase();
});
afterAll(async () => {
  await own.drop();
});

/** The same database, by another way. */
const over = ({ port }: { readonly port: number }) => Object.assign(new URL(own.url), { port }).href;
const open = (databaseUrl = own.url) => openDatabase({ databaseUrl, dataDir: '' });

describe('two nodes that start at once on an empty database', () => {
  it('both find it migrated, once', async () => {
    const nodes = await Promise.all([open(), open(), open()]);
    await Promise.all(nodes.map((node) => node.ping()));
    const applied = await nodes[0]!.db.run((orm) =>
      orm.select({ count: sql<string>`count(*)` }).from(sql`drizzle.__drizzle_migrations`),
    );
    const { entries } = JSON.parse(readFileSync(join(migrationsFolder, 'meta', '_journal.json'), 'utf8'));
    expect(Number(applied[0]?.count)).toBe(entries.length);
    await Promise.all(nodes.map((node) => node.close()));
  });
});

describePeople('PostgreSQL', () => open());
describeJournal('PostgreSQL', () => open());

describe('a PostgreSQL that fails', () => {
  it('is refused at the start with a sentence that says why, and not the password', async () => {
    const proxy = await openProxy(own.port);
    await proxy.close();
    const opening = open(Object.assign(new URL(own.url), { port: proxy.port, password: 'secret' }).href);
    await expect(opening).rejects.toThrow(/^The database of DATABASE_URL could not be opened: connect ECONNREFUSED/);
    await expect(opening).rejects.not.toThrow(/secret/);
  });

  it('is UNAVAILABLE within two seconds while it hangs, and answers again afterwards', async () => {
    const proxy = await openProxy(own.port);
    const { db, ping, close } = await open(over(proxy));
    await ping();
    proxy.hold();
    // A timer of the same event loop: a busy machine delays both alike.
    const late = wait(2_000, 'late', { ref: false });
    const outcome = await Promise.race([ping().catch((error: unknown) => error), late]);
    expect(outcome).toMatchObject({ code: 'UNAVAILABLE', details: { retryAfterMs: expect.any(Number) } });
    proxy.release();
    await ping();

    proxy.cut();
    await expect.poll(() => ping().then(() => 'answers'), { timeout: 10_000 }).toBe('answers');
    await expect(db.run((orm) => orm.execute(sql`select pg_sleep(10)`))).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await ping();
    await close();
    await proxy.close();
  });

  it('is asked over new connections when the old ones have been silent for too long', async () => {
    const proxy = await openProxy(own.port);
    const { ping, close } = await openPostgres({ url: over(proxy), silenceMs: 100 });
    await Promise.all(Array.from({ length: 10 }, () => ping()));
    proxy.hold();
    const all = await Promise.allSettled(Array.from({ length: 10 }, () => ping()));
    expect(all.map((one) => one.status)).toEqual(all.map(() => 'rejected'));
    proxy.admit();
    await expect(ping()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await ping();
    await close();
    await proxy.close();
  });

  it('does not report an SQL mistake as UNAVAILABLE', async () => {
    const { db, close } = await open();
    const mistake = db.run((orm) => orm.execute(sql`select nonsense`));
    await expect(mistake).rejects.not.toMatchObject({ code: 'UNAVAILABLE' });
    const violation = db.run((orm) => orm.execute(sql`insert into circles values ('a'), ('a')`));
    await expect(violation).rejects.not.toMatchObject({ code: 'UNAVAILABLE' });
    await close();
  });

  it('is UNAVAILABLE once it is closed', async () => {
    const { ping, close } = await open();
    await close();
    await close();
    await expect(ping()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });

  it('repeats work that met a deadlock', async () => {
    const { db, close } = await open();
    await db.run((orm) => orm.execute(sql`insert into circles values ('left'), ('right')`));
    const crossing = (first: string, second: string, met: Promise<unknown>, arrive: () => void) =>
      db.run((orm) =>
        orm.transaction(async (tx) => {
          await tx.execute(sql`select from circles where id = ${first} for update`);
          arrive();
          await met;
          await tx.execute(sql`select from circles where id = ${second} for update`);
        }),
      );
    let arriveLeft = () => {};
    let arriveRight = () => {};
    const left = new Promise<void>((resolve) => {
      arriveLeft = resolve;
    });
    const right = new Promise<void>((resolve) => {
      arriveRight = resolve;
    });
    await Promise.all([
      crossing('left', 'right', right, () => arriveLeft()),
      crossing('right', 'left', left, () => arriveRight()),
    ]);
    await close();
  });
});
