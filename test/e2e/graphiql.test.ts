/** The script of GraphiQL's page, run here with what a browser would give it, against the server. */
import { createContext, runInContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { GRAPHIQL_SCRIPT } from '../../src/server/http/graphiqlScript.js';
import { serve } from '../support/http/rollcall.js';

const rollcall = await serve({ RATE_TYPING: 'off', INTROSPECTION: 'all' });

interface Answer {
  errors?: { message: string }[];
  data?: unknown;
  events?: number;
  latestFirst?: { received: string; data: unknown }[];
}
interface Options {
  defaultHeaders: string;
  fetcher(
    params: { query: string; operationName?: string; variables?: unknown },
    options?: { headers: unknown },
  ): Promise<Answer | AsyncIterableIterator<Answer>>;
}

/** A tab that was opened at that address. */
const openTab = (hash: string) => {
  const kept = new Map<string, string>();
  const location = { hash, pathname: '/graphql', search: '', origin: rollcall.origin };
  const document = { title: '' };
  const window: { rollcallOptions?: (options: object) => Options } = {};
  const context = createContext({
    window,
    location,
    document,
    URLSearchParams,
    WebSocket,
    atob,
    escape,
    fetch: (path: string, init: RequestInit) => fetch(new URL(path, rollcall.origin), init),
    history: {
      replaceState: () => {
        location.hash = '';
      },
    },
    sessionStorage: {
      getItem: (key: string) => kept.get(key) ?? null,
      setItem: (key: string, value: string) => kept.set(key, value),
      clear: () => kept.clear(),
    },
    addEventListener: () => {},
  });
  runInContext(GRAPHIQL_SCRIPT, context);
  const options = window.rollcallOptions!({});
  const headers: unknown = JSON.parse(options.defaultHeaders);
  const run = (query: string, operationName?: string) =>
    options.fetcher({ query, ...(operationName && { operationName }) }, { headers });
  const watch = async (query: string, operationName?: string) =>
    (await run(query, operationName)) as AsyncIterableIterator<Answer>;
  return { document, location, headers, run, watch };
};

const WATCH = 'subscription { meChanged { userId presence { statusMessage { text } } } }';

describe.concurrent('GraphiQL', () => {
  it('is signed in by its link, and has the user in its title', async () => {
    const [ada] = await rollcall.strangers('ada');
    const token = await ada.token();
    const { document, location, headers, run } = openTab(`#token=${token}`);
    expect(document.title).toBe(`${ada.id} · Rollcall`);
    expect(location.hash).toBe('');
    expect(headers).toEqual({ Authorization: `Bearer ${token}` });
    expect(await run('{ me { userId } }')).toEqual({ data: { me: { userId: ada.id } } });
  });

  it('says at once how to sign in, where nobody is signed in', async () => {
    const { document, run } = openTab('');
    expect(document.title).toBe('not signed in · Rollcall');
    for (const query of [WATCH, '{ me { userId } }', 'mutation { endSession(sessionId: "a") }']) {
      expect(await run(query)).toEqual({ errors: [{ message: expect.stringContaining('You are not signed in.') }] });
    }
    expect(await run('{ __schema { queryType { name } } }')).toMatchObject({ data: { __schema: {} } });
  });

  it('says that a token is not taken', async () => {
    const { watch } = openTab('#token=x.y.z');
    const events = await watch(WATCH);
    expect((await events.next()).value).toMatchObject({
      errors: [{ message: expect.stringContaining('The token is invalid or has expired.') }],
    });
    expect((await events.next()).done).toBe(true);
  });

  it('keeps the latest events in view, the newest first, and at most 50', async () => {
    const [ada] = await rollcall.strangers('ada');
    const { watch } = openTab(`#token=${await ada.token()}`);
    const room = rollcall.fresh('room');
    const [ben] = await rollcall.strangers('ben');
    await rollcall.host.putConversation(room, [ada.id, ben.id]);
    await ben.connect();
    const events = await watch(
      `subscription { typingChanged(conversationId: "${room}", snapshot: false) { isTyping } }`,
    );
    const mine = await watch(WATCH);
    expect((await mine.next()).value).toMatchObject({ events: 1, latestFirst: [{ data: { meChanged: {} } }] });
    await ada.say('again');
    expect((await mine.next()).value).toMatchObject({
      events: 2,
      latestFirst: [
        { data: { meChanged: { presence: { statusMessage: { text: 'again' } } } } },
        { data: { meChanged: { presence: { statusMessage: null } } } },
      ],
    });
    await mine.return?.();
    expect((await mine.next()).done).toBe(true);

    // Each is awaited before the next: changes that follow quickly may be told as one.
    let last: Answer = {};
    for (let change = 1; change <= 60; change += 1) {
      await ben.setTyping(room, change % 2 === 1);
      last = (await events.next()).value;
    }
    expect(last.events).toBe(60);
    expect(last.latestFirst).toHaveLength(50);
    expect(last.latestFirst?.[0]).toMatchObject({ data: { typingChanged: { isTyping: false } } });
    await events.return?.();
  });

  it('shows the errors of a subscription that is refused', async () => {
    const [ada] = await rollcall.strangers('ada');
    const { watch } = openTab(`#token=${await ada.token()}`);
    const events = await watch('subscription { typingChanged(conversationId: "nowhere") { id } }');
    expect((await events.next()).value).toMatchObject({ errors: [{ extensions: { code: 'NOT_FOUND' } }] });
  });

  it('tells a subscription from other operations of its document', async () => {
    const [ada] = await rollcall.strangers('ada');
    const { run, watch } = openTab(`#token=${await ada.token()}`);
    const document = `# subscription Comment\nquery Me { me { userId } }\n${WATCH.replace('subscription', 'subscription Watch')}`;
    expect(await run(document, 'Me')).toEqual({ data: { me: { userId: ada.id } } });
    const events = await watch(document, 'Watch');
    expect((await events.next()).value).toMatchObject({ events: 1 });
    await events.return?.();
  });
});
