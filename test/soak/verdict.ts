/** Whether figures stay flat while people come and go, and are back at their level when everybody has left. Pure. */
import type { Figures, Reading } from './readings.js';

export interface Rule {
  /** The names of the figures that it is about; the first rule that fits counts. */
  readonly about: RegExp;
  /** Grows by less than this an hour, by the fit over the second half; null: is not fitted. */
  readonly growth: { readonly least: number; readonly share: number } | null;
  /** How far above the level of before it may be afterwards; null: stays. */
  readonly above: number | null;
  /** Why it is not fitted, or stays. */
  readonly because?: string;
}

/** What follows the number of people who are there, which varies by chance. */
const WITH_THE_CROWD = { least: 12, share: 0.25 };
const MIB = 1_024;

/** docs/performance.md has these as a table. */
export const RULES: readonly Rule[] = [
  { about: /: heap, KiB$/, growth: { least: 2 * MIB, share: 0.1 }, above: 12 * MIB },
  {
    about: /: compiled code, KiB$/,
    growth: { least: 4 * MIB, share: 0.25 },
    above: null,
    because: 'V8 compiles what was called often enough, for hours',
  },
  { about: /: external, KiB$/, growth: { least: 2 * MIB, share: 0.1 }, above: 4 * MIB },
  {
    about: /: resident, KiB$/,
    growth: { least: 16 * MIB, share: 0.1 },
    above: null,
    because: 'V8 keeps room that it once needed',
  },
  { about: /: (?:files|handles)$/, growth: WITH_THE_CROWD, above: 24, because: 'pools of connections' },
  { about: /: timers$/, growth: WITH_THE_CROWD, above: 24, because: 'pools of connections' },
  { about: /: sockets to (?:postgres|others)$/, growth: WITH_THE_CROWD, above: 12, because: 'pools of connections' },
  { about: /: sockets to /, growth: WITH_THE_CROWD, above: 0 },
  { about: /^node .*: failed calls$/, growth: { least: 1, share: 0 }, above: 0 },
  { about: /^node /, growth: WITH_THE_CROWD, above: 0 },
  { about: /^redis: memory, KiB$/, growth: { least: MIB, share: 0.1 }, above: MIB },
  { about: /^redis: (?:clients|scripts)$/, growth: { least: 4, share: 0.25 }, above: 20, because: 'scripts are kept' },
  { about: /^redis: /, growth: WITH_THE_CROWD, above: 0 },
  { about: /^postgres: connections$/, growth: { least: 4, share: 0 }, above: 20, because: 'pools of 10 a node' },
  { about: /^postgres: size, KiB$/, growth: null, above: null, because: 'vacuum leaves room in files' },
  { about: /^postgres: rows (?:fact_log|social_log)$/, growth: null, above: null, because: 'kept for an hour' },
  {
    about: /^postgres: rows (?:users|presence_journal|presence_history_heads|inboxes|counts)$/,
    growth: WITH_THE_CROWD,
    above: null,
    because: 'one of each user or object',
  },
  {
    about: /^postgres: rows (?:follows|blocks|mutes|circles|circle_members|conversations|conversation_members)$/,
    growth: null,
    above: null,
    because: 'what people and the host chose',
  },
  { about: /^postgres: /, growth: { least: 50, share: 0.25 }, above: 0 },
];

/** The median of the slopes between every two points (Theil and Sen): single outliers move it little. Of x and y. */
export const slopeOf = (points: readonly (readonly [number, number])[]): number => {
  const slopes = points.flatMap(([x, y], at) =>
    points.slice(at + 1).flatMap(([otherX, otherY]) => (otherX === x ? [] : [(otherY - y) / (otherX - x)])),
  );
  return medianOf(slopes);
};

const medianOf = (values: readonly number[]): number => {
  const sorted = values.toSorted((one, other) => one - other);
  const middle = sorted.length / 2;
  if (sorted.length === 0) return 0;
  return (sorted[Math.floor(middle)]! + sorted[Math.ceil(middle) - 1]!) / 2;
};

