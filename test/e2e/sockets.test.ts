import { connect as connectTcp } from 'node:net';
import { describe, expect, it } from 'vitest';
import { openRaw, UpgradeRefused } from '../support/http/raw.js';
import { serve } from '../support/http/rollcall.js';
import { connectSocket } from '../support/http/socket.js';
import { signToken } from '../support/http/tokens.js';

const rollcall = await serve({ PRESENCE_OFFLINE_DEBOUNCE: '0', ALLOWED_ORIGINS: 'https://app.example.test' });

const MESSAGE_SIX_TIMES = `subscription ($userIds: [ID!]) { presenceChanged(userIds: $userIds) {
  ${['a', 'b', 'c', 'd', 'e'].map((alias) => `${alias}: statusMessage { text }`).join(' ')} statusMessage { text }
} }`;

const init = async (userId: string) => ({
  type: 'connection_init',
  payload: { authorization: `Bearer ${await signToken(userId)}` },
});

describe.concurrent('a socket', () => {
  it('carries queries and mutations too', async () => {
    const [bob] = await rollcall.strangers('bob');
    const socket = await bob.connect({ sessionId: 'tab' });
    expect((await socket.setPresence({ status: 'AWAY' })).status).toBe('AWAY');
    expect(await socket.me()).toMatchObject({ userId: bob.id, chosenStatus: 'AWAY', sessions: [{ id: 'tab' }] });
    await expect(socket.typing('no-such-room')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect((await socket.me()).userId).toBe(bob.id);
  });

  it('takes its token from connectionParams or from the URL', async () => {
    const [bob] = await rollcall.strangers('bob');
    const byUrl = await connectSocket(`${rollcall.wsUrl}?token=${await bob.token()}`, { sessionId: 'by-url' });
    expect((await byUrl.me()).sessions).toMatchObject([{ id: 'by-url' }]);
    const byParams = await bob.connect({ presence: false });
    expect((await byParams.me()).userId).toBe(bob.id);
    expect(rollcall.run.output()).not.toContain(await bob.token());
  });

  it('is closed with 4403 where the token is missing, bad or expired', async () => {
    const [bob] = await rollcall.strangers('bob');
    const refused = { code: 4403 };
    await expect(connectSocket(rollcall.wsUrl)).rejects.toMatchObject(refused);
    await expect(connectSocket(rollcall.wsUrl, { authorization: 'Bearer nonsense' })).rejects.toMatchObject(refused);
    await expect(bob.connect({ token: await bob.token({ expiresIn: -60 }) })).rejects.toMatchObject(refused);
    await expect(
      bob.connect({ token: await bob.token({ secret: 'some-other-secret-of-32-bytes-or-more' }) }),
    ).rejects.toMatchObject(refused);
    await expect(connectSocket(`${rollcall.wsUrl}?token=nonsense`)).rejects.toMatchObject(refused);
  });

  it('is closed with 4403 when its token expires while it is open', async () => {
    const [bob] = await rollcall.strangers('bob');
    const socket = await bob.connect({ token: await bob.token({ expiresIn: 8 }) });
    expect((await socket.me()).userId).toBe(bob.id);
    expect((await socket.closed).code).toBe(4403);
  });

  it('is closed with 4401 that subscribes before the acknowledgement', async () => {
    const raw = await openRaw(rollcall.wsUrl);
    raw.send({ id: '1', type: 'subscribe', payload: { query: '{ me { userId } }' } });
    expect((await raw.closed).code).toBe(4401);
  });

  it('is closed with 4400 that sends what is no message', async () => {
    for (const nonsense of ['not json', '{"type":"no-such-type"}', '[]', '{"type":"subscribe"}']) {
      const raw = await openRaw(rollcall.wsUrl);
      raw.send(nonsense);
      expect((await raw.closed).code).toBe(4400);
    }
  });

  it('is closed with 4409 that uses an id twice at once', async () => {
    const raw = await openRaw(rollcall.wsUrl);
    raw.send(await init(rollcall.fresh('bob')));
    await raw.nextWhere(({ type }) => type === 'connection_ack');
    const subscribe = {
      id: 'same',
      type: 'subscribe',
      payload: { query: 'subscription { presenceChanged(userIds: []) { id } }' },
    };
    raw.send(subscribe);
    raw.send(subscribe);
    expect((await raw.closed).code).toBe(4409);
  });

  it('is closed with 4429 that sends connection_init twice', async () => {
    const raw = await openRaw(rollcall.wsUrl);
    raw.send(await init(rollcall.fresh('bob')));
    await raw.nextWhere(({ type }) => type === 'connection_ack');
    raw.send(await init('bob'));
    expect((await raw.closed).code).toBe(4429);
  });

  it('is closed with 4408 that sends no connection_init', async () => {
    const raw = await openRaw(rollcall.wsUrl);
    expect((await raw.closed).code).toBe(4408);
  });

  it('answers a ping with a pong', async () => {
    const raw = await openRaw(rollcall.wsUrl);
    raw.send(await init(rollcall.fresh('bob')));
    await raw.nextWhere(({ type }) => type === 'connection_ack');
    raw.send({ type: 'ping' });
    expect((await raw.nextWhere(({ type }) => type === 'pong')).type).toBe('pong');
  });

  it('is closed with 1009 by a message too big: of 8 KiB before the acknowledgement, of 256 KiB after', async () => {
    const early = await openRaw(rollcall.wsUrl);
    early.send({ type: 'connection_init', payload: { padding: 'x'.repeat(8 * 1024) } });
    expect((await early.closed).code).toBe(1009);

    const raw = await openRaw(rollcall.wsUrl);
    raw.send(await init(rollcall.fresh('bob')));
    await raw.nextWhere(({ type }) => type === 'connection_ack');
    raw.send({ type: 'ping', payload: { padding: 'x'.repeat(200 * 1024) } });
    expect((await raw.nextWhere(({ type }) => type === 'pong')).type).toBe('pong');
    raw.send({ type: 'ping', payload: { padding: 'x'.repeat(257 * 1024) } });
    expect((await raw.closed).code).toBe(1009);
  });

  it('lets an init of just under 8 KiB in', async () => {
    const raw = await openRaw(rollcall.wsUrl);
    const { type, payload } = await init(rollcall.fresh('bob'));
    raw.send({ type, payload: { ...payload, padding: 'x'.repeat(7 * 1024) } });
    expect((await raw.next()).type).toBe('connection_ack');
  });

  it('refuses one subscription with a fault and serves the others on', async () => {
    const [bob] = await rollcall.strangers('bob');
    const socket = await bob.connect();
    await expect(socket.subscribe('subscription { noSuchField }').next()).rejects.toMatchObject({ name: 'Refusal' });
    await expect(socket.subscribe('subscription {').next()).rejects.toMatchObject({ name: 'Refusal' });
    const skipped = socket.subscribe('subscription { presenceChanged(userIds: []) @skip(if: true) { id } }');
    await expect(skipped.next()).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
    await expect(socket.watch(['']).next()).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
    expect((await socket.me()).userId).toBe(bob.id);
  });
});

describe.concurrent('a reader that does not read', () => {
  it('is closed after ten seconds, and nobody else notices', { timeout: 120_000 }, async () => {
    const [alice, bob, slow] = await rollcall.friends('alice', 'bob', 'slow');
    await bob.connect();
    const raw = await openRaw(rollcall.wsUrl);
    raw.send({ type: 'connection_init', payload: { authorization: `Bearer ${await slow.token()}` } });
    await raw.nextWhere(({ type }) => type === 'connection_ack');
    const socket = await alice.lurk();
    const watching = socket.watch([bob.id]);
    await watching.next();
    // By itself: on a busy machine it goes while the messages are still being sent.
    const ofSlow = socket.watch([slow.id]);
    await ofSlow.next();
    for (let id = 0; id < 50; id += 1) {
      raw.send({
        id: String(id),
        type: 'subscribe',
        payload: { query: MESSAGE_SIX_TIMES, variables: { userIds: [bob.id] } },
      });
    }
    await raw.nextWhere(({ id }) => id === '49');
    raw.pause();
    // More than the kernel takes for it: each change is some 210 KiB to its fifty subscriptions.
    const last = 100;
    for (let turn = 1; turn <= last; turn += 1) await bob.say(`${turn} ${'語'.repeat(230)}`);
    const answered = await watching.nextWhere((seen) => seen.statusMessage?.text.startsWith(`${last} `) ?? false);
    expect(answered.id).toBe(bob.id);
    await ofSlow.nextWhere(({ status }) => status === 'OFFLINE', 60_000);
    await bob.say('still here');
    expect((await watching.next()).statusMessage?.text).toBe('still here');
    expect(await rollcall.run.logged('slow reader')).toMatchObject({ level: 30, userId: slow.id });
    raw.terminate();
  });
});

describe.concurrent('an origin', () => {
  const upgrade = (origin?: string) => openRaw(rollcall.wsUrl, origin === undefined ? {} : { headers: { origin } });

  it('that is foreign is refused with 403 at the upgrade', async () => {
    for (const origin of ['https://evil.example.test', 'null', 'http://127.0.0.1:1']) {
      const refused = await upgrade(origin).catch((error: unknown) => error);
      expect(refused).toBeInstanceOf(UpgradeRefused);
      expect(refused).toMatchObject({ status: 403 });
    }
  });

  it('that is its own, or allowed, or missing, is accepted', async () => {
    for (const origin of [rollcall.origin, 'https://app.example.test', undefined]) {
      (await upgrade(origin)).terminate();
    }
  });

  it('that is foreign gets no CORS headers, one that is allowed gets them', async () => {
    const preflight = async (origin: string) =>
      fetch(rollcall.url, {
        method: 'OPTIONS',
        headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization' },
      });
    const foreign = await preflight('https://evil.example.test');
    expect([...foreign.headers.keys()].filter((name) => name.startsWith('access-control-'))).toEqual([]);
    const allowed = await preflight('https://app.example.test');
    expect(allowed.headers.get('access-control-allow-origin')).toBe('https://app.example.test');
    expect(allowed.headers.get('access-control-allow-headers')?.toLowerCase()).toContain('authorization');

    const posted = async (origin: string) =>
      fetch(rollcall.url, {
        method: 'POST',
        headers: {
          origin,
          'content-type': 'application/json',
          authorization: `Bearer ${await signToken('somebody')}`,
        },
        body: JSON.stringify({ query: '{ me { userId } }' }),
      });
    expect((await posted('https://evil.example.test')).headers.get('access-control-allow-origin')).toBeNull();
    expect((await posted('https://app.example.test')).headers.get('access-control-allow-origin')).toBe(
      'https://app.example.test',
    );
  });
});

it.concurrent('a request whose headers do not come within ten seconds is closed', async () => {
  const { port } = new URL(rollcall.url);
  const before = Date.now();
  await new Promise<void>((resolve, reject) => {
    const socket = connectTcp(Number(port), '127.0.0.1', () => socket.write('POST /graphql HTTP/1.1\r\nHost: x\r\n'));
    socket.on('data', () => {});
    socket.on('close', () => resolve());
    socket.on('error', reject);
  });
  expect(Date.now() - before).toBeLessThan(25_000);
});
