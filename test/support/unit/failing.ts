/** Where the statements of a piece of work can fail, and what comes of the work then. */
import { expect, vi } from 'vitest';
import type { Database } from '../../../src/adapters/sql/database.js';
import { isUnavailable } from '../../../src/presence/errors.js';
import { rounds } from '../cluster/rounds.js';
import type { Failure, FailureKind, Faults } from './faults.js';
import { randomFrom } from './random.js';

/** For how long all failures of one piece of work may take on a busy machine, in ms. */
export const PATIENT_MS = 300_000;

/** A database whose statements can be made to fail. */
export interface FaultyDatabase {
  readonly db: Database;
  readonly faults: Faults;
  close(): Promise<void>;
}

/** The answer, or the refusal. */
export const outcomeOf = async <T>(
  work: Promise<T>,
): Promise<{ readonly answer: T } | { readonly refusal: unknown }> => {
  try {
    return { answer: await work };
  } catch (refusal) {
    return { refusal };
  }
};

/** The answer, also where the database is too busy for it at first. */
export const answerOf = async <T>(ask: () => Promise<T>): Promise<T> => {
  const outcome = await vi.waitFor(
    async () => {
      const outcome = await outcomeOf(ask());
      if ('refusal' in outcome && isUnavailable(outcome.refusal)) throw outcome.refusal;
      return outcome;
    },
    { timeout: 40_000 },
  );
  if ('refusal' in outcome) throw outcome.refusal;
  return outcome.answer;
};

const seed = Math.floor(Math.random() * 1e9);
const random = randomFrom(seed);

/** How many failures of one piece of work are tried in a run, about. Which ones is another choice in each run. */
const TRIED = { full: rounds(2, 8), spot: rounds(1, 8) };
/** `spot`: one alone, where another database has the full check. */
export type Check = keyof typeof TRIED;

/** That many of the list, chosen by the seed. */
const someOf = <T>(list: readonly T[], count: number): readonly T[] =>
  list
    .map((item) => ({ item, at: random() }))
    .sort((a, b) => a.at - b.at)
    .slice(0, count)
    .map(({ item }) => item);

/** Where a statement fails in that way. What takes a row from an answer, or adds one, needs one that is there. */
const rowsFor = (how: FailureKind, rows: number): readonly number[] => {
  if (how === 'cut') return [Math.min(1, rows)];
  const last = how === 'cancelled' ? rows : rows - 1;
  const all = Array.from({ length: last + 1 }, (_, i) => i);
  if (rows <= 2) return all;
  return how === 'cancelled' ? [...someOf(all.slice(0, -1), 1), last] : someOf(all, 1);
};

/**
 * Failures of those kinds that can befall the work: in each of its statements, after all numbers of rows of a short answer and
 * some of a longer one. Where they are too many, all that befall its last statement, and some others; as a spot check any one.
 */
export const failuresOf = async (
  faults: Faults,
  work: () => Promise<unknown>,
  kinds: readonly FailureKind[],
  check: Check,
): Promise<readonly Failure[]> => {
  await answerOf(() => {
    faults.startCounting();
    return work();
  });
  const answered = [...faults.answered];
  expect(answered.length).toBeGreaterThan(0);
  const failures = kinds.flatMap((how) =>
    answered.flatMap((rows, statement) => rowsFor(how, rows).map((afterRows) => ({ statement, afterRows, how }))),
  );
  const tried = TRIED[check];
  if (tried === 1) return someOf(failures, 1);
  const isLast = ({ statement }: Failure) => statement === answered.length - 1;
  const last = failures.filter(isLast);
  const others = failures.filter((failure) => !isLast(failure));
  return [...last, ...someOf(others, Math.max(0, tried - last.length))];
};

/** For the message of what does not hold. */
export const nameOf = ({ statement, afterRows, how }: Failure): string =>
  `statement ${statement}, ${how} after ${afterRows} rows (seed ${seed})`;
