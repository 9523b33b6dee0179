/** What becomes of what the user chooses. */
import { describe, expect, it, vi } from 'vitest';
import { createPresenceClient } from '../src/index.js';
import { presence } from './support/builders.js';
import { createFakeServer } from './support/fakeServer.js';
import { outcomeOf, pass, setUp, withFakeTime } from './support/harness.js';

withFakeTime();

const sent = (server: ReturnType<typeof createFakeServer>) =>
  server.all('setPresence').map(({ variables }) => variables.input);
const none = () => {};
const away = presence('ada', 1, { status: 'AWAY' });

describe('a choice', () => {
  it('is sent at once, and resolves with what then holds', async () => {
    const { server, client } = await setUp();
    const outcome = outcomeOf(client.setPresence({ status: 'AWAY', statusMessage: null }));
    await pass(0);
    expect(sent(server)).toEqual([{ status: 'AWAY', statusMessage: null }]);
    server.newest('setPresence').answer(away);
    await pass(0);
    expect(outcome).toEqual({ value: away });
  });

  it('that waits is the latest of each field', async () => {
    const server = createFakeServer();
    server.mode = 'refuse';
    const { client } = await setUp({}, server);
    const outcomes = [
      client.setPresence({ status: 'AWAY', statusMessage: { text: 'lunch' } }),
      client.setPresence({ status: 'DO_NOT_DISTURB' }),
      client.setPresence({ activities: [{ type: 'IN_STUDIO', name: 'Ardour' }] }),
      client.setPresence({ status: null }),
    ].map(outcomeOf);
    server.mode = 'accept';
    await pass(1_000);
    expect(sent(server)).toEqual([
      { statusMessage: { text: 'lunch' }, activities: [{ type: 'IN_STUDIO', name: 'Ardour' }], status: null },
    ]);
    server.newest('setPresence').answer(away);
    await pass(0);
    expect(outcomes).toEqual(Array(4).fill({ value: away }));
  });

  it('of a storm becomes two commands', async () => {
    const { server, client } = await setUp();
    const outcomes = Array.from({ length: 10_000 }, (_, i) =>
      outcomeOf(client.setPresence({ statusMessage: { text: `${i}` } })),
    );
    await pass(0);
    server.newest('setPresence').answer(away);
    await pass(0);
    expect(sent(server)).toEqual([{ statusMessage: { text: '0' } }, { statusMessage: { text: '9999' } }]);
    server.newest('setPresence').answer(presence('ada', 2));
    await pass(0);
    expect(outcomes.filter(({ value }) => value === undefined)).toEqual([]);
    expect(outcomes[5]?.value).toEqual(presence('ada', 2));
  });

  it.each(['RATE_LIMITED', 'UNAVAILABLE'])(
    'that is %s is sent again when it may be, with what came later',
    async (code) => {
      const { server, client } = await setUp();
      const first = outcomeOf(client.setPresence({ status: 'AWAY' }));
      await pass(0);
      server.newest('setPresence').fail(code, { retryAfterMs: 4_000 });
      await pass(1_000);
      const second = outcomeOf(client.setPresence({ statusMessage: { text: 'lunch' } }));
      await pass(2_999);
      expect(sent(server).length).toBe(1);
      await pass(1);
      expect(sent(server)[1]).toEqual({ status: 'AWAY', statusMessage: { text: 'lunch' } });
      server.newest('setPresence').answer(away);
      await pass(0);
      expect([first, second]).toEqual([{ value: away }, { value: away }]);
      await pass(60_000);
      expect(sent(server).length).toBe(2);
    },
  );

  it('of which the answer was lost is sent again, unless a later one replaced it', async () => {
    const { server, client } = await setUp();
    const first = outcomeOf(client.setPresence({ status: 'AWAY' }));
    const second = outcomeOf(client.setPresence({ activities: [] }));
    await pass(0);
    server.last.drop();
    await pass(0);
    const third = outcomeOf(client.setPresence({ status: 'ONLINE' }));
    await pass(1_000);
    expect(sent(server)).toEqual([{ status: 'AWAY' }, { activities: [], status: 'ONLINE' }]);
    server.newest('setPresence').answer(presence('ada', 3));
    await pass(0);
    expect([first, second, third]).toEqual(Array(3).fill({ value: presence('ada', 3) }));
  });

  it('that failed does not replace one that was made meanwhile', async () => {
    const { server, client } = await setUp();
    const first = outcomeOf(client.setPresence({ status: 'AWAY' }));
    await pass(0);
    const second = outcomeOf(client.setPresence({ status: 'DO_NOT_DISTURB' }));
    server.newest('setPresence').fail('UNAVAILABLE', { retryAfterMs: 500 });
    await pass(500);
    expect(sent(server)).toEqual([{ status: 'AWAY' }, { status: 'DO_NOT_DISTURB' }]);
    server.newest('setPresence').answer(away);
    await pass(0);
    expect([first, second]).toEqual(Array(2).fill({ value: away }));
  });

  it('to hide goes at once, whatever the server limits', async () => {
    const { server, client } = await setUp();
    const limited = outcomeOf(client.setPresence({ status: 'AWAY', statusMessage: { text: 'lunch' } }));
    await pass(0);
    server.newest('setPresence').fail('RATE_LIMITED', { retryAfterMs: 20_000 });
    await pass(10);
    const hidden = outcomeOf(client.setPresence({ status: 'INVISIBLE', activities: null }));
    await pass(0);
    expect(sent(server)[1]).toEqual({ status: 'INVISIBLE' });
    server.newest('setPresence').answer(away);
    await pass(0);
    expect([sent(server).length, hidden]).toEqual([2, {}]);
    await pass(20_000);
    expect(sent(server)[2]).toEqual({ statusMessage: { text: 'lunch' }, activities: null });
    server.newest('setPresence').answer(presence('ada', 4));
    await pass(0);
    expect([limited, hidden]).toEqual(Array(2).fill({ value: presence('ada', 4) }));
  });

  it('to hide waits where even that is limited', async () => {
    const { server, client } = await setUp();
    server.handlers.set('setPresence', (operation) => operation.fail('RATE_LIMITED', { retryAfterMs: 1_000 }));
    const outcome = outcomeOf(client.setPresence({ status: 'OFFLINE' }));
    await pass(10_500);
    expect(sent(server).length).toBe(11);
    server.handlers.delete('setPresence');
    await pass(1_000);
    server.newest('setPresence').answer(away);
    await pass(0);
    expect(outcome).toEqual({ value: away });
  });

  it('that is at fault is refused by itself, and takes no other with it', async () => {
    const server = createFakeServer();
    server.mode = 'refuse';
    const { client } = await setUp({}, server);
    const good = outcomeOf(client.setPresence({ status: 'AWAY' }));
    const bad = outcomeOf(client.setPresence({ statusMessage: { text: 'x'.repeat(300) } }));
    server.handlers.set('setPresence', (operation) => {
      if ('statusMessage' in (operation.variables.input as object)) operation.fail('BAD_USER_INPUT');
      else operation.answer(away);
    });
    server.mode = 'accept';
    await pass(1_000);
    expect(good).toEqual({ value: away });
    expect(bad.error?.code).toBe('BAD_USER_INPUT');
    expect(sent(server).length).toBe(3);
  });

  it('is given up where the user signs out or the client is closed', async () => {
    const server = createFakeServer();
    server.mode = 'refuse';
    const { client } = await setUp({}, server);
    const waiting = outcomeOf(client.setPresence({ status: 'AWAY' }));
    await client.signOut();
    await pass(0);
    expect(waiting.error?.code).toBe('SIGNED_OUT');
    expect(vi.getTimerCount()).toBe(0);
  });

  it('survives that the client is unauthorized', async () => {
    const token = vi.fn(() => 'token').mockReturnValueOnce('');
    const { server, client } = await setUp({ token });
    client.setPresence({ status: 'AWAY' }).catch(() => {});
    await pass(0);
    expect(client.connection.get().phase).toBe('unauthorized');
    client.reconnect();
    await pass(0);
    expect(sent(server)).toEqual([{ status: 'AWAY' }]);
  });
});

