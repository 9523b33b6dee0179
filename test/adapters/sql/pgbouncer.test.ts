import { sql } from 'drizzle-orm';
import postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openPostgres } from '../../../src/adapters/sql/postgres.js';
import { describeHistory } from '../../contract/history.js';
import { describeJournal } from '../../contract/journal.js';
import { describePeople } from '../../contract/people.js';
import { createTestDatabase, type TestDatabase } from '../../support/cluster/database.js';
import { startPgBouncer, type TestPgBouncer } from '../../support/cluster/pgbouncer.js';
import { rounds } from '../../support/cluster/rounds.js';

/** Opens the database, with what the operator is told of it. */
const open = async (url: string) => {
  const advice: string[] = [];
  const database = await openPostgres({ url, onAdvice: (text) => advice.push(text) });
  return { ...database, advice };
};

describe.each(['session', 'transaction'])('behind a PgBouncer that pools by %s', (mode) => {
  let own: TestDatabase;
  const asOwner = async (statement: string) => {
    const client = postgres(own.url, { max: 1, onnotice: () => {} });
    await client.unsafe(statement);
    await client.end();
  };
  const startPooler = (settings = {}) =>
    startPgBouncer(own.url, {
      pool_mode: mode,
      default_pool_size: '12',
      max_client_conn: '100',
      ...settings,
    });
  let pooler: TestPgBouncer;
  beforeAll(async () => {
    own = await createTestDatabase();
    pooler = await startPooler();
  });
  afterAll(async () => {
    await pooler.stop();
    await own.drop();
  });

  it('nodes that start one after the other, and at once, find the database migrated', async () => {
    const first = await open(pooler.url);
    // Nothing of the first is left that the others would wait for.
    const others = await Promise.all([open(pooler.url), open(pooler.url)]);
    for (const { ping, close } of [first, ...others]) {
      await ping();
      await close();
    }
  });

  it('the settings that it keeps from the server are named, with the statement that sets them for good', async () => {
    const refusing = await open(pooler.url);
    await refusing.close();
    const silent = await startPooler({
      ignore_startup_parameters: 'statement_timeout,idle_in_transaction_session_timeout,jit,enable_seqscan',
    });
    const ignoring = await open(silent.url);
    await ignoring.close();
    await silent.stop();
    expect(refusing.advice).toHaveLength(1);
    expect(ignoring.advice).toEqual(refusing.advice);
    const statement = refusing.advice[0]?.match(/"(alter role .*)"/)?.[1] ?? '';
    expect(statement).toContain(
      `alter role rollcall in database ${new URL(own.url).pathname.slice(1)} set statement_timeout = '1500'`,
    );

    await asOwner(statement);
    // The connections that the first pooler has open were made before.
    const reconnected = await startPooler();
    const { advice, db, close } = await open(reconnected.url);
    expect(advice).toEqual([]);
    await expect(db.run((orm) => orm.execute(sql`select pg_sleep(10)`))).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await close();
    await reconnected.stop();
  });

  // What holds where each transaction may have another connection holds where a session keeps its own.
  for (const describeRows of rounds(mode === 'transaction', true)
    ? [describePeople, describeJournal, describeHistory]
    : []) {
    describeRows(`PgBouncer, by ${mode}`, () => open(pooler.url));
  }
});
