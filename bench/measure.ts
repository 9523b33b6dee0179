/** From what was read in every round to medians, ratios and tables. Pure. */

/** One figure of one workload, in one round, at one server. */
export interface Reading {
  readonly figure: string;
  /** How many deliveries, connections or mutations. */
  readonly count: number;
  /** Server CPU time of one of them in µs; for memory, KiB. */
  readonly value: number;
  /** What both spent, and how long it took, in ms. */
  readonly serverMs: number;
  /** Of that, the process of the server that spent most: a worker, where it has several. */
  readonly busiestMs?: number;
  readonly clientMs: number;
  readonly wallMs: number;
}

export interface Result extends Reading {
  readonly round: number;
  readonly server: string;
  readonly workload: string;
}

export interface Spread {
  readonly min: number;
  readonly median: number;
  readonly max: number;
}

/** Least, middle and most; of an even number the middle is the mean of the two in the middle. Throws for none. */
export const spreadOf = (values: readonly number[]): Spread => {
  const sorted = [...values].sort((one, other) => one - other);
  const half = Math.floor(sorted.length / 2);
  const [min, upper, max] = [sorted[0], sorted[half], sorted.at(-1)];
  if (min === undefined || upper === undefined || max === undefined) throw new Error('There is no median of nothing.');
  return { min, median: sorted.length % 2 === 1 ? upper : (sorted[half - 1]! + upper) / 2, max };
};

/** Which readings: all rounds of one figure at one server. */
export interface Which {
  readonly workload: string;
  readonly figure: string;
  readonly server: string;
}

export const readingsOf = (results: readonly Result[], { workload, figure, server }: Which): readonly Result[] =>
  results.filter((each) => each.workload === workload && each.figure === figure && each.server === server);

/**
 * The ratios to another server, or to another figure, each within one round: what disturbs a machine for a while disturbs both.
 * Rounds in which one of the two is missing are left out.
 */
export const ratiosOf = (
  results: readonly Result[],
  which: Which,
  base: string,
  figure = which.figure,
): readonly number[] => {
  const bases = new Map(
    readingsOf(results, { ...which, server: base, figure }).map(({ round, value }) => [round, value]),
  );
  return readingsOf(results, which).flatMap(({ round, value }) => {
    const divisor = bases.get(round);
    return divisor === undefined || divisor <= 0 ? [] : [value / divisor];
  });
};

/** The same for differences, in the figure's own unit. */
export const differencesOf = (results: readonly Result[], which: Which, base: string): readonly number[] => {
  const bases = new Map(readingsOf(results, { ...which, server: base }).map(({ round, value }) => [round, value]));
  return readingsOf(results, which).flatMap(({ round, value }) => {
    const less = bases.get(round);
    return less === undefined ? [] : [value - less];
  });
};

/** A client that is busy for more of the time than this, and more than the server, held the server up. */
const BUSY = 0.85;

/** Whether the client, rather than the server, was what limited the pace in most rounds. */
export const isClientBound = (readings: readonly Result[]): boolean => {
  const bound = readings.filter(
    ({ clientMs, serverMs, wallMs }) => clientMs > serverMs && wallMs > 0 && clientMs / wallMs > BUSY,
  );
  return bound.length * 2 > readings.length;
};

/** Three digits that matter: 0.131, 1.31, 13.1, 131. */
export const short = (value: number): string => {
  const size = Math.abs(value);
  return value.toFixed(size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3);
};

export const spreadText = ({ min, median, max }: Spread): string =>
  `${short(min)} – **${short(median)}** – ${short(max)}`;

/** A table of Markdown. */
export const tableOf = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map((_, index) => (index === 0 ? '---' : '---:')), ...rows]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n');

/** Puts `text` between two markers of a page. Throws where the page lacks them. */
export const replaceBetween = (page: string, begin: string, end: string, text: string): string => {
  const from = page.indexOf(begin);
  const to = page.indexOf(end, from + begin.length);
  if (from < 0 || to < 0) throw new Error(`The page has no ${begin} … ${end}.`);
  return `${page.slice(0, from + begin.length)}\n\n${text}\n\n${page.slice(to)}`;
};
