/** How a client connects, comes back, and stops. */
import { describe, expect, it, vi } from 'vitest';
import { backoffMs } from '../src/backoff.js';
import { createPresenceClient } from '../src/index.js';
import { createFakePage } from './support/fakePage.js';
import { createFakeServer } from './support/fakeServer.js';
import { outcomeOf, pass, setUp, withFakeTime } from './support/harness.js';

withFakeTime();

const phaseOf = ({ connection }: Awaited<ReturnType<typeof setUp>>['client']) => connection.get().phase;

describe('the back-off', () => {
  it('is min(16, 2^attempt) seconds with full jitter', () => {
    expect([0, 1, 2, 3, 4, 5, 50].map((attempt) => backoffMs(attempt, 1))).toEqual([
      1_000, 2_000, 4_000, 8_000, 16_000, 16_000, 16_000,
    ]);
    expect(backoffMs(4, 0)).toBe(0);
    expect(backoffMs(4, 0.25)).toBe(4_000);
  });
});

describe('connecting', () => {
  it('gives the token, the session and the device', async () => {
    const { server, client } = await setUp({ device: 'DESKTOP', sessionId: 'mine' });
    expect(phaseOf(client)).toBe('online');
    expect(server.last.params).toEqual({ authorization: 'Bearer token', sessionId: 'mine', device: 'DESKTOP' });
  });

  it('takes http addresses, and refuses what is none', async () => {
    const server = createFakeServer();
    await setUp({ url: 'https://host/graphql#part' }, server);
    expect((server.last as unknown as { url: string }).url).toBe('wss://host/graphql');
    for (const url of ['', '/graphql', 'ftp://host', 'host:4000']) {
      expect(() => createPresenceClient({ url, token: '', webSocketImpl: server.webSocketImpl })).toThrow(
        expect.objectContaining({ code: 'BAD_USER_INPUT' }),
      );
    }
  });

  it('does nothing where a page is rendered on a server', async () => {
    const client = createPresenceClient({ url: '/graphql', token: 'token' });
    await pass(60_000);
    expect(phaseOf(client)).toBe('idle');
    client.close();
  });

  it('tries again where the connection is refused, later and later, and then as often as every 16 s', async () => {
    const server = createFakeServer();
    server.mode = 'refuse';
    const { client } = await setUp({}, server);
    const waits: number[] = [];
    for (let i = 0; i < 7; i += 1) {
      const { phase, retryAt, error } = client.connection.get();
      expect([phase, error?.code]).toEqual(['waiting', 'UNAVAILABLE']);
      waits.push(retryAt! - Date.now());
      const attempts = server.sockets.length;
      await pass(retryAt! - Date.now() - 1);
      expect(server.sockets.length).toBe(attempts);
      await pass(1);
      expect(server.sockets.length).toBe(attempts + 1);
    }
    expect(waits).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 16_000, 16_000]);
    server.mode = 'accept';
    await pass(16_000);
    expect(phaseOf(client)).toBe('online');
  });

  it.each([1001, 1006, 1012, 1013, 4408, 4429, 4500])('comes back after %s', async (code) => {
    const { server, client } = await setUp();
    server.last.close(code);
    await pass(0);
    expect(phaseOf(client)).toBe('waiting');
    await pass(1_000);
    expect(phaseOf(client)).toBe('online');
  });

  it('comes back after a proxy closed it normally', async () => {
    const { server, client } = await setUp();
    client.me.subscribe(() => {});
    server.last.close(1000);
    await pass(0);
    expect(server.sockets.length).toBe(1);
    await pass(1_000);
    expect([phaseOf(client), server.sockets.length]).toEqual(['online', 2]);
  });

  it('waits longer for a server that accepts and closes at once', async () => {
    const { server, client } = await setUp();
    const waits: number[] = [];
    for (let i = 0; i < 4; i += 1) {
      server.last.close(1013);
      await pass(0);
      waits.push(client.connection.get().retryAt! - Date.now());
      await pass(waits.at(-1)!);
      expect(phaseOf(client)).toBe('online');
    }
    expect(waits).toEqual([1_000, 2_000, 4_000, 8_000]);
    await pass(5_000);
    server.last.close(1013);
    await pass(0);
    expect(client.connection.get().retryAt! - Date.now()).toBe(1_000);
  });

  it('gives up an attempt that gets no answer', async () => {
    const server = createFakeServer();
    server.mode = 'silent';
    const { client } = await setUp({}, server);
    await pass(14_999);
    expect(phaseOf(client)).toBe('connecting');
    await pass(1);
    expect(phaseOf(client)).toBe('waiting');
    expect(server.last.isOpen).toBe(false);
  });

  it('survives a WebSocket that throws', async () => {
    class Throwing {
      constructor() {
        throw new SyntaxError('no such address');
      }
    }
    const { client } = await setUp({ webSocketImpl: Throwing });
    expect(client.connection.get()).toMatchObject({ phase: 'waiting', error: { code: 'UNAVAILABLE' } });
  });

  it('tries at once when the browser is online again, and when the tab is seen', async () => {
    const page = createFakePage();
    const { server, client } = await setUp({ page });
    for (const event of ['online', 'visible'] as const) {
      server.mode = 'refuse';
      server.last.drop();
      await pass(4_000);
      expect(phaseOf(client)).toBe('waiting');
      server.mode = 'accept';
      page.say(event);
      await pass(0);
      expect(phaseOf(client)).toBe('online');
    }
  });

  it('notices a connection over which nothing comes any more', async () => {
    const { server, client } = await setUp();
    server.last.mute();
    await pass(27_000 + 9_999);
    expect(phaseOf(client)).toBe('online');
    await pass(1);
    expect(phaseOf(client)).toBe('waiting');
    await pass(1_000);
    expect([phaseOf(client), server.sockets.length]).toEqual(['online', 2]);
  });
});

