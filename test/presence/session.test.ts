import { describe, expect, it } from 'vitest';
import { connect, disconnect, endSession, expiryOf } from '../../src/presence/record.js';
import { nodeLost } from '../../src/presence/recovery.js';
import { MAX_SESSIONS, makeRoom, resolveSession } from '../../src/presence/session.js';
import type { PresenceRecord } from '../../src/presence/types.js';
import { activity, NOON, record, session, timings } from '../support/unit/builders.js';
import { story } from '../support/unit/story.js';

const SECOND = 1_000;
const MINUTE = 60_000;

describe('a session of a connection', () => {
  it('makes its user live with the connection, and for as long as it is open', () => {
    const ana = story();
    ana.connect();
    ana.wait(60 * MINUTE);
    expect(ana.statuses).toEqual(['ONLINE']);
  });

  it('ends when the grace after its last connection is over, and not a millisecond before', () => {
    const ana = story();
    ana.connect();
    ana.wait(MINUTE);
    ana.close();
    ana.wait(5 * SECOND - 1);
    expect(ana.others().status).toBe('ONLINE');
    ana.wait(1);
    expect(ana.others().status).toBe('OFFLINE');
    expect(ana.sessions).toEqual([]);
  });

  it('resumed within the grace shows nothing, neither of a device nor of an activity', () => {
    const ana = story();
    ana.connect('tab', 'n/1', 'DESKTOP');
    ana.set({ activities: [activity()] }, { connection: 'n/1' });
    const before = ana.transcript.length;
    for (let i = 2; i < 6; i += 1) {
      ana.wait(SECOND);
      ana.close(`n/${i - 1}`);
      ana.wait(4_999);
      ana.connect('tab', `n/${i}`);
    }
    expect(ana.transcript.length).toBe(before);
    expect(ana.others()).toMatchObject({ devices: ['DESKTOP'], activities: [{ name: 'Chess' }] });
  });

  it('ends at once without a grace', () => {
    const ana = story({ graceMs: 0 });
    ana.connect();
    ana.wait(SECOND);
    ana.close();
    expect(ana.others()).toMatchObject({ status: 'OFFLINE', lastSeen: NOON + SECOND });
  });

  it('whose client was sent away ends when the grace and the time to come back are over, and not a millisecond before', () => {
    const ana = story();
    ana.connect();
    ana.wait(MINUTE);
    ana.close('n/1', { returnsWithinMs: 12 * SECOND });
    ana.wait(17 * SECOND - 1);
    expect(ana.others().status).toBe('ONLINE');
    ana.wait(1);
    expect(ana.others()).toMatchObject({ status: 'OFFLINE', lastSeen: NOON + MINUTE });
  });

  it('whose client was sent away ends no later than if its node had died', () => {
    const ana = story({ heartbeatTimeoutMs: 45 * SECOND });
    ana.connect();
    ana.close('n/1', { returnsWithinMs: 10 * MINUTE });
    ana.wait(50 * SECOND - 1);
    expect(ana.others().status).toBe('ONLINE');
    ana.wait(1);
    expect(ana.others().status).toBe('OFFLINE');
  });

  it('ends at once without a grace, also where the client was sent away', () => {
    const ana = story({ graceMs: 0 });
    ana.connect();
    ana.close('n/1', { returnsWithinMs: 10 * SECOND });
    expect(ana.others().status).toBe('OFFLINE');
  });

  it('has the usual grace again once its client came back and closed by itself', () => {
    const ana = story();
    ana.connect();
    ana.close('n/1', { returnsWithinMs: 30 * SECOND });
    ana.wait(20 * SECOND);
    ana.connect('tab', 'm/1');
    ana.close('m/1');
    ana.wait(5 * SECOND);
    expect(ana.statuses).toEqual(['ONLINE', 'OFFLINE']);
  });

  it('keeps the grace that it had where its client gave up before it was let in', () => {
    const ana = story();
    ana.connect();
    ana.close('n/1', { returnsWithinMs: 30 * SECOND });
    const { graceUntil } = ana.record.sessions[0]!;
    ana.wait(15 * SECOND);
    ana.connect('tab', 'm/1');
    ana.close('m/1', { graceUntil });
    ana.wait(20 * SECOND - 1);
    expect(ana.others().status).toBe('ONLINE');
    ana.wait(1);
    expect(ana.others().status).toBe('OFFLINE');
  });

  it('has at least the usual grace where its client gave up, and none where graces are turned off', () => {
    const ana = story();
    ana.connect();
    ana.close();
    const { graceUntil } = ana.record.sessions[0]!;
    ana.wait(4 * SECOND);
    ana.connect('tab', 'm/1');
    ana.close('m/1', { graceUntil });
    ana.wait(5 * SECOND - 1);
    expect(ana.others().status).toBe('ONLINE');
    const bo = story({ graceMs: 0 });
    bo.connect();
    bo.close('n/1', { graceUntil: bo.now + MINUTE });
    expect(bo.others().status).toBe('OFFLINE');
  });

  it('has a grace of its own', () => {
    const ana = story();
    ana.connect('tab', 'n/1', 'WEB');
    ana.connect('phone', 'n/2', 'MOBILE');
    ana.close('n/1');
    ana.wait(3 * SECOND);
    ana.close('n/2');
    ana.wait(2 * SECOND);
    expect(ana.others().devices).toEqual(['MOBILE']);
    ana.wait(3 * SECOND);
    expect(ana.others().status).toBe('OFFLINE');
  });

  it('that ended is over: its id starts a new one, with nothing of the old', () => {
    const ana = story();
    ana.connect('tab', 'n/1', 'PLUGIN');
    ana.set({ activities: [activity()] }, { connection: 'n/1' });
    ana.end();
    ana.wait(SECOND);
    ana.connect('tab', 'n/2');
    expect(ana.record.sessions).toMatchObject([{ startedAt: NOON + SECOND, device: 'UNKNOWN', activities: [] }]);
  });

  it('expires a heartbeat timeout from now while open, and with its grace once closed', () => {
    const ana = story();
    ana.connect();
    expect(expiryOf(ana.record.sessions[0]!, NOON, ana.timings)).toBe(NOON + 45 * SECOND);
    ana.close();
    expect(expiryOf(ana.record.sessions[0]!, NOON, ana.timings)).toBe(NOON + 5 * SECOND);
  });
});

