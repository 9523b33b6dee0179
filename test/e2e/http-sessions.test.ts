import { describe, expect, it } from 'vitest';
import type { Presence } from '../support/http/api.js';
import { serve } from '../support/http/rollcall.js';
import type { SubscriptionIterator } from '../support/http/socket.js';

const TTL_MS = 2_000;
const rollcall = await serve({ PRESENCE_OFFLINE_DEBOUNCE: '500ms', SESSION_TTL: `${TTL_MS}ms` });

/** Who is the next to go offline. */
async function offline(watching: SubscriptionIterator<Presence>): Promise<string> {
  return (await watching.nextWhere((seen) => seen.status === 'OFFLINE')).id;
}

describe.concurrent('a session over plain HTTP', () => {
  it('starts with setPresence and ends when its time has passed', async () => {
    const [alice, bob] = await rollcall.friends('alice', 'bob');
    const watching = (await alice.lurk()).watch([bob.id]);
    await watching.next();
    const before = Date.now();
    await bob.setPresence({ device: 'MOBILE', sessionId: 'phone' });
    expect(await watching.next()).toMatchObject({ status: 'ONLINE', devices: ['MOBILE'] });
    const [session] = (await bob.me()).sessions;
    expect(session).toMatchObject({ id: 'phone', device: 'MOBILE' });
    expect(Date.parse(session?.expiresAt ?? '')).toBeGreaterThanOrEqual(before + TTL_MS - 5);
    expect((await watching.next()).status).toBe('OFFLINE');
    expect(Date.now() - before).toBeGreaterThanOrEqual(TTL_MS - 5);
    expect((await bob.me()).sessions).toEqual([]);
  });

  it('is renewed by each heartbeat', async () => {
    const [alice, bob, carol] = await rollcall.friends('alice', 'bob', 'carol');
    const watching = (await alice.lurk()).watch([bob.id, carol.id]);
    await watching.take(2);
    const first = await bob.heartbeat({ sessionId: 'phone' });
    await carol.heartbeat();
    await watching.take(2);
    // Bob began first, and goes on until Carol is gone.
    let carolGone = false;
    const next = watching.next().finally(() => {
      carolGone = true;
    });
    while (!carolGone) {
      const renewed = await bob.heartbeat({ sessionId: 'phone' });
      expect(renewed.sessionId).toBe('phone');
      expect(Date.parse(renewed.expiresAt)).toBeGreaterThanOrEqual(Date.parse(first.expiresAt));
    }
    expect(await next).toMatchObject({ id: carol.id, status: 'OFFLINE' });
    expect(await watching.next()).toMatchObject({ id: bob.id, status: 'OFFLINE' });
  });

  it('says how soon the next heartbeat is due', async () => {
    const [bob] = await rollcall.strangers('bob');
    const answer = await bob.heartbeat();
    expect(answer.intervalSeconds).toBe(1);
    expect((await bob.me()).sessions.map(({ id }) => id)).toEqual([answer.sessionId]);
  });

  it('ends at once by endSession, with no grace', async () => {
    const [alice, bob] = await rollcall.friends('alice', 'bob');
    await bob.heartbeat({ sessionId: 'phone' });
    const watching = (await alice.lurk()).watch([bob.id]);
    await watching.next();
    // However long it took to watch: a session that has just been renewed.
    await bob.heartbeat({ sessionId: 'phone' });
    expect(await bob.endSession('phone')).toBe(true);
    const gone = await watching.next();
    expect(gone.status).toBe('OFFLINE');
    expect(Date.parse(gone.lastSeen ?? '')).toBeLessThanOrEqual(Date.parse(gone.asOf));
  });
});

describe.concurrent('HTTP beside a connection', () => {
  it('lends no life: a heartbeat that names the session ends with the connection and its grace', async () => {
    const [alice, bob, carol] = await rollcall.friends('alice', 'bob', 'carol');
    const socket = await bob.connect({ sessionId: 'tab' });
    await bob.heartbeat({ sessionId: 'tab' });
    const watching = (await alice.lurk()).watch([bob.id, carol.id]);
    await watching.take(2);
    await socket.close();
    await carol.heartbeat();
    // Bob's grace is shorter than the time that Carol's heartbeat bought.
    expect(await offline(watching)).toBe(bob.id);
    expect(await offline(watching)).toBe(carol.id);
  });

  it('a heartbeat with idle: true that names the session lets it go on after the connection', async () => {
    const [alice, bob, carol] = await rollcall.friends('alice', 'bob', 'carol');
    const socket = await bob.connect({ sessionId: 'app', device: 'MOBILE' });
    const watching = (await alice.lurk()).watch([bob.id, carol.id]);
    await watching.take(2);
    const leaving = await carol.connect();
    await watching.next();
    await bob.heartbeat({ sessionId: 'app', idle: true });
    expect(await watching.next()).toMatchObject({ id: bob.id, status: 'AWAY', devices: ['MOBILE'] });
    await socket.close();
    await leaving.close();
    expect(await offline(watching)).toBe(carol.id);
    expect(await offline(watching)).toBe(bob.id);
  });

  it('idle: false takes that back', async () => {
    const [alice, bob, carol] = await rollcall.friends('alice', 'bob', 'carol');
    const socket = await bob.connect({ sessionId: 'app' });
    await bob.heartbeat({ sessionId: 'app', idle: true });
    await bob.heartbeat({ sessionId: 'app', idle: false });
    const watching = (await alice.lurk()).watch([bob.id, carol.id]);
    await watching.take(2);
    await socket.close();
    await carol.heartbeat();
    expect(await offline(watching)).toBe(bob.id);
    expect(await offline(watching)).toBe(carol.id);
  });

  it('a new connection takes that back', async () => {
    const [alice, bob, carol] = await rollcall.friends('alice', 'bob', 'carol');
    const first = await bob.connect({ sessionId: 'app' });
    await bob.heartbeat({ sessionId: 'app', idle: true });
    await first.close();
    const second = await bob.connect({ sessionId: 'app' });
    const watching = (await alice.lurk()).watch([bob.id, carol.id]);
    await watching.take(2);
    await carol.heartbeat();
    await second.close();
    expect(await offline(watching)).toBe(bob.id);
    expect(await offline(watching)).toBe(carol.id);
  });
});
