import { describe, expect, it } from 'vitest';
import { createDepartures } from '../../src/node/departures.js';
import { setUpPresence, user } from '../service/serviceUnderTest.js';
import { NOON, record, session } from '../support/unit/builders.js';

const GRACE = 5_000;
/** The records before and after the tick of a user whose grace ended at noon, found `lateMs` later. */
const leaver = (lateMs: number) =>
  [
    record({ sessions: [session({ graceUntil: NOON })] }),
    record({ revision: NOON + lateMs + 1, lastSeen: NOON - GRACE }),
  ] as const;

describe('the tab of a user found gone now', () => {
  it('closed a grace ago, plus one of the latest 64 delays at random', () => {
    let drawn = 0;
    const departures = createDepartures({ graceMs: GRACE, sweepMs: 0, random: () => (drawn++ % 64) / 64 });
    for (let lateMs = 0; lateMs < 100; lateMs += 1) departures.ticked(...leaver(lateMs));
    const found = Array.from({ length: 64 }, () => departures.closedMsAgo() - GRACE).sort((a, b) => a - b);
    expect(found).toEqual(Array.from({ length: 64 }, (_, i) => 36 + i));
  });

  it('closed at any moment between two sweeps, while no delay was observed', () => {
    const parts = [0, 0.5, 0.999];
    for (const part of parts) {
      const departures = createDepartures({ graceMs: GRACE, sweepMs: 250, random: () => part });
      expect(departures.closedMsAgo()).toBe(GRACE + Math.floor(part * 250));
    }
  });

  it('closed now where there is no grace', () => {
    expect(createDepartures({ graceMs: 0, sweepMs: 250, random: () => 0.9 }).closedMsAgo()).toBe(0);
  });

  it('has no delay of a user who left otherwise, nor of an interruption', () => {
    const departures = createDepartures({ graceMs: GRACE, sweepMs: 0, random: () => 0 });
    const [before, after] = leaver(70);
    departures.ticked(before, { ...after, sessions: before.sessions });
    departures.ticked({ ...before, chosen: 'INVISIBLE' }, { ...after, chosen: 'INVISIBLE' });
    departures.ticked(record({ sessions: [session({ leaseUntil: NOON })] }), after);
    departures.ticked(...leaver(10_000));
    expect(departures.closedMsAgo()).toBe(GRACE);
  });
});

describe('a user who hides', () => {
  it('has the lastSeen of a user whose tab closed and who was just found gone', async () => {
    const f = setUpPresence();
    await f.connect('bo');
    await f.connect('ana');
    for (let i = 0; i < 64; i += 1) {
      await f.connect('cy');
      await f.presence.disconnect({ userId: 'cy', connectionId: 'n/cy', lastReceivedMsAgo: 0 });
      await f.wait(GRACE + 30);
    }
    await f.presence.setPresence(user('ana'), { status: 'INVISIBLE' });
    const [cy, ana] = await f.presence.presenceOf({ kind: 'service', userId: 'host' }, ['cy', 'ana']);
    expect(cy?.asOf).toBe(f.now + 1);
    expect([ana?.asOf, ana?.lastSeen]).toEqual([cy?.asOf, cy?.lastSeen]);
  });

  it('is last seen now while typing, since others saw it', async () => {
    const f = setUpPresence();
    f.people.conversations.set('room', { open: false, members: ['ana', 'bo'] });
    await f.connect('ana');
    await f.wait(60_000);
    await f.presence.setTyping(user('ana'), { conversationId: 'room', isTyping: true });
    await f.wait(2_000);
    await f.presence.setPresence(user('ana'), { status: 'INVISIBLE' });
    const [ana] = await f.presence.presenceOf({ kind: 'service', userId: 'host' }, ['ana']);
    expect(ana?.lastSeen).toBe(f.now);
  });

  it.each([
    ['who stopped typing by themselves', false, 2_000],
    ['whose typing ran out', true, 4_999],
  ])('is last seen then, %s within a grace', async (_, letsRunOut, msAgo) => {
    const f = setUpPresence();
    f.people.conversations.set('room', { open: false, members: ['ana', 'bo'] });
    await f.connect('ana');
    await f.wait(60_000);
    const lastSeenBefore = async (ms: number) => {
      await f.presence.setTyping(user('ana'), { conversationId: 'room', isTyping: true });
      if (!letsRunOut) await f.presence.setTyping(user('ana'), { conversationId: 'room', isTyping: false });
      await f.wait(ms);
      await f.presence.setPresence(user('ana'), { status: 'INVISIBLE' });
      const [ana] = await f.presence.presenceOf({ kind: 'service', userId: 'host' }, ['ana']);
      return f.now - (ana?.lastSeen ?? 0);
    };
    expect(await lastSeenBefore(msAgo)).toBe(0);
    await f.presence.setPresence(user('ana'), { status: 'ONLINE' });
    await f.wait(60_000);
    expect(await lastSeenBefore(GRACE)).toBe(GRACE);
  });

  it('hides also while the store cannot say whether they type', async () => {
    const f = setUpPresence({
      store: (store) => ({ ...store, typedMsAgo: () => Promise.reject(new Error('away')) }),
    });
    await f.connect('ana');
    await f.wait(60_000);
    expect(await f.presence.setPresence(user('ana'), { status: 'INVISIBLE' })).toMatchObject({ status: 'INVISIBLE' });
    const [ana] = await f.presence.presenceOf({ kind: 'service', userId: 'host' }, ['ana']);
    expect(ana?.lastSeen).toBe(f.now);
  });
});
