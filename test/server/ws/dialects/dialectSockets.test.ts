import { describe, expect, it } from 'vitest';
import type { Sink } from '../../../../src/fanout/outbox.js';
import type { SharedStream } from '../../../../src/fanout/subscription.js';
import { forbidden, PresenceError, unavailable } from '../../../../src/presence/errors.js';
import { NOT_VISIBLE, type PresenceView } from '../../../../src/presence/view.js';
import type { PresenceDelivery } from '../../../../src/server/ws/dialects/feeds.js';
import { GATEWAY_SOCKET } from '../../../../src/server/ws/dialects/gatewaySocket.js';
import { MOBILE_SOCKET } from '../../../../src/server/ws/dialects/mobileSocket.js';
import { openDialect } from '../../../support/http/dialectSocket.js';
import { untilIdle } from '../../../support/unit/fanout.js';
import { tokenOf } from '../../harness.js';
import { NOW, startDialects } from './dialects.js';

const HEARTBEAT = { op: 1, d: null };
const UNKNOWN = '1970-01-01T00:00:00.000Z';
const isTime = expect.stringMatching(/^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);

describe('the socket of the mobile dialect', () => {
  it('says first whom of the roster the caller sees, and then what changes', async () => {
    const d = await startDialects();
    await d.connect('ann');
    await d.set('ann', { status: 'DO_NOT_DISTURB' });
    const client = await d.mobile();
    expect(await client.next()).toEqual({
      type: 'initial_state',
      data: {
        presences: expect.toSatisfy(
          (all: { user_id: unknown }[]) => all.length === 3 && new Set(all.map((each) => each.user_id)).size === 3,
        ),
      },
    });
    expect(client.transcript[0].data.presences).toEqual(
      expect.arrayContaining([
        { user_id: 'ann', status: 'online', last_seen: isTime },
        { user_id: 'bob', status: 'offline', last_seen: UNKNOWN },
        { user_id: 42, status: 'offline', last_seen: UNKNOWN },
      ]),
    );
    await d.connect('42');
    expect(await client.next()).toEqual({
      type: 'presence_update',
      data: { user_id: 42, status: 'online', last_seen: isTime },
    });
    await d.set('42', { status: 'AWAY' });
    expect((await client.next()).data.status).toBe('away');
    await d.leave('42');
    expect(await client.next()).toMatchObject({ type: 'presence_update', data: { user_id: 42, status: 'offline' } });
  });

  it('says who starts and stops typing in the conversations of the caller', async () => {
    const d = await startDialects();
    await d.connect('ann');
    await d.type('ann', '7');
    const client = await d.mobile();
    const typing = (is_typing: boolean) => ({
      type: 'typing_update',
      data: { user_id: 'ann', conversation_id: 7, is_typing },
    });
    await client.next();
    expect(await client.next()).toEqual(typing(true));
    await d.type('ann', '7', false);
    expect(await client.next()).toEqual(typing(false));
    // Not of a conversation that is not the caller's, until it is.
    await d.people.putConversation('8', ['ann'], false);
    await d.type('ann', '8');
    await d.people.putConversation('8', ['ann', 'me'], false);
    expect(await client.next()).toMatchObject({ data: { conversation_id: 8, is_typing: true } });
    await d.people.putConversation('8', ['ann'], false);
    expect(await client.next()).toMatchObject({ data: { conversation_id: 8, is_typing: false } });
  });

  it('takes no messages', async () => {
    const d = await startDialects();
    const client = await d.mobile();
    await client.next();
    client.send(HEARTBEAT);
    expect(await client.closed).toEqual({
      code: 4400,
      reason: 'This socket takes no messages: use the paths of REST.',
    });
  });

  it('is lost where its pings are not answered, and stays where they are', async () => {
    const d = await startDialects({ heartbeatTimeoutMs: 600 });
    const alive = await d.mobile();
    const silent = await d.mobile({ user: 'ann', autoPong: false });
    expect((await silent.closed).code).toBe(1006);
    expect(await d.server.events.until('left')).toEqual(['ann']);
    expect(alive.socket.readyState).toBe(alive.socket.OPEN);
  });
});

