/** How the statements of the history find their rows, with statistics that say the table is nearly empty. */
import { type SQL, sql } from 'drizzle-orm';
import { drizzle, type PostgresJsDatabase } from 'drizzle-orm/postgres-js';
import postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Database, Orm } from '../../../src/adapters/sql/database.js';
import { historyRemovalQuery } from '../../../src/adapters/sql/deletions.js';
import { openDatabase } from '../../../src/adapters/sql/openDatabase.js';
import { createPeople } from '../../../src/adapters/sql/people.js';
import { SESSION_SETTINGS } from '../../../src/adapters/sql/postgres.js';
import { openQuery, pageQuery, sweepQuery } from '../../../src/adapters/sql/sqlHistory.js';
import { recordingBus } from '../../contract/people.js';
import { createTestDatabase, type TestDatabase } from '../../support/cluster/database.js';
import { type Explained, nodesOf, readWhole } from '../../support/cluster/plans.js';

const DAY_MS = 86_400_000;
/** Of one user. */
const SPANS = 40_000;
const NOW = Date.now();

let own: TestDatabase;
let client: postgres.Sql;
let orm: PostgresJsDatabase<Record<string, never>>;

beforeAll(async () => {
  own = await createTestDatabase();
  await (await openDatabase({ databaseUrl: own.url, dataDir: '' })).close();
  client = postgres(own.url, {
    max: 1,
    fetch_types: false,
    prepare: false,
    connection: { ...SESSION_SETTINGS, statement_timeout: 0 },
    onnotice: () => {},
  });
  orm = drizzle({ client });
  await client.unsafe(`
    alter table presence_history set (autovacuum_enabled = false);
    insert into users (id) select 'u' || i from generate_series(0, 999) as i union all select 'busy';
    insert into presence_history values ('u0', 1, 'WEB', 'ONLINE', 1, 2);
    analyze presence_history;
    insert into presence_history (user_id, generation, device, status, from_at, to_at)
      select 'busy', 1, 'WEB', 'ONLINE', ${NOW - 50 * DAY_MS} + i * 1000, ${NOW - 50 * DAY_MS} + i * 1000 + 500
      from generate_series(1, ${SPANS}) as i;
    insert into presence_history (user_id, generation, device, status, from_at, to_at)
      select 'u' || i, 1, 'MOBILE', 'AWAY', ${NOW} + i, null from generate_series(0, 999) as i;
    insert into presence_history (user_id, generation, device, status, from_at, to_at)
      select 'u' || i, 1, 'WEB', 'AWAY', ${NOW - 99 * DAY_MS} + i, ${NOW - 98 * DAY_MS} + i from generate_series(0, 999) as i`);
});
afterAll(async () => {
  await client.end();
  await own.drop();
});

/** What is read whole, and how many blocks the statement read. Nothing stays done. */
const explained = async (query: SQL) => {
  await client.unsafe('begin');
  try {
    const [row] = await orm.execute<Explained>(sql`explain (analyze, buffers, format json) ${query}`);
    const { Plan } = row!['QUERY PLAN'][0];
    expect(nodesOf(Plan).some((node) => node['Relation Name'] !== undefined)).toBe(true);
    const blocks = (Plan['Shared Hit Blocks'] ?? 0) + (Plan['Shared Read Blocks'] ?? 0);
    // What is run once, before the rest.
    const before = nodesOf(Plan).filter((node) => node['Parent Relationship'] === 'InitPlan');
    return {
      locksOnce: before.flatMap(nodesOf).some((node) => node['Node Type'] === 'LockRows'),
      whole: readWhole(Plan).filter((scan) => scan.includes('presence_history') && !scan.startsWith('Tid')),
      blocks,
    };
  } finally {
    await client.unsafe('rollback');
  }
};
const page = (from: number, after: { from: number; device: string } | null = null) =>
  pageQuery(orm as unknown as Orm, 'busy', { from, to: NOW, after, limit: 101, retentionMs: 90 * DAY_MS }).getSQL();

describe('however long the history of a user is', () => {
  it.each([
    ['a page of its beginning', () => page(NOW - 60 * DAY_MS)],
    ['a page of its end', () => page(NOW - 50 * DAY_MS + (SPANS - 200) * 1_000)],
    [
      'a page far behind the first',
      () => page(NOW - 60 * DAY_MS, { from: NOW - 50 * DAY_MS + 30_000_000, device: 'WEB' }),
    ],
  ])('%s costs by its own rows', async (_, query) => {
    const { whole, blocks } = await explained(query());
    expect(whole).toEqual([]);
    expect(blocks).toBeLessThan(400);
  });

  it.each([
    ['the sweep', () => sweepQuery(90 * DAY_MS), 8_000],
    ['the next open spans', () => openQuery(orm as unknown as Orm, 'u5', 500).getSQL(), 2_000],
  ])('%s finds its rows in an index, and reads its batch once', async (_, query, most) => {
    const { whole, blocks } = await explained(query());
    expect(whole).toEqual([]);
    expect(blocks).toBeLessThan(most);
  });

  it.each([
    ['the sweep', () => sweepQuery(90 * DAY_MS)],
    ['a deletion', () => historyRemovalQuery('busy')],
  ])('%s reads its batch before all else, whatever the planner expects', async (_, query) => {
    expect((await explained(query())).locksOnce).toBe(true);
  });

  it('a deletion reads its batch once', async () => {
    await client.unsafe(`update users set deleted_at = 1 where id = 'busy'`);
    const { whole, blocks } = await explained(historyRemovalQuery('busy'));
    expect(whole).toEqual([]);
    expect(blocks).toBeLessThan(20_000);
    await client.unsafe(`update users set deleted_at = null where id = 'busy'`);
  });

  it('a deletion removes a long history batch by batch', async () => {
    const database = await openDatabase({ databaseUrl: own.url, dataDir: '' });
    let calls = 0;
    const counted: Database = {
      run(work) {
        calls += 1;
        return database.db.run(work);
      },
    };
    const people = createPeople({ db: counted, bus: recordingBus() });
    await people.deleteUser('busy');
    const left = async () =>
      Number((await client`select count(*) from presence_history where user_id = 'busy'`)[0]!.count);
    await people.finishDeletions(() => false);
    expect(await left()).toBe(0);
    expect(calls).toBeGreaterThan(SPANS / 2_000);
    await database.close();
  });
});
