import { describe, expect, it } from 'vitest';
import { closingMs, stopWithinMs } from '../../../src/server/ws/restartSpread.js';

const HALF_A_MINUTE = 30_000;

describe('closing the sockets of a node that stops', () => {
  it('takes no longer than it has to where there are few', () => {
    expect(closingMs(0, HALF_A_MINUTE)).toBe(0);
    expect(closingMs(100, HALF_A_MINUTE)).toBe(1_000);
    expect(closingMs(1_000, HALF_A_MINUTE)).toBe(5_000);
  });

  it('sends no more at a time than a node that was just started admits, as long as it may take', () => {
    expect(closingMs(5_000, HALF_A_MINUTE)).toBe(20_000);
    expect(closingMs(100_000, HALF_A_MINUTE)).toBe(HALF_A_MINUTE);
    expect(closingMs(1_000, 2_000)).toBe(2_000);
    expect(closingMs(1_000, 0)).toBe(0);
  });

  it('is waited for before the process ends regardless', () => {
    expect(stopWithinMs(closingMs(1_000, HALF_A_MINUTE))).toBe(14_000);
    expect(stopWithinMs(closingMs(5_000, HALF_A_MINUTE))).toBe(29_000);
  });
});
