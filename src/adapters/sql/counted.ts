/** Answers of postgres.js are as long as the server says that they are. */
import type { Sql, TransactionSql } from 'postgres';
import { WrongAnswer } from './answers.js';

interface Answer extends ReadonlyArray<unknown> {
  readonly count: number | null;
  /** None where a statement has no rows to show, and counts those that it wrote. */
  readonly columns?: readonly unknown[] | undefined;
}

const checked = (answer: Answer): Answer => {
  if (answer.columns !== undefined && answer.columns.length > 0 && answer.length !== answer.count)
    throw new WrongAnswer();
  return answer;
};

/** postgres.js sends a statement when somebody waits for it. */
const counted = (statement: PromiseLike<Answer>): PromiseLike<Answer> => ({
  // biome-ignore lint/suspicious/noThenProperty: it is one who waits.
  then: (fulfilled, rejected) => statement.then(checked).then(fulfilled, rejected),
});

/** The same client, for drizzle: an answer that has not as many rows as the server counted is a {@link WrongAnswer}. */
export const countedClient = <Client extends Sql | TransactionSql>(client: Client): Client =>
  new Proxy(client, {
    get(target, name) {
      if (name === 'unsafe') {
        return (...args: Parameters<Sql['unsafe']>) => {
          const statement = target.unsafe(...args);
          return { ...counted(statement), values: () => counted(statement.values()) };
        };
      }
      if (name === 'begin' && 'begin' in target) {
        return (work: (tx: TransactionSql) => unknown) => target.begin((tx) => work(countedClient(tx)));
      }
      return Reflect.get(target, name, target);
    },
  });
