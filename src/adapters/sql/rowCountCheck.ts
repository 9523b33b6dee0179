/** Checks that postgres.js returns as many rows as the server says it sent. */
import type { Sql, TransactionSql } from 'postgres';
import { RowMismatch } from './rowsByKey.js';

interface Result extends ReadonlyArray<unknown> {
  readonly count: number | null;
  /** Missing or empty for a statement that returns no rows: its `count` is of the rows written. */
  readonly columns?: readonly unknown[] | undefined;
}

const checked = (result: Result): Result => {
  if (result.columns !== undefined && result.columns.length > 0 && result.length !== result.count)
    throw new RowMismatch();
  return result;
};

/** Stays lazy: postgres.js sends a statement only when somebody awaits it. */
const checkedWhenAwaited = (statement: PromiseLike<Result>): PromiseLike<Result> => ({
  // biome-ignore lint/suspicious/noThenProperty: the object is awaited in place of the statement.
  then: (fulfilled, rejected) => statement.then(checked).then(fulfilled, rejected),
});

/** The same client for drizzle; a result with more or fewer rows than the server counted rejects with {@link RowMismatch}. */
export const withRowCountCheck = <Client extends Sql | TransactionSql>(client: Client): Client =>
  new Proxy(client, {
    get(target, name) {
      if (name === 'unsafe') {
        return (...args: Parameters<Sql['unsafe']>) => {
          const statement = target.unsafe(...args);
          return { ...checkedWhenAwaited(statement), values: () => checkedWhenAwaited(statement.values()) };
        };
      }
      if (name === 'begin' && 'begin' in target) {
        return (work: (tx: TransactionSql) => unknown) => target.begin((tx) => work(withRowCountCheck(tx)));
      }
      return Reflect.get(target, name, target);
    },
  });