describe('the token', () => {
  it('is asked for before each connection', async () => {
    const token = vi.fn<() => string>().mockReturnValueOnce('one').mockReturnValueOnce('two');
    const { server } = await setUp({ token });
    server.last.drop();
    await pass(1_000);
    expect(server.sockets.map(({ params }) => params?.authorization)).toEqual(['Bearer one', 'Bearer two']);
  });

  it('is renewed at once when it has expired', async () => {
    const { server, client } = await setUp();
    await pass(10_000);
    server.last.close(4403, 'expired');
    await pass(0);
    expect([phaseOf(client), server.sockets.length]).toEqual(['online', 2]);
  });

  it('that is refused again and again stops the client, until it is told to go on', async () => {
    const server = createFakeServer();
    server.mode = 4403;
    const { client, errors } = await setUp({}, server);
    await pass(600_000);
    expect(client.connection.get()).toMatchObject({ phase: 'unauthorized', error: { code: 'UNAUTHENTICATED' } });
    expect(server.sockets.length).toBe(2);
    expect(errors.map(({ code }) => code)).toEqual(['UNAUTHENTICATED']);
    server.mode = 'accept';
    client.reconnect();
    await pass(0);
    expect(phaseOf(client)).toBe('online');
    expect(client.connection.get().error).toBeUndefined();
  });

  it('that never lasts is not renewed in a tight loop', async () => {
    const { server } = await setUp();
    for (let i = 0; i < 100; i += 1) {
      if (server.last.isOpen) server.last.close(4403);
      await pass(100);
    }
    expect(server.sockets.length).toBeLessThan(8);
  });

  it('that is a text stops the client when it is refused', async () => {
    const { server, client } = await setUp({ token: 'fixed' });
    await pass(10_000);
    server.last.close(4403, 'expired');
    await pass(60_000);
    expect([phaseOf(client), server.sockets.length]).toEqual(['unauthorized', 1]);
  });

  it.each([
    ['throws', () => Promise.reject(new Error('signed out'))],
    [
      'throws at once',
      () => {
        throw new Error('signed out');
      },
    ],
    ['is empty', () => ''],
    ['is no text', () => undefined as unknown as string],
  ])('of a callback that %s stops the client', async (_what, token) => {
    const asked = vi.fn(token);
    const { server, client } = await setUp({ token: asked });
    await pass(600_000);
    expect(client.connection.get()).toMatchObject({ phase: 'unauthorized', error: { code: 'UNAUTHENTICATED' } });
    expect([asked.mock.calls.length, server.sockets.length]).toEqual([1, 0]);
  });

  it('is asked for again after the network failed', async () => {
    const token = vi.fn(() => Promise.resolve('token')).mockRejectedValueOnce(new TypeError('fetch failed'));
    const { client } = await setUp({ token });
    expect(client.connection.get()).toMatchObject({ phase: 'waiting', error: { code: 'UNAVAILABLE' } });
    await pass(1_000);
    expect(phaseOf(client)).toBe('online');
  });

  it('of a callback that never settles is asked for again after 30 s, and its late answer is ignored', async () => {
    const answers: ((token: string) => void)[] = [];
    const { server, client } = await setUp({ token: () => new Promise((resolve) => answers.push(resolve)) });
    await pass(29_999);
    expect(phaseOf(client)).toBe('connecting');
    await pass(1);
    expect(phaseOf(client)).toBe('waiting');
    answers[0]!('late');
    await pass(0);
    expect(server.sockets.length).toBe(0);
    await pass(1_000);
    answers[1]!('in time');
    await pass(0);
    expect(server.last.params?.authorization).toBe('Bearer in time');
  });

  it('is asked for again when the user comes back to the tab', async () => {
    const page = createFakePage();
    const token = vi.fn(() => 'token').mockReturnValueOnce('');
    const { client } = await setUp({ token, page });
    expect(phaseOf(client)).toBe('unauthorized');
    page.say('visible');
    await pass(0);
    expect(phaseOf(client)).toBe('online');
  });

  it.each([1009, 4400, 4401, 4406, 4409])(
    'does not matter where the server refuses the client with %s',
    async (code) => {
      const { server, client } = await setUp();
      server.last.close(code, 'sessionId is too long');
      await pass(600_000);
      expect(client.connection.get()).toMatchObject({ phase: 'unauthorized', error: { code: 'BAD_USER_INPUT' } });
      expect(client.connection.get().error?.message).toContain('sessionId is too long');
      expect(server.sockets.length).toBe(1);
    },
  );
});

