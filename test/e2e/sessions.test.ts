import { describe, expect, it } from 'vitest';
import type { Person } from '../support/http/rollcall.js';
import { serve } from '../support/http/rollcall.js';

const GRACE_MS = 3_000;
const rollcall = await serve({
  PRESENCE_OFFLINE_DEBOUNCE: `${GRACE_MS}ms`,
  HEARTBEAT_TIMEOUT: '2s',
  SESSION_TTL: '300s',
});

/** Somebody who leaves now: their OFFLINE comes after the grace of all who left before them. */
async function leaveNow(sentinel: Person): Promise<void> {
  await (await sentinel.connect()).close();
}

describe.concurrent('the session of a connection', () => {
  it('starts with the acknowledgement and shows its device', async () => {
    const [alice, bob] = await rollcall.friends('alice', 'bob');
    const watching = (await alice.lurk()).watch([bob.id]);
    await watching.next();
    const socket = await bob.connect({ device: 'PLUGIN', sessionId: 'daw' });
    expect(await watching.next()).toMatchObject({ status: 'ONLINE', devices: ['PLUGIN'], lastSeen: null });
    expect((await socket.me()).sessions).toMatchObject([{ id: 'daw', device: 'PLUGIN', idle: false }]);
  });

  it('ends after the grace, once, and was last seen when it closed', async () => {
    const [alice, bob] = await rollcall.friends('alice', 'bob');
    const socket = await bob.connect();
    const watching = (await alice.lurk()).watch([bob.id]);
    expect((await watching.next()).status).toBe('ONLINE');
    const before = Date.now();
    await socket.close();
    const after = Date.now();
    const gone = await watching.next();
    expect(gone).toMatchObject({ status: 'OFFLINE', devices: [], activities: [], statusMessage: null });
    const lastSeen = Date.parse(gone.lastSeen ?? '');
    expect(lastSeen).toBeGreaterThanOrEqual(before - 50);
    expect(lastSeen).toBeLessThan(after + GRACE_MS - 50);
    expect(Date.parse(gone.asOf) - lastSeen).toBeGreaterThanOrEqual(GRACE_MS - 50);
    await bob.heartbeat();
    expect((await watching.next()).status).toBe('ONLINE');
  });

  it('is seen by nobody to reload within the grace', async () => {
    const [alice, bob, carol] = await rollcall.friends('alice', 'bob', 'carol');
    const first = await bob.connect({ sessionId: 'tab', device: 'MOBILE' });
    await first.setPresence({ activities: [{ type: 'PLAYING', name: 'Go' }], statusMessage: { text: 'thinking' } });
    const watching = (await alice.lurk()).watch([bob.id]);
    const before = await watching.next();
    await first.close();
    const second = await bob.connect({ sessionId: 'tab', device: 'MOBILE' });
    const sentinel = (await alice.lurk()).watch([carol.id]);
    await leaveNow(carol);
    await sentinel.nextWhere((seen) => seen.lastSeen !== null);
    expect(watching.transcript).toEqual([before]);
    expect(await alice.userPresence(bob.id)).toMatchObject({
      status: 'ONLINE',
      devices: ['MOBILE'],
      activities: [{ name: 'Go', startedAt: before.activities[0]?.startedAt }],
    });
    await second.say('decided');
    expect(await watching.next()).toMatchObject({ status: 'ONLINE', statusMessage: { text: 'decided' } });
  });

  it('stays in the set, unchanged, while its grace runs, whatever the close code', async () => {
    const [alice, bob] = await rollcall.friends('alice', 'bob');
    const phone = await bob.connect({ sessionId: 'phone', device: 'MOBILE' });
    const desk = await bob.connect({ sessionId: 'desk', device: 'DESKTOP' });
    const watching = (await alice.lurk()).watch([bob.id]);
    expect((await watching.next()).devices).toEqual(['MOBILE', 'DESKTOP']);
    await phone.drop();
    await desk.say('the phone is in its grace');
    expect(await watching.next()).toMatchObject({
      devices: ['MOBILE', 'DESKTOP'],
      statusMessage: { text: 'the phone is in its grace' },
    });
    expect(await watching.next()).toMatchObject({ status: 'ONLINE', devices: ['DESKTOP'] });
  });

  it('gets no life from HTTP, neither while it is held nor in its grace', async () => {
    const [alice, bob] = await rollcall.friends('alice', 'bob');
    const socket = await bob.connect({ sessionId: 'tab' });
    const watching = (await alice.lurk()).watch([bob.id]);
    await watching.next();
    await bob.heartbeat({ sessionId: 'tab' });
    await socket.close();
    await bob.heartbeat({ sessionId: 'tab' });
    await bob.setPresence({ sessionId: 'tab' });
    expect((await watching.next()).status).toBe('OFFLINE');
    expect((await bob.me()).sessions).toEqual([]);
  });

  it('is kept alive by a duplicated tab, and a late close never ends it', async () => {
    const [alice, bob, carol] = await rollcall.friends('alice', 'bob', 'carol');
    const older = await bob.connect({ sessionId: 'tab', device: 'WEB' });
    const newer = await bob.connect({ sessionId: 'tab', device: 'WEB' });
    expect((await newer.me()).sessions).toHaveLength(1);
    const watching = (await alice.lurk()).watch([bob.id, carol.id]);
    await watching.take(2);
    await older.close();
    await leaveNow(carol);
    expect(await watching.nextWhere((seen) => seen.status === 'OFFLINE')).toMatchObject({ id: carol.id });
    expect(watching.transcript.filter((seen) => seen.id === bob.id)).toHaveLength(1);
    await newer.close();
    expect(await watching.next()).toMatchObject({ id: bob.id, status: 'OFFLINE' });
  });

  it('is lost when its pings go unanswered', async () => {
    const [alice, bob] = await rollcall.friends('alice', 'bob');
    const { openRaw } = await import('../support/http/raw.js');
    const deaf = await openRaw(rollcall.wsUrl, { autoPong: false });
    deaf.send({ type: 'connection_init', payload: { authorization: `Bearer ${await bob.token()}` } });
    await deaf.nextWhere((message) => message.type === 'connection_ack');
    const watching = (await alice.lurk()).watch([bob.id]);
    expect((await watching.next()).status).toBe('ONLINE');
    expect((await watching.next(12_000)).status).toBe('OFFLINE');
  });

  it('of one user is nothing to another user who uses the same id', async () => {
    const [alice, bob] = await rollcall.friends('alice', 'bob');
    const socket = await alice.connect({ sessionId: 'same' });
    await bob.connect({ sessionId: 'same' });
    expect(await bob.endSession('same')).toBe(true);
    expect((await socket.me()).sessions).toMatchObject([{ id: 'same' }]);
  });
});

