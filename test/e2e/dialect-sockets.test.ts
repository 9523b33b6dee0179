/** The sockets of the dialects (docs/doors.md#sockets-of-the-dialects), beside `/graphql` on the same server. */
import { describe, expect, it } from 'vitest';
import { type DialectOptions, openDialect } from '../support/http/dialectSocket.js';
import { type Person, type Rollcall, serve, serveTest } from '../support/http/rollcall.js';

const GRACE_MS = 1_500;
const rollcall = await serve({
  REST: 'on',
  PRESENCE_OFFLINE_DEBOUNCE: `${GRACE_MS}ms`,
  METRICS_PORT: '0',
  ALLOWED_ORIGINS: 'https://app.example.test',
});
const { host } = rollcall;
const PATHS = ['/api/presence/subscribe', '/gateway'] as const;
const UNKNOWN = '1970-01-01T00:00:00.000Z';
const HEARTBEAT = { op: 1, d: null };

const open = async (person: Person, path: string, options: DialectOptions = {}, on: Rollcall = rollcall) =>
  openDialect(`${on.origin.replace('http', 'ws')}${path}`, { token: await person.token(), ...options });
const mobile = (person: Person, query = '') => open(person, `${PATHS[0]}${query}`);
const gateway = (person: Person, query = '') => open(person, `${PATHS[1]}${query}`);

