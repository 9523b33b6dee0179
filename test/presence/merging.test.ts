/** The merge of two memories of one session has each field as it was set later; in any order, and repeatedly. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mergedSession, withMemory } from '../../src/presence/merging.js';
import { DEVICES, type Session } from '../../src/presence/types.js';
import { activity, NOON, session } from '../support/unit/builders.js';

/** Few instants, so that many are equal. */
const instant = fc.integer({ min: 0, max: 4 }).map((seconds) => NOON + seconds * 1_000);
const end = fc.option(instant, { nil: null });
const activities = fc.subarray(
  ['Chess', 'Go', 'Poker'].map((name) => ({ ...activity({ name }), startedAt: NOON, startedAtGiven: false })),
);

const places = fc.subarray(['post', 'track', 'page'].map((conversationId) => ({ conversationId, enteredAt: NOON })));

const memory = fc
  .record({
    startedAt: instant,
    connections: fc.subarray(['a/1', 'b/1', 'c/1']),
    ends: fc.constantFrom('lease', 'grace', 'neither'),
    endsAt: instant,
    knownLiveAt: instant,
    activeAt: instant,
    reportedIdle: fc.constantFrom(true, false, null),
    inferredIdle: fc.boolean(),
    inferIdleAt: end,
    device: fc.constantFrom(...DEVICES),
    activities,
    places,
    tray: fc.subarray(['a/1', 'b/1']),
    gateways: fc.subarray(['socket-1', 'socket-2']),
    placesAsOf: instant,
    trayAsOf: instant,
    deviceAsOf: instant,
    activitiesAsOf: instant,
    idleAsOf: instant,
    leaseAsOf: instant,
    touchedAt: instant,
  })
  .map(({ ends, endsAt, ...fields }): Session => {
    const isHeld = fields.connections.length > 0;
    return session({
      ...fields,
      // Gateways hold a session by its lease.
      gateways: ends === 'lease' ? fields.gateways : [],
      leaseUntil: ends === 'lease' ? endsAt : null,
      graceUntil: ends === 'grace' && !isHeld ? endsAt : null,
    });
  });

describe('two memories of a session', () => {
  it('merge to the same in either order', () => {
    fc.assert(
      fc.property(memory, memory, (a, b) => {
        expect(mergedSession(a, b)).toEqual(mergedSession(b, a));
      }),
    );
  });

  it('and a third merge to the same, whichever two are merged first', () => {
    fc.assert(
      fc.property(memory, memory, memory, (a, b, c) => {
        expect(mergedSession(mergedSession(a, b), c)).toEqual(mergedSession(a, mergedSession(b, c)));
      }),
    );
  });

  it('merge to the same, however often', () => {
    fc.assert(
      fc.property(memory, memory, (a, b) => {
        const both = mergedSession(a, b);
        expect(mergedSession(a, a)).toEqual(a);
        expect(mergedSession(both, b)).toEqual(both);
      }),
    );
  });

  it.each([
    ['deviceAsOf', ['device']],
    ['activitiesAsOf', ['activities']],
    ['idleAsOf', ['reportedIdle']],
    ['leaseAsOf', ['leaseUntil', 'gateways']],
    ['placesAsOf', ['places']],
    ['trayAsOf', ['tray']],
    ['touchedAt', ['inferredIdle']],
  ] as const)('hold by the later %s, whatever else is of later', (asOf, fields) => {
    fc.assert(
      fc.property(memory, memory, (a, b) => {
        fc.pre(a[asOf] !== b[asOf]);
        const later = a[asOf] > b[asOf] ? a : b;
        const both = mergedSession(a, b);
        for (const field of [asOf, ...fields]) expect(both[field]).toEqual(later[field]);
      }),
    );
  });
});

describe('a present session merged with a memory', () => {
  it('keeps its own connections, and an end', () => {
    fc.assert(
      fc.property(memory, memory, (present, other) => {
        fc.pre(present.connections.length > 0 || present.leaseUntil !== null || present.graceUntil !== null);
        const { connections, leaseUntil, graceUntil } = withMemory(present, other);
        expect(connections).toEqual(present.connections);
        expect([connections.length > 0, leaseUntil !== null, graceUntil !== null]).toContain(true);
        if (connections.length > 0) expect(graceUntil).toBeNull();
      }),
    );
  });

  it('is the very same where nothing is later', () => {
    fc.assert(
      fc.property(memory, (present) => {
        expect(withMemory(present, { ...present })).toBe(present);
      }),
    );
  });
});
