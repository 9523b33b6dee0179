import { once } from 'node:events';
import { connect as connectTcp } from 'node:net';
import { createClient } from 'graphql-ws';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { WebSocket } from 'ws';
import { createRateLimits } from '../../../src/adapters/rateLimits.js';
import { Alarm } from '../../../src/async/alarm.js';
import { unavailable } from '../../../src/presence/errors.js';
import { connect, openSocket, startServer, tokenOf } from '../harness.js';

const init = async (user = 'ada', params: object = {}) => ({
  type: 'connection_init',
  payload: { authorization: await tokenOf(user), ...params },
});

const NO_RATES = { presence: null, typing: null, mutation: null, read: null, connection: null };

describe('connecting', () => {
  it('the graphql-ws client subscribes, queries and mutates over one socket', async () => {
    const server = await startServer();
    const token = await tokenOf('ada');
    const client = createClient({
      url: server.ws,
      webSocketImpl: WebSocket,
      connectionParams: { authorization: token },
    });
    const values = client.iterate<{ values: string }>({ query: 'subscription { values }' });
    const first = values.next();
    await server.events.until('subscribed');
    server.sources[0]?.push('one');
    expect((await first).value).toEqual({ data: { values: 'one' } });
    const query = await client.iterate({ query: '{ who connection }' }).next();
    expect(query.value).toEqual({ data: { who: 'user ada', connection: '1' } });
    const mutation = await client.iterate({ query: 'mutation { set(value: "x") }' }).next();
    expect(mutation.value).toEqual({ data: { set: 'x' } });
    await values.return?.();
    await server.events.until('source ended');
    await client.dispose();
  });

  it('the acknowledgement carries the session, which was started before it', async () => {
    const server = await startServer();
    const { ack } = await connect(server, { sessionId: 'tab-1', device: 'MOBILE' });
    expect(ack.payload).toEqual({ sessionId: 'tab-1' });
    expect(await server.events.until('connect')).toEqual([
      { userId: 'ada', connectionId: '1', sessionId: 'tab-1', device: 'MOBILE' },
    ]);
  });

  it('watchers and service tokens take no session', async () => {
    const server = await startServer();
    const watcher = await connect(server, { presence: false });
    expect(watcher.ack).toEqual({ type: 'connection_ack' });
    await connect(server, { authorization: await tokenOf('host', { service: true }) });
    expect(server.events.seen).toEqual([]);
  });

  it('the token may be in the URL, and is never logged', async () => {
    const server = await startServer();
    const token = await tokenOf('ada');
    const client = await openSocket(`${server.ws}?token=${token}`);
    client.send({ type: 'connection_init' });
    expect((await client.next()).type).toBe('connection_ack');
    client.subscribe('1', '{ boom }');
    expect((await client.next()).payload?.errors?.[0]?.extensions.code).toBe('INTERNAL');
    expect(server.lines.join()).toContain('request failed');
    expect(server.lines.join()).not.toContain(token.slice(-20));
  });

  it.each([
    ['none', undefined],
    ['garbage', 'garbage'],
    ['of another type', 7],
  ])('a token that is %s is 4403', async (_, authorization) => {
    const server = await startServer();
    const client = await openSocket(server.ws);
    client.send({ type: 'connection_init', payload: { authorization } });
    expect((await client.closed).code).toBe(4403);
    expect(server.events.seen).toEqual([]);
  });

  it("a deleted user's token is 4403", async () => {
    const server = await startServer({ deleted: new Set(['ada']) });
    const client = await openSocket(server.ws);
    client.send(await init());
    expect((await client.closed).code).toBe(4403);
    await server.stop();
    expect(server.connections.users).toBe(0);
  });

  it.each([
    [{ sessionId: '' }, /sessionId/],
    [{ sessionId: 'x'.repeat(129) }, /sessionId/],
    [{ sessionId: 7 }, /sessionId/],
    [{ sessionId: 'a\u202eb' }, /sessionId/],
    [{ device: 'TOASTER' }, /device/],
    [{ presence: 'no' }, /presence/],
  ])('connectionParams %j are 4400, with a sentence', async (params, sentence) => {
    const server = await startServer();
    const client = await openSocket(server.ws);
    client.send(await init('ada', params));
    const { code, reason } = await client.closed;
    expect(code).toBe(4400);
    expect(reason).toMatch(sentence);
  });

  it('while the store is unavailable, a new connection is 1013', async () => {
    const server = await startServer({
      presence: { connect: async () => Promise.reject(unavailable('redis-7 refused the connection')) },
    });
    const client = await openSocket(server.ws);
    client.send(await init());
    expect(await client.closed).toEqual({ code: 1013, reason: 'Try again later.' });
  });

  /** More than are let in at a time, all at once, of a store that fails whom it has kept waiting. */
  const comeAtOnce = async ({ storeAnswers, fails }: { storeAnswers: boolean; fails: (userId: string) => boolean }) => {
    const asked: string[] = [];
    let answer = () => {};
    const hanging = new Promise<void>((resolve) => {
      answer = resolve;
    });
    const server = await startServer({
      storeAnswers: () => storeAnswers,
      presence: {
        async connect({ userId }) {
          asked.push(userId);
          await hanging;
          if (fails(userId)) throw unavailable('It does not answer.');
          return 'tab';
        },
      },
    });
    const clients = await Promise.all(
      Array.from({ length: 150 }, async (_, place) => {
        const client = await openSocket(server.ws);
        client.send(await init(`user-${place}`));
        await client.sync();
        return client;
      }),
    );
    expect(asked.length).toBeLessThan(clients.length);
    answer();
    return { clients, asked };
  };

  it('while the store is unavailable, all connections that wait are 1013 as soon as the first is', async () => {
    const { clients, asked } = await comeAtOnce({ storeAnswers: false, fails: () => true });
    const closed = await Promise.all(clients.map((client) => client.closed));
    expect(new Set(closed.map(({ code }) => code))).toEqual(new Set([1013]));
    expect(asked.length, 'the others were not kept waiting for an answer').toBeLessThan(clients.length);
  });

  it('a failed admission rejects no other connection while the store answers', async () => {
    const { clients } = await comeAtOnce({ storeAnswers: true, fails: (userId) => userId === 'user-7' });
    const [refused] = clients.splice(7, 1);
    expect((await refused!.closed).code).toBe(1013);
    const acks = await Promise.all(clients.map((client) => client.next()));
    expect(new Set(acks.map(({ type }) => type))).toEqual(new Set(['connection_ack']));
  });

  it('an internal error while connecting is 1013 too, and reveals nothing', async () => {
    const server = await startServer({ ensure: () => Promise.reject(new Error('the secret inside')) });
    const client = await openSocket(server.ws);
    client.send(await init());
    expect(await client.closed).toEqual({ code: 1013, reason: 'Try again later.' });
    expect(server.lines).toHaveLength(1);
  });

  it('a user has as many connections as are allowed, and the next one is 4429', async () => {
    const server = await startServer();
    const clients = await Promise.all(Array.from({ length: 20 }, () => connect(server, { presence: false })));
    const beyond = await openSocket(server.ws);
    beyond.send(await init());
    expect((await beyond.closed).code).toBe(4429);
    await connect(server, {}, 'bob');
    await connect(server, { authorization: await tokenOf('ada', { service: true }) });
    clients[0]?.socket.close();
    await clients[0]?.closed;
    await connect(server);
  });

  it('a user who connects too often is 1013 before any query; others, and service tokens, are admitted', async () => {
    const limits = createRateLimits({ ...NO_RATES, connection: { burst: 3, intervalMs: 60_000 } });
    const server = await startServer({ admits: (userId) => limits.take('connection', userId) });
    for (let n = 0; n < 3; n += 1) {
      const client = await connect(server);
      client.socket.close();
      await client.closed;
    }
    const beyond = await openSocket(server.ws);
    beyond.send(await init());
    const { code, reason } = await beyond.closed;
    expect(code).toBe(1013);
    expect(reason).toMatch(/^You connect too often\. Try again in /);
    await connect(server, {}, 'bob');
    await connect(server, { authorization: await tokenOf('ada', { service: true }) });
    expect(server.events.seen.filter(({ name }) => name === 'connect')).toHaveLength(4);
  });

  it('the upgrade is refused elsewhere with 404, and to foreign origins with 403', async () => {
    const server = await startServer({ allowedOrigins: ['https://app.example'], development: false });
    await expect(openSocket(server.ws.replace('/graphql', '/other'))).rejects.toThrow('404');
    await expect(openSocket(server.ws, { origin: 'https://evil.example' })).rejects.toThrow('403');
    await expect(openSocket(server.ws, { origin: 'http://localhost:3000' })).rejects.toThrow('403');
    await openSocket(server.ws, { origin: 'https://app.example' });
    await openSocket(server.ws, { origin: server.url });
    await openSocket(server.ws);
    const development = await startServer();
    await openSocket(development.ws, { origin: 'http://localhost:3000' });
    await expect(openSocket(development.ws, { origin: 'http://localhost.evil.example' })).rejects.toThrow('403');
  });
});

