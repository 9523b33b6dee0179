/** Saying that one types, and seeing who else does. */
import { describe, expect, it, vi } from 'vitest';
import type { FakeServer } from './support/fakeServer.js';
import { pass, setUp, withFakeTime } from './support/harness.js';

withFakeTime();

const none = () => {};
const user = (id: string) => ({ id, name: id, avatarUrl: null });
const typing = (userId: string, isTyping = true) => ({ userId, user: user(userId), isTyping });

/** What was said, and when, in milliseconds since the first key. */
const recorded = (server: FakeServer) => {
  const said: [number, boolean][] = [];
  const start = Date.now();
  server.handlers.set('setTyping', (operation) => {
    said.push([Date.now() - start, (operation.variables.input as { isTyping: boolean }).isTyping]);
    operation.answer({ isTyping: true });
  });
  return said;
};

describe('keys', () => {
  it('are told at once, then every 2 s, and ended 3 s after the last', async () => {
    const { server, client } = await setUp();
    const said = recorded(server);
    for (let i = 0; i < 50; i += 1) {
      client.keystroke('lobby');
      await pass(100);
    }
    await pass(60_000);
    expect(said).toEqual([
      [0, true],
      [2_000, true],
      [4_000, true],
      [6_000, true],
      [7_900, false],
    ]);
  });

  it('that are slow are told early enough for the server not to end the typing', async () => {
    const { server, client } = await setUp();
    const said = recorded(server);
    for (let i = 0; i < 20; i += 1) {
      client.keystroke('lobby');
      await pass(2_900);
    }
    const starts = said.filter(([, isTyping]) => isTyping).map(([when]) => when);
    expect(said.slice(0, starts.length)).toEqual(starts.map((when) => [when, true]));
    expect(Math.max(...starts.map((when, i) => when - (starts[i - 1] ?? 0)))).toBeLessThan(4_000);
    expect(Math.min(...starts.slice(1).map((when, i) => when - starts[i]!))).toBeGreaterThanOrEqual(2_000);
  });

  it('are ended at once by sending the text, once, and the next key is told at once', async () => {
    const { server, client } = await setUp();
    const said = recorded(server);
    client.keystroke('lobby');
    await pass(500);
    client.stopTyping('lobby');
    client.stopTyping('lobby');
    await pass(500);
    client.keystroke('lobby');
    await pass(10_000);
    expect(said).toEqual([
      [0, true],
      [500, false],
      [1_000, true],
      [4_000, false],
    ]);
    // The heartbeat alone.
    expect(vi.getTimerCount()).toBe(1);
  });

  it('concern their own conversation', async () => {
    const { server, client } = await setUp();
    client.keystroke('lobby');
    client.keystroke('studio');
    client.stopTyping('lobby');
    await pass(100);
    expect(server.all('setTyping').map(({ variables }) => variables.input)).toEqual([
      { conversationId: 'lobby', isTyping: true },
      { conversationId: 'studio', isTyping: true },
      { conversationId: 'lobby', isTyping: false },
    ]);
  });

  it('do no harm where the server refuses them', async () => {
    const { server, client, errors } = await setUp();
    for (const code of ['RATE_LIMITED', 'NOT_FOUND', 'BAD_USER_INPUT']) {
      server.handlers.set('setTyping', (operation) => operation.fail(code));
      client.keystroke('lobby');
      await pass(10_000);
    }
    expect(errors).toEqual([]);
  });

  it('are not ended before their start was answered', async () => {
    const { server, client } = await setUp();
    server.handlers.delete('setTyping');
    client.keystroke('lobby');
    client.stopTyping('lobby');
    await pass(1_000);
    expect(server.all('setTyping').length).toBe(1);
    server.newest('setTyping').answer({ isTyping: true });
    await pass(0);
    expect(server.all('setTyping').length).toBe(2);
  });

  it('while the client is away are not kept, and told at once when it is back', async () => {
    const { server, client } = await setUp();
    client.keystroke('lobby');
    await pass(500);
    server.last.drop();
    await pass(0);
    client.keystroke('lobby');
    client.stopTyping('lobby');
    await pass(1_000);
    expect(client.connection.get().phase).toBe('online');
    await pass(5_000);
    expect(server.all('setTyping').length).toBe(1);
    client.keystroke('lobby');
    await pass(0);
    expect(server.all('setTyping').length).toBe(2);
  });
});

describe('typists', () => {
  it('are those who began and did not stop, in that order', async () => {
    const { server, client } = await setUp();
    const typists = client.typing('lobby');
    const seen: string[] = [];
    typists.subscribe((all) => seen.push(all.map(({ userId }) => userId).join()));
    await pass(0);
    const events = server.newest('typingChanged');
    expect(events.variables).toEqual({ conversationId: 'lobby' });
    for (const event of [typing('ben'), typing('ada'), typing('ben'), typing('ben', false), typing('cleo', false)]) {
      events.next(event);
    }
    await pass(0);
    expect(seen).toEqual(['', 'ben', 'ben,ada', 'ada']);
    expect(typists.get()).toBe(client.typing('lobby').get());
    expect(typists.get()).toEqual([{ userId: 'ada', user: user('ada') }]);
  });

  it('go when the connection does, and come back with it', async () => {
    const { server, client } = await setUp();
    const typists = client.typing('lobby');
    typists.subscribe(none);
    await pass(0);
    server.newest('typingChanged').next(typing('ada'));
    await pass(0);
    server.last.drop();
    await pass(0);
    expect(typists.get()).toEqual([]);
    await pass(1_000);
    server.newest('typingChanged').next(typing('ada'));
    await pass(0);
    expect(typists.get().length).toBe(1);
  });

  it('of whom no stop comes are asked for, and shown for as long as they type', async () => {
    const { server, client } = await setUp();
    const typists = client.typing('lobby');
    typists.subscribe(none);
    await pass(0);
    server.newest('typingChanged').next(typing('ada'));
    await pass(10_000);
    server.newest('typing').answer([{ userId: 'ada' }]);
    await pass(100);
    expect(typists.get().length).toBe(1);
    await pass(16_000);
    server.newest('typing').answer([]);
    await pass(0);
    expect(typists.get()).toEqual([]);
    expect(vi.getTimerCount()).toBe(1);
  });

  it('go where the server ends or refuses their subscription', async () => {
    for (const code of ['FORBIDDEN', 'UNAVAILABLE']) {
      const { server, client } = await setUp();
      const typists = client.typing('lobby');
      typists.subscribe(none);
      await pass(0);
      server.newest('typingChanged').next(typing('ada'));
      await pass(0);
      server.newest('typingChanged').fail(code);
      await pass(0);
      expect(typists.get()).toEqual([]);
      await pass(60_000);
      expect(server.all('typing')).toEqual([]);
    }
  });

  it('are watched while somebody listens, in at most 20 conversations', async () => {
    const { server, client, errors } = await setUp();
    const stops = Array.from({ length: 21 }, (_, i) => client.typing(`room-${i}`).subscribe(none));
    await pass(0);
    expect([server.live('typingChanged').length, errors.map(({ code }) => code)]).toEqual([20, ['BAD_USER_INPUT']]);
    stops[0]!();
    await pass(5_000);
    expect(server.live('typingChanged').at(-1)?.variables).toEqual({ conversationId: 'room-20' });
    for (const stop of stops) stop();
    await pass(5_000);
    expect([server.live('typingChanged').length, vi.getTimerCount()]).toEqual([0, 1]);
  });
});
