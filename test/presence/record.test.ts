import { describe, expect, it } from 'vitest';
import { MAX_HOST_SOURCES, restoreRecord, tick } from '../../src/presence/record.js';
import { durableOf, nextDue, scheduleOf } from '../../src/presence/scheduling.js';
import { isSeenLive } from '../../src/presence/status.js';
import { EVERYTHING, type Facets, SELF } from '../../src/presence/visibility.js';
import { activity, durable, message, NOON, record, session } from '../support/unit/builders.js';
import { story } from '../support/unit/story.js';

const SECOND = 1_000;
const MINUTE = 60_000;
const STATUS_ONLY: Facets = { self: false, status: true, lastSeen: false, activity: false };

describe('a field that setPresence leaves out', () => {
  it('stays as it is, and an explicit null clears the message', () => {
    const ana = story();
    ana.set({ status: 'AWAY', statusMessage: message(), activities: [activity()], device: 'DESKTOP' });
    ana.set({});
    expect(ana.others()).toMatchObject({ status: 'AWAY', statusMessage: message(), devices: ['DESKTOP'] });
    expect(ana.others().activities).toHaveLength(1);
    ana.set({ statusMessage: null, activities: [] });
    expect(ana.others()).toMatchObject({ status: 'AWAY', statusMessage: null, activities: [] });
  });

  it('changes the activities of its session alone', () => {
    const ana = story();
    ana.set({ activities: [activity({ name: 'A' })] }, { session: 'a' });
    ana.set({ activities: [activity({ name: 'B' })] }, { session: 'b' });
    ana.set({ activities: [] }, { session: 'a' });
    expect(ana.others().activities.map(({ name }) => name)).toEqual(['B']);
  });
});

describe('repeating a command', () => {
  it('changes nothing that anybody sees, and renews the session', () => {
    const ana = story();
    const said = { status: 'DO_NOT_DISTURB', statusMessage: message(), activities: [activity()] } as const;
    ana.set(said);
    const { revisions } = ana.record;
    const before = ana.transcript.length;
    ana.wait(4 * MINUTE);
    ana.set(said);
    expect(ana.transcript.length).toBe(before);
    expect(ana.record.revisions).toEqual(revisions);
    expect(ana.others().activities[0]?.startedAt).toBe(NOON);
    ana.wait(4 * MINUTE);
    expect(ana.sessions).toEqual(['new-1']);
  });

  it('without effect returns the very record', () => {
    const ana = story();
    const before = ana.record;
    ana.close('nobody/1');
    ana.end('nothing');
    ana.tick();
    ana.host([]);
    ana.host([activity()]);
    expect(ana.record).toBe(before);
  });
});

describe('lastSeen', () => {
  it('is null while seen live and when never seen live', () => {
    const ana = story();
    expect(ana.others().lastSeen).toBeNull();
    ana.connect();
    expect(ana.others().lastSeen).toBeNull();
  });

  it('is the close of the connection, not the end of its grace', () => {
    const ana = story();
    ana.connect();
    ana.wait(MINUTE);
    ana.close();
    ana.wait(5 * SECOND);
    expect(ana.others().lastSeen).toBe(NOON + MINUTE);
  });

  it('is the last answer of a lost connection', () => {
    const ana = story();
    ana.connect();
    ana.wait(MINUTE);
    ana.close('n/1', { heardMsAgo: 45 * SECOND });
    ana.wait(5 * SECOND);
    expect(ana.others().lastSeen).toBe(NOON + 15 * SECOND);
  });

  it('is the latest moment of several sessions, whichever ends last', () => {
    const ana = story();
    ana.connect('tab', 'n/1');
    ana.connect('phone', 'n/2');
    ana.wait(MINUTE);
    ana.close('n/1');
    ana.wait(SECOND);
    ana.close('n/2', { heardMsAgo: 45 * SECOND });
    ana.wait(5 * SECOND);
    expect(ana.others()).toMatchObject({ status: 'OFFLINE', lastSeen: NOON + MINUTE });
  });

  it('never goes back, also where a lost connection last answered before its user stopped hiding', () => {
    const ana = story({ graceMs: 0 });
    ana.connect();
    ana.set({ status: 'INVISIBLE' });
    ana.wait(MINUTE);
    ana.set({ status: 'ONLINE' });
    ana.close('n/1', { heardMsAgo: 45 * SECOND });
    expect(ana.others().lastSeen).toBe(NOON + MINUTE);
  });

  it('without a grace is no earlier than a background heartbeat', () => {
    const ana = story({ graceMs: 0, sessionTtlMs: 5 * SECOND });
    ana.connect();
    ana.wait(MINUTE);
    ana.beat({ session: 'tab', idle: true });
    ana.wait(5 * SECOND);
    ana.close('n/1', { heardMsAgo: 30 * SECOND });
    expect(ana.others().lastSeen).toBe(NOON + MINUTE);
  });

  it('of a user seen live is journaled as of now', () => {
    const ana = story();
    ana.connect();
    expect(durableOf(ana.record, NOON + MINUTE).lastSeen).toBe(NOON + MINUTE);
    ana.set({ status: 'INVISIBLE' });
    expect(durableOf(ana.record, NOON + MINUTE).lastSeen).toBe(NOON);
  });
});