describe('close codes of the protocol', () => {
  it('no connection_init in time is 4408', async () => {
    const server = await startServer({ initTimeoutMs: 20 });
    expect((await (await openSocket(server.ws)).closed).code).toBe(4408);
  });

  it('a second connection_init is 4429', async () => {
    const client = await connect(await startServer());
    client.send({ type: 'connection_init' });
    expect((await client.closed).code).toBe(4429);
  });

  it.each([
    'nonsense',
    '{}',
    '{"type":"shout"}',
    '[]',
    '{"type":"subscribe"}',
    '{"type":"next","id":"1","payload":{}}',
  ])('%s is 4400', async (text) => {
    const client = await connect(await startServer());
    client.send(text);
    expect((await client.closed).code).toBe(4400);
  });

  it('subscribe before the acknowledgement is 4401', async () => {
    const client = await openSocket((await startServer()).ws);
    client.subscribe('1', '{ who }');
    expect((await client.closed).code).toBe(4401);
  });

  it('an id in use is 4409', async () => {
    const client = await connect(await startServer());
    client.subscribe('1', 'subscription { values }');
    client.subscribe('1', 'subscription { values }');
    expect((await client.closed).code).toBe(4409);
  });

  it('whatever a client calls its operation, the reason fits into the close frame', async () => {
    const client = await connect(await startServer());
    const id = '👋'.repeat(50_000);
    client.subscribe(id, 'subscription { values }');
    client.subscribe(id, 'subscription { values }');
    const { code, reason } = await client.closed;
    expect(code).toBe(4409);
    expect(Buffer.byteLength(reason)).toBeLessThanOrEqual(123);
  });

  it('another subprotocol is 4406', async () => {
    const server = await startServer();
    const client = new WebSocket(server.ws);
    const code = await new Promise((resolve) => client.once('close', resolve));
    expect(code).toBe(4406);
  });

  it('a message has at most 256 KiB, and 8 KiB until connection_init was accepted', async () => {
    const server = await startServer();
    const padded = (bytes: number) =>
      JSON.stringify({ type: 'ping', payload: { pad: '' } }).replace('""', `"${'x'.repeat(bytes - 36)}"`);
    const early = await openSocket(server.ws);
    expect(padded(8 * 1024)).toHaveLength(8 * 1024);
    early.send(padded(8 * 1024));
    expect((await early.next()).type).toBe('pong');
    early.send(padded(8 * 1024 + 1));
    expect((await early.closed).code).toBe(1009);
    const late = await connect(server);
    late.send(padded(256 * 1024));
    expect((await late.next()).type).toBe('pong');
    late.send(padded(256 * 1024 + 1));
    expect((await late.closed).code).toBe(1009);
  });
});

