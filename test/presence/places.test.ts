/** The places of sessions, and the tray (docs/design.md#places). */
import { describe, expect, it } from 'vitest';
import { removeFromPlaces } from '../../src/presence/placeCommands.js';
import { isAt, isSeenAt, placesOf, seenPlacesOf } from '../../src/presence/places.js';
import { restoreConnection, restoreRemainder } from '../../src/presence/recovery.js';
import { scheduleOf } from '../../src/presence/scheduling.js';
import { showsTray } from '../../src/presence/session.js';
import { viewAt } from '../../src/presence/view.js';
import { EVERYTHING, SELF } from '../../src/presence/visibility.js';
import { NOON, record } from '../support/unit/builders.js';
import { story } from '../support/unit/story.js';

const MINUTE = 60_000;

describe('a session', () => {
  it('is at the places that it entered, until it leaves them', () => {
    const ana = story();
    ana.connect();
    ana.enter('post', { connection: 'n/1' });
    ana.pass(5);
    ana.enter('track', { connection: 'n/1' });
    expect(ana.record.sessions[0]?.places).toEqual([
      { conversationId: 'post', enteredAt: NOON },
      { conversationId: 'track', enteredAt: NOON + 5 },
    ]);
    expect(ana.leave('post', { connection: 'n/1' })).toBe(true);
    expect(ana.leave('post', { connection: 'n/1' })).toBe(false);
    expect(placesOf(ana.record)).toEqual(['track']);
  });

  it('is at three places at the most: the one that it entered the longest ago is left', () => {
    const ana = story();
    ana.connect();
    for (const place of ['a', 'b', 'c']) ana.enter(place);
    ana.enter('a');
    expect(placesOf(ana.record)).toEqual(['b', 'c', 'a']);
    ana.enter('d');
    expect(placesOf(ana.record)).toEqual(['c', 'a', 'd']);
  });

  it('that enters the place that it entered last changes nothing', () => {
    const ana = story();
    ana.connect();
    ana.enter('post');
    const before = ana.record;
    ana.pass(1_000);
    ana.enter('post');
    expect(ana.record).toBe(before);
  });

  it('is the one that is named; else that of the connection; else the most recently active', () => {
    const ana = story();
    ana.connect('tab', 'n/1');
    ana.connect('phone', 'n/2');
    ana.enter('by connection', { connection: 'n/1' });
    ana.enter('by name', { session: 'tab', connection: 'n/2' });
    ana.enter('by neither');
    const [tab, phone] = ana.record.sessions.map(({ places }) => places.map(({ conversationId }) => conversationId));
    expect(tab).toEqual(['by connection', 'by name']);
    expect(phone).toEqual(['by neither']);
    expect(ana.leave('by connection', { connection: 'n/2' })).toBe(false);
    expect(ana.leave('by connection', { session: 'gone' })).toBe(false);
  });

  it('over plain HTTP starts where there is none; leaving starts none', () => {
    const ana = story();
    expect(ana.leave('post')).toBe(false);
    expect(ana.sessions).toEqual([]);
    ana.enter('post', { session: 'app' });
    expect(ana.record.sessions).toMatchObject([{ id: 'app', leaseUntil: NOON + ana.timings.sessionTtlMs }]);
    expect(ana.statuses).toEqual(['ONLINE']);
    ana.wait(ana.timings.sessionTtlMs);
    expect(placesOf(ana.record)).toEqual([]);
  });

  it('keeps its places through a grace, and ends with them', () => {
    const ana = story();
    ana.connect();
    ana.enter('post');
    ana.close();
    ana.wait(ana.timings.graceMs - 1);
    expect(isSeenAt(ana.record, 'post')).toBe(true);
    ana.connect('tab', 'n/2');
    expect(isSeenAt(ana.record, 'post')).toBe(true);
    ana.close('n/2');
    ana.wait(ana.timings.graceMs);
    expect(isAt(ana.record, 'post')).toBe(false);
  });

  it('is removed from places by whoever takes the right to use them', () => {
    const ana = story();
    ana.connect('tab', 'n/1');
    ana.connect('phone', 'n/2');
    ana.enter('post', { connection: 'n/1' });
    ana.enter('post', { connection: 'n/2' });
    ana.enter('track', { connection: 'n/2' });
    const left = removeFromPlaces(ana.record, ['post', 'other'], NOON).record;
    expect(placesOf(left)).toEqual(['track']);
    expect(removeFromPlaces(left, ['post'], NOON).record).toBe(left);
  });
});