describe('the socket of the gateway dialect', () => {
  it('says whom the caller sees, one after another, and what changes', async () => {
    const d = await startDialects();
    await d.connect('ann');
    const client = await d.gateway();
    const first = await client.take(3);
    expect(first).toEqual(
      expect.arrayContaining([
        { op: 3, t: 'PRESENCE_UPDATE', d: { user_id: 'ann', status: 'online', custom_status: '' } },
        { op: 3, t: 'PRESENCE_UPDATE', d: { user_id: '42', status: 'offline', custom_status: '' } },
      ]),
    );
    await d.play('ann', 'Go');
    expect(await client.next()).toEqual({
      op: 3,
      t: 'PRESENCE_UPDATE',
      d: {
        user_id: 'ann',
        status: 'online',
        custom_status: '',
        activity: { type: 'playing', name: 'Go', started_at: isTime },
      },
    });
    await d.set('ann', { status: 'AWAY' });
    expect((await client.next()).d.status).toBe('idle');
  });

  it('says who starts typing, and when in seconds; the dialect has no word for the stop', async () => {
    const d = await startDialects();
    await d.connect('ann');
    const client = await d.gateway();
    await client.take(3);
    client.send(HEARTBEAT);
    await client.next();
    await d.type('ann', '7');
    expect(await client.next()).toEqual({
      op: 8,
      t: 'TYPING_START',
      d: { channel_id: '7', user_id: 'ann', timestamp: 1_795_366_800 },
    });
    await d.type('ann', '7', false);
    await d.set('ann', { status: 'AWAY' });
    expect((await client.next()).op).toBe(3);
  });

  it('answers heartbeats, whatever else they say', async () => {
    const d = await startDialects();
    const client = await d.gateway({ user: 'bob' });
    client.send(HEARTBEAT);
    client.send({ op: 1, d: 7, s: 'more' });
    expect(await client.take(2)).toEqual([
      { op: 11, d: null },
      { op: 11, d: null },
    ]);
  });

  it('is lost where no heartbeat came in time, though its pings are answered', async () => {
    const received: string[] = [];
    const d = await startDialects({ heartbeatTimeoutMs: 900, onReceived: (id) => received.push(id) });
    const alive = await d.gateway();
    alive.socket.on('ping', () => alive.send(HEARTBEAT));
    const silent = await d.gateway({ user: 'ann' });
    expect((await silent.closed).code).toBe(1006);
    expect(await d.server.events.until('left')).toEqual(['ann']);
    expect((d.ends[0] as { lastReceivedMsAgo: number }).lastReceivedMsAgo).toBeGreaterThan(750);
    // Its pongs tell that the connection is there, should the store have lost its session.
    expect(received).toContain('2');
    alive.send(HEARTBEAT);
    await alive.nextWhere(({ op }) => op === 11);
    expect(alive.socket.readyState).toBe(alive.socket.OPEN);
  });

  it.each(['nonsense', '{}', '[]', 'null', '7', '{"op":2}', '{"op":"1"}', '{"type":"connection_init"}'])(
    '%s is 4400, after all that was delivered before',
    async (text) => {
      const d = await startDialects();
      const client = await d.gateway();
      await client.take(3);
      await d.connect('ann');
      await d.play('ann', 'Go');
      client.send(text);
      const { code, reason } = await client.closed;
      expect(code).toBe(4400);
      expect(reason).toMatch(/^Unknown message: /);
      expect(client.transcript.at(-1)).toMatchObject({ d: { user_id: 'ann', activity: { name: 'Go' } } });
    },
  );

  it('a client may send thirty messages at once; more are 4429', async () => {
    const d = await startDialects();
    const client = await d.gateway({ user: 'bob' });
    for (let sent = 0; sent < 30; sent += 1) client.send(HEARTBEAT);
    expect(await client.take(30)).toHaveLength(30);
    for (let sent = 0; sent < 30; sent += 1) client.send(HEARTBEAT);
    expect((await client.closed).code).toBe(4429);
  });

  it('a message has at most 4 KiB', async () => {
    const d = await startDialects();
    const client = await d.gateway({ user: 'bob' });
    const padded = (bytes: number) => `{"op":1,"d":null}${' '.repeat(bytes - 17)}`;
    client.send(padded(4 * 1024));
    expect((await client.next()).op).toBe(11);
    client.send(padded(4 * 1024 + 1));
    expect((await client.closed).code).toBe(1009);
  });
});

