import { type SQL, sql } from 'drizzle-orm';
import { drizzle, type PostgresJsDatabase } from 'drizzle-orm/postgres-js';
import postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accessFactsQuery, isBlocked } from '../../../src/adapters/sql/accessFacts.js';
import { accessSummariesOf } from '../../../src/adapters/sql/accessSummary.js';
import { openDatabase } from '../../../src/adapters/sql/openDatabase.js';
import { pairLookupQuery } from '../../../src/adapters/sql/pairLookup.js';
import { SESSION_SETTINGS } from '../../../src/adapters/sql/postgres.js';
import { conversationsQuery, isMember } from '../../../src/adapters/sql/sqlConversations.js';
import { journalWrite } from '../../../src/adapters/sql/sqlJournal.js';
import { blockedQuery, followingQuery } from '../../../src/adapters/sql/sqlRelationLists.js';
import { rosterAccessFactsQuery, rosterQuery } from '../../../src/adapters/sql/sqlRoster.js';
import { type Explained, nodesOf, readWhole } from '../../support/cluster/plans.js';
import { startPostgres } from '../../support/cluster/postgres.js';
import { durable } from '../../support/unit/builders.js';

let server: Awaited<ReturnType<typeof startPostgres>>;
let client: postgres.Sql;
let orm: PostgresJsDatabase<Record<string, never>>;

const TABLES = [
  'users',
  'follows',
  'blocks',
  'circle_members',
  'conversation_members',
  'conversations',
  'presence_journal',
];

beforeAll(async () => {
  server = await startPostgres();
  await (await openDatabase({ databaseUrl: server.url, dataDir: '' })).close();
  const settings = { ...SESSION_SETTINGS, statement_timeout: 0 };
  client = postgres(server.url, {
    max: 1,
    fetch_types: false,
    prepare: false,
    connection: settings,
    onnotice: () => {},
  });
  orm = drizzle({ client });
  for (const table of TABLES) await client.unsafe(`alter table ${table} set (autovacuum_enabled = false)`);
});
afterAll(async () => {
  await client.end();
  await server.stop();
});
const empty = async () => {
  await client.unsafe(`truncate ${TABLES.join(', ')}`);
};

/** Three follow, block, and are with everybody else; the others have nobody. */
const FILL = `
  with u as (insert into users (id) select 'u' || i from generate_series(0, 19999) as i),
    f as (insert into follows select 'u' || j, 'u' || i from generate_series(0, 19999) as i, generate_series(0, 2) as j where i <> j),
    b as (insert into blocks select 'u' || j, 'u' || i from generate_series(0, 19999) as i, generate_series(0, 2) as j where i <> j),
    c as (insert into circle_members select 'c' || j, 'u' || i from generate_series(0, 19999) as i, generate_series(0, 2) as j),
    k as (insert into conversations (id) select 'k' || i from generate_series(0, 2999) as i),
    m as (insert into conversation_members select 'k' || j, 'u' || i from generate_series(0, 19999) as i, generate_series(0, 2) as j),
    n as (insert into conversation_members select 'k' || j, 'u1' from generate_series(3, 2999) as j)
  insert into presence_journal (user_id, generation, revision, chosen, format)
    select 'u' || i, 1, 1, 'ONLINE', 1 from generate_series(0, 19999) as i`;

/** How tables are read other than by looking something up in an index. */
const scannedBy = async (query: SQL): Promise<readonly string[]> => {
  const [row] = await orm.execute<Explained>(sql`explain (format json) ${query}`);
  const { Plan } = row!['QUERY PLAN'][0];
  expect(nodesOf(Plan).some((node) => node['Relation Name'] !== undefined)).toBe(true);
  // Of so few users a thousand may be found by walking along the index.
  return readWhole(Plan).filter((scan) => !scan.startsWith('Index'));
};

const pairsOf = (one: string, many: readonly string[]) => many.map((other) => [one, other] as const);
const others = Array.from({ length: 1_000 }, (_, i) => `u${i + 5_000}`);
const rows = others.map((userId) => durable({ userId, revision: 2, chosen: 'AWAY', lastSeen: 1 }));
const queries: readonly (readonly [string, () => SQL])[] = [
  [
    'facts of one viewer',
    () =>
      accessFactsQuery(
        orm,
        others.map((userId) => ({ viewerId: 'u0', userId })),
      ).getSQL(),
  ],
  [
    'facts of one who follows nobody',
    () =>
      accessFactsQuery(
        orm,
        others.map((userId) => ({ viewerId: 'u9', userId })),
      ).getSQL(),
  ],
  [
    'facts of one user',
    () =>
      accessFactsQuery(
        orm,
        others.map((viewerId) => ({ viewerId, userId: 'u0' })),
      ).getSQL(),
  ],
  ['facts of one pair', () => accessFactsQuery(orm, [{ viewerId: 'u0', userId: 'u5000' }]).getSQL()],
  ['access summaries', () => accessSummariesOf(others)],
  ['a roster', () => rosterQuery(orm, 'u0', 5_000).getSQL()],
  ['a roster of nobody', () => rosterQuery(orm, 'v', 5_000).getSQL()],
  ['the facts of a roster', () => rosterAccessFactsQuery(orm, 'u0', 5_000).getSQL()],
  ['a page of follows', () => followingQuery(orm, 'u0', { after: 'u5', limit: 501 }).getSQL()],
  ['a page of blocks', () => blockedQuery(orm, 'u0', { after: null, limit: 501 }).getSQL()],
  ['who of some is blocked', () => pairLookupQuery(orm, pairsOf('u0', others), isBlocked).getSQL()],
  ['conversations of a user', () => conversationsQuery(orm, 'u1', 5_000).getSQL()],
  [
    'which of some conversations are a user’s',
    () => pairLookupQuery(orm, pairsOf('u1', ['k0', 'k5', 'x']), isMember).getSQL(),
  ],
  ['a write of the journal', () => journalWrite(rows)],
];

describe.each([
  ['that were gathered', [FILL, 'analyze']],
  ['that were never gathered', [FILL]],
  ['from when there was nobody', ['analyze', FILL]],
] as const)('with statistics %s, where three follow everybody', (_, statements) => {
  beforeAll(async () => {
    await empty();
    for (const statement of statements) await client.unsafe(statement);
  });

  it.each(queries)('no table is read whole for %s', async (_name, query) => {
    expect(await scannedBy(query())).toEqual([]);
  });
});