describe('fencing', () => {
  it('a late close does not end what a newer connection resumed', () => {
    const ana = story();
    ana.connect('tab', 'n/1');
    ana.connect('tab', 'n/2');
    ana.close('n/1');
    ana.wait(MINUTE);
    expect(ana.statuses).toEqual(['ONLINE']);
  });

  it('a close repeated after a return does not end it', () => {
    const ana = story();
    ana.connect('tab', 'n/1');
    ana.close('n/1');
    ana.connect('tab', 'n/2');
    ana.close('n/1');
    ana.wait(MINUTE);
    expect(ana.sessions).toEqual(['tab']);
  });

  it('a close repeated does not begin the grace anew', () => {
    const ana = story();
    ana.connect();
    ana.close();
    ana.wait(3 * SECOND);
    ana.close();
    ana.wait(2 * SECOND);
    expect(ana.others().status).toBe('OFFLINE');
  });

  it('a duplicated tab keeps the session alive until it closes as well', () => {
    const ana = story();
    ana.connect('tab', 'n/1');
    ana.connect('tab', 'n/2');
    ana.close('n/2');
    ana.wait(MINUTE);
    expect(ana.sessions).toEqual(['tab']);
    ana.close('n/1');
    ana.wait(5 * SECOND);
    expect(ana.sessions).toEqual([]);
  });

  it('a connection whose session was ended is a watcher: its close means nothing', () => {
    const ana = story();
    ana.connect('tab', 'n/1');
    expect(ana.end()).toBe(true);
    ana.connect('tab', 'n/2');
    ana.close('n/1');
    ana.wait(MINUTE);
    expect(ana.statuses).toEqual(['ONLINE', 'OFFLINE', 'ONLINE']);
  });
});

