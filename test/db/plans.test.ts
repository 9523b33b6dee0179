import { type SQL, sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/postgres-js';
import postgres from 'postgres';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createMemoryBus } from '../../src/bus/memory.js';
import { openDatabase } from '../../src/db/client.js';
import { createDatabase, type Database, type Orm } from '../../src/db/database.js';
import { factsQuery } from '../../src/db/facts.js';
import { startFactFeed } from '../../src/db/factFeed.js';
import { factLogQuery, readFactLog } from '../../src/db/factLog.js';
import { createJournal, journalWrite } from '../../src/db/journal.js';
import { rosterQuery } from '../../src/db/relations.js';
import type { DurablePresence } from '../../src/presence/types.js';
import { startPostgres } from '../support/postgres.js';

let server: Awaited<ReturnType<typeof startPostgres>>;
let client: postgres.Sql;
let orm: Orm;
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
    sql`insert into fact_log (format, change)
      select 1, '{"kind":"relation","users":["a","b"],"narrows":false}' from generate_series(1, 50000)`,
    sql`vacuum analyze`,
  ];
  for (const filler of fillers) await orm.execute(filler);
};

interface Plan {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly Plans?: readonly Plan[];
}

const nodesOf = (plan: Plan): readonly Plan[] => [plan, ...(plan.Plans ?? []).flatMap(nodesOf)];

/** How each table is read, as `Node Type of table`. */
const scansOf = async (query: SQL): Promise<readonly string[]> => {
  const rows = await client.unsafe(`explain (format json) ${await inlined(query)}`);
  const [{ Plan }] = rows[0]?.['QUERY PLAN'] as [{ Plan: Plan }];
  return nodesOf(Plan).flatMap((node) =>
    node['Relation Name'] ? [`${node['Node Type']} of ${node['Relation Name']}`] : [],
  );
};
