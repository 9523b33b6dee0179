import { describe, expect, it } from 'vitest';
import type { Decision } from '../../src/presence/decision.js';
import {
  closeGateway,
  type GatewayOutcome,
  gatewayHeartbeat,
  openGateway,
  revokedGateways,
} from '../../src/presence/gatewayCommands.js';
import { connect, disconnect, endSession, heartbeat, setPresence, tick } from '../../src/presence/record.js';
import { MAX_SESSIONS } from '../../src/presence/session.js';
import { statusSeenByOthers } from '../../src/presence/status.js';
import type { PresenceRecord } from '../../src/presence/types.js';
import { NOON, record, timings } from '../support/unit/builders.js';

const TIMINGS = timings();
const { heartbeatTimeoutMs, graceMs, sessionTtlMs } = TIMINGS;
const SOCKET = 'socket/1';
const reference = (sessionId: string | null = null) => ({ sessionId, connectionId: null, newSessionId: 'new' });

/** One user's record, with a clock. */
const live = (start: Partial<PresenceRecord> = {}) => {
  let at = NOON;
  let now = record(start);
  const take = <R>({ record: next, result }: Decision<R>): R => {
    now = next;
    return result;
  };
  return {
    get record() {
      return now;
    },
    get session() {
      return now.sessions[0];
    },
    get at() {
      return at;
    },
    get status() {
      return statusSeenByOthers(now);
    },
    wait(ms: number) {
      at += ms;
      take(tick(now, at));
    },
    open: (connectionId = SOCKET, sessionId = connectionId): GatewayOutcome =>
      take(openGateway(now, { connectionId, sessionId, device: 'DESKTOP' }, at, TIMINGS)),
    beat: (connectionId = SOCKET, idle?: boolean): GatewayOutcome =>
      take(gatewayHeartbeat(now, { connectionId, idle }, at, TIMINGS)),
    close: (connectionId = SOCKET): GatewayOutcome => take(closeGateway(now, connectionId, at, TIMINGS)),
    do: <R>(command: (record: PresenceRecord, now: number) => Decision<R>): R => take(command(now, at)),
  };
};