describe('a session over plain HTTP', () => {
  it('starts with a heartbeat or a setPresence, and lives a TTL since the last of them, without a grace', () => {
    const ana = story();
    expect(ana.beat()).toBe('new-1');
    ana.wait(5 * MINUTE - 1);
    ana.set({ status: 'AWAY' });
    expect(ana.sessions).toEqual(['new-1']);
    ana.wait(5 * MINUTE - 1);
    expect(ana.others().status).toBe('AWAY');
    ana.wait(1);
    expect(ana.others()).toMatchObject({ status: 'OFFLINE', lastSeen: NOON + 5 * MINUTE - 1 });
  });

  it('ends at once with endSession, which says whether there was one', () => {
    const ana = story();
    const id = ana.beat();
    expect(ana.end('another')).toBe(false);
    expect(ana.end(id)).toBe(true);
    expect(ana.end(id)).toBe(false);
    expect(ana.statuses).toEqual(['ONLINE', 'OFFLINE']);
  });

  it('becomes one of the connection that names it, and ends with its grace', () => {
    const ana = story();
    ana.beat({ session: 'tab' });
    ana.connect('tab', 'n/1');
    ana.wait(60 * MINUTE);
    expect(ana.sessions).toEqual(['tab']);
    ana.close();
    ana.wait(5 * SECOND);
    expect(ana.sessions).toEqual([]);
  });
});

describe('the session of a command', () => {
  it('is the named one, started where there is none', () => {
    const ana = story();
    ana.connect('tab', 'n/1');
    expect(ana.beat({ session: 'phone', connection: 'n/1' })).toBe('phone');
    expect(ana.beat({ session: 'tab' })).toBe('tab');
    expect(ana.sessions).toEqual(['tab', 'phone']);
  });

  it('over a connection is its own, however recently another one was active', () => {
    const ana = story();
    ana.connect('tab', 'n/1');
    ana.wait(SECOND);
    ana.connect('phone', 'n/2');
    expect(ana.beat({ connection: 'n/1' })).toBe('tab');
  });

  it('over plain HTTP and of watchers is the most recently active: no second session is left behind', () => {
    const ana = story();
    ana.connect('tab', 'n/1');
    ana.wait(1);
    ana.connect('phone', 'n/2');
    ana.wait(1);
    expect(ana.beat()).toBe('phone');
    ana.wait(1);
    ana.set({ status: 'AWAY' }, { session: 'tab' });
    ana.wait(1);
    expect(ana.beat({ connection: 'a-watcher' })).toBe('tab');
    expect(ana.sessions).toEqual(['tab', 'phone']);
  });

  it('is none where there is none', () => {
    expect(resolveSession(record(), { sessionId: null, connectionId: 'n/1' })).toBeUndefined();
    expect(
      resolveSession(record({ sessions: [session()] }), { sessionId: 'other', connectionId: null }),
    ).toBeUndefined();
  });
});

