import { expect, it } from 'vitest';
import { createFailedEvents } from '../../../src/doors/webhook/failedEvents.js';

it('counts the failures of each event until it is told', () => {
  const failed = createFailedEvents();
  failed.add([1, 2]);
  failed.add([2, 3]);
  expect([1, 2, 3, 4].map(failed.timesOf)).toEqual([1, 2, 1, 0]);
  failed.forget([2, 4]);
  expect([1, 2, 3].map(failed.timesOf)).toEqual([1, 0, 1]);
});

it('forgets the event whose last failure is the oldest where there are too many', () => {
  const failed = createFailedEvents({ max: 3 });
  failed.add([1, 2, 3]);
  failed.add([1]);
  failed.add([4]);
  expect([1, 2, 3, 4].map(failed.timesOf)).toEqual([2, 0, 1, 1]);
});