describe.each(['/api/presence/subscribe', '/gateway'])('any socket of a dialect: %s', (path) => {
  it('holds a session, which it names, until it closes', async () => {
    const d = await startDialects();
    const client = await d.open(`${path}?session_id=tab-1&device=mobile`, { user: 'ann' });
    await expect.poll(() => d.server.sockets.subscriptions).toBe(2);
    expect(d.starts).toEqual([{ userId: 'ann', connectionId: '1', sessionId: 'tab-1', device: 'MOBILE' }]);
    expect((await d.seen('me', ['ann'])).get('ann')).toMatchObject({ status: 'ONLINE', devices: ['MOBILE'] });
    expect(d.server.sockets.size).toBe(1);
    await client.close();
    await d.server.events.until('left');
    expect(d.ends).toMatchObject([{ userId: 'ann', connectionId: '1' }]);
    expect(d.server.connections.users).toBe(0);
    expect(d.server.sockets.subscriptions).toBe(0);
    expect(d.hub.size()).toEqual({ topics: 0, watchers: 0, subscriptions: 0 });
  });

  it('takes its token from the header, or else from the URL, and never logs it', async () => {
    const d = await startDialects();
    const token = await tokenOf('ann');
    await openDialect(`${d.base}${path}?token=${token}`);
    await openDialect(`${d.base}${path}?token=nonsense`, { token });
    await expect.poll(() => d.starts.length).toBe(2);
    expect(d.server.lines.join()).not.toContain(token.slice(-20));
  });

  it.each([
    ['no token', undefined],
    ['garbage', 'garbage'],
    ["a deleted user's token", 'of gone'],
  ])('%s is 4403, after the upgrade', async (_, given) => {
    const d = await startDialects({ deleted: new Set(['gone']) });
    const token = given === 'of gone' ? await tokenOf('gone') : given;
    const client = await openDialect(`${d.base}${path}`, token === undefined ? {} : { token });
    expect((await client.closed).code).toBe(4403);
    expect(client.transcript).toEqual([]);
    expect(d.starts).toEqual([]);
  });

  it('is for users: a service token is 4403', async () => {
    const d = await startDialects();
    const client = await d.open(path, { token: await tokenOf('host', { service: true }) });
    expect((await client.closed).code).toBe(4403);
    expect(d.starts).toEqual([]);
  });

  it('a token that expires is 4403', async () => {
    const d = await startDialects();
    const client = await d.open(path, { token: await tokenOf('ann', { ttlSeconds: 3 }) });
    await expect.poll(() => d.starts.length).toBe(1);
    expect(await client.closed).toEqual({ code: 4403, reason: 'The token has run out.' });
  });

  it('is closed when its user is deleted', async () => {
    const d = await startDialects();
    const client = await d.open(path, { user: 'ann' });
    await expect.poll(() => d.server.sockets.subscriptions).toBe(2);
    d.server.connections.closeUser('ann');
    expect(await client.closed).toEqual({ code: 4403, reason: 'The user was deleted.' });
  });

  it.each([
    ['session_id=a%E2%80%AEb', /^session_id/],
    [`session_id=${'x'.repeat(129)}`, /^session_id/],
    ['device=toaster', /^device/],
  ])('?%s is 4400, with a sentence', async (query, sentence) => {
    const d = await startDialects();
    const client = await d.open(`${path}?${query}`);
    const { code, reason } = await client.closed;
    expect(code).toBe(4400);
    expect(reason).toMatch(sentence);
    expect(d.starts).toEqual([]);
  });

  it('counts among the connections of its user, of which the next beyond the limit is 4429', async () => {
    const d = await startDialects({ maxPerUser: 1 });
    await d.open(path);
    const beyond = await d.open(path);
    expect((await beyond.closed).code).toBe(4429);
  });

  it('connecting too often is 1013', async () => {
    const d = await startDialects({
      admits: async () => {
        throw new PresenceError('RATE_LIMITED', 'You connect too often.', { retryAfterMs: 1_000 });
      },
    });
    expect((await (await d.open(path)).closed).code).toBe(1013);
  });

  it('a stop is 1012, and waits until the session is disconnected', async () => {
    const d = await startDialects();
    const client = await d.open(path, { user: 'ann' });
    await expect.poll(() => d.server.sockets.subscriptions).toBe(2);
    await d.server.stop();
    expect((await client.closed).code).toBe(1012);
    expect(d.ends).toHaveLength(1);
  });

  it('answers 404 where it is not served, and 403 to pages of foreign origins', async () => {
    const d = await startDialects({ allowedOrigins: ['https://app.example'], development: false });
    await expect(d.open(`${path}/more`)).rejects.toMatchObject({ status: 404 });
    await expect(d.open(path, { headers: { origin: 'https://evil.example' } })).rejects.toMatchObject({ status: 403 });
    await d.open(path, { headers: { origin: 'https://app.example' } });
  });

  it('speaks the sub-protocol that a client asks for, whatever it is', async () => {
    const d = await startDialects();
    const client = await d.open(path, { protocols: ['presence.v1', 'other'] });
    expect(client.socket.protocol).toBe('presence.v1');
  });

  it.each([
    [unavailable('away'), 1013, 'UNAVAILABLE'],
    [new PresenceError('RATE_LIMITED', 'Too many reads.', { retryAfterMs: 500 }), 1013, 'RATE_LIMITED'],
    [forbidden('No.'), 4403, 'FORBIDDEN'],
    [new Error('the secret inside'), 1013, 'INTERNAL'],
  ])('a subscription that fails with %s is close code %i, and is counted', async (error, code, refusal) => {
    const d = await startDialects();
    d.serveAt('/failing', { hub: { ...d.hub, watchTyping: async () => Promise.reject(error) } });
    const client = await d.open('/failing');
    const closed = await client.closed;
    expect(closed.code).toBe(code);
    expect(closed.reason).not.toContain('secret');
    expect(d.refusals).toEqual([`me ${refusal}`]);
    await d.server.events.until('left');
    expect(d.hub.size().subscriptions).toBe(0);
  });

  it('a socket that closes while it subscribes leaves nothing behind', async () => {
    const d = await startDialects();
    const open: (() => void)[] = [];
    const held = () => new Promise<void>((resolve) => open.push(resolve));
    d.serveAt('/slow', {
      hub: {
        async watchPresence(...args) {
          const stream = await d.hub.watchPresence(...args);
          await held();
          return stream;
        },
        watchTyping: d.hub.watchTyping,
      },
    });
    const client = await d.open('/slow');
    await expect.poll(() => open.length).toBe(1);
    await client.close();
    await d.server.events.until('left');
    open[0]?.();
    await expect.poll(() => d.hub.size().subscriptions).toBe(0);
    expect(d.server.sockets.subscriptions).toBe(0);
  });

  it('a reader who never reads is 1013, and others are served meanwhile', async () => {
    const slowReaders: unknown[] = [];
    const d = await startDialects({ stallMs: 300, onSlowReader: (caller) => slowReaders.push(caller?.viewer.userId) });
    const sinks: Sink<PresenceDelivery>[] = [];
    let ended = 0;
    const stream: SharedStream<PresenceView> = {
      flow: (sink) => void sinks.push(sink),
      resume() {},
      next: () => new Promise(() => {}),
      return: async () => {
        ended += 1;
        return { done: true, value: undefined };
      },
      [Symbol.asyncIterator]: () => stream,
    };
    const dialect = path === '/gateway' ? GATEWAY_SOCKET : MOBILE_SOCKET;
    d.serveAt('/pushed', { hub: { watchPresence: async () => stream, watchTyping: d.hub.watchTyping } }, dialect);
    const slow = await d.open('/pushed');
    await expect.poll(() => d.server.sockets.subscriptions).toBe(2);
    slow.socket.pause();
    const userId = 'x'.repeat(64 * 1024);
    const content = { ...NOT_VISIBLE, userId, asOf: NOW };
    const projection = { named: null, viewAt: () => content };
    // As long as the socket takes more: first the kernel does.
    for (let asOf = NOW; sinks.at(-1)?.take({ projection, asOf }); asOf += 1) await untilIdle();
    const other = await d.open(path);
    await other.next();
    await d.server.events.until('left');
    expect(slowReaders).toEqual(['me']);
    expect(ended).toBe(1);
  });
});