describe('closing', () => {
  it('leaves nothing that runs', async () => {
    const page = createFakePage();
    const { server, client } = await setUp({ page });
    client.presence('ada').subscribe(() => {});
    client.roster.subscribe(() => {});
    client.me.subscribe(() => {});
    client.typing('lobby').subscribe(() => {});
    client.keystroke('lobby');
    await pass(100);
    expect(page.listeners).toBe(1);
    client.close();
    client.close();
    expect([phaseOf(client), page.listeners, vi.getTimerCount()]).toEqual(['closed', 0, 0]);
    expect(server.last.closedBy).toBe(1000);
    await pass(60_000);
    expect(server.sockets.length).toBe(1);
  });

  it('is heeded while a token is asked for, a socket opens, or an attempt waits', async () => {
    const asking = await setUp({ token: () => new Promise(() => {}) });
    const silent = createFakeServer();
    silent.mode = 'silent';
    const opening = await setUp({}, silent);
    const refusing = createFakeServer();
    refusing.mode = 'refuse';
    const waiting = await setUp({}, refusing);
    for (const { client, server } of [asking, opening, waiting]) {
      const attempts = server.sockets.length;
      client.close();
      await pass(60_000);
      expect([phaseOf(client), server.sockets.length]).toEqual(['closed', attempts]);
    }
    expect(silent.last.closedBy).toBe(1000);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('rejects what waits, and what is asked for afterwards', async () => {
    const { client } = await setUp();
    const before = [client.setPresence({ status: 'AWAY' }), client.request('{ me { userId } }')].map(outcomeOf);
    client.close();
    const after = [client.setPresence({}), client.request('{ me { userId } }'), client.follow('ada')].map(outcomeOf);
    await pass(0);
    expect([...before, ...after].map(({ error }) => error?.code)).toEqual(Array(5).fill('CLOSED'));
    await client.signOut();
    client.reconnect();
    client.foreground();
    expect(phaseOf(client)).toBe('closed');
  });
});
