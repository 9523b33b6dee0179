import { drizzle } from 'drizzle-orm/pg-proxy';
import { beforeEach, expect, it } from 'vitest';
import { isBlocked } from '../../../src/adapters/sql/accessFacts.js';
import type { Database } from '../../../src/adapters/sql/database.js';
import { createPairLookup } from '../../../src/adapters/sql/pairLookup.js';

type Row = readonly [one: string, other: string, holds: boolean];

/** The number of pairs of each query. */
let asked: number[];
let answer: (rows: readonly Row[]) => readonly Row[];

/** A database in which the condition holds of equal ids. */
const orm = drizzle(async (_statement, params) => {
  const [ones, others] = params.map((list) => String(list).match(/\w+/g) ?? []);
  const rows = (ones ?? []).map((one, i): Row => [one, others?.[i] ?? '', one === others?.[i]]);
  asked.push(rows.length);
  return { rows: answer(rows) as unknown as unknown[] };
});
const db: Database = { run: (work) => work(orm) };

beforeEach(() => {
  asked = [];
  answer = (rows) => rows;
});

it('joins lookups of the same moment into one query, each pair once', async () => {
  const held = createPairLookup({ db, condition: isBlocked });
  const viewers = Array.from({ length: 1_000 }, (_, i) => `v${i % 500}`);
  const answers = await Promise.all(viewers.map((viewer) => held(viewer, ['v7', 'v8'])));
  expect(asked).toEqual([1_000]);
  expect(answers[7]).toEqual(new Set(['v7']));
  expect(answers[9]).toEqual(new Set());
});

it('sends a query also for an empty list', async () => {
  const held = createPairLookup({ db, condition: isBlocked });
  expect(await held('a', [])).toEqual(new Set());
  expect(asked).toEqual([0]);
});

it('rejects a truncated result instead of taking it for a no', async () => {
  const held = createPairLookup({ db, condition: isBlocked });
  answer = (rows) => rows.slice(0, -1);
  await expect(held('a', ['a', 'b'])).rejects.toThrow();
});