describe('who enters and leaves', () => {
  it('is shown no other presence for it: not by status, revision or lease, and stays idle', () => {
    const ana = story({ idleAfterMs: MINUTE });
    ana.connect();
    ana.beat({ connection: 'n/1' });
    ana.wait(2 * MINUTE);
    const before = ana.record;
    expect(ana.statuses.at(-1)).toBe('AWAY');
    ana.enter('post', { connection: 'n/1' });
    ana.leave('post', { connection: 'n/1' });
    ana.enter('track', { connection: 'n/1' });
    expect(ana.statuses.at(-1)).toBe('AWAY');
    expect(ana.record.revisions).toEqual(before.revisions);
    for (const facets of [EVERYTHING, SELF]) {
      expect({ ...viewAt(ana.record, facets, ana.now), asOf: 0 }).toEqual({
        ...viewAt(before, facets, ana.now),
        asOf: 0,
      });
    }
    const { places: _, placesAsOf: __, ...rest } = ana.record.sessions[0]!;
    expect(before.sessions[0]).toMatchObject(rest);
  });

  it('is published, and moves the indexes of the places at which others see them', () => {
    const ana = story();
    ana.connect();
    const connected = ana.record;
    ana.enter('post');
    const entered = ana.record;
    expect(scheduleOf(connected, entered)).toMatchObject({ projectionChanged: true, placesMoved: ['post'] });
    expect(scheduleOf(undefined, entered)).toMatchObject({ placesMoved: ['post'] });
    ana.connect('phone', 'n/2');
    const other = ana.record;
    ana.enter('post', { connection: 'n/2' });
    // With two sessions there they are one person.
    expect(scheduleOf(other, ana.record)).toMatchObject({ projectionChanged: false, placesMoved: [] });
    const both = ana.record;
    ana.end('tab');
    expect(scheduleOf(both, ana.record)).toMatchObject({ placesMoved: [] });
    const one = ana.record;
    ana.end('phone');
    expect(scheduleOf(one, ana.record)).toMatchObject({ placesMoved: ['post'] });
  });

  it('is nowhere for others while they hide, and there again when they come back', () => {
    const ana = story();
    ana.connect();
    ana.enter('post');
    const visible = ana.record;
    ana.set({ status: 'INVISIBLE' });
    const hidden = ana.record;
    expect(scheduleOf(visible, hidden)).toMatchObject({ placesMoved: ['post'] });
    expect([isAt(hidden, 'post'), isSeenAt(hidden, 'post'), seenPlacesOf(hidden)]).toEqual([true, false, []]);
    ana.enter('track');
    // Their own devices hear of it.
    expect(scheduleOf(hidden, ana.record)).toMatchObject({ projectionChanged: true, placesMoved: [] });
    const there = ana.record;
    ana.set({ status: 'ONLINE' });
    expect(scheduleOf(there, ana.record)).toMatchObject({ placesMoved: ['post', 'track'] });
  });

  it('was seen to, so who hides within a grace of it was last seen now', () => {
    const hiding = (comesOrGoes: (ana: ReturnType<typeof story>) => void) => {
      const ana = story();
      ana.connect();
      ana.enter('post');
      ana.pass(MINUTE);
      comesOrGoes(ana);
      ana.pass(1_000);
      ana.set({ status: 'INVISIBLE' });
      return ana.record.lastSeen! - ana.now;
    };
    expect(hiding((ana) => ana.enter('track'))).toBe(0);
    expect(hiding((ana) => ana.leave('post'))).toBe(0);
    expect(hiding(() => {})).toBe(-story().timings.graceMs);
  });
});

describe('the tray', () => {
  const shown = (ana: ReturnType<typeof story>) => ana.record.sessions.map(showsTray);

  it('is open on the session of a connection until it is closed, or the connection gone', () => {
    const ana = story();
    ana.connect();
    expect(ana.tray(true)).toBe(true);
    expect(ana.record.sessions[0]).toMatchObject({ tray: ['n/1'], trayAsOf: NOON });
    const open = ana.record;
    expect(ana.tray(true)).toBe(true);
    expect(ana.record).toBe(open);
    expect(ana.tray(false)).toBe(true);
    expect(shown(ana)).toEqual([false]);
    ana.tray(true);
    ana.close();
    expect(shown(ana)).toEqual([false]);
    expect(ana.tray(false)).toBe(false);
  });

  it('is not open on a session that another connection took up, until it is opened there', () => {
    const ana = story();
    ana.connect();
    ana.tray(true);
    ana.connect('tab', 'n/2');
    expect(shown(ana)).toEqual([true]);
    ana.close('n/1');
    expect(shown(ana)).toEqual([false]);
    ana.tray(true, 'n/2');
    expect(ana.record.sessions[0]?.tray).toEqual(['n/2']);
    ana.close('n/2');
    ana.connect('tab', 'n/3');
    expect(shown(ana)).toEqual([false]);
  });

  it('stays open over one connection while another of the session closes its own', () => {
    const ana = story();
    for (const connection of ['n/1', 'm/1']) {
      ana.connect('tab', connection);
      ana.tray(true, connection);
    }
    ana.tray(false, 'n/1');
    ana.close('n/1');
    expect(shown(ana)).toEqual([true]);
  });

  it('is nobody else\u2019s business: no commit of it is published', () => {
    const ana = story();
    ana.connect();
    const before = ana.record;
    ana.tray(true);
    expect(scheduleOf(before, ana.record)).toMatchObject({ projectionChanged: false, durableChanged: false });
  });
});

describe('after a loss of the store', () => {
  it('a session comes back with its places and its tray, as they were last', () => {
    const ana = story();
    ana.connect();
    ana.enter('post');
    ana.tray(true);
    const earlier = ana.record.sessions[0]!;
    ana.pass(10);
    ana.enter('track');
    ana.leave('post');
    const later = ana.record.sessions[0]!;
    const back = (first: typeof later, second: typeof later) => {
      const once = restoreConnection(record(), { session: first, connectionId: 'n/1' }, NOON + MINUTE).record;
      return restoreConnection(once, { session: second, connectionId: 'n/1' }, NOON + MINUTE).record.sessions[0];
    };
    for (const there of [back(earlier, later), back(later, earlier)]) {
      expect(there).toMatchObject({ places: later.places, placesAsOf: later.placesAsOf, tray: later.tray });
    }
  });

  it('so does one over plain HTTP', () => {
    const ana = story();
    ana.enter('post', { session: 'app' });
    const known = { record: ana.record, memory: null, livedAt: NOON };
    const memory = { known, persisted: undefined, ends: new Map() };
    const back = restoreRemainder(record(), memory, { atLeastMs: 0, again: false }, NOON + 1_000).record;
    expect(placesOf(back)).toEqual(['post']);
    expect(scheduleOf(record(), back)).toMatchObject({ placesMoved: ['post'] });
  });
});
