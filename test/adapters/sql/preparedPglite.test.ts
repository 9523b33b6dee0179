import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/pglite';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { withPrepared } from '../../../src/adapters/sql/preparedPglite.js';
import { removeFolder } from '../../support/cluster/folders.js';

let folder: string;
let pglite: PGlite;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rollcall-prepared-'));
  pglite = await PGlite.create({ dataDir: folder });
});
// Each test has a client of its own, which names statements anew.
beforeEach(async () => {
  await pglite.exec('deallocate all');
});
afterAll(async () => {
  await pglite.close();
  await removeFolder(folder);
});

const preparedTexts = async (): Promise<readonly string[]> => {
  const { rows } = await pglite.query<{ statement: string }>('select statement from pg_prepared_statements');
  return rows.map(({ statement }) => statement);
};

/** Asks until the text is prepared. */
const askOften = async (client: Pick<PGlite, 'query'>, text: string, parameters: unknown[]): Promise<void> => {
  await vi.waitFor(
    async () => {
      await client.query(text, parameters);
      expect((await preparedTexts()).some((statement) => statement.includes(text))).toBe(true);
    },
    { timeout: 30_000, interval: 10 },
  );
  // The statement is used as soon as whoever prepared it knows.
  await pglite.query('select 1');
};

describe('a statement that is asked often', () => {
  it('is prepared, once', async () => {
    const client = withPrepared(pglite);
    const text = 'select $1::int + 1 as next';
    await askOften(client, text, [1]);
    const answers = await Promise.all([41, 6, null].map((value) => client.query<{ next: number }>(text, [value])));
    expect(answers.map(({ rows }) => rows)).toEqual([[{ next: 42 }], [{ next: 7 }], [{ next: null }]]);
    expect((await preparedTexts()).filter((statement) => statement.includes(text))).toHaveLength(1);
    const { rows } = await pglite.query<{ plans: number }>(
      `select (generic_plans + custom_plans)::int as plans from pg_prepared_statements where statement like '%+ 1 as next%'`,
    );
    expect(rows[0]!.plans).toBeGreaterThanOrEqual(3);
  });

  it('takes every text as it is', async () => {
    const client = withPrepared(pglite);
    const text = 'select $1::text as one, $2::text[] as many';
    await askOften(client, text, ['a', '{b}']);
    const array = (texts: readonly string[]) =>
      `{${texts.map((each) => `"${each.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`).join(',')}}`;
    const word = fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.stringMatching(/^['"\\$;{}(),\- ]{0,20}$/),
      fc.constantFrom(`'); drop table users; --`, `\\'`, `''`, '$1', '\n\t'),
    );
    await fc.assert(
      fc.asyncProperty(word, fc.array(word, { maxLength: 5 }), async (one, many) => {
        fc.pre(![one, ...many].some((each) => each.includes('\0')));
        const { rows } = await client.query(text, [one, array(many)]);
        expect(rows).toEqual([{ one, many }]);
      }),
      { numRuns: 300 },
    );
  });

  it('takes numbers, nothing, and what PGlite serializes by its type', async () => {
    const client = withPrepared(pglite);
    const text = 'select $1::bigint as id, $2::jsonb as json, $3::boolean as yes';
    await askOften(client, text, [1, null, null]);
    const { rows } = await client.query(text, [-5n, { a: [1] }, true]);
    expect(rows).toEqual([{ id: -5, json: { a: [1] }, yes: true }]);
    expect((await client.query(text, [2 ** 40, undefined, null])).rows).toEqual([
      { id: 2 ** 40, json: null, yes: null },
    ]);
  });

  it('works inside of transactions, and fails as others do', async () => {
    const client = withPrepared(pglite);
    await pglite.exec('create table marks (id int primary key)');
    const orm = drizzle({ client: client as PGlite });
    const put = (id: number) => sql`insert into marks values (${id})`;
    for (let id = 1; id <= 6; id += 1) await orm.transaction((tx) => tx.execute(put(id)));
    await vi.waitFor(async () =>
      expect(await preparedTexts()).toContainEqual(expect.stringContaining('insert into marks')),
    );
    await pglite.query('select 1');
    await orm.transaction((tx) => tx.execute(put(7)));
    await expect(orm.transaction((tx) => tx.execute(put(7)))).rejects.toMatchObject({ cause: { code: '23505' } });
    await expect(
      orm.transaction(async (tx) => {
        await tx.execute(put(8));
        throw new Error('never mind');
      }),
    ).rejects.toThrow('never mind');
    const { affectedRows } = await client.query('insert into marks values ($1)', [9]);
    expect(affectedRows).toBe(1);
    expect(
      (await pglite.query('select id from marks order by id')).rows.map((row) => (row as { id: number }).id),
    ).toEqual([1, 2, 3, 4, 5, 6, 7, 9]);
  });

  it('may be what cannot be prepared', async () => {
    const client = withPrepared(pglite);
    for (let i = 0; i < 8; i += 1) {
      await client.transaction(async (tx) => {
        await tx.query('set local statement_timeout = 0');
        await tx.query('savepoint one');
        expect((await tx.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
      });
      await expect(client.query('select * from nowhere')).rejects.toMatchObject({ code: '42P01' });
    }
  });

  it('fails as others do for a text that PostgreSQL cannot hold', async () => {
    const client = withPrepared(pglite);
    const text = 'select $1::text as held';
    await askOften(client, text, ['a']);
    for (const value of ['a\0b', '\0', "'); drop table marks; --\0", 'é\udc00', 'ééé\udc00\udc00']) {
      // Not 08P01, which would pass for a database that is away.
      await expect(client.query(text, [value])).rejects.toMatchObject({ code: '22021' });
      expect((await client.query(text, ['😀'])).rows).toEqual([{ held: '😀' }]);
    }
  });

  it('takes no place of others where it cannot be prepared', async () => {
    const client = withPrepared(pglite);
    for (let i = 0; i < 210; i += 1) {
      for (let times = 0; times < 6; times += 1) await client.query(`set statement_timeout = ${i}`);
    }
    await client.query('set statement_timeout = 0');
    await askOften(client, 'select $1::int + 2 as sum', [1]);
  });

  it('is one of 200 at most', async () => {
    const client = withPrepared(pglite);
    for (let i = 0; i < 210; i += 1) {
      for (let times = 0; times < 6; times += 1) await client.query(`select ${i} as number`);
    }
    await pglite.query('select 1');
    expect(await preparedTexts()).toHaveLength(200);
    expect((await client.query('select 205 as number')).rows).toEqual([{ number: 205 }]);
  });
});