describe('the end of a connection', () => {
  it('its session is disconnected once, by the id of that connection', async () => {
    const server = await startServer();
    const client = await connect(server);
    client.socket.close();
    const [end] = await server.events.until<{ lastReceivedMsAgo: number }>('disconnect');
    expect(end).toMatchObject({ userId: 'ada', connectionId: '1' });
    expect(end?.lastReceivedMsAgo).toBeLessThan(1_000);
    await server.stop();
    expect(server.events.seen.filter(({ name }) => name === 'disconnect')).toHaveLength(1);
    expect(server.connections.users).toBe(0);
  });

  it('it says whether anything came over it once it took its session', async () => {
    const server = await startServer();
    const unused = await connect(server);
    unused.socket.terminate();
    await server.events.until('disconnect');
    const used = await connect(server, {}, 'bob');
    await used.sync();
    used.socket.terminate();
    const ends = await server.events.until<{ userId: string; isUnused: boolean }>('disconnect', 2);
    expect(ends.map(({ userId, isUnused }) => [userId, isUnused])).toEqual([
      ['ada', true],
      ['bob', false],
    ]);
  });

  it('disconnecting is retried while the store is unavailable, with how long nothing had been received', async () => {
    const reported: number[] = [];
    const server = await startServer({
      presence: {
        disconnect: async ({ lastReceivedMsAgo }) => {
          reported.push(lastReceivedMsAgo);
          server.events.emit('tried', null);
          if (reported.length < 3) throw unavailable('away', 20);
        },
      },
    });
    (await connect(server)).socket.terminate();
    await server.events.until('tried', 3);
    expect(reported[2]).toBeGreaterThanOrEqual((reported[0] ?? 0) + 35);
  });

  it('a connection that closes while it takes its session leaves none behind', async () => {
    let letIn = (_: string) => {};
    const server = await startServer({
      presence: {
        connect: (options) => {
          server.events.emit('connect', options);
          return new Promise((resolve) => {
            letIn = resolve;
          });
        },
      },
    });
    const client = await openSocket(server.ws);
    client.send(await init());
    await server.events.until('connect');
    client.socket.terminate();
    const gone = server.stop();
    await client.closed;
    expect(server.events.seen.map(({ name }) => name)).toEqual(['connect']);
    letIn('late');
    await server.events.until('disconnect');
    await gone;
  });

  it('a connection that closes while its user is ensured takes no session', async () => {
    let known = (_: boolean) => {};
    const server = await startServer({
      ensure: () => {
        server.events.emit('ensure', null);
        return new Promise((resolve) => {
          known = resolve;
        });
      },
    });
    const client = await openSocket(server.ws);
    client.send(await init());
    await server.events.until('ensure');
    client.socket.terminate();
    await client.closed;
    while (server.sockets.size > 0) await new Promise((resolve) => setImmediate(resolve));
    known(true);
    await server.stop();
    expect(server.events.seen.map(({ name }) => name)).toEqual(['ensure']);
    expect(server.connections.users).toBe(0);
  });

  it('a connection that closes while it waits at the gate no longer counts', async () => {
    let answer = () => {};
    const hanging = new Promise<void>((resolve) => {
      answer = resolve;
    });
    const server = await startServer({
      verify: async (token) => {
        server.events.emit('verified', token);
        return { userId: token ?? '', service: false, expiresAt: Date.now() + 600_000 };
      },
      presence: {
        connect: async (options) => {
          server.events.emit('connect', options);
          await hanging;
          return 'tab';
        },
      },
    });
    const come = async (authorization: string) => {
      const client = await openSocket(server.ws);
      client.send({ type: 'connection_init', payload: { authorization } });
      return client;
    };
    const entering = await Promise.all(Array.from({ length: 64 }, (_, place) => come(`user-${place}`)));
    await server.events.until('connect', 64);
    const last = await come('last');
    await server.events.until('verified', 65);
    last.socket.terminate();
    while (server.sockets.size > 64) await new Promise((resolve) => setImmediate(resolve));
    answer();
    await Promise.all(entering.map((client) => client.next()));
    await server.stop();
    expect(server.connections.userIds()).toEqual([]);
  });

  it('the timer of its token is cancelled', async () => {
    const callOff = vi.spyOn(Alarm.prototype, 'callOff');
    onTestFinished(() => callOff.mockRestore());
    const server = await startServer();
    const client = await connect(server);
    expect(callOff).not.toHaveBeenCalled();
    client.socket.close();
    await server.events.until('disconnect');
    expect(callOff).toHaveBeenCalledTimes(1);
  });

  it('a token that expires is 4403', async () => {
    const server = await startServer();
    const client = await connect(server, { authorization: await tokenOf('ada', { ttlSeconds: 2 }) });
    client.subscribe('1', 'subscription { values }');
    expect((await client.closed).code).toBe(4403);
    await server.events.until('source ended');
  });

  it('a token valid for a century keeps the connection', async () => {
    const server = await startServer();
    const client = await connect(server, { authorization: await tokenOf('ada', { ttlSeconds: 3_000_000_000 }) });
    await client.sync();
    expect(client.socket.readyState).toBe(WebSocket.OPEN);
  });

  it('every connection of a deleted user is 4403, and no other', async () => {
    const server = await startServer();
    const [one, two, bob] = [
      await connect(server),
      await connect(server, { presence: false }),
      await connect(server, {}, 'bob'),
    ];
    server.connections.closeUser('ada');
    expect((await one.closed).code).toBe(4403);
    expect((await two.closed).code).toBe(4403);
    await bob.sync();
  });

  it('nothing is executed for a client after the close frame', async () => {
    const server = await startServer();
    const client = await connect(server);
    client.socket.pause();
    server.connections.closeUser('ada');
    client.subscribe('1', 'mutation { set(value: "late") }');
    await server.stop();
    expect(server.events.seen.map(({ name }) => name)).toEqual(['connect', 'disconnect']);
  });

  it('stopping closes with 1012, refuses upgrades, waits for all, and is idempotent', async () => {
    const server = await startServer();
    const clients = await Promise.all(Array.from({ length: 5 }, () => connect(server)));
    const stopping = server.sockets.stop();
    await expect(openSocket(server.ws)).rejects.toThrow('503');
    expect(server.sockets.stop()).toBe(stopping);
    for (const client of clients) expect((await client.closed).code).toBe(1012);
    await stopping;
    expect(server.events.seen.filter(({ name }) => name === 'disconnect')).toHaveLength(5);
    expect(server.sockets.size).toBe(0);
  });

  it('stopping gives each whom it sends away time to come back, more the more there are, and nobody else', async () => {
    const within = async (count: number): Promise<ReadonlyMap<string, number>> => {
      const server = await startServer();
      const gone = await connect(server, {}, 'gone');
      for (let n = 0; n < count; n += 1) await connect(server, {}, `u${n}`);
      // Closed before, and still there: it does not read the close frame.
      gone.socket.pause();
      server.connections.closeUser('gone');
      await server.sockets.stop();
      const ends = server.events.seen.filter(({ name }) => name === 'disconnect');
      return new Map(
        ends.map(({ value }) => {
          const { userId, returnsWithinMs } = value as { userId: string; returnsWithinMs: number };
          return [userId, returnsWithinMs];
        }),
      );
    };
    const [few, more] = [await within(1), await within(3)];
    expect(few.get('u0')).toBeGreaterThanOrEqual(10_000);
    expect(more.get('u0')! - few.get('u0')!).toBe(8);
    expect(new Set(['u1', 'u2'].map((userId) => more.get(userId)))).toEqual(new Set([more.get('u0')]));
    expect(more.get('gone')).toBe(0);
  });

  it('a server that stops listening goes on for the sockets that it has', async () => {
    const server = await startServer();
    const client = await connect(server);
    // HTTP is over when it has closed what is under way by force.
    const slow = connectTcp(Number(new URL(server.url).port), '127.0.0.1');
    slow.write('POST /graphql HTTP/1.1\r\nhost: localhost\r\ncontent-length: 10\r\n\r\n');
    await once(slow, 'connect');
    const closed = once(slow.resume(), 'close');
    void server.http.stop();
    await closed;
    await expect(fetch(`${server.url}/health`)).rejects.toThrow();
    await client.sync();
    expect(server.sockets.size).toBe(1);
  });

  it('a client that does not answer the close frame does not hold up the stop', async () => {
    const server = await startServer();
    const client = await connect(server);
    client.socket.pause();
    await server.sockets.stop();
    expect(server.sockets.size).toBe(0);
  });
});

