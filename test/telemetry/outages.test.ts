import { expect, it } from 'vitest';
import { badInput, unavailable } from '../../src/presence/errors.js';
import { createLog } from '../../src/telemetry/log.js';
import { createOutages } from '../../src/telemetry/outages.js';

/** Outages with a clock of the test's own, and the log as level, text and fields. */
const watched = () => {
  const lines: Record<string, unknown>[] = [];
  const clock = { now: 0 };
  const log = createLog({ level: 'info', destination: { write: (line) => void lines.push(JSON.parse(line)) } });
  return { ...createOutages({ log, now: () => clock.now }), lines, clock };
};
const call = (error?: unknown) => ({ method: 'read', ms: 1, error });

it('an unavailable back-end makes one line, and one when it is available again', () => {
  const { of, lines, clock } = watched();
  const outage = of('the live store');
  for (let i = 0; i < 100; i += 1) {
    clock.now += 100;
    outage.called(call(unavailable('away')));
  }
  expect(lines).toMatchObject([{ level: 40, msg: 'the live store is unavailable' }]);
  clock.now += 2_000;
  outage.called(call());
  outage.called(call());
  expect(lines.slice(1)).toMatchObject([
    { level: 30, msg: 'the live store is available again', failures: 100, awayMs: 11_900 },
  ]);
});

it('one answer between failures does not end an outage', () => {
  const { of, lines, clock } = watched();
  const outage = of('the database');
  for (let i = 0; i < 10; i += 1) {
    clock.now += 500;
    outage.called(call(i % 2 ? undefined : unavailable('away')));
  }
  expect(lines).toHaveLength(1);
});

it('a caller’s mistake is an answer', () => {
  const { of, lines } = watched();
  of('the database').called(call(badInput('too many')));
  expect(lines).toEqual([]);
});

it('one back-end’s failure that passes through another is the first one’s', () => {
  const { of, lines } = watched();
  const error = unavailable('away');
  of('the database').called(call(error));
  of('the live store').called(call(error));
  expect(lines.map(({ msg }) => msg)).toEqual(['the database is unavailable']);
});

it('what fails because a back-end is unavailable is left to that back-end’s line', () => {
  const { failures, lines } = watched();
  failures('sweeping')(unavailable('away'));
  expect(lines).toEqual([]);
});

it('what fails for another reason is logged at once, and then once a minute with the number of failures', () => {
  const { failures, lines, clock } = watched();
  const failed = failures('sweeping');
  for (let i = 0; i <= 1_200; i += 1) {
    failed(new TypeError('a bug'));
    clock.now += 100;
  }
  expect(lines.map(({ failures: count }) => count)).toEqual([1, 600, 600]);
});
