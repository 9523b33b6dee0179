import { type SQL, sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { accessFactsQuery } from '../../../src/adapters/sql/accessFacts.js';
import type { OpenDatabase } from '../../../src/adapters/sql/database.js';
import { journalQuery } from '../../../src/adapters/sql/sqlJournal.js';
import { describeJournal } from '../../contract/journal.js';
import { describePeople } from '../../contract/people.js';
import { openPreparedPglite } from '../../support/cluster/preparedPglite.js';

// One serves the whole file.
let database: OpenDatabase;
beforeAll(async () => {
  database = await openPreparedPglite();
});
afterAll(async () => {
  await database.close();
});

const shared = async (): Promise<OpenDatabase> => ({ ...database, close: async () => {} });

describePeople('PGlite', shared);
describeJournal('PGlite', shared);

describe('PGlite', () => {
  it('lets timers and sockets have their turn between two pieces of work', async () => {
    let turns = 0;
    const count = () => {
      turns += 1;
      counting = setImmediate(count);
    };
    let counting = setImmediate(count);
    for (let i = 0; i < 5; i++) await database.ping();
    clearImmediate(counting);
    expect(turns).toBeGreaterThanOrEqual(4);
  });

  it('reads by an index what was empty at its start', async () => {
    const plan = await database.db.run((orm) =>
      orm.execute(sql`explain ${accessFactsQuery(orm, [{ viewerId: 'ana', userId: 'bob' }]).getSQL()}`),
    );
    expect(JSON.stringify(plan)).toContain('Index');
    expect(JSON.stringify(plan)).not.toContain('Seq Scan');
  });

  it('counts the rows of its tables and removes the dead ones while it runs', async () => {
    const statement = async (text: SQL) => {
      const { rows } = (await database.db.run((orm) => orm.execute(text))) as unknown as {
        rows: Record<string, unknown>[];
      };
      return rows;
    };
    await statement(sql`create table crowds (id int primary key)`);
    await statement(sql`insert into crowds select generate_series(1, 1000)`);
    await vi.waitFor(
      async () => {
        const rows = await statement(sql`select reltuples from pg_class where relname = 'crowds'`);
        expect(rows).toEqual([{ reltuples: 1_000 }]);
      },
      { timeout: 30_000, interval: 100 },
    );
    await statement(sql`delete from crowds where id > 500`);
    const [full] = await statement(sql`select pg_relation_size('crowds') as bytes`);
    await vi.waitFor(
      async () => {
        const [left] = await statement(sql`select pg_relation_size('crowds') as bytes`);
        expect(left!.bytes).toBeLessThan(Number(full!.bytes));
      },
      { timeout: 30_000, interval: 100 },
    );
  });

  it('prepares what it is asked often', async () => {
    await vi.waitFor(async () => {
      const { rows } = (await database.db.run((orm) =>
        orm.execute(sql`select count(*)::int as prepared from pg_prepared_statements where ${'often'} = 'often'`),
      )) as unknown as { rows: { prepared: number }[] };
      expect(rows[0]!.prepared).toBeGreaterThan(0);
    });
  });

  it('looks up the users who are asked for once their rows are counted', async () => {
    await database.db.run((orm) =>
      orm.execute(sql`insert into users (id, privacy_status, privacy_last_seen, privacy_activity)
        select 'crowd' || i, 'EVERYONE', 'EVERYONE', 'EVERYONE' from generate_series(1, 2000) i`),
    );
    await vi.waitFor(
      async () => {
        const plan = await database.db.run((orm) =>
          orm.execute(sql`explain ${journalQuery(orm, ['crowd1', 'crowd2']).getSQL()}`),
        );
        expect(JSON.stringify(plan)).not.toContain('users_present  (');
      },
      { timeout: 30_000, interval: 100 },
    );
  });

  it('answers until it is closed, and is UNAVAILABLE then', async () => {
    await database.ping();
    await database.close();
    await database.close();
    await expect(database.ping()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });
});