/** Names and instants out of the way. */
const blurred = (text: string, person: Person): string =>
  text.replaceAll(person.id, 'who').replaceAll(/20\d\d-[^"]*Z/g, 'then');

describe.concurrent('a socket of the mobile dialect', () => {
  it('starts with the roster, then follows who comes, goes, joins it and leaves it', async () => {
    const [me, bob, carol] = await rollcall.friends('me', 'bob', 'carol');
    const [late] = await rollcall.strangers('late');
    const there = await bob.connect();
    const client = await mobile(me);
    const first = await client.next();
    expect(first.type).toBe('initial_state');
    expect(first.data.presences).toHaveLength(2);
    expect(first.data.presences).toEqual(
      expect.arrayContaining([
        { user_id: bob.id, status: 'online', last_seen: expect.stringMatching(/^20/) },
        { user_id: carol.id, status: 'offline', last_seen: UNKNOWN },
      ]),
    );
    await there.close();
    expect((await client.next()).data).toMatchObject({ user_id: bob.id, status: 'offline' });
    await me.follow(late.id);
    expect((await client.next()).data).toMatchObject({ user_id: late.id, status: 'offline' });
    await late.connect();
    expect((await client.next()).data).toMatchObject({ user_id: late.id, status: 'online' });
    await me.unfollow(late.id);
    expect((await client.next()).data).toEqual({ user_id: late.id, status: 'offline', last_seen: UNKNOWN });
    await late.setPresence({ status: 'AWAY' });
    await carol.connect();
    expect((await client.next()).data).toMatchObject({ user_id: carol.id, status: 'online' });
  });

  it('says who types where the caller may know it, as conversations come and go', async () => {
    const [me, bob] = await rollcall.friends('me', 'bob');
    const [room, other] = [rollcall.fresh('room'), '9007199254740991'];
    await host.putConversation(room, [me.id, bob.id]);
    await host.putConversation(other, [bob.id]);
    await bob.connect();
    const client = await mobile(me);
    await client.next();
    await bob.setTyping(other, true);
    await bob.setTyping(room, true);
    const typing = (conversation_id: unknown, is_typing: boolean) => ({
      type: 'typing_update',
      data: { user_id: bob.id, conversation_id, is_typing },
    });
    expect(await client.next()).toEqual(typing(room, true));
    await bob.setTyping(room, false);
    expect(await client.next()).toEqual(typing(room, false));
    await host.putConversation(other, [bob.id, me.id]);
    await bob.setTyping(other, true);
    expect(await client.next()).toEqual(typing(Number.MAX_SAFE_INTEGER, true));
    await host.putConversation(other, [bob.id]);
    expect(await client.next()).toEqual(typing(Number.MAX_SAFE_INTEGER, false));
  });
});

describe.concurrent('a socket of the gateway dialect', () => {
  it('says the presence and the typing of the roster, and answers heartbeats', async () => {
    const [me, bob] = await rollcall.friends('me', 'bob');
    const room = rollcall.fresh('room');
    await host.putConversation(room, [me.id, bob.id]);
    const client = await gateway(me);
    expect(await client.next()).toEqual({
      op: 3,
      t: 'PRESENCE_UPDATE',
      d: { user_id: bob.id, status: 'offline', custom_status: '' },
    });
    client.send(HEARTBEAT);
    expect(await client.next()).toEqual({ op: 11, d: null });
    const there = await bob.connect();
    expect((await client.next()).d).toEqual({ user_id: bob.id, status: 'online', custom_status: '' });
    const before = Math.floor(Date.now() / 1_000);
    await there.setTyping(room, true);
    const { d, ...typing } = await client.nextWhere(({ op }) => op === 8);
    expect(typing).toEqual({ op: 8, t: 'TYPING_START' });
    expect(d).toEqual({ channel_id: room, user_id: bob.id, timestamp: expect.any(Number) });
    expect(d.timestamp).toBeGreaterThanOrEqual(before);
    expect(d.timestamp).toBeLessThanOrEqual(Math.floor(Date.now() / 1_000));
    await there.setPresence({
      status: 'DO_NOT_DISTURB',
      statusMessage: { text: 'deep' },
      activities: [{ type: 'LISTENING', name: 'Satie' }],
    });
    expect((await client.nextWhere(({ op, d }) => op === 3 && d.status === 'dnd')).d).toMatchObject({
      custom_status: 'deep',
      activity: { type: 'listening', name: 'Satie' },
    });
  });
});

describe.concurrent.each(PATHS)('a socket at %s', (path) => {
  it('holds a session, which ends a grace after it closed', async () => {
    const [me, bob] = await rollcall.friends('me', 'bob');
    const watching = (await me.lurk()).watch([bob.id]);
    await watching.next();
    const socket = await open(bob, `${path}?device=mobile&session_id=phone`);
    expect(await watching.next()).toMatchObject({ status: 'ONLINE', devices: ['MOBILE'] });
    expect((await bob.me()).sessions).toMatchObject([{ id: 'phone', device: 'MOBILE' }]);
    await socket.close();
    const gone = await watching.next();
    expect(gone.status).toBe('OFFLINE');
    expect(Date.parse(gone.asOf) - Date.parse(gone.lastSeen ?? '')).toBeGreaterThanOrEqual(GRACE_MS - 50);
  });

  it('is seen by nobody to come back within the grace, whatever it comes back to', async () => {
    const [me, bob, carol] = await rollcall.friends('me', 'bob', 'carol');
    await (await open(bob, `${path}?session_id=tab`)).next();
    const watching = (await me.lurk()).watch([bob.id, carol.id]);
    await watching.take(2);
    const again = await open(bob, `${path}?session_id=tab`);
    await again.next();
    await again.close();
    const back = await bob.connect({ sessionId: 'tab' });
    expect((await back.me()).sessions).toMatchObject([{ id: 'tab' }]);
    // Who leaves now goes after the grace of all who left before.
    await (await carol.connect()).close();
    await watching.nextWhere(({ id, status }) => id === carol.id && status === 'OFFLINE');
    expect(watching.transcript.filter(({ id }) => id === bob.id)).toHaveLength(1);
  });

  it('sends who hides as who leaves, byte for byte; and who blocks the caller no more', async () => {
    const [me, hider, leaver, last] = await rollcall.friends('me', 'hider', 'leaver', 'last');
    const room = rollcall.fresh('room');
    await host.putConversation(room, [me.id, hider.id, leaver.id]);
    for (const person of [hider, leaver]) await person.connect({ sessionId: 'tab', device: 'WEB' });
    const client = await open(me, path);
    const about = (person: Person) => client.texts.filter((text) => text.includes(person.id));
    await expect.poll(() => about(last).length).toBe(1);
    await hider.setPresence({ status: 'INVISIBLE' });
    await leaver.endSession('tab');
    const busy = await hider.connect({ sessionId: 'other' });
    await busy.setPresence({ statusMessage: { text: 'secret' }, activities: [{ type: 'PLAYING', name: 'secret' }] });
    await busy.setTyping(room, true).catch(() => undefined);
    await last.connect({ sessionId: 'tab' });
    await expect.poll(() => about(last).length).toBe(2);
    const [hid, left] = [hider, leaver].map((person) => about(person).map((text) => blurred(text, person)));
    if (path === '/gateway') expect(hid).toEqual(left);
    else expect(hid?.slice(-1)).toEqual(left?.slice(-1));
    expect(about(hider).at(-1)).toContain('offline');

    await last.block(me.id);
    await expect.poll(() => about(last).length).toBe(3);
    expect(about(last).at(-1)).toContain('offline');
    await last.setPresence({ status: 'AWAY' });
    await leaver.connect();
    await expect.poll(() => client.texts.at(-1)).toContain(leaver.id);
    expect(about(last)).toHaveLength(3);
    const next = await open(me, path);
    await expect.poll(() => next.texts.join()).toContain(leaver.id);
    expect(next.texts.join()).not.toContain(last.id);
  });

  it('is closed when its user is deleted', async () => {
    const [bob] = await rollcall.strangers('bob');
    const [me] = await rollcall.strangers('me');
    await me.follow(bob.id);
    const socket = await open(me, path);
    await socket.next();
    await host.deleteUser(me.id);
    expect((await socket.closed).code).toBe(4403);
    expect((await (await open(me, path)).closed).code).toBe(4403);
  });

  it('is closed with 4403 without a valid token, and when it expires', async () => {
    const [bob] = await rollcall.strangers('bob');
    const url = `${rollcall.origin.replace('http', 'ws')}${path}`;
    expect((await (await openDialect(url)).closed).code).toBe(4403);
    expect((await (await openDialect(`${url}?token=nonsense`)).closed).code).toBe(4403);
    const service = await host.token();
    expect((await (await openDialect(url, { token: service })).closed).code).toBe(4403);
    const short = await openDialect(`${url}?token=${await bob.token({ expiresIn: 8 })}`);
    await expect.poll(async () => (await bob.me()).sessions.length).toBe(1);
    expect((await short.closed).code).toBe(4403);
    expect(rollcall.run.output()).not.toContain(await bob.token({ expiresIn: 8 }));
  });

  it('refuses pages of foreign origins with 403', async () => {
    const [bob] = await rollcall.strangers('bob');
    const from = (origin: string) => open(bob, path, { headers: { origin } });
    await expect(from('https://evil.example.test')).rejects.toMatchObject({ status: 403 });
    await (await from('https://app.example.test')).close();
  });
});

describe('a gateway client', () => {
  it('is lost without heartbeats, though its pings are answered: its session goes with it', async () => {
    const quick = await serveTest({ REST: 'on', HEARTBEAT_TIMEOUT: '2s', PRESENCE_OFFLINE_DEBOUNCE: '0' });
    const [me, bob, carol] = await quick.friends('me', 'bob', 'carol');
    const watching = (await me.lurk()).watch([bob.id, carol.id]);
    const beating = await open(carol, '/gateway', {}, quick);
    beating.socket.on('ping', () => beating.send(HEARTBEAT));
    const silent = await open(bob, '/gateway', {}, quick);
    await watching.nextWhere(({ id, status }) => id === bob.id && status === 'ONLINE');
    expect((await silent.closed).code).toBe(1006);
    await watching.nextWhere(({ id, status }) => id === bob.id && status === 'OFFLINE');
    beating.send(HEARTBEAT);
    await beating.nextWhere(({ op }) => op === 11);
    expect(await me.userPresence(carol.id)).toMatchObject({ status: 'ONLINE' });
  });
});

describe('beside /graphql', () => {
  it('sockets, sessions and subscriptions count as those of /graphql, and a stop closes all of them with 1012', async () => {
    const server = await serveTest({ REST: 'on', METRICS_PORT: '0' });
    const [me, bob] = await server.friends('me', 'bob');
    const { metricsPort } = await server.run.logged('listening');
    const sample = async (name: string) => {
      const text = await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text();
      return Number(
        text
          .split('\n')
          .find((line) => line.startsWith(`${name} `))
          ?.slice(name.length),
      );
    };
    const graphql = await bob.connect();
    const delivered = await sample('rollcall_deliveries_total');
    const sockets = await Promise.all(PATHS.map((path) => open(me, path, {}, server)));
    for (const socket of sockets) await socket.next();
    await expect.poll(() => sample('rollcall_subscriptions')).toBe(4);
    expect(await sample('rollcall_connections{transport="websocket"}')).toBe(3);
    expect(await sample('rollcall_sessions')).toBe(3);
    expect(await sample('rollcall_connected_users')).toBe(2);
    expect(await sample('rollcall_deliveries_total')).toBe(delivered + 2);
    const stopped = server.stop();
    const closed = await Promise.all([...sockets, graphql].map((socket) => socket.closed));
    expect(closed.map(({ code }) => code)).toEqual([1012, 1012, 1012]);
    expect((await stopped).code).toBe(0);
  });

  it('they are not there without REST=on', async () => {
    const closed = await serveTest();
    const [bob] = await closed.strangers('bob');
    for (const path of PATHS) await expect(open(bob, path, {}, closed)).rejects.toMatchObject({ status: 404 });
  });
});