/** With fewer readings in the second half, or over fewer minutes, a fit says nothing. */
const LEAST_READINGS = 8;
const LEAST_MINUTES = 8;

export interface Row {
  readonly name: string;
  readonly before: number;
  /** The median of the second half. */
  readonly during: number;
  readonly after: number;
  /** An hour; null: too few readings of one process. */
  readonly growth: number | null;
  /** The most that it may grow an hour; null: it is not fitted. */
  readonly bound: number | null;
  readonly grows: boolean;
  readonly stays: boolean;
  readonly because: string;
}

const ruleOf = (name: string): Rule => RULES.find(({ about }) => about.test(name))!;

const isOfNode = (name: string, index: number): boolean => name.startsWith(`node ${index + 1}:`);

/** The readings of the second half, of the processes that are there at its end. */
const secondHalf = (readings: readonly Reading[], name: string): readonly Reading[] => {
  const crowd = readings.filter(({ phase }) => phase === 'crowd');
  const last = crowd.at(-1);
  if (!last) return [];
  return crowd.filter(
    ({ minute, pids }) =>
      minute >= last.minute / 2 && pids.every((pid, index) => pid === last.pids[index] || !isOfNode(name, index)),
  );
};

const latest = (readings: readonly Reading[], phase: Reading['phase']): Figures =>
  readings.findLast((reading) => reading.phase === phase)?.figures ?? {};

/** What each figure did. A figure that is left out of a reading was 0. */
export const rowsOf = (readings: readonly Reading[]): readonly Row[] => {
  const names = [...new Set(readings.flatMap(({ figures }) => Object.keys(figures)))];
  const [before, after] = [latest(readings, 'before'), latest(readings, 'after')];
  return names.map((name) => {
    const { growth: limit, above, because = '' } = ruleOf(name);
    const half = secondHalf(readings, name);
    const points = half.map(({ minute, figures }) => [minute, figures[name] ?? 0] as const);
    const minutes = (points.at(-1)?.[0] ?? 0) - (points[0]?.[0] ?? 0);
    const during = medianOf(points.map(([, value]) => value));
    const growth = points.length >= LEAST_READINGS && minutes >= LEAST_MINUTES ? slopeOf(points) * 60 : null;
    const bound = limit && Math.max(limit.least, limit.share * during);
    const [first, end] = [before[name] ?? 0, after[name] ?? 0];
    return {
      name,
      before: first,
      during,
      after: end,
      growth,
      bound,
      grows: growth !== null && bound !== null && growth >= bound,
      stays: above !== null && end > first + above,
      because,
    };
  });
};

/** Whether everything is back at its level. */
export const isLevel = (readings: readonly Reading[]): boolean => rowsOf(readings).every(({ stays }) => !stays);

const text = (value: number): string =>
  Number.isInteger(value) || Math.abs(value) >= 100 ? value.toFixed(0) : value.toFixed(1);

const wordOf = ({ grows, stays, growth, bound }: Row): string => {
  if (grows) return stays ? 'GROWS, STAYS' : 'GROWS';
  if (stays) return 'STAYS';
  return bound === null || growth === null ? 'not fitted' : 'flat';
};

/** The rows as a table of Markdown, what fails first. Rows of nothing but zeros are left out. */
export const tableOf = (rows: readonly Row[]): string => {
  const shown = rows.filter(({ before, during, after }) => before + during + after !== 0);
  const sorted = shown.toSorted((one, other) => Number(other.grows || other.stays) - Number(one.grows || one.stays));
  return [
    '| figure | before | with the crowd | growth an hour | bound | afterwards | |',
    '| --- | ---: | ---: | ---: | ---: | ---: | --- |',
    ...sorted.map((row) => {
      const { name, before, during, after, growth, bound, because } = row;
      const cells = [
        name,
        text(before),
        text(during),
        growth === null ? '–' : text(growth),
        bound === null ? '–' : text(bound),
        text(after),
        because === '' ? wordOf(row) : `${wordOf(row)}; ${because}`,
      ];
      return `| ${cells.join(' | ')} |`;
    }),
  ].join('\n');
};