describe('HTTP beside a connection', () => {
  it('lends no life to a session that the connection holds', () => {
    const ana = story();
    ana.connect();
    ana.beat();
    ana.beat({ session: 'tab' });
    ana.set({ status: 'ONLINE' }, { session: 'tab' });
    ana.close();
    ana.wait(5 * SECOND);
    expect(ana.others().status).toBe('OFFLINE');
  });

  it('lends no life to a session in grace, and does not move when it was last known live', () => {
    const ana = story();
    ana.connect();
    ana.wait(MINUTE);
    ana.close();
    ana.wait(2 * SECOND);
    ana.beat();
    ana.set({ activities: [activity()] });
    ana.wait(3 * SECOND);
    expect(ana.others()).toMatchObject({ status: 'OFFLINE', lastSeen: NOON + MINUTE });
  });

  it('an idle heartbeat over HTTP that names the session lets it go on as an HTTP session', () => {
    const ana = story();
    ana.connect();
    ana.beat({ session: 'tab', idle: true });
    ana.wait(SECOND);
    ana.close();
    ana.wait(MINUTE);
    expect(ana.others().status).toBe('AWAY');
    ana.wait(4 * MINUTE);
    expect(ana.others()).toMatchObject({ status: 'OFFLINE', lastSeen: NOON + SECOND });
  });

  it('does so also for a session that is in grace already', () => {
    const ana = story();
    ana.connect();
    ana.close();
    ana.wait(4 * SECOND);
    ana.beat({ session: 'tab', idle: true });
    ana.wait(MINUTE);
    expect(ana.others().status).toBe('AWAY');
    ana.wait(4 * MINUTE);
    expect(ana.others()).toMatchObject({ status: 'OFFLINE', lastSeen: NOON + 4 * SECOND });
  });

  it('a session in the background was last live at the last answer of its connection or at its heartbeat, whichever is later', () => {
    const ana = story();
    ana.connect();
    ana.wait(40 * SECOND);
    ana.beat({ session: 'tab', idle: true });
    ana.close('n/1', { heardMsAgo: 30 * SECOND });
    ana.wait(6 * MINUTE);
    expect(ana.others()).toMatchObject({ status: 'OFFLINE', lastSeen: NOON + 40 * SECOND });
  });

  it('a background that is all but over when the connection closes leaves no less than the grace', () => {
    const ana = story();
    ana.connect();
    ana.beat({ session: 'tab', idle: true });
    ana.wait(5 * MINUTE - 1);
    ana.close();
    ana.wait(5 * SECOND - 1);
    ana.connect('tab', 'n/2');
    expect(ana.statuses).toEqual(['ONLINE', 'AWAY']);
  });

  it('an idle heartbeat that names nothing, or comes over the connection, does not', () => {
    for (const from of [{}, { connection: 'n/1' }, { connection: 'n/1', session: 'tab' }]) {
      const ana = story();
      ana.connect();
      ana.beat({ ...from, idle: true });
      ana.close();
      ana.wait(5 * SECOND);
      expect(ana.others().status).toBe('OFFLINE');
    }
  });

  it('a new connection, or idle: false, cancels the background', () => {
    const returns = story();
    returns.connect('tab', 'n/1');
    returns.beat({ session: 'tab', idle: true });
    returns.connect('tab', 'n/2');
    returns.close('n/1');
    returns.close('n/2');
    returns.wait(5 * SECOND);
    expect(returns.sessions).toEqual([]);

    const wakes = story();
    wakes.connect();
    wakes.beat({ session: 'tab', idle: true });
    wakes.beat({ session: 'tab', idle: false });
    wakes.close();
    wakes.wait(5 * SECOND);
    expect(wakes.sessions).toEqual([]);
  });

  it('a background that ran out while the connection is open leaves the session to the connection', () => {
    const ana = story();
    ana.connect();
    ana.beat({ session: 'tab', idle: true });
    ana.wait(10 * MINUTE);
    expect(ana.sessions).toEqual(['tab']);
    ana.close();
    ana.wait(5 * SECOND);
    expect(ana.sessions).toEqual([]);
  });
});

describe('idleness', () => {
  it('a session that never sent a heartbeat is active, however long it is silent', () => {
    const ana = story();
    ana.connect();
    ana.set({ activities: [] });
    ana.wait(24 * 60 * MINUTE);
    expect(ana.statuses).toEqual(['ONLINE']);
  });

  it('one that did is idle while it reports so', () => {
    const ana = story();
    ana.connect();
    ana.beat({ connection: 'n/1', idle: true });
    ana.set({ activities: [activity()] }, { connection: 'n/1' });
    expect(ana.others().status).toBe('AWAY');
    ana.beat({ connection: 'n/1', idle: false });
    expect(ana.others().status).toBe('ONLINE');
  });

  it('or after silence, which any command ends', () => {
    const ana = story();
    ana.connect();
    ana.beat({ connection: 'n/1' });
    ana.wait(5 * MINUTE - 1);
    expect(ana.others().status).toBe('ONLINE');
    ana.wait(1);
    expect(ana.others().status).toBe('AWAY');
    ana.set({ activities: [] }, { connection: 'n/1' });
    expect(ana.others().status).toBe('ONLINE');
    ana.wait(5 * MINUTE);
    expect(ana.others().status).toBe('AWAY');
  });

  it('of some devices and not of others never makes the status flip', () => {
    const ana = story();
    ana.connect('tab', 'n/1');
    ana.connect('phone', 'n/2');
    for (let i = 0; i < 20; i += 1) {
      ana.beat({ connection: 'n/1', idle: i % 2 === 0 });
      ana.beat({ connection: 'n/2', idle: false });
      ana.wait(10 * SECOND);
    }
    expect(ana.statuses.slice(1)).toEqual([]);
  });
});