describe('a choice to hide that was made while the client was away', () => {
  /** How each connection was opened: true for one that makes its user live. */
  const liveOnes = (server: ReturnType<typeof createFakeServer>) =>
    server.sockets.map(({ params }) => params?.presence !== false);
  const hidden = presence('ada', 1, { status: 'INVISIBLE' });
  const setUpAway = async () => {
    const setup = await setUp({ sessionId: 'mine' });
    setup.server.last.drop();
    await pass(0);
    return { ...setup, outcome: outcomeOf(setup.client.setPresence({ status: 'INVISIBLE' })) };
  };

  it('holds before a connection makes the user live', async () => {
    const { server, client, outcome } = await setUpAway();
    await pass(1_000);
    expect([client.connection.get().phase, liveOnes(server)]).toEqual(['connecting', [true, false]]);
    expect([server.newest('setPresence').variables, server.all('heartbeat').length]).toEqual([
      { input: { status: 'INVISIBLE', sessionId: 'mine' }, beat: { sessionId: 'mine', idle: true } },
      1,
    ]);
    server.newest('setPresence').answer(hidden);
    await pass(0);
    expect([client.connection.get().phase, liveOnes(server)]).toEqual(['online', [true, false, true]]);
    expect([server.sockets[1]?.isOpen, sent(server).at(-1), outcome]).toEqual([false, { status: 'INVISIBLE' }, {}]);
    server.newest('setPresence').answer(hidden);
    await pass(0);
    expect(outcome).toEqual({ value: hidden });
  });

  it('holds also where it was made before the first connection, or while that one opened', async () => {
    let give: (token: string) => void = none;
    const { server, client } = await setUp({ token: () => new Promise((resolve) => (give = resolve)) });
    client.setPresence({ status: 'OFFLINE' }).catch(none);
    give('token');
    await pass(0);
    expect(liveOnes(server)).toEqual([false]);
    const other = createFakeServer();
    class Opening extends (other.webSocketImpl as new (url: string) => object) {
      constructor(url: string) {
        super(url);
        opening.setPresence({ status: 'INVISIBLE' }).catch(none);
      }
    }
    const opening = createPresenceClient({ url: 'ws://server', token: 'token', webSocketImpl: Opening, page: null });
    await pass(0);
    expect([liveOnes(other), opening.connection.get().phase]).toEqual([[false], 'connecting']);
    opening.close();
    expect(other.last.isOpen).toBe(false);
  });

  it('keeps the user away while the server cannot take it', async () => {
    const { server, client } = await setUpAway();
    server.handlers.set('setPresence', (operation) => operation.fail('UNAVAILABLE'));
    await pass(60_000);
    expect(liveOnes(server).slice(1)).not.toContain(true);
    expect(server.sockets.length).toBeLessThan(9);
    server.handlers.set('setPresence', (operation) => operation.answer(hidden));
    await pass(16_000);
    expect([client.connection.get().phase, liveOnes(server).at(-1)]).toEqual(['online', true]);
  });

  it('is refused as any other where it is not for the caller', async () => {
    const { server, client, outcome } = await setUpAway();
    server.handlers.set('setPresence', (operation) => operation.fail('FORBIDDEN'));
    await pass(1_000);
    expect([client.connection.get().phase, outcome.error?.code]).toEqual(['online', 'FORBIDDEN']);
  });

  it('costs nothing once the user chose to be seen', async () => {
    const { server, client } = await setUpAway();
    client.setPresence({ status: 'ONLINE' }).catch(none);
    await pass(1_000);
    expect(liveOnes(server)).toEqual([true, true]);
  });
});
