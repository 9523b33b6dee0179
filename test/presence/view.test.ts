import { describe, expect, it } from 'vitest';
import { type PresenceStatus, type Session, STATUSES } from '../../src/presence/types.js';
import { contentFor, NOT_VISIBLE, revisionFor, sameContent, viewAt } from '../../src/presence/view.js';
import { EVERYTHING, type Facets, SELF } from '../../src/presence/visibility.js';
import { message, NOON, record, session } from '../support/unit/builders.js';

const active = session({ id: 'active' });
const idle = session({ id: 'idle', idle: true });
const inferredIdle = session({ id: 'quiet', reportedIdle: false, inferredIdle: true });

/** Sessions, and what others see of each choice with them, in the order of STATUSES. */
const TABLE: readonly [string, readonly Session[], readonly PresenceStatus[]][] = [
  ['no session', [], ['OFFLINE', 'OFFLINE', 'OFFLINE', 'OFFLINE', 'OFFLINE']],
  ['an active session', [active], ['ONLINE', 'AWAY', 'DO_NOT_DISTURB', 'OFFLINE', 'OFFLINE']],
  ['an idle session', [idle], ['AWAY', 'AWAY', 'DO_NOT_DISTURB', 'OFFLINE', 'OFFLINE']],
  ['idle and quiet sessions', [idle, inferredIdle], ['AWAY', 'AWAY', 'DO_NOT_DISTURB', 'OFFLINE', 'OFFLINE']],
  ['idle, then active', [idle, inferredIdle, active], ['ONLINE', 'AWAY', 'DO_NOT_DISTURB', 'OFFLINE', 'OFFLINE']],
  ['active, then idle', [active, inferredIdle, idle], ['ONLINE', 'AWAY', 'DO_NOT_DISTURB', 'OFFLINE', 'OFFLINE']],
];

describe('the status', () => {
  for (const [name, sessions, expected] of TABLE) {
    for (const [i, chosen] of STATUSES.entries()) {
      it(`with ${name} and ${chosen} chosen is ${expected[i]} to others`, () => {
        expect(contentFor(record({ chosen, sessions }), EVERYTHING).status).toBe(expected[i]);
      });
      it(`with ${name} and ${chosen} chosen is ${chosen === 'INVISIBLE' ? chosen : expected[i]} to self`, () => {
        const own = contentFor(record({ chosen, sessions }), SELF).status;
        expect(own).toBe(chosen === 'INVISIBLE' ? 'INVISIBLE' : expected[i]);
      });
    }
  }
});

const shown = (name: string, startedAt: number) => ({
  type: 'PLAYING' as const,
  name,
  details: null,
  startedAt,
  startedAtGiven: false,
  expiresAt: null,
});

describe('what facets show', () => {
  const busy = record({
    message: message(),
    lastSeen: NOON - 5,
    sessions: [
      session({ id: 'a', device: 'UNKNOWN', activities: [shown('old', 1), shown('newest', 3)] }),
      session({ id: 'b', device: 'MOBILE' }),
      session({ id: 'c', device: 'WEB' }),
      session({ id: 'd', device: 'WEB' }),
    ],
    hostProvided: [{ source: 'calls', activities: [shown('between', 2)] }],
  });
  const facets = (changes: Partial<Facets>): Facets => ({ ...EVERYTHING, ...changes });

  it('devices are distinct and in the order of the enum, activities newest first', () => {
    const { devices, activities } = contentFor(busy, EVERYTHING);
    expect(devices).toEqual(['WEB', 'MOBILE', 'UNKNOWN']);
    expect(activities.map(({ name }) => name)).toEqual(['newest', 'between', 'old']);
    expect(activities[0]).not.toHaveProperty('startedAtGiven');
  });

  it('neither activities nor devices without the activity facet, but status and message', () => {
    expect(contentFor(busy, facets({ activity: false }))).toEqual({
      status: 'ONLINE',
      statusMessage: message(),
      activities: [],
      devices: [],
      lastSeen: null,
    });
  });

  it('lastSeen only while seen offline, and only with its facet', () => {
    const gone = { ...busy, sessions: [] };
    expect(contentFor(busy, EVERYTHING).lastSeen).toBeNull();
    expect(contentFor(gone, EVERYTHING).lastSeen).toBe(NOON - 5);
    expect(contentFor(gone, facets({ lastSeen: false }))).toEqual(NOT_VISIBLE);
  });

  it('nothing but lastSeen while seen offline, whatever there is', () => {
    for (const chosen of ['INVISIBLE', 'OFFLINE'] as const) {
      expect(contentFor({ ...busy, chosen }, EVERYTHING)).toEqual({ ...NOT_VISIBLE, lastSeen: NOON - 5 });
    }
  });
});

describe('asOf', () => {
  it('is the moment of the reading, and never before the latest change of those facets', () => {
    const ana = record({
      revision: NOON + 40,
      revisions: { status: NOON + 10, lastSeen: NOON + 20, activity: NOON + 30 },
    });
    expect(viewAt(ana, EVERYTHING, NOON).asOf).toBe(NOON + 30);
    expect(viewAt(ana, { ...EVERYTHING, activity: false }, NOON).asOf).toBe(NOON + 20);
    expect(revisionFor(ana, { self: false, status: true, lastSeen: false, activity: false })).toBe(NOON + 10);
    expect(viewAt(ana, SELF, NOON).asOf).toBe(NOON + 40);
    expect(viewAt(ana, SELF, NOON + 99).asOf).toBe(NOON + 99);
  });

  it('shows nothing that has expired by then', () => {
    const ana = record({
      revisions: { status: NOON + 10, lastSeen: 0, activity: 0 },
      sessions: [session()],
      message: message({ expiresAt: NOON + 5 }),
    });
    expect(viewAt(ana, EVERYTHING, NOON)).toMatchObject({ asOf: NOON + 10, statusMessage: null });
  });
});

describe('sameContent', () => {
  it('compares what is shown and not when it was true', () => {
    const ana = record({ sessions: [session()], message: message() });
    const later = viewAt(ana, EVERYTHING, NOON + 60_000);
    expect(sameContent(viewAt(ana, EVERYTHING, NOON), later)).toBe(true);
    expect(sameContent(later, { ...later, devices: [] })).toBe(false);
    expect(sameContent(later, { ...later, statusMessage: message({ emoji: '🍎' }) })).toBe(false);
    expect(sameContent(later, { ...later, lastSeen: NOON })).toBe(false);
    expect(sameContent(later, { ...later, status: 'AWAY' })).toBe(false);
  });
});
