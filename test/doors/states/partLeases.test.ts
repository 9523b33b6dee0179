import { expect, it, onTestFinished, vi } from 'vitest';
import { PART_TIMINGS, startPartLeases } from '../../../src/doors/states/partLeases.js';
import type { StateMarks } from '../../../src/presence/ports/stateMarks.js';
import { createFakeToldLive } from '../../support/unit/stateSenders.js';
import { waitFor } from '../../support/unit/waitFor.js';

/** Marks in many parts, all of which are to be told anew; `markLive` of a part ends when the test says so. */
const createManyParts = () => {
  const begun: (() => void)[] = [];
  const unused = () => Promise.reject(new Error('Not asked here.'));
  const marks = {
    parts: 8,
    partOf: () => 0,
    renew: async () => ({ holds: true, anew: true, marked: 0, oldestMs: 0 }),
    release: async () => {},
    markLive: vi.fn(() => new Promise<void>((resolve) => begun.push(resolve))),
    mark: vi.fn(unused),
    markBehind: vi.fn(async () => {}),
    toldAnew: vi.fn(async () => {}),
    take: unused,
    told: unused,
    postpone: unused,
    markedAmong: unused,
  } satisfies StateMarks;
  return { marks, begun };
};

it('marks who is live one part after another, and whom the consumer was told to be live behind changes', async () => {
  const { marks, begun } = createManyParts();
  const toldLive = createFakeToldLive();
  toldLive.users.add('ana');
  const onError = vi.fn();
  const leases = startPartLeases({
    consumer: 'webhook',
    marks,
    toldLive: toldLive.port,
    onError,
    onLost: () => {},
    onAnew: () => {},
    timings: PART_TIMINGS,
  });
  onTestFinished(() => leases.stop());
  for (let part = 1; part <= marks.parts; part += 1) {
    await waitFor(() => expect(begun.length).toBeGreaterThanOrEqual(part));
    expect(begun).toHaveLength(part);
    begun[part - 1]!();
  }
  await waitFor(() => expect(marks.toldAnew).toHaveBeenCalledTimes(marks.parts));
  expect(marks.markBehind.mock.calls).toEqual([['webhook', ['ana']]]);
  expect(marks.mark).not.toHaveBeenCalled();
  expect(onError).not.toHaveBeenCalled();
});

/** Parts that are to be told anew, over a clock of the test's own. */
const startAnew = ({ holds = true } = {}) => {
  const { marks } = createManyParts();
  const renew = vi.fn(async () => ({ holds, anew: true, marked: 0, oldestMs: 0 }));
  const markLive = vi.fn(async () => {});
  const page = vi.fn(async (): Promise<readonly string[]> => Promise.reject(new Error('The database is away.')));
  const clock = { now: 0 };
  const leases = startPartLeases({
    consumer: 'webhook',
    marks: { ...marks, renew, markLive },
    toldLive: { page },
    onError: () => {},
    onLost: () => {},
    onAnew: () => {},
    timings: { ...PART_TIMINGS, renewEveryMs: 1 },
    now: () => clock.now,
    chance: () => 1,
  });
  onTestFinished(() => leases.stop());
  const renewals = async (times: number) => {
    const until = renew.mock.calls.length + times * marks.parts;
    await waitFor(() => expect(renew.mock.calls.length).toBeGreaterThanOrEqual(until));
  };
  return { marks, markLive, page, clock, renewals };
};

it('waits longer each time before it marks everybody once more, while it cannot be read who was told to be live', async () => {
  const { marks, markLive, page, clock, renewals } = startAnew();
  for (const [i, waitMs] of [5_000, 10_000, 20_000, 40_000, 60_000, 60_000].entries()) {
    await waitFor(() => expect(page).toHaveBeenCalledTimes(i + 1));
    await renewals(3);
    clock.now += waitMs - 1;
    await renewals(3);
    expect([markLive.mock.calls.length, page.mock.calls.length]).toEqual([(i + 1) * marks.parts, i + 1]);
    clock.now += 1;
  }
  await waitFor(() => expect(page).toHaveBeenCalledTimes(7));
  expect(marks.toldAnew).not.toHaveBeenCalled();
  page.mockImplementation(async () => []);
  clock.now += 60_000;
  await waitFor(() => expect(marks.toldAnew).toHaveBeenCalled());
  // The next failure is the first one again.
  page.mockImplementation(async () => Promise.reject(new Error('The database is away.')));
  const before = page.mock.calls.length;
  await waitFor(() => expect(page.mock.calls.length).toBeGreaterThan(before));
  clock.now += 5_000;
  await waitFor(() => expect(page.mock.calls.length).toBeGreaterThan(before + 1));
});

it('reads who was told to be live for parts that it sends alone', async () => {
  const { markLive, page, renewals } = startAnew({ holds: false });
  await renewals(3);
  expect(markLive).not.toHaveBeenCalled();
  expect(page).not.toHaveBeenCalled();
});