describe.concurrent('endSession', () => {
  it('ends a session at once and leaves its connection open as a watcher', async () => {
    const [alice, bob, carol] = await rollcall.friends('alice', 'bob', 'carol');
    const socket = await bob.connect({ sessionId: 'tab', device: 'WEB' });
    const leaving = await carol.connect();
    const watching = (await alice.lurk()).watch([bob.id, carol.id]);
    await watching.take(2);
    await leaving.close();
    expect(await bob.endSession('tab')).toBe(true);
    // Carol, who left before, has her grace.
    expect(await watching.next()).toMatchObject({ id: bob.id, status: 'OFFLINE' });
    expect(await watching.next()).toMatchObject({ id: carol.id, status: 'OFFLINE' });
    expect((await socket.me()).sessions).toEqual([]);
    const own = socket.watch([alice.id]);
    await own.next();
    await alice.say('can you hear me');
    expect(await own.next()).toMatchObject({ id: alice.id, statusMessage: { text: 'can you hear me' } });
  });

  it('is false where there was no such session', async () => {
    const [bob] = await rollcall.strangers('bob');
    expect(await bob.endSession('never-was')).toBe(false);
    await bob.heartbeat({ sessionId: 'was' });
    expect(await bob.endSession('was')).toBe(true);
    expect(await bob.endSession('was')).toBe(false);
  });

  it('frees the id: used again it starts a new session', async () => {
    const [bob] = await rollcall.strangers('bob');
    const socket = await bob.connect({ sessionId: 'tab', device: 'WEB' });
    await socket.setPresence({ activities: [{ type: 'PLAYING', name: 'Go' }] });
    const [first] = (await bob.me()).sessions;
    await bob.endSession('tab');
    await bob.connect({ sessionId: 'tab', device: 'DESKTOP' });
    const after = await bob.me();
    expect(after.sessions).toMatchObject([{ id: 'tab', device: 'DESKTOP' }]);
    expect(after.sessions[0]?.startedAt).not.toBe(first?.startedAt);
    expect(after.presence.activities).toEqual([]);
  });
});