describe('the bound of twenty sessions', () => {
  const crowd = () => {
    const ana = story();
    for (let i = 0; i < MAX_SESSIONS; i += 1) ana.connect(`s${i}`, `n/${i}`);
    return ana;
  };

  it('lets the 21st replace the oldest where all are held by connections, with no offline blip', () => {
    const ana = crowd();
    ana.wait(1);
    ana.connect('s20', 'n/20');
    expect(ana.sessions).not.toContain('s0');
    expect(ana.sessions.length).toBe(20);
    expect(ana.statuses).toEqual(['ONLINE']);
  });

  it('takes the first that came as the oldest of those that came in one moment', () => {
    const ana = crowd();
    ana.connect('s20', 'n/20');
    ana.connect('s21', 'n/21');
    expect(ana.sessions).toEqual(Array.from({ length: 20 }, (_, i) => `s${i + 2}`));
  });

  it('replaces one in grace before one of HTTP, and that before one of a connection', () => {
    const held = Array.from({ length: 18 }, (_, i) => session({ id: `s${i}`, connections: [`n/${i}`], startedAt: i }));
    const overHttp = session({ id: 'http', startedAt: NOON - 2 });
    const inGrace = session({ id: 'grace', graceUntil: NOON + 1, startedAt: NOON - 1 });
    const ids = (sessions: ReturnType<typeof session>[]) =>
      makeRoom(record({ sessions }), NOON).sessions.map(({ id }) => id);
    expect(ids([...held, overHttp, inGrace])).not.toContain('grace');
    expect(ids([...held, overHttp, session({ id: 'more', connections: ['n/x'] })])).not.toContain('http');
    expect(ids(held)).toHaveLength(18);
  });

  it('does not count one that is resumed', () => {
    const ana = crowd();
    ana.close('n/7');
    ana.connect('s7', 'n/77');
    expect(ana.sessions.length).toBe(20);
    expect(ana.sessions).toContain('s0');
  });

  it('a replaced session does not come back by a close or a command of its open connection', () => {
    const ana = crowd();
    ana.wait(1);
    ana.connect('s20', 'n/20');
    ana.wait(1);
    expect(ana.beat({ connection: 'n/0' })).toBe('s20');
    ana.close('n/0');
    expect(ana.sessions.length).toBe(20);
  });
});

describe('a connection whose session was ended or replaced', () => {
  const held = (id: string) => session({ id, connections: [`n/${id}`] });
  const namesOf = ({ revoked = [] }: PresenceRecord) => revoked.map(({ connectionId }) => connectionId);

  it('is known as such, unlike one that closed or was lost', () => {
    const before = record({ sessions: [held('a'), held('b'), held('c'), session({ id: 'app' })] });
    const ended = endSession(before, 'a', NOON).record;
    expect(namesOf(ended)).toEqual(['n/a']);
    const without = timings({ graceMs: 0 });
    const closed = disconnect(ended, { connectionId: 'n/b', aliveAt: NOON }, NOON, without).record;
    const lost = nodeLost(closed, { incarnation: 'n', aliveAt: NOON }, NOON, without).record;
    const over = endSession(lost, 'app', NOON).record;
    expect([over.sessions, namesOf(over)]).toEqual([[], ['n/a']]);
    const full = record({ sessions: Array.from({ length: MAX_SESSIONS }, (_, i) => held(`${i}`)) });
    const next = connect(full, { connectionId: 'n/next', sessionId: 'next', device: null }, NOON).record;
    expect(namesOf(next)).toEqual(['n/0']);
  });

  it('is no longer listed after three minutes, and beyond forty', () => {
    const ended = endSession(record({ sessions: [held('a'), held('b')] }), 'a', NOON).record;
    const later = (ms: number) => endSession(ended, 'b', NOON + ms).record;
    expect(namesOf(later(2 * MINUTE))).toEqual(['n/a', 'n/b']);
    expect(namesOf(later(4 * MINUTE))).toEqual(['n/b']);
    const all = Array.from({ length: 50 }, (_, i) => `${i}`);
    const many = all.reduce(
      (rest, id) =>
        endSession(connect(rest, { connectionId: `n/${id}`, sessionId: id, device: null }, NOON).record, id, NOON)
          .record,
      record(),
    );
    expect(namesOf(many)).toEqual(all.slice(10).map((id) => `n/${id}`));
  });
});
