import { describe, expect, it } from 'vitest';
import type { Figures, Reading } from './readings.js';
import { isLevel, rowsOf, slopeOf, tableOf } from './verdict.js';

const HEAP = 'node 1: heap, KiB';

/** A reading a minute with the crowd, between one before and one after. */
const readingsOf = (
  minutes: number,
  figuresAt: (minute: number) => Figures,
  {
    before = {},
    after = before,
    pidsAt = () => [1, 2] as readonly number[],
  }: {
    readonly before?: Figures;
    readonly after?: Figures;
    readonly pidsAt?: (minute: number) => readonly number[];
  } = {},
): readonly Reading[] => [
  { minute: -1, phase: 'before', pids: [1, 2], figures: before },
  ...Array.from({ length: minutes }, (_, minute) => ({
    minute: minute + 1,
    phase: 'crowd' as const,
    pids: pidsAt(minute + 1),
    figures: figuresAt(minute + 1),
  })),
  { minute: minutes + 1, phase: 'after', pids: pidsAt(minutes), figures: after },
];

const rowOf = (readings: readonly Reading[], name: string) => rowsOf(readings).find((row) => row.name === name)!;

describe('the fit', () => {
  it('is the slope of a line, whatever a few outliers are', () => {
    const points = Array.from({ length: 20 }, (_, x) => [x, x === 7 ? 1_000 : 5 + 3 * x] as const);
    expect(slopeOf(points)).toBeCloseTo(3, 1);
  });

  it('is of the second half alone: what grows while a process warms up does not count', () => {
    const warm = readingsOf(60, (minute) => ({ [HEAP]: Math.min(minute, 25) * 1_000 }));
    expect(rowOf(warm, HEAP)).toMatchObject({ growth: 0, grows: false });
  });

  it('finds a heap that grows by 3 MiB an hour beneath noise of 1 MiB', () => {
    const leaking = readingsOf(60, (minute) => ({ [HEAP]: 20_000 + minute * 52 + (minute % 2) * 1_024 }));
    expect(rowOf(leaking, HEAP)).toMatchObject({ grows: true });
    const flat = readingsOf(60, (minute) => ({ [HEAP]: 20_000 + (minute % 2) * 1_024 }));
    expect(rowOf(flat, HEAP)).toMatchObject({ grows: false });
  });

  it('is of one process: a restart is no growth', () => {
    const restarted = readingsOf(60, (minute) => ({ [HEAP]: minute < 40 ? 10_000 : 40_000 }), {
      pidsAt: (minute) => [minute < 40 ? 1 : 3, 2],
    });
    expect(rowOf(restarted, HEAP)).toMatchObject({ growth: 0, grows: false });
  });

  it('says nothing of a short run', () => {
    expect(
      rowOf(
        readingsOf(6, (minute) => ({ [HEAP]: minute * 9_000 })),
        HEAP,
      ),
    ).toMatchObject({
      growth: null,
      grows: false,
    });
  });

  it('counts a figure that is left out as 0', () => {
    const late = readingsOf(60, (minute): Figures => (minute > 50 ? { 'redis: keys record': minute * 100 } : {}));
    expect(rowOf(late, 'redis: keys record').during).toBe(0);
  });
});

describe('the level', () => {
  it('is that of before, exactly, for what belongs to people', () => {
    const name = 'redis: keys record';
    const crowd = () => ({ [name]: 100 });
    expect(isLevel(readingsOf(3, crowd, { after: { [name]: 1 } }))).toBe(false);
    expect(isLevel(readingsOf(3, crowd, { before: { [name]: 1 } }))).toBe(true);
    expect(isLevel(readingsOf(3, crowd))).toBe(true);
  });

  it('leaves what the documentation says is kept', () => {
    const kept = readingsOf(3, () => ({}), { after: { 'postgres: rows fact_log': 5_000 } });
    expect(isLevel(kept)).toBe(true);
  });
});

it('the table says what fails first, and leaves out what was never there', () => {
  const readings = readingsOf(
    60,
    (minute) => ({ 'redis: keys place': 3, [HEAP]: minute * 9_000, 'redis: keys lost': 0 }),
    {
      after: { 'redis: keys place': 1 },
    },
  );
  const [, , first, second, ...others] = tableOf(rowsOf(readings)).split('\n');
  expect([first, second].sort()).toEqual([
    expect.stringMatching(/^\| node 1: heap, KiB .* GROWS \|$/),
    expect.stringMatching(/^\| redis: keys place .* STAYS \|$/),
  ]);
  expect(others).toEqual([]);
});
