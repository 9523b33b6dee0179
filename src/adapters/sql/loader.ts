import { isUnavailable } from '../../presence/errors.js';

/** One question in so long, in ms. */
const SPACING_MS = 10;

/** Asks about any number of items. Answers are found by the item's key, and may hold more than was asked about. */
export type Load<Item, Answer> = (items: readonly Item[]) => Promise<ReadonlyMap<string, Answer>>;

interface Question<Item, Answer> {
  readonly items: readonly Item[];
  readonly resolve: (answers: ReadonlyMap<string, Answer>) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Joins what many ask at the same time into one question, so that a thousand who connect at once ask the database a few
 * times: those of one turn of the event loop, and those that come within {@link SPACING_MS} of the last question. Nothing
 * is answered from before it was asked. All who are joined get the one map of all answers. Items of one question are never divided; `max` is how many are asked about at once,
 * from several.
 *
 * Rejects with what `ask` rejects with. Whoever is joined suffers from nobody: what was refused together, other than for
 * want of the database, is asked again one by one.
 */
export const createLoader = <Item, Answer>({
  load,
  max,
}: {
  readonly load: Load<Item, Answer>;
  readonly max: number;
}): Load<Item, Answer> => {
  type Batch = Question<Item, Answer>;
  const waiting: Batch[] = [];
  let sentAt = Number.NEGATIVE_INFINITY;
  let isDue = false;

  const answerOne = ({ items, resolve, reject }: Batch): Promise<void> => load(items).then(resolve, reject);

  const answer = async (questions: readonly Batch[]): Promise<void> => {
    const [first] = questions;
    if (first && questions.length === 1) return answerOne(first);
    try {
      const answers = await load(questions.flatMap(({ items }) => items));
      for (const { resolve } of questions) resolve(answers);
    } catch (error) {
      if (isUnavailable(error)) for (const { reject } of questions) reject(error);
      else await Promise.all(questions.map(answerOne));
    }
  };

  /** Takes as many as may be asked together, and one at the least. */
  const take = (): readonly Batch[] => {
    let items = 0;
    let count = 0;
    for (const question of waiting) {
      items += question.items.length;
      if (count > 0 && items > max) break;
      count += 1;
    }
    return waiting.splice(0, count);
  };

  const send = () => {
    isDue = false;
    sentAt = performance.now();
    while (waiting.length > 0) void answer(take());
  };

  return (items) =>
    new Promise((resolve, reject) => {
      waiting.push({ items, resolve, reject });
      if (isDue) return;
      isDue = true;
      const waitMs = sentAt + SPACING_MS - performance.now();
      if (waitMs > 0) setTimeout(send, waitMs);
      else setImmediate(send);
    });
};
