/**
 * The end of a turn of the event loop: what the turn's events were gathered into is done, and then what was written meanwhile
 * is sent.
 */
type Work = () => void;

const gathered: Work[] = [];
const writes: Work[] = [];
let isDue = false;

const run = (): void => {
  for (const work of gathered.splice(0)) work();
  // What a write puts off is of the next turn.
  isDue = false;
  for (const work of writes.splice(0)) work();
};

const put = (works: Work[], work: Work): void => {
  works.push(work);
  if (isDue) return;
  isDue = true;
  setImmediate(run);
};

/** Runs `work`, which must not throw, once the events of this turn were handled. */
export const atEndOfTurn = (work: Work): void => put(gathered, work);

/** Runs `work`, which must not throw, after all that {@link atEndOfTurn} runs. */
export const afterEndOfTurn = (work: Work): void => put(writes, work);