describe.concurrent('a watcher', () => {
  it('never makes its user live, and neither do a query and setTyping', async () => {
    const [alice, bob] = await rollcall.friends('alice', 'bob');
    const room = rollcall.fresh('room');
    await rollcall.host.putConversation(room, [alice.id, bob.id]);
    const watching = (await alice.lurk()).watch([bob.id]);
    await watching.next();
    const socket = await bob.lurk();
    await socket.presence([alice.id]);
    await bob.presence([alice.id]);
    await bob.setTyping(room);
    await socket.setTyping(room);
    expect((await bob.me()).sessions).toEqual([]);
    expect((await bob.me()).presence.status).toBe('OFFLINE');
    await bob.heartbeat({ device: 'MOBILE' });
    expect(await watching.next()).toMatchObject({ status: 'ONLINE', devices: ['MOBILE'] });
  });
});

describe.concurrent('who speaks', () => {
  it('a mutation over HTTP beside a socket leaves no second session behind', async () => {
    const [alice, bob] = await rollcall.friends('alice', 'bob');
    const socket = await bob.connect({ sessionId: 'tab', device: 'WEB' });
    await bob.setPresence({ activities: [{ type: 'CUSTOM', name: 'writing' }] });
    await bob.heartbeat();
    const { sessions } = await bob.me();
    expect(sessions.map(({ id }) => id)).toEqual(['tab']);
    const watching = (await alice.lurk()).watch([bob.id]);
    expect((await watching.next()).activities).toMatchObject([{ name: 'writing' }]);
    await socket.close();
    expect((await watching.next()).status).toBe('OFFLINE');
  });

  it('the session that is named speaks, else that of the connection', async () => {
    const [bob] = await rollcall.strangers('bob');
    const phone = await bob.connect({ sessionId: 'phone', device: 'MOBILE' });
    const desk = await bob.connect({ sessionId: 'desk', device: 'DESKTOP' });
    await phone.setPresence({ activities: [{ type: 'LISTENING', name: 'phone' }] });
    await desk.setPresence({ activities: [{ type: 'PLAYING', name: 'desk' }] });
    await desk.setPresence({ sessionId: 'phone', activities: [] });
    expect((await bob.me()).presence.activities).toMatchObject([{ name: 'desk' }]);
    await bob.endSession('desk');
    expect((await bob.me()).presence.activities).toEqual([]);
  });

  it('over plain HTTP the most recently active session speaks', async () => {
    const [bob] = await rollcall.strangers('bob');
    await bob.heartbeat({ sessionId: 'one' });
    await bob.heartbeat({ sessionId: 'two' });
    await bob.heartbeat({ sessionId: 'one' });
    expect((await bob.heartbeat()).sessionId).toBe('one');
    expect((await bob.me()).sessions).toHaveLength(2);
  });
});

describe.concurrent('at most twenty sessions', () => {
  it('the next one replaces one in grace, then one over HTTP, then the oldest, and nobody sees a gap', async () => {
    const [alice, bob] = await rollcall.friends('alice', 'bob');
    const sockets = [];
    for (let index = 1; index <= 18; index += 1) {
      sockets.push(await bob.connect({ sessionId: `socket-${index}`, device: 'WEB' }));
    }
    const ids = async () => (await bob.me()).sessions.map(({ id }) => id);
    await bob.heartbeat({ sessionId: 'http', device: 'WEB' });
    const watching = (await alice.lurk()).watch([bob.id]);
    await watching.next();

    await (await bob.connect({ sessionId: 'in-grace', device: 'WEB' })).close();
    await bob.connect({ sessionId: 'socket-19', device: 'WEB' });
    const afterGrace = await ids();
    expect(afterGrace).toHaveLength(20);
    expect(afterGrace).toEqual(expect.not.arrayContaining(['in-grace']));
    expect(afterGrace).toEqual(expect.arrayContaining(['http', 'socket-1', 'socket-19']));

    await bob.connect({ sessionId: 'socket-20', device: 'WEB' });
    const afterHttp = await ids();
    expect(afterHttp).toHaveLength(20);
    expect(afterHttp).toEqual(expect.not.arrayContaining(['http']));
    expect(afterHttp).toEqual(expect.arrayContaining(['socket-1', 'socket-20']));

    await bob.heartbeat({ sessionId: 'the-21st', device: 'WEB' });
    const afterOldest = await ids();
    expect(afterOldest).toHaveLength(20);
    expect(afterOldest).toEqual(expect.not.arrayContaining(['socket-1']));
    expect(afterOldest).toEqual(expect.arrayContaining(['socket-2', 'the-21st']));

    const replaced = await sockets[0]?.me();
    expect(replaced?.sessions).toHaveLength(20);
    await bob.say('no gap');
    expect(await watching.next()).toMatchObject({ status: 'ONLINE', statusMessage: { text: 'no gap' } });
  });
});
