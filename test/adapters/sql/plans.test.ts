import { type SQL, sql } from 'drizzle-orm';
import { drizzle, type PostgresJsDatabase } from 'drizzle-orm/postgres-js';
import postgres from 'postgres';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createMemoryBus } from '../../../src/adapters/memory/memoryBus.js';
import { accessFactsQuery } from '../../../src/adapters/sql/accessFacts.js';
import { changeLogQuery, readChangeLog, trimQuery } from '../../../src/adapters/sql/changeLog.js';
import { startChangeLogFeed } from '../../../src/adapters/sql/changeLogFeed.js';
import { createDatabase, type Database } from '../../../src/adapters/sql/database.js';
import { accessLog } from '../../../src/adapters/sql/logs.js';
import { openDatabase } from '../../../src/adapters/sql/openDatabase.js';
import { createJournal, journalWrite } from '../../../src/adapters/sql/sqlJournal.js';
import { rosterAccessFactsQuery, rosterQuery } from '../../../src/adapters/sql/sqlRoster.js';
import type { DurablePresence } from '../../../src/presence/types.js';
import { type Explained, nodesOf, readWhole } from '../../support/cluster/plans.js';
import { startPostgres } from '../../support/cluster/postgres.js';
import { durable } from '../../support/unit/builders.js';

let server: Awaited<ReturnType<typeof startPostgres>>;
let client: postgres.Sql;
let orm: PostgresJsDatabase<Record<string, never>>;
let db: Database;
/** The statements that were sent. */
const sent: string[] = [];

beforeAll(async () => {
  server = await startPostgres();
  await (await openDatabase({ databaseUrl: server.url, dataDir: '' })).close();
  client = postgres(server.url, { max: 1, fetch_types: false, onnotice: () => {} });
  orm = drizzle({ client, logger: { logQuery: (query) => sent.push(query) } });
  db = createDatabase({ orm: () => orm, isOpen: () => true, deadline: null });
  await fill();
});
afterAll(async () => {
  await client.end();
  await server.stop();
});

/** A town: `v` follows 5,000, as does nobody else; the others follow 20 each, block some, share circles and conversations. */
const fill = async () => {
  const fillers = [
    sql`insert into users (id) select 'u' || i from generate_series(0, 19999) as i union all select 'v'`,
    sql`insert into follows select 'v', 'u' || i from generate_series(0, 4999) as i`,
    sql`insert into follows select 'u' || i, 'u' || (i * 7 + j * 13) % 20000
      from generate_series(0, 9999) as i, generate_series(1, 20) as j on conflict do nothing`,
    sql`insert into blocks select 'u' || i, 'u' || (i * 3 + 1) % 20000 from generate_series(0, 19999) as i`,
    sql`insert into circles select 'c' || i from generate_series(0, 999) as i`,
    sql`insert into circle_members select 'c' || i % 1000, 'u' || i from generate_series(0, 19999) as i`,
    sql`insert into circle_members values ('c7', 'v'), ('c8', 'v')`,
    sql`insert into conversations (id) select 'k' || i from generate_series(0, 4999) as i`,
    sql`insert into conversation_members select 'k' || (i + j * 17) % 5000, 'u' || i
      from generate_series(0, 19999) as i, generate_series(1, 3) as j on conflict do nothing`,
    sql`insert into conversation_members select 'k' || i, 'v' from generate_series(0, 199) as i`,
    sql`insert into presence_journal (user_id, generation, revision, chosen, format)
      select 'u' || i, 1, 1, 'ONLINE', 1 from generate_series(0, 19999) as i`,
    // A bulk of one transaction, and what many have written.
    sql`insert into fact_log (format, change)
      select 1, '{"kind":"relation","users":["a","b"],"narrows":false}' from generate_series(1, 20000)`,
    sql`insert into fact_log (xid, format, change)
      select (3 + i % 500)::text::xid8, 1, '{"kind":"relation","users":["a","b"],"narrows":false}'
      from generate_series(1, 30000) as i`,
    sql`vacuum analyze`,
  ];
  for (const filler of fillers) await orm.execute(filler);
};

