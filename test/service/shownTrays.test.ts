/** Marks of the sessions on which a tray is shown. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { notFound, PresenceError, unavailable } from '../../src/presence/errors.js';
import { createShownTrays } from '../../src/service/shownTrays.js';
import { fakeWaits } from '../support/unit/fakeWaits.js';

let waitReally: () => void;
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  waitReally = fakeWaits();
});
afterEach(() => {
  waitReally();
  vi.useRealTimers();
});
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

const setUp = () => {
  const marks: string[] = [];
  const state: { failure: Error | undefined; hold: Promise<void> | undefined } = {
    failure: undefined,
    hold: undefined,
  };
  /** Of the user, at this moment. */
  let allowance = Number.POSITIVE_INFINITY;
  const errors: unknown[] = [];
  const shown = createShownTrays({
    places: {
      async setTray({ viewer, connectionId }, tray) {
        await state.hold;
        if (state.failure) throw state.failure;
        marks.push(`${tray ? '+' : '-'}${viewer.userId}/${connectionId}`);
        return true;
      },
    },
    rateLimits: {
      async take(kind, userId) {
        expect([kind, userId]).toEqual(['tray', 'ada']);
        if (allowance === 0) throw new PresenceError('RATE_LIMITED', 'Too often.', { retryAfterMs: 5_000 });
        allowance -= 1;
      },
    },
    onError: (error) => errors.push(error),
  });
  const allow = (count: number) => {
    allowance = count;
  };
  return { shown, marks, state, errors, allow };
};

it('are one a connection, however many subscriptions there are', async () => {
  const { shown, marks } = setUp();
  shown.opened('ada', '1');
  shown.opened('ada', '1');
  shown.opened('ada', '2');
  await pass(0);
  shown.closed('ada', '1');
  await pass(0);
  expect(marks).toEqual(['+ada/1', '+ada/2']);
  shown.closed('ada', '1');
  shown.closed('ada', '2');
  await pass(0);
  expect(marks).toEqual(['+ada/1', '+ada/2', '-ada/1', '-ada/2']);
  expect(shown.size).toBe(0);
});

it('follow the last state, where it changed while one was on its way', async () => {
  const { shown, marks, state } = setUp();
  let release = () => {};
  state.hold = new Promise((resolve) => {
    release = resolve;
  });
  shown.opened('ada', '1');
  shown.closed('ada', '1');
  shown.opened('ada', '1');
  shown.closed('ada', '1');
  await pass(0);
  release();
  await pass(0);
  expect(marks.at(-1)).toBe('-ada/1');
  expect(marks.length).toBeLessThanOrEqual(2);
  expect(shown.size).toBe(0);
});

it('are tried again while the store is unavailable, ever more rarely, also where the tray is no longer shown', async () => {
  const { shown, marks, state, errors } = setUp();
  state.failure = unavailable('away');
  shown.opened('ada', '1');
  await pass(8_000);
  expect(errors).toHaveLength(4);
  state.failure = undefined;
  await pass(8_000);
  expect(marks).toEqual(['+ada/1']);
  state.failure = unavailable('away');
  shown.closed('ada', '1');
  await pass(5_000);
  state.failure = undefined;
  await pass(30_000);
  expect(marks).toEqual(['+ada/1', '-ada/1']);
  expect(shown.size).toBe(0);
});

it('of a user who is deleted are given up', async () => {
  const { shown, state, errors } = setUp();
  state.failure = notFound('There is no such user.');
  shown.opened('ada', '1');
  await pass(5_000);
  expect(errors).toHaveLength(1);
  state.failure = undefined;
  shown.closed('ada', '1');
  await pass(0);
  expect(shown.size).toBe(0);
});

it('are as many as the allowance of the user, then later, as the session then is, and nobody hears of it', async () => {
  const { shown, marks, errors, allow } = setUp();
  allow(3);
  for (let i = 0; i < 10; i++) {
    shown.opened('ada', '1');
    await pass(0);
    shown.closed('ada', '1');
    await pass(0);
  }
  shown.opened('ada', '2');
  await pass(10_000);
  expect(marks).toEqual(['+ada/1', '-ada/1', '+ada/1']);
  allow(2);
  await pass(7_000);
  expect(marks.slice(3).sort()).toEqual(['+ada/2', '-ada/1']);
  shown.closed('ada', '2');
  await pass(1_000);
  allow(1);
  await pass(7_000);
  expect(marks.slice(5)).toEqual(['-ada/2']);
  expect([errors, shown.size]).toEqual([[], 0]);
});

it('that are waited for until nothing is to be said cost nothing', async () => {
  const { shown, marks, allow } = setUp();
  allow(0);
  shown.opened('ada', '1');
  await pass(100);
  shown.closed('ada', '1');
  allow(1);
  await pass(7_000);
  shown.opened('ada', '2');
  await pass(0);
  expect(marks).toEqual(['+ada/2']);
});