describe('content expires', () => {
  it('a message at its expiresAt, also if nobody asks, across sessions', () => {
    const ana = story();
    ana.connect();
    ana.set({ statusMessage: message({ expiresAt: NOON + MINUTE }) });
    ana.end();
    ana.connect('tab', 'n/2');
    ana.wait(MINUTE - 1);
    expect(ana.others().statusMessage).not.toBeNull();
    ana.wait(1);
    expect(ana.others().statusMessage).toBeNull();
    expect(ana.transcript.at(-1)).toMatchObject({ status: 'ONLINE', statusMessage: null, at: NOON + MINUTE });
  });

  it('a message of a user without sessions, for its owner who asks', () => {
    const ana = story();
    ana.set({ status: 'AWAY', statusMessage: message({ expiresAt: NOON + 10 * MINUTE }) });
    ana.end('new-1');
    expect(ana.self().statusMessage).not.toBeNull();
    ana.wait(10 * MINUTE);
    expect(ana.self().statusMessage).toBeNull();
  });

  it('an activity of a session at its expiresAt, alone', () => {
    const ana = story();
    ana.connect();
    ana.set({ activities: [activity({ name: 'Short', expiresAt: NOON + MINUTE }), activity({ name: 'Long' })] });
    ana.wait(MINUTE);
    expect(ana.record.sessions[0]?.activities.map(({ name }) => name)).toEqual(['Long']);
  });

  it('a host-provided activity at its expiresAt, when cleared, or when the user is no longer live', () => {
    const ana = story();
    ana.connect();
    ana.host([activity({ name: 'Call', expiresAt: NOON + MINUTE })], 'calls');
    ana.host([activity({ name: 'Stream' })], 'streams');
    ana.host([activity({ name: 'Party' })], 'parties');
    ana.wait(MINUTE);
    expect(ana.record.hostProvided.map(({ source }) => source)).toEqual(['streams', 'parties']);
    ana.host([], 'streams');
    expect(ana.others().activities.map(({ name }) => name)).toEqual(['Party']);
    ana.end();
    expect(ana.record.hostProvided).toEqual([]);
    ana.connect('tab', 'n/2');
    expect(ana.others().activities).toEqual([]);
  });

  it('but a host-provided activity stays with the sessions while the user hides', () => {
    const ana = story();
    ana.connect();
    ana.host([activity()]);
    ana.set({ status: 'INVISIBLE' });
    ana.set({ status: 'ONLINE' });
    expect(ana.others().activities).toHaveLength(1);
  });
});

describe('host-provided activities', () => {
  it('are one list for each source, replaced whole, with their startedAt kept by a repetition', () => {
    const ana = story();
    ana.connect();
    ana.host([activity({ name: 'A' }), activity({ name: 'B' })]);
    ana.wait(SECOND);
    ana.host([activity({ name: 'B' })]);
    expect(ana.others().activities).toMatchObject([{ name: 'B', startedAt: NOON }]);
  });

  it('come from at most twenty sources; one more is refused and changes nothing', () => {
    const ana = story();
    ana.connect();
    for (let i = 0; i < MAX_HOST_SOURCES; i += 1) expect(ana.host([activity()], `source ${i}`)).toBe(true);
    const before = ana.record;
    expect(ana.host([activity()], 'one more')).toBe(false);
    expect(ana.record).toBe(before);
    expect(ana.host([activity({ name: 'Other' })], 'source 3')).toBe(true);
    expect(ana.host([], 'source 0')).toBe(true);
    expect(ana.host([activity()], 'one more')).toBe(true);
  });
});

