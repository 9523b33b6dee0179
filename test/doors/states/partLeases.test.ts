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
