import { describe, expect, it } from 'vitest';
import { expireTyping, startTyping, stopTyping, typingUntil } from '../../src/presence/typists.js';
import { NOON } from '../support/unit/builders.js';

describe('typing', () => {
  it('ends with the last of the sessions that type', () => {
    const both = startTyping(startTyping(undefined, 'tab', NOON + 5), 'phone', NOON + 3);
    expect(typingUntil(both)).toBe(NOON + 5);
    const phone = stopTyping(both, 'tab');
    expect(phone && typingUntil(phone)).toBe(NOON + 3);
    expect(stopTyping(phone, 'phone')).toBeUndefined();
  });

  it('goes on from the last refresh, and ends at its moment', () => {
    const refreshed = startTyping(startTyping(undefined, 'tab', NOON + 5), 'tab', NOON + 8);
    expect(refreshed.until.size).toBe(1);
    expect(expireTyping(refreshed, NOON + 7)).toEqual(refreshed);
    expect(expireTyping(refreshed, NOON + 8)).toBeUndefined();
  });

  it('stays announced through refreshes and the ends of other sessions', () => {
    const announced = { ...startTyping(undefined, 'tab', NOON + 5), announced: true };
    const both = startTyping(announced, 'phone', NOON + 9);
    expect(both.announced).toBe(true);
    expect(expireTyping(both, NOON + 6)).toEqual({ announced: true, until: new Map([['phone', NOON + 9]]) });
    expect(startTyping(undefined, 'tab', NOON).announced).toBe(false);
  });

  it('changes no state that it was given', () => {
    const state = startTyping(undefined, 'tab', NOON + 5);
    startTyping(state, 'phone', NOON + 9);
    stopTyping(state, 'tab');
    expect([...state.until]).toEqual([['tab', NOON + 5]]);
  });

  it('stopped where nobody types, or by a session that does not, changes nothing', () => {
    expect(stopTyping(undefined, 'tab')).toBeUndefined();
    expect(expireTyping(undefined, NOON)).toBeUndefined();
    const state = startTyping(undefined, '__proto__', NOON + 5);
    expect(stopTyping(state, 'constructor')).toEqual(state);
    expect(stopTyping(state, '__proto__')).toBeUndefined();
  });
});
