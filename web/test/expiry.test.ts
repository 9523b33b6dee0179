import { describe, expect, it } from 'vitest';
import { EXPIRY_CHOICES, type ExpiryChoice, expiresAt, untilWords } from '../src/time/expiry.js';

/** In the zone of the machine, as the reader's clock has it. */
const at = (day: number, hours: number, minutes = 0) => new Date(2026, 2, day, hours, minutes);
const WEDNESDAY = at(4, 14, 20);

describe('a status message', () => {
  it.each<[ExpiryChoice, Date]>([
    ['30min', at(4, 14, 50)],
    ['1h', at(4, 15, 20)],
    ['4h', at(4, 18, 20)],
    ['today', at(5, 0)],
    ['week', at(9, 0)],
  ])('%s: clears itself then', (choice, then) => {
    expect(expiresAt(choice, WEDNESDAY)).toBe(then.toISOString());
  });

  it('stays where it is not to be cleared', () => {
    expect(expiresAt('never', WEDNESDAY)).toBeNull();
  });

  it('clears itself in the future, and within the 30 days that the server allows, whenever it is chosen', () => {
    for (let day = 1; day <= 31; day += 1)
      for (const { id } of EXPIRY_CHOICES) {
        const now = at(day, 23, 59);
        const end = expiresAt(id, now);
        if (end === null) continue;
        expect(Date.parse(end)).toBeGreaterThan(now.getTime());
        expect(Date.parse(end) - now.getTime()).toBeLessThanOrEqual(8 * 24 * 60 * 60_000);
      }
  });

  it('of this week ends with Sunday, also when it is chosen on a Sunday', () => {
    expect(expiresAt('week', at(8, 12))).toBe(at(9, 0).toISOString());
    expect(expiresAt('week', at(9, 12))).toBe(at(16, 0).toISOString());
  });
});

it.each([
  [at(4, 18, 5), 'until 18:05'],
  [at(5, 0), 'until midnight'],
  [at(5, 9, 30), 'until tomorrow, 09:30'],
  [at(9, 0), 'until 9 Mar'],
])('%s is %s', (end, words) => {
  expect(untilWords(end.toISOString(), WEDNESDAY)).toBe(words);
});