describe('keep-alive', () => {
  it('a client that answers pings stays, and one that does not is lost', async () => {
    const server = await startServer({ heartbeatTimeoutMs: 600 });
    const alive = await connect(server);
    const silent = await openSocket(server.ws, { autoPong: false });
    silent.send(await init('bob'));
    await silent.next();
    expect((await silent.closed).code).toBe(1006);
    const [end] = await server.events.until<{ userId: string; lastReceivedMsAgo: number }>('disconnect');
    expect(end?.userId).toBe('bob');
    expect(end?.lastReceivedMsAgo).toBeGreaterThan(500);
    await alive.sync();
  });
});

describe('operations', () => {
  it('errors of resolvers have codes, and internal errors reveal nothing', async () => {
    const server = await startServer();
    const client = await connect(server);
    client.subscribe('1', '{ away bad boom }');
    const { payload } = await client.next();
    const extensions = payload?.errors?.map((error) => error.extensions);
    expect(extensions).toContainEqual({ code: 'UNAVAILABLE', retryAfterMs: 1_500 });
    expect(extensions).toContainEqual({ code: 'BAD_USER_INPUT' });
    expect(extensions).toContainEqual({ code: 'INTERNAL', requestId: expect.any(String) });
    expect(JSON.stringify(payload)).not.toContain('the secret inside');
    expect(server.lines).toHaveLength(1);
  });

  it.each([
    ['{ who', /Syntax Error/],
    ['{ nothing }', /Cannot query field/],
    ['query A { who } query B { who }', /operation/i],
    ['', /Syntax Error/],
  ])('%j is one error, and the socket stays', async (query, sentence) => {
    const client = await connect(await startServer());
    client.subscribe('1', query);
    const { type, payload } = await client.next();
    expect(type).toBe('error');
    expect(payload).toEqual([
      expect.objectContaining({ message: expect.stringMatching(sentence), extensions: { code: 'BAD_USER_INPUT' } }),
    ]);
    await client.sync();
  });

  it('invalid variables are reported', async () => {
    const client = await connect(await startServer());
    client.subscribe('1', 'query ($mood: Mood) { mood(mood: $mood) }', { mood: 'GRUMPY' });
    const { payload } = await client.next();
    expect(payload?.errors?.[0]?.extensions).toEqual({ code: 'BAD_USER_INPUT' });
    await client.sync();
  });

  it('fifty subscriptions are allowed; the next one errs and the others go on', async () => {
    const server = await startServer();
    const client = await connect(server);
    for (let n = 1; n <= 51; n += 1) client.subscribe(`${n}`, 'subscription { values }');
    const { type, id, payload } = await client.next();
    expect({ type, id, code: payload?.[0]?.extensions.code }).toEqual({
      type: 'error',
      id: '51',
      code: 'BAD_USER_INPUT',
    });
    server.sources[49]?.push('still here');
    expect(await client.next()).toMatchObject({ type: 'next', id: '50' });
    client.subscribe('query', '{ who }');
    expect(await client.next()).toMatchObject({ type: 'next', id: 'query' });
    expect(await client.next()).toMatchObject({ type: 'complete', id: 'query' });
    client.complete('1');
    await server.events.until('source ended');
    client.subscribe('51', 'subscription { values }');
    await server.events.until('subscribed', 51);
  });

  it('a subscription that is refused, or finishes, no longer counts', async () => {
    const server = await startServer();
    const client = await connect(server);
    client.subscribe('1', 'subscription { refused }');
    expect((await client.next()).payload?.errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT');
    expect(await client.next()).toEqual({ type: 'complete', id: '1' });
    client.subscribe('2', 'subscription { values }');
    await server.events.until('subscribed');
    server.sources[0]?.finish();
    expect(await client.next()).toEqual({ type: 'complete', id: '2' });
    expect(server.sockets.subscriptions).toBe(0);
  });

  it('an id used again while its first operation is still starting belongs to the second alone', async () => {
    const server = await startServer();
    const client = await connect(server);
    client.subscribe('1', 'subscription { late }');
    await server.events.until('late');
    client.complete('1');
    client.subscribe('1', 'subscription { values }');
    await server.events.until('subscribed');
    server.gates[0]?.();
    await server.events.until('subscribed', 2);
    await server.events.until('source ended');
    expect(server.sources.map(({ ended }) => ended)).toEqual([false, true]);
    server.sources[0]?.push('mine');
    expect(await client.next()).toEqual({ type: 'next', id: '1', payload: { data: { values: 'mine' } } });
    expect(server.sockets.subscriptions).toBe(1);
  });

  it('the answer to a cancelled query does not go to its successor', async () => {
    const server = await startServer();
    const client = await connect(server);
    client.subscribe('1', '{ slow }');
    await server.events.until('slow');
    client.complete('1');
    client.subscribe('1', 'subscription { values }');
    await server.events.until('subscribed');
    server.gates[0]?.();
    server.sources[0]?.push('mine');
    expect(await client.next()).toEqual({ type: 'next', id: '1', payload: { data: { values: 'mine' } } });
  });

  it('reads are paused for a client that sends too many operations, and nothing is lost', async () => {
    const server = await startServer();
    const client = await connect(server);
    const pad = '#'.repeat(8_000);
    for (let n = 0; n < 1_000; n += 1) client.subscribe(`${n}`, `{ slow } ${pad}`);
    await server.events.until('slow', 100);
    expect(server.gates.length).toBeLessThan(500);
    let answered = 0;
    for (let opened = 0; opened < 1_000; opened += 1) {
      await server.events.until('slow', opened + 1);
      server.gates[opened]?.();
    }
    while (answered < 1_000) if ((await client.next()).type === 'complete') answered += 1;
    await client.sync();
  });

  it('queries that list users run four at a time, and each that ends makes room', async () => {
    const server = await startServer();
    const client = await connect(server);
    const other = await connect(server, {}, 'bob');
    for (let n = 0; n < 40; n += 1) client.subscribe(`${n}`, `{ slow many(bytes: 1) } ${'#'.repeat(8_000)}`);
    await server.events.until('slow', 4);
    await other.sync();
    expect(server.gates).toHaveLength(4);
    for (let opened = 0; opened < 36; opened += 1) {
      server.gates[opened]?.();
      await server.events.until('slow', opened + 5);
      expect(server.gates.length).toBeLessThanOrEqual(opened + 5);
    }
    for (const open of server.gates.slice(36)) open();
    await client.sync();
  });

  it('cancelled queries make room when they end', async () => {
    const server = await startServer();
    const client = await connect(server);
    for (let n = 0; n < 99; n += 1) client.subscribe(`${n}`, '{ slow }');
    await server.events.until('slow', 99);
    for (let n = 0; n < 99; n += 1) client.complete(`${n}`);
    await client.sync();
    for (const open of server.gates) open();
    await client.sync();
    client.subscribe('next', '{ slow }');
    await server.events.until('slow', 100);
    await client.sync();
  });

  it('10,000 subscriptions, each completed, leave nothing behind', async () => {
    const server = await startServer();
    const client = await connect(server);
    for (let n = 0; n < 10_000; n += 1) {
      client.subscribe(`${n % 7}`, 'subscription { values }');
      client.complete(`${n % 7}`);
      if (n % 500 === 0) await client.sync();
    }
    await client.sync();
    const count = server.sources.length;
    await server.events.until('source ended', count);
    expect(count).toBe(10_000);
    expect(server.sources.every(({ ended }) => ended)).toBe(true);
    expect(server.sockets.subscriptions).toBe(0);
    await server.stop();
    expect(server.connections.users).toBe(0);
  });

  it('a closed socket ends all its subscriptions, also those being started', async () => {
    const server = await startServer();
    const client = await connect(server);
    client.subscribe('1', 'subscription { values }');
    client.subscribe('2', 'subscription { late }');
    await server.events.until('late');
    client.socket.terminate();
    await server.events.until('disconnect');
    server.gates[0]?.();
    await server.events.until('source ended', 2);
  });
});

describe('readers', () => {
  it('one that never reads is closed, takes little memory, and does not affect others', async () => {
    const server = await startServer({ stallMs: 300 });
    const slow = await connect(server);
    const other = await connect(server, {}, 'bob');
    slow.subscribe('1', 'subscription { values }');
    await server.events.until('subscribed');
    other.subscribe('1', 'subscription { values }');
    await server.events.until('subscribed', 2);
    slow.socket.pause();
    const big = 'x'.repeat(64 * 1024);
    for (let n = 0; n < 500; n += 1) server.sources[0]?.push(big);
    await server.events.until('disconnect');
    server.sources[1]?.push('fine');
    expect(await other.next()).toMatchObject({ type: 'next', payload: { data: { values: 'fine' } } });
    expect(server.sources[0]?.ended).toBe(true);
  });

  it('one that reads slowly gets everything, in order', async () => {
    const server = await startServer();
    const client = await connect(server);
    client.subscribe('1', 'subscription { values }');
    await server.events.until('subscribed');
    client.socket.pause();
    const pad = 'x'.repeat(64 * 1024);
    for (let n = 0; n < 200; n += 1) server.sources[0]?.push(`${n} ${pad}`);
    await new Promise((resolve) => setImmediate(resolve));
    client.socket.resume();
    for (let n = 0; n < 200; n += 1) {
      expect(String((await client.next()).payload?.data?.values).split(' ')[0]).toBe(String(n));
    }
    await client.sync();
  });
});
