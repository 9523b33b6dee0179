import { describe, expect, it } from 'vitest';
import { nextChange, secondsUntil, timeAgo } from '../src/time/relativeTime.js';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const NOW = Date.parse('2026-03-01T12:00:00Z');

describe('how long ago something was', () => {
  it.each([
    [0, 'just now'],
    [44 * SECOND, 'just now'],
    [45 * SECOND, '1 minute ago'],
    [119 * SECOND, '1 minute ago'],
    [2 * MINUTE, '2 minutes ago'],
    [HOUR - 1, '59 minutes ago'],
    [HOUR, '1 hour ago'],
    [2 * HOUR + 59 * MINUTE, '2 hours ago'],
    [DAY, '1 day ago'],
    [40 * DAY, '40 days ago'],
  ])('%i ms: %s', (age, words) => {
    expect(timeAgo(NOW - age, NOW)).toBe(words);
  });

  it('is "just now" for what a faster clock says is still to come', () => {
    expect(timeAgo(NOW + HOUR, NOW)).toBe('just now');
  });

  it('changes when it is said to, and not before', () => {
    for (const age of [
      0,
      10 * SECOND,
      45 * SECOND,
      61 * SECOND,
      5 * MINUTE,
      HOUR - 1,
      HOUR,
      5 * HOUR + 1,
      DAY,
      3 * DAY + HOUR,
    ]) {
      const instant = NOW - age;
      const change = nextChange(instant, NOW);
      expect(change).toBeGreaterThan(NOW);
      expect(timeAgo(instant, change - 1)).toBe(timeAgo(instant, NOW));
      expect(timeAgo(instant, change)).not.toBe(timeAgo(instant, NOW));
    }
  });
});

it('counts whole seconds down to 0', () => {
  expect([2_500, 2_000, 1, 0, -5_000].map((ms) => secondsUntil(NOW + ms, NOW))).toEqual([3, 2, 1, 0, 0]);
});