/** How tables are read, as `Node Type of table`, of a statement that is planned and not executed. */
const scansOf = async (query: SQL): Promise<readonly string[]> => {
  const [row] = await orm.execute<Explained>(sql`explain (format json) ${query}`);
  const scans = nodesOf(row!['QUERY PLAN'][0].Plan).flatMap((node) =>
    node['Relation Name'] ? [`${node['Node Type']} of ${node['Relation Name']}`] : [],
  );
  return [...new Set(scans)].sort();
};

const ids = Array.from({ length: 1_000 }, (_, i) => `u${i * 5}`);

it('reads the roster of a user with 5,000 follows from indexes alone', async () => {
  expect(await scansOf(rosterQuery(orm, 'v', 5_000).getSQL())).toEqual([
    'Index Only Scan of circle_members',
    'Index Only Scan of follows',
  ]);
  expect(await rosterQuery(orm, 'v', 5_000)).toHaveLength(5_000);
  const scans = await scansOf(rosterAccessFactsQuery(orm, 'v', 5_000).getSQL());
  expect(scans.filter((scan) => !/^Index (Only )?Scan of /.test(scan))).toEqual([]);
});

it.each([
  ['the pairs of one viewer', ids.map((userId) => ({ viewerId: 'v', userId }))],
  ['the pairs of one user', ids.map((viewerId) => ({ viewerId, userId: 'v' }))],
])('reads the facts of 1,000 pairs, %s, without scanning a table', async (_, pairs) => {
  const scans = await scansOf(accessFactsQuery(orm, pairs).getSQL());
  expect(scans.filter((scan) => !/^Index (Only )?Scan of /.test(scan))).toEqual([]);
  for (const table of ['follows', 'blocks', 'circle_members', 'conversation_members']) {
    expect(scans).toContain(`Index Only Scan of ${table}`);
  }
});

const rows = ids.map((userId, i): DurablePresence => durable({ userId, revision: 2 + i, chosen: 'AWAY', lastSeen: 1 }));

it('writes 1,000 rows of the journal in one statement', async () => {
  const journal = createJournal({ db });
  sent.splice(0);
  await journal.write(rows);
  expect(sent).toHaveLength(1);
  expect((await journal.read(ids)).get('u5')?.persisted).toMatchObject({ revision: 3, chosen: 'AWAY' });
});

it('finds the users of 20 rows of the journal by their index', async () => {
  const scans = await scansOf(journalWrite(rows.slice(0, 20)));
  expect(scans).toContain('Index Scan of users');
  expect(scans.filter((scan) => scan.startsWith('Seq'))).toEqual([]);
});

it('reads what is new in the log by an index, also while a transaction of somebody stays open', async () => {
  const { position } = await readChangeLog(db, accessLog, null);
  const scansSince = (snapshot: string) =>
    scansOf(changeLogQuery(orm, accessLog, { ...position, snapshot }, '0').getSQL());
  const [, xmax] = position.snapshot.split(':');
  for (const snapshot of [position.snapshot, `4:${xmax}:4,5,400`]) {
    expect((await scansSince(snapshot)).filter((scan) => !/^(Index|Bitmap Heap) Scan of fact_log$/.test(scan))).toEqual(
      [],
    );
  }
});

it('deletes what is old in the log by an index, however long it is', async () => {
  const [row] = await orm.execute<Explained>(
    sql`explain (format json) ${trimQuery(orm, accessLog, 3_600_000).getSQL()}`,
  );
  expect(readWhole(row!['QUERY PLAN'][0].Plan)).toEqual([]);
});

it('asks once when nothing is new in the log', async () => {
  const feed = await startChangeLogFeed({
    db,
    bus: createMemoryBus(),
    everyMs: 3_600_000,
    onGap: () => {},
    onError: () => {},
  });
  sent.splice(0);
  await feed.poll();
  expect(sent).toHaveLength(1);
  await feed.stop();
});