describe('revisions', () => {
  it('are max(previous, now) + 1, so that every commit has its own', () => {
    const ana = story();
    ana.connect();
    expect(ana.record.revision).toBe(NOON + 1);
    ana.set({ status: 'AWAY' });
    expect(ana.record.revision).toBe(NOON + 2);
    ana.wait(MINUTE);
    ana.set({ status: 'ONLINE' });
    expect(ana.record.revision).toBe(NOON + MINUTE + 1);
  });

  it('go on from what the journal had, also where that is ahead of the clock', () => {
    const persisted = durable({ revision: NOON + MINUTE, chosen: 'AWAY', message: message(), lastSeen: NOON });
    const ana = story({ record: restoreRecord('ana', { generation: 3, persisted }) });
    ana.connect();
    expect(ana.record).toMatchObject({ generation: 3, revision: NOON + MINUTE + 1 });
    expect(ana.others()).toMatchObject({ status: 'AWAY', statusMessage: message(), asOf: NOON + MINUTE + 1 });
  });

  it('of a facet move only with what that facet shows', () => {
    const ana = story();
    ana.connect();
    const first = ana.record.revisions;
    ana.wait(SECOND);
    ana.set({ activities: [activity()] });
    expect(ana.record.revisions).toEqual({ ...first, activity: ana.record.revision });
    const second = ana.record.revisions;
    ana.set({ statusMessage: message() });
    expect(ana.record.revisions).toEqual({ ...second, status: ana.record.revision });
    ana.beat({ session: 'tab' });
    expect(ana.record.revisions.activity).toBe(second.activity);
    expect(ana.others(STATUS_ONLY).asOf).toBe(ana.record.revisions.status);
  });

  it('leave no instant at which expiring content is both shown and not', () => {
    const ana = story();
    ana.connect();
    ana.set({ statusMessage: message({ expiresAt: NOON + MINUTE }) });
    ana.wait(MINUTE - 1);
    const shown = new Map<string, string>();
    const readAll = () => {
      for (const facets of [STATUS_ONLY, EVERYTHING, SELF]) {
        const { asOf, ...content } = ana.others(facets);
        const key = `${JSON.stringify(facets)} at ${asOf}`;
        expect(JSON.stringify(content)).toBe(shown.get(key) ?? JSON.stringify(content));
        shown.set(key, JSON.stringify(content));
      }
    };
    readAll();
    ana.set({ activities: [activity()] });
    readAll();
    for (let i = 0; i < 3; i += 1) {
      ana.pass(1);
      readAll();
      ana.tick();
      readAll();
    }
  });
});

describe('the schedule of a commit', () => {
  it('has when it is due, whether it is live and seen live, and what of it changed', () => {
    const ana = story();
    const before = ana.record;
    ana.connect();
    const live = ana.record;
    expect(scheduleOf(before, live)).toEqual({
      dueAt: null,
      seenLive: true,
      live: true,
      projectionChanged: true,
      changedForOthers: true,
      placesMoved: [],
      durableChanged: true,
    });
    ana.beat({ connection: 'n/1' });
    expect(scheduleOf(live, ana.record)).toMatchObject({
      dueAt: NOON + 5 * MINUTE,
      projectionChanged: false,
      durableChanged: false,
    });
    const beating = ana.record;
    ana.set({ status: 'INVISIBLE' }, { connection: 'n/1' });
    expect(scheduleOf(beating, ana.record)).toMatchObject({ seenLive: false, live: true, durableChanged: true });
    const hidden = ana.record;
    ana.set({ activities: [activity()] }, { connection: 'n/1' });
    // Its owner, who may watch too, sees the difference; others do not.
    expect(scheduleOf(hidden, ana.record)).toMatchObject({
      projectionChanged: true,
      changedForOthers: false,
      durableChanged: false,
    });
    const busy = ana.record;
    ana.end();
    expect(scheduleOf(busy, ana.record)).toMatchObject({ dueAt: null, live: false, durableChanged: true });
  });

  it('has no due time where nothing is timed', () => {
    expect(nextDue(record({ sessions: [session({ connections: ['n/1'] })] }))).toBeNull();
    expect(isSeenLive(record())).toBe(false);
  });
});

describe('tick', () => {
  it('returns the very record where nothing is due', () => {
    const before = record({ sessions: [session()] });
    expect(tick(before, NOON + 5 * MINUTE - 1).record).toBe(before);
    expect(tick(before, NOON + 5 * MINUTE).record.sessions).toEqual([]);
  });

  it('that comes late applies everything due, as of when it was due', () => {
    const ana = story({ record: record({ sessions: [session()] }) });
    const late = tick(ana.record, NOON + 60 * MINUTE).record;
    expect(late).toMatchObject({ lastSeen: NOON, sessions: [], revision: NOON + 60 * MINUTE + 1 });
  });
});
