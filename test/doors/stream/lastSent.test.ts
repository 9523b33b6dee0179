import { describe, expect, it } from 'vitest';
import type { UserState } from '../../../src/doors/states/sending.js';
import { createLastSent } from '../../../src/doors/stream/lastSent.js';

const live = (userId: string): UserState => ({
  userId,
  status: 'ONLINE',
  statusMessage: null,
  activities: [],
  devices: ['WEB'],
  lastSeen: null,
  asOf: 0,
});

describe('what Stream was last told', () => {
  it('is remembered whatever the moment, of so many users', () => {
    const lastSent = createLastSent({ max: 2 });
    lastSent.sent([live('ana'), live('bo')]);
    expect(lastSent.has({ ...live('ana'), asOf: 1 })).toBe(true);
    expect(lastSent.has({ ...live('ana'), status: 'AWAY' })).toBe(false);
    lastSent.sent([live('cy')]);
    expect(['ana', 'bo', 'cy'].map((id) => lastSent.has(live(id)))).toEqual([false, true, true]);
    lastSent.forget([live('bo')]);
    expect(lastSent.has(live('bo'))).toBe(false);
  });

  it('is not remembered until requests of another node are over', () => {
    let now = 0;
    const lastSent = createLastSent({ settleMs: 100, now: () => now });
    lastSent.sent([live('ana')]);
    lastSent.forgetAll();
    expect(lastSent.has(live('ana'))).toBe(false);
    now = 99;
    lastSent.sent([live('ana')]);
    expect(lastSent.has(live('ana'))).toBe(false);
    now = 100;
    lastSent.sent([live('ana')]);
    expect(lastSent.has(live('ana'))).toBe(true);
  });
});
