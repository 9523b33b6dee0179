/** The session of a tab: its id, idleness, heartbeats, leaving and signing out. */
import { describe, expect, it, vi } from 'vitest';
import type { SessionStorage } from '../src/index.js';
import { newSessionId } from '../src/sessionIds.js';
import { me, presence } from './support/builders.js';
import { createFakePage } from './support/fakePage.js';
import { createFakeServer } from './support/fakeServer.js';
import { pass, setUp, withFakeTime } from './support/harness.js';

withFakeTime();

const none = () => {};

/** What is sent over HTTP. */
const stubFetch = (answer: () => Promise<unknown> = () => Promise.resolve({})) => {
  const sent = vi.fn((_url: string, _init: { readonly body: string }) => answer());
  vi.stubGlobal('fetch', sent);
  return sent;
};
const postedBy = (sent: ReturnType<typeof stubFetch>) =>
  sent.mock.calls.map(([, { body }]) => {
    const { query, variables } = JSON.parse(body) as { query: string; variables: Record<string, unknown> };
    return { field: /\{\s*(\w+)/.exec(query)?.[1], variables };
  });

/** A `sessionStorage`; `copy` is what a browser does that duplicates a tab. */
const createStorage = (
  entries: [string, string][] = [],
): SessionStorage & { copy(): SessionStorage; size(): number } => {
  const stored = new Map(entries);
  return {
    getItem: (key) => stored.get(key) ?? null,
    setItem: (key, value) => {
      stored.set(key, value);
    },
    removeItem: (key) => {
      stored.delete(key);
    },
    copy: () => createStorage([...stored]),
    size: () => stored.size,
  };
};

/** A tab with a page of its own. */
const openTab = async (storage: SessionStorage | null, url = 'ws://server/graphql') => {
  const page = createFakePage();
  const setup = await setUp({ page, storage, url });
  return { ...setup, page, sessionId: setup.server.last?.params?.sessionId as string };
};

describe('the id of the session', () => {
  it('is 128 random bits, also without a secure context', () => {
    const ids = Array.from({ length: 100 }, newSessionId);
    expect(new Set(ids).size).toBe(100);
    expect(ids[0]).toMatch(/^[0-9a-f]{32}$/);
    vi.mocked(Math.random).mockRestore();
    vi.stubGlobal('crypto', undefined);
    expect(new Set(Array.from({ length: 100 }, newSessionId)).size).toBe(100);
    vi.unstubAllGlobals();
  });

  it('stays the same over connections', async () => {
    const { server, sessionId } = await openTab(createStorage());
    server.last.drop();
    await pass(1_000);
    expect(server.sockets.map(({ params }) => params?.sessionId)).toEqual([sessionId, sessionId]);
  });

  it('outlives a reload', async () => {
    const storage = createStorage();
    const before = await openTab(storage);
    before.page.say('leave');
    const after = await openTab(storage);
    expect(after.sessionId).toBe(before.sessionId);
  });

  it('is not that of a duplicated tab', async () => {
    const storage = createStorage();
    const original = await openTab(storage);
    const duplicate = await openTab(storage.copy());
    expect(duplicate.sessionId).not.toBe(original.sessionId);
  });

  it('is one each for the clients of a page, also after a reload', async () => {
    const storage = createStorage();
    const before = [await openTab(storage), await openTab(storage)];
    for (const { page } of before) page.say('leave');
    const after = [await openTab(storage), await openTab(storage)];
    expect(after.map(({ sessionId }) => sessionId)).toEqual(before.map(({ sessionId }) => sessionId));
    expect(new Set(after.map(({ sessionId }) => sessionId)).size).toBe(2);
  });

  it('is taken up again by a client that is made after another was closed', async () => {
    const storage = createStorage();
    const before = await openTab(storage);
    before.client.close();
    expect((await openTab(storage)).sessionId).toBe(before.sessionId);
  });

  it('stays in the storage where there is no page', async () => {
    const storage = createStorage();
    const one = await setUp({ storage });
    const two = await setUp({ storage });
    expect(two.server.last.params?.sessionId).toBe(one.server.last.params?.sessionId);
  });

  it('is the given one, which nobody stores', async () => {
    const storage = createStorage();
    const { server, client } = await setUp({ storage, sessionId: 'mine' });
    client.close();
    expect([server.last.params?.sessionId, storage.size()]).toEqual(['mine', 0]);
  });

  it('does without a storage that throws, is full, or holds something else', async () => {
    const refuse = () => {
      throw new Error('forbidden');
    };
    const throwing = { getItem: refuse, setItem: refuse, removeItem: refuse };
    expect((await openTab(throwing)).sessionId).toMatch(/^\w{32}$/);
    for (const text of ['', '{', '"text"', '[1]', '{"0":"a"}', `["${'x'.repeat(200)}"]`]) {
      expect((await openTab(createStorage([['rollcall:sessions', text]]))).sessionId).toMatch(/^\w{32}$/);
    }
  });

  it('leaves no more than 20 behind', async () => {
    const storage = createStorage();
    const tabs = [];
    for (let i = 0; i < 30; i += 1) tabs.push(await openTab(storage));
    for (const { client } of tabs) client.close();
    expect(JSON.parse(storage.getItem('rollcall:sessions')!).length).toBe(20);
  });
});

describe('heartbeats', () => {
  const said = (server: ReturnType<typeof createFakeServer>) =>
    server.all('heartbeat').map(({ variables }) => (variables.input as { idle: boolean }).idle);

  it('come with each connection, and then within the interval that the server says', async () => {
    const server = createFakeServer();
    server.handlers.set('heartbeat', (operation) => operation.answer({ intervalSeconds: 10 }));
    await setUp({}, server);
    expect(said(server)).toEqual([false]);
    // Who enters no places asks for none: an earlier server does not know them.
    expect(server.newest('heartbeat').query).not.toMatch(/places/);
    await pass(99_999);
    expect(server.all('heartbeat').length).toBe(12);
    server.last.drop();
    await pass(1_000);
    expect(server.all('heartbeat').length).toBe(13);
  });

  it('say that the page is hidden, and that it is seen again, at once', async () => {
    const { server, page } = await openTab(null);
    page.say('hidden');
    await pass(0);
    expect(said(server)).toEqual([false, true]);
    page.say('visible');
    await pass(0);
    expect(said(server)).toEqual([false, true, false]);
  });

  it('say so also where it happened while one was under way, or while the client was away', async () => {
    const { server, page } = await openTab(null);
    server.handlers.delete('heartbeat');
    page.say('hidden');
    await pass(0);
    page.say('visible');
    await pass(100);
    expect(said(server)).toEqual([false, true]);
    server.newest('heartbeat').answer({ intervalSeconds: 30 });
    await pass(200);
    expect(said(server)).toEqual([false, true, false]);
    server.newest('heartbeat').answer({ intervalSeconds: 30 });
    server.last.drop();
    await pass(0);
    page.say('hidden');
    await pass(1_000);
    expect(said(server)).toEqual([false, true, false, true]);
  });

  it('say that nobody has touched the page for five minutes, and that somebody does again', async () => {
    const { server, page } = await openTab(null);
    await pass(200_000);
    page.say('input');
    await pass(299_000);
    expect(said(server).includes(true)).toBe(false);
    await pass(1_000);
    expect(said(server).at(-1)).toBe(true);
    const count = said(server).length;
    page.say('input');
    page.say('input');
    await pass(0);
    expect(said(server).slice(count)).toEqual([false]);
  });

  it('go on where the server limits or refuses them', async () => {
    const server = createFakeServer();
    server.handlers.set('heartbeat', (operation) => operation.fail('RATE_LIMITED', { retryAfterMs: 700 }));
    const { client } = await setUp({}, server);
    await pass(700);
    expect(said(server).length).toBe(2);
    server.handlers.set('heartbeat', (operation) => operation.fail('FORBIDDEN'));
    await pass(100_000);
    expect(said(server).length).toBe(6);
    expect(client.connection.get().phase).toBe('online');
  });
});

describe('a page that is left', () => {
  it('closes without ending the session, and resumes it when it comes back', async () => {
    const storage = createStorage();
    const { server, client, page, sessionId } = await openTab(storage);
    page.say('leave');
    await pass(60_000);
    expect([client.connection.get().phase, server.last.closedBy, server.all('endSession').length]).toEqual([
      'paused',
      1000,
      0,
    ]);
    expect(storage.size()).toBe(1);
    page.say('return');
    await pass(0);
    expect([client.connection.get().phase, server.last.params?.sessionId]).toEqual(['online', sessionId]);
    expect(storage.size()).toBe(0);
  });

  it('comes back by being seen as well', async () => {
    const { client, page } = await openTab(createStorage());
    page.say('leave');
    page.say('visible');
    await pass(0);
    expect(client.connection.get().phase).toBe('online');
  });
});

describe('signing out', () => {
  it('ends the session, closes, and clears everything at once', async () => {
    const storage = createStorage();
    const { server, client, page, sessionId } = await openTab(storage);
    const ada = client.presence('ada');
    for (const readable of [ada, client.roster, client.me, client.typing('lobby')]) readable.subscribe(none);
    await pass(50);
    const [roster, single] = server.live('presenceChanged');
    roster!.next(presence('ada'));
    server.newest('meChanged').next(me('ben'));
    server.newest('typingChanged').next({ userId: 'ada', user: {}, isTyping: true });
    await pass(50);
    const done = vi.fn();
    const signedOut = client.signOut().then(done);
    const shown = () => [ada.get(), client.roster.get(), client.me.get(), client.typing('lobby').get()];
    expect(shown()).toEqual([undefined, [], undefined, []]);
    expect(client.connection.get()).toEqual({ phase: 'signedOut' });
    await pass(0);
    expect(server.newest('endSession').variables).toEqual({ sessionId });
    expect([done.mock.calls.length, server.last.isOpen]).toEqual([0, true]);
    single?.next(presence('ada', 5));
    await pass(0);
    expect(shown()).toEqual([undefined, [], undefined, []]);
    server.newest('endSession').answer(true);
    await pass(0);
    await signedOut;
    expect([server.last.closedBy, page.listeners, vi.getTimerCount(), storage.size()]).toEqual([1000, 0, 0, 0]);
    page.say('visible');
    client.reconnect();
    await pass(60_000);
    expect(server.sockets.length).toBe(1);
  });

  it('rejects what is asked for afterwards', async () => {
    const { client } = await setUp();
    void client.signOut();
    await expect(client.request('{ me { userId } }')).rejects.toMatchObject({ code: 'SIGNED_OUT' });
    await expect(client.setPresence({})).rejects.toMatchObject({ code: 'SIGNED_OUT' });
  });

  it('waits for a silent server for 3 s', async () => {
    const { server, client } = await setUp();
    const done = vi.fn();
    void client.signOut().then(done);
    await pass(2_999);
    expect(done).not.toHaveBeenCalled();
    await pass(1);
    expect([done.mock.calls.length, server.last.closedBy]).toEqual([1, 1000]);
  });

  it('is at once where the client never had a token, and where it is closed meanwhile', async () => {
    const sent = stubFetch();
    const away = await setUp({ token: () => new Promise(none) });
    await away.client.signOut();
    expect([sent.mock.calls, vi.getTimerCount()]).toEqual([[], 0]);
    const { client, server } = await setUp();
    const signedOut = client.signOut();
    client.close();
    await signedOut;
    expect([server.last.closedBy, vi.getTimerCount(), client.connection.get().phase]).toEqual([1000, 0, 'closed']);
    await client.signOut();
  });

  it('waits for the first time that it was asked for', async () => {
    const { server, client } = await setUp();
    const done = vi.fn();
    void client.signOut();
    void client.signOut().then(done);
    await pass(0);
    expect([done.mock.calls.length, server.all('endSession').length]).toEqual([0, 1]);
    server.newest('endSession').answer(true);
    await pass(0);
    expect(done).toHaveBeenCalledOnce();
  });
});

describe('signing out without a connection', () => {
  it.each(['paused', 'waiting', 'connecting'] as const)('ends the session over HTTP: %s', async (phase) => {
    const { server, client } = await setUp({ sessionId: 'mine' });
    const sent = stubFetch();
    if (phase === 'paused') client.background();
    else {
      server.mode = 'silent';
      server.last.drop();
      await pass(phase === 'waiting' ? 0 : 1_000);
    }
    expect(client.connection.get().phase).toBe(phase);
    sent.mockClear();
    await client.signOut();
    expect(postedBy(sent)).toEqual([{ field: 'endSession', variables: { sessionId: 'mine' } }]);
    expect([server.last.isOpen, vi.getTimerCount()]).toEqual([false, 0]);
  });

  it('does so after what was posted as the app went to the background', async () => {
    const { client } = await setUp();
    const answers: ((answer: unknown) => void)[] = [];
    const sent = stubFetch(() => new Promise((resolve) => answers.push(resolve)));
    const done = vi.fn();
    client.background();
    void client.signOut().then(done);
    await pass(100);
    expect(postedBy(sent).map(({ field }) => field)).toEqual(['heartbeat']);
    answers[0]!({});
    await pass(100);
    expect(postedBy(sent).map(({ field }) => field)).toEqual(['heartbeat', 'endSession']);
    expect(done).not.toHaveBeenCalled();
    answers[1]!({});
    await pass(0);
    expect([done.mock.calls.length, vi.getTimerCount()]).toEqual([1, 0]);
  });

  it('gives up without a network, at once or after 3 s, and without a fetch', async () => {
    for (const [answer, ms] of [
      [() => Promise.reject(new TypeError('offline')), 0],
      [() => new Promise(none), 3_000],
      [undefined, 0],
    ] as const) {
      const { client } = await setUp();
      if (answer) stubFetch(answer);
      else vi.stubGlobal('fetch', undefined);
      client.background();
      const done = vi.fn();
      void client.signOut().then(done);
      await pass(ms);
      expect([done.mock.calls.length, vi.getTimerCount()]).toEqual([1, 0]);
    }
  });
});

describe('an app in the background', () => {
  it('keeps the session by a heartbeat over HTTP that names it, closes at once, and resumes', async () => {
    const { server, client } = await setUp({ url: 'wss://host/graphql', sessionId: 'mine' });
    const sent = vi.fn(() => Promise.reject(new TypeError('offline')));
    vi.stubGlobal('fetch', sent);
    client.background();
    client.background();
    expect([client.connection.get().phase, server.last.closedBy, vi.getTimerCount()]).toEqual(['paused', 1000, 0]);
    const [[url, { headers, body }]] = sent.mock.calls as unknown as [
      [string, { headers: Record<string, string>; body: string }],
    ];
    expect([sent.mock.calls.length, url, headers.authorization]).toEqual([1, 'https://host/graphql', 'Bearer token']);
    expect(JSON.parse(body).variables).toEqual({ input: { sessionId: 'mine', idle: true } });
    vi.unstubAllGlobals();
    await pass(600_000);
    client.foreground();
    await pass(0);
    expect([client.connection.get().phase, server.last.params?.sessionId]).toEqual(['online', 'mine']);
    expect(server.newest('heartbeat').variables).toEqual({ input: { idle: false } });
  });

  it('says so once more where it may be overtaken by what it said before', async () => {
    const server = createFakeServer();
    server.handlers.delete('heartbeat');
    const { client } = await setUp({}, server);
    const sent = vi.fn(() => Promise.resolve({}));
    vi.stubGlobal('fetch', sent);
    client.background();
    expect(sent).toHaveBeenCalledTimes(1);
    await pass(0);
    expect(sent).toHaveBeenCalledTimes(2);
    vi.unstubAllGlobals();
  });

  it.each(['before it', 'over a connection that never said so'])('hides whom it keeps: chosen %s', async (when) => {
    const { server, client } = await setUp({ sessionId: 'mine' });
    const sent = stubFetch();
    if (when === 'before it') {
      server.mode = 'silent';
      server.last.drop();
      await pass(0);
    }
    client.setPresence({ status: 'INVISIBLE' }).catch(none);
    client.background();
    await pass(0);
    const beat = { sessionId: 'mine', idle: true };
    expect(postedBy(sent)).toEqual([
      { field: 'setPresence', variables: { input: { status: 'INVISIBLE', sessionId: 'mine' }, beat } },
    ]);
  });

  it('keeps what was chosen for when it is back', async () => {
    const { server, client } = await setUp();
    vi.stubGlobal('fetch', undefined);
    client.background();
    client.setPresence({ status: 'AWAY' }).catch(none);
    await pass(1_000);
    expect(server.all('setPresence')).toEqual([]);
    client.foreground();
    await pass(0);
    expect(server.all('setPresence').length).toBe(1);
    vi.unstubAllGlobals();
  });
});