describe('a connection of a gateway', () => {
  it('holds a session until a heartbeat is overdue, and was last seen at the last one', () => {
    const ana = live();
    expect(ana.open(SOCKET, 'app')).toBe('held');
    expect(ana.session).toMatchObject({ id: 'app', device: 'DESKTOP', gateways: [SOCKET] });
    ana.wait(heartbeatTimeoutMs - 1);
    expect(ana.beat()).toBe('held');
    const lastAt = ana.at;
    ana.wait(heartbeatTimeoutMs - 1);
    expect(ana.status).toBe('ONLINE');
    ana.wait(1);
    expect(ana.record).toMatchObject({ sessions: [], lastSeen: lastAt });
  });

  it('leaves its session to the grace, and another resumes it', () => {
    const ana = live();
    ana.open(SOCKET, 'app');
    expect(ana.close()).toBe('held');
    expect(ana.session).toMatchObject({ gateways: [], leaseUntil: null, graceUntil: NOON + graceMs });
    ana.wait(graceMs - 1);
    expect(ana.open('socket/2', 'app')).toBe('held');
    expect(ana.record.sessions).toMatchObject([{ id: 'app', gateways: ['socket/2'], graceUntil: null }]);
    // A late close of the first one is nothing to the second.
    expect(ana.close()).toBe('unknown');
    ana.wait(graceMs);
    expect(ana.status).toBe('ONLINE');
    ana.close('socket/2');
    ana.wait(graceMs);
    expect(ana.record.sessions).toEqual([]);
  });

  it('leaves its session to others that hold it', () => {
    const ana = live();
    ana.open(SOCKET, 'app');
    ana.open('socket/2', 'app');
    ana.close();
    expect(ana.session).toMatchObject({ gateways: ['socket/2'], graceUntil: null });
    ana.do((before, now) => connect(before, { connectionId: 'n/1', sessionId: 'app', device: null }, now));
    ana.close('socket/2');
    expect(ana.session).toMatchObject({ gateways: [], connections: ['n/1'], leaseUntil: null, graceUntil: null });
    ana.open('socket/3', 'app');
    ana.do((before, now) => disconnect(before, { connectionId: 'n/1', aliveAt: now }, now, TIMINGS));
    expect(ana.session).toMatchObject({ gateways: ['socket/3'], graceUntil: null });
    ana.wait(heartbeatTimeoutMs - 1);
    expect(ana.status).toBe('ONLINE');
  });

  it('beside a socket outlives neither its own heartbeats nor the socket', () => {
    const ana = live();
    ana.open(SOCKET, 'app');
    ana.do((before, now) => connect(before, { connectionId: 'n/1', sessionId: 'app', device: null }, now));
    expect(ana.beat()).toBe('held');
    ana.wait(heartbeatTimeoutMs);
    expect(ana.session).toMatchObject({ gateways: [], leaseUntil: null, connections: ['n/1'] });
    expect(ana.beat()).toBe('unknown');
  });

  it('holds its session after the socket beside it, also where a heartbeat is almost overdue', () => {
    const ana = live();
    ana.open(SOCKET, 'app');
    ana.do((before, now) => connect(before, { connectionId: 'n/1', sessionId: 'app', device: null }, now));
    ana.wait(heartbeatTimeoutMs - 1);
    ana.do((before, now) => disconnect(before, { connectionId: 'n/1', aliveAt: now }, now, TIMINGS));
    expect(ana.session).toMatchObject({ gateways: [SOCKET], graceUntil: null });
    expect(ana.beat()).toBe('held');
  });

  it('is not known before it opens; twice is once', () => {
    const ana = live();
    expect(ana.beat()).toBe('unknown');
    expect(ana.close()).toBe('unknown');
    expect(ana.record.sessions).toEqual([]);
    ana.open();
    ana.open();
    expect(ana.record.sessions).toMatchObject([{ gateways: [SOCKET] }]);
  });

  it('takes the session that it names from the one that an earlier heartbeat opened', () => {
    const ana = live();
    ana.open();
    ana.open(SOCKET, 'app');
    expect(ana.record.sessions).toMatchObject([{ id: 'app', gateways: [SOCKET] }]);
    expect(ana.record.revoked).toEqual([]);
  });

  it('takes it also where that one is older', () => {
    const ana = live();
    ana.open('socket/0', 'app');
    ana.close('socket/0');
    ana.open();
    expect(ana.record.sessions).toHaveLength(2);
    ana.open(SOCKET, 'app');
    expect(ana.record.sessions).toMatchObject([{ id: 'app', gateways: [SOCKET], graceUntil: null }]);
  });

  it('does not open what its user ended', () => {
    const ana = live();
    ana.open(SOCKET, 'app');
    const before = ana.record;
    expect(ana.do((current, now) => endSession(current, 'app', now))).toBe(true);
    expect(revokedGateways(before, ana.record)).toEqual([SOCKET]);
    expect(revokedGateways(ana.record, ana.record)).toEqual([]);
    expect(ana.beat()).toBe('closed');
    expect(ana.open()).toBe('closed');
    expect(ana.record.sessions).toEqual([]);
  });

  it('is the last to make room for another session, beside sockets', () => {
    const ana = live();
    ana.open();
    for (let i = 1; i < MAX_SESSIONS; i += 1) {
      ana.wait(1);
      ana.do((before, now) =>
        heartbeat(before, { idle: false, sessionReference: reference(`http-${i}`) }, now, TIMINGS),
      );
    }
    ana.do((before, now) => heartbeat(before, { idle: false, sessionReference: reference('more') }, now, TIMINGS));
    expect(ana.record.sessions.map(({ id }) => id)).toContain(SOCKET);
  });

  it('of which there are many, the earliest is forgotten', () => {
    const ana = live();
    for (let i = 0; i < 25; i += 1) ana.open(`socket/${i}`, 'app');
    expect(ana.session?.gateways).toHaveLength(20);
    expect(ana.session?.gateways.at(-1)).toBe('socket/24');
  });
});

describe('its user', () => {
  it.each(['OFFLINE', 'INVISIBLE'] as const)('stays %s', (chosen) => {
    const ana = live({ chosen });
    ana.open();
    ana.beat(SOCKET, false);
    expect(ana.record).toMatchObject({ chosen, sessions: [{ id: SOCKET }] });
    expect(ana.status).toBe('OFFLINE');
  });

  it('is idle as heartbeats say, and not by those that say nothing', () => {
    const ana = live();
    ana.open();
    ana.beat(SOCKET, true);
    expect(ana.status).toBe('AWAY');
    ana.beat();
    expect(ana.status).toBe('AWAY');
    ana.beat(SOCKET, false);
    expect(ana.status).toBe('ONLINE');
  });

  it('has no more time by what they do over HTTP', () => {
    const ana = live();
    ana.open();
    ana.do((before, now) => setPresence(before, { status: 'AWAY', sessionReference: reference(SOCKET) }, now, TIMINGS));
    ana.wait(heartbeatTimeoutMs);
    expect(ana.record.sessions).toEqual([]);
  });

  it('is in the background after the close, where the app said so', () => {
    const ana = live();
    ana.open();
    ana.do((before, now) => heartbeat(before, { idle: true, sessionReference: reference(SOCKET) }, now, TIMINGS));
    ana.beat();
    ana.close();
    expect(ana.session).toMatchObject({ gateways: [], graceUntil: null });
    ana.wait(sessionTtlMs - 1);
    expect(ana.status).toBe('AWAY');
    ana.wait(1);
    expect(ana.record.sessions).toEqual([]);
  });

  it('who is active again is in the background no more', () => {
    const ana = live();
    ana.open();
    ana.do((before, now) => heartbeat(before, { idle: true, sessionReference: reference(SOCKET) }, now, TIMINGS));
    ana.beat(SOCKET, false);
    ana.close();
    expect(ana.session).toMatchObject({ graceUntil: NOON + graceMs });
  });
});
