/**
 * Joins the reads of one moment into one query, so that a thousand clients who connect at once cost the database a few
 * queries: the calls of one turn of the event loop, those within {@link SPACING_MS} of the last query, and those until its answer and
 * for twice as long again, for {@link PATIENCE_MS} at most: a process that was just started, a database that is busy, and one that works in this
 * thread get fewer and larger queries instead of more. A call on its own goes out at once. Nothing is answered from before the call.
 *
 * Why not `dataloader`: it batches single keys and resolves a promise for each, where one call here has up to 5,000 items
 * whose answers must come from one statement; its `maxBatchSize` would divide a call. With whole calls as its keys it
 * could bound the number of calls but not of items, and none of its batches resolves before all of it has: what it would
 * replace is the list of waiting calls, and the spacing, the bound and the retries would stay.
 */
import { isUnavailable } from '../../presence/errors.js';

/** The least time between two queries that join calls, in ms. */
const SPACING_MS = 10;
/** From query to query, of the time that the last answer took: a third of the time is spent on queries, each of which costs by itself. */
const SHARE = 3;
/** For how long a query holds up the next one, in ms. */
const PATIENCE_MS = 50;

/**
 * Loads the answers for any number of items, by the key of the item. The map may hold the answers of other calls too: all
 * calls that share a query get the same map.
 */
export type Load<Item, Answer> = (items: readonly Item[]) => Promise<ReadonlyMap<string, Answer>>;

interface Call<Item, Answer> {
  readonly items: readonly Item[];
  readonly resolve: (answers: ReadonlyMap<string, Answer>) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Returns `load`, batched. The items of one call are never divided; `max` bounds the items of several calls that share a
 * query.
 *
 * Rejects with what `load` rejects with. Calls do not suffer from each other: when a shared query fails, except with
 * UNAVAILABLE, each call is loaded again by itself.
 */
export const createLoader = <Item, Answer>({
  load,
  max,
}: {
  readonly load: Load<Item, Answer>;
  readonly max: number;
}): Load<Item, Answer> => {
  type Calls = readonly Call<Item, Answer>[];
  const waiting: Call<Item, Answer>[] = [];
  let sentAt = Number.NEGATIVE_INFINITY;
  let isScheduled = false;
  /** Queries without an answer. */
  let underWay = 0;
  /** How long the answer took that came last. */
  let tookMs = 0;
  let timer: NodeJS.Timeout | undefined;

  const loadOne = ({ items, resolve, reject }: Call<Item, Answer>): Promise<void> => load(items).then(resolve, reject);

  const loadTogether = async (calls: Calls): Promise<void> => {
    const [first] = calls;
    if (first && calls.length === 1) return loadOne(first);
    try {
      const answers = await load(calls.flatMap(({ items }) => items));
      for (const { resolve } of calls) resolve(answers);
    } catch (error) {
      if (isUnavailable(error)) for (const { reject } of calls) reject(error);
      else await Promise.all(calls.map(loadOne));
    }
  };

  /** Takes as many calls as may share a query, at least one. */
  const take = (): Calls => {
    let items = 0;
    let count = 0;
    for (const call of waiting) {
      items += call.items.length;
      if (count > 0 && items > max) break;
      count += 1;
    }
    return waiting.splice(0, count);
  };

  const send = () => {
    isScheduled = false;
    timer = undefined;
    sentAt = performance.now();
    while (waiting.length > 0) {
      underWay += 1;
      const askedAt = sentAt;
      void loadTogether(take()).finally(() => answered(performance.now() - askedAt));
    }
  };

  /** Has `send` run when it may. */
  const schedule = () => {
    const spacingMs = underWay > 0 ? PATIENCE_MS : Math.min(Math.max(SPACING_MS, SHARE * tookMs), PATIENCE_MS);
    const waitMs = sentAt + spacingMs - performance.now();
    if (waitMs > 0) timer = setTimeout(send, waitMs);
    else setImmediate(send);
  };

  const answered = (ms: number) => {
    underWay -= 1;
    tookMs = ms;
    if (underWay > 0 || timer === undefined || !isScheduled) return;
    clearTimeout(timer);
    timer = undefined;
    schedule();
  };

  return (items) =>
    new Promise((resolve, reject) => {
      waiting.push({ items, resolve, reject });
      if (isScheduled) return;
      isScheduled = true;
      schedule();
    });
};