describe('the same for all who may not see a user', () => {
  it('who hides is sent as who leaves, byte for byte, and who is blocked as both', async () => {
    const d = await startDialects();
    for (const user of ['ann', 'bob']) await d.connect(user);
    for (const path of ['/api/presence/subscribe', '/gateway']) {
      const client = await d.open(path);
      await expect.poll(() => d.server.sockets.subscriptions).toBe(2);
      await client.nextWhere((message) => JSON.stringify(message).includes('bob'));
      const since = client.texts.length;
      await d.set('ann', { status: 'INVISIBLE' });
      await d.leave('bob');
      await expect.poll(() => client.texts.length).toBe(since + 2);
      const blurred = (text: string, user: string) => text.replace(user, 'who').replace(/20\d\d-[^"]*Z/, 'then');
      const [hid = '', left = ''] = client.texts.slice(since);
      expect(blurred(hid, 'ann')).toBe(blurred(left, 'bob'));
      // What the hidden one does is sent to nobody.
      await d.say('ann', 'secret');
      await d.play('ann', 'secret');
      await d.type('ann', '7');
      await d.connect('42');
      await expect.poll(() => client.texts.length).toBe(since + 3);
      expect(client.texts.at(-1)).toContain('42');
      await client.close();
      await d.server.events.until('left', path === '/gateway' ? 2 : 1);
      await d.leave('42');
      await d.set('ann', { status: 'ONLINE' });
      await d.connect('bob');
    }
  });

  it('who blocks the caller is gone, and unknown to the next who connects', async () => {
    const d = await startDialects();
    await d.connect('ann');
    const client = await d.mobile();
    await client.next();
    await d.people.block('ann', 'me');
    expect(await client.next()).toEqual({
      type: 'presence_update',
      data: { user_id: 'ann', status: 'offline', last_seen: UNKNOWN },
    });
    await d.play('ann', 'secret');
    await d.people.unfollow('me', 'bob');
    await d.connect('bob');
    await d.connect('42');
    expect((await client.next()).data.user_id).toBe(42);
    const next = await d.mobile();
    const users = (await next.next()).data.presences.map((each: { user_id: unknown }) => each.user_id);
    expect(users).toEqual([42]);
    // Who joins the roster is sent as they are.
    await d.people.follow('me', 'bob');
    expect(await next.next()).toMatchObject({ type: 'presence_update', data: { user_id: 'bob', status: 'online' } });
  });
});
