/**
 * Time tells nothing: what a viewer may not know takes the same questions, in the same order, as what there is not. Every
 * question to the ports is written down as it is asked and as it is answered.
 */
import { describe, expect, it } from 'vitest';
import { createMemoryBus } from '../../src/adapters/memory/memoryBus.js';
import { createMemoryStore } from '../../src/adapters/memory/memoryStore.js';
import { createHub } from '../../src/fanout/hub.js';
import { assemblePresence } from '../support/unit/assemblePresence.js';
import { NOON, timings } from '../support/unit/builders.js';
import { createFakePeople, NO_LIMITS } from '../support/unit/fakePeople.js';
import { createFakeShownTrays, createFakeTrays } from '../support/unit/fakeTrays.js';
import { collect } from '../support/unit/fanout.js';
import { written } from '../support/unit/writtenPort.js';
import { user } from './serviceUnderTest.js';

const ME = user('me');

const setUp = async () => {
  let now = NOON;
  const steps: string[] = [];
  const bus = createMemoryBus();
  const store = createMemoryStore({ bus, clock: () => now });
  const { people, journal } = createFakePeople({ bus });
  const presence = assemblePresence({
    bus,
    store: written('store', store, steps),
    people: written('people', people, steps),
    journal: written('journal', journal, steps),
    rateLimits: NO_LIMITS,
    timings: timings(),
    newIncarnation: () => 'here',
    newId: () => 'new',
    onJournalFailure: (error) => {
      throw error;
    },
  });
  const hub = createHub({
    bus,
    store: written('store', store, steps),
    people: written('people', people, steps),
    reads: presence.reads,
    readRecords: presence.readRecords,
    readAlike: presence.readAlike,
    trays: createFakeTrays({ bus }),
    shownTrays: createFakeShownTrays(),
    timings: timings({ broadcastIntervalMs: 0 }),
    onError: (error) => {
      throw error;
    },
  });
  await bus.subscribeAccessChanges((change) => hub.accessChanged(change));
  await people.upsertUsers(['me', 'friend', 'ana'].map((id) => ({ id, privacy: { status: 'EVERYONE' } })));
  const connect = (userId: string, sessionId = 'tab') =>
    presence.connect({ userId, connectionId: `${userId}/${sessionId}`, sessionId, device: 'WEB' });
  const f = {
    people,
    presence,
    hub,
    connect,
    hide: () => presence.setPresence(user('ana'), { status: 'INVISIBLE' }),
    type: (conversationId: string) => presence.setTyping(user('ana'), { conversationId, isTyping: true }),
    pass: (ms: number) => {
      now += ms;
    },
    /** What is kept is written, and what is not live leaves the store. */
    async drain() {
      const { records } = await store.dirty(1_000);
      await journal.write(records);
      await store.clean(records);
    },
    /** What it takes, step by step. */
    async stepsOf(act: () => Promise<unknown>): Promise<readonly string[]> {
      steps.length = 0;
      await act();
      return [...steps];
    },
  };
  await connect('friend');
  return f;
};
type Fixture = Awaited<ReturnType<typeof setUp>>;

/** What ana may be, of which nobody else may know anything: to them she is offline. */
const OFFLINE: Readonly<Record<string, (f: Fixture) => Promise<unknown>>> = {
  'was never live': async () => {},
  'left, which is written down': async (f) => {
    await f.connect('ana');
    await f.presence.endSession(user('ana'), 'tab');
    await f.drain();
  },
  'left, which is not written down yet': async (f) => {
    await f.connect('ana');
    await f.presence.endSession(user('ana'), 'tab');
  },
  'hides and is live': async (f) => {
    await f.connect('ana');
    await f.hide();
  },
  'hides and is busy': async (f) => {
    await f.hide();
    for (let i = 0; i < 21; i += 1) await f.connect('ana', `tab ${i}`);
    await f.presence.setPresence(user('ana'), { statusMessage: { text: 'secret', emoji: null, expiresAt: null } });
    await f.drain();
  },
};

/** What ana may be, so that she is not there at all for others. */
const UNSEEN: Readonly<Record<string, (f: Fixture) => Promise<unknown>>> = {
  'is not known': (f) => f.people.deleteUser('ana'),
  'shows herself to nobody': async (f) => {
    await f.people.updatePrivacy('ana', { status: 'NOBODY' });
    await f.connect('ana');
  },
  'blocks the viewer': async (f) => {
    await f.connect('ana');
    await f.people.block('ana', 'me');
  },
  'is blocked by the viewer': (f) => f.people.block('me', 'ana'),
};

const QUESTIONS: Readonly<Record<string, (f: Fixture) => Promise<unknown>>> = {
  userPresence: (f) => f.presence.userPresence(ME.viewer, 'ana'),
  'presence of some': (f) => f.presence.presenceOf(ME.viewer, ['friend', 'ana']),
  isTyping: (f) => f.presence.typingAmong(ME.viewer, ['ana']),
  'a start of presenceChanged': async (f) => {
    const watch = await f.hub.watchPresence(ME.viewer, {
      userIds: ['ana'],
      snapshot: true,
      budget: { watched: 0, conversations: 0, objects: 0 },
    });
    await watch.return();
  },
  'a second one, when others watch already': async (f) => {
    const options = {
      userIds: ['ana', 'friend'],
      snapshot: true,
      budget: { watched: 0, conversations: 0, objects: 0 },
    };
    const first = collect(await f.hub.watchPresence(user('friend').viewer, options));
    await first.news();
    const second = collect(await f.hub.watchPresence(ME.viewer, options));
    await second.news();
    await Promise.all([first.end(), second.end()]);
  },
};

describe.each(Object.entries(QUESTIONS))('as many steps, the same ones: %s', (_, ask) => {
  it.each([
    ['offline', OFFLINE],
    ['not to be seen', UNSEEN],
  ] as const)('whatever makes a user %s', async (_kind, ways) => {
    const taken: Record<string, readonly string[]> = {};
    for (const [way, happen] of Object.entries(ways)) {
      const f = await setUp();
      await happen(f);
      f.pass(60_000);
      taken[way] = await f.stepsOf(() => ask(f));
    }
    const [first] = Object.values(taken);
    expect(first?.length).toBeGreaterThan(0);
    expect(taken).toEqual(Object.fromEntries(Object.keys(taken).map((way) => [way, first])));
  });
});

describe('the same steps', () => {
  it('whoever is visible: only the answer differs', async () => {
    const f = await setUp();
    await f.connect('ana');
    const seen = await f.stepsOf(() => f.presence.userPresence(ME.viewer, 'ana'));
    expect(await f.stepsOf(() => f.presence.userPresence(ME.viewer, 'nobody'))).toEqual(seen);
    expect(seen).toEqual([
      'store.read of 1',
      'store.read of 1 answered',
      'journal.read of 1',
      'people.accessFacts of 1',
      'journal.read of 1 answered',
      'people.accessFacts of 1 answered',
    ]);
  });

  it('for a start of presenceChanged as for a query: nothing is answered from a cache of users', async () => {
    const f = await setUp();
    const query = await f.stepsOf(() => f.presence.userPresence(ME.viewer, 'ana'));
    const start = () => f.stepsOf(async () => QUESTIONS['a start of presenceChanged']!(f));
    expect(await start()).toEqual(query);
    expect(await start()).toEqual(query);
  });

  it('for isTyping, whether a user types nowhere, where the viewer is not, or is blocked', async () => {
    const f = await setUp();
    await f.people.putConversation('theirs', ['ana', 'friend'], false);
    await f.people.putConversation('ours', ['ana', 'me'], false);
    await f.connect('ana');
    const ask = () => f.stepsOf(() => f.presence.typingAmong(ME.viewer, ['ana']));
    const nowhere = await ask();
    await f.type('theirs');
    expect(await ask()).toEqual(nowhere);
    await f.people.block('ana', 'me');
    await f.type('ours');
    expect(await ask()).toEqual(nowhere);
  });

  it('for typing, whether nobody types or a blocked user does', async () => {
    const f = await setUp();
    await f.people.putConversation('ours', ['ana', 'me'], false);
    await f.connect('ana');
    await f.people.block('ana', 'me');
    const ask = () => f.stepsOf(() => f.presence.typing(ME.viewer, 'ours'));
    const nobody = await ask();
    await f.type('ours');
    expect(await ask()).toEqual(nobody);
  });

  it.each<[string, (f: Fixture, id: string) => Promise<unknown>]>([
    ['setTyping', (f, conversationId) => f.presence.setTyping(ME, { conversationId, isTyping: true })],
    ['typing', (f, id) => f.presence.typing(ME.viewer, id)],
    [
      'typingChanged',
      (f, conversationId) =>
        f.hub.watchTyping(ME.viewer, {
          conversationId,
          snapshot: true,
          budget: { watched: 0, conversations: 0, objects: 0 },
        }),
    ],
  ])('for %s, whether the conversation is of others or of nobody', async (_, ask) => {
    const f = await setUp();
    await f.people.putConversation('theirs', ['ana', 'friend'], false);
    await f.connect('me');
    await f.connect('ana');
    await f.type('theirs');
    const refused = (id: string) => f.stepsOf(() => expect(ask(f, id)).rejects.toMatchObject({ code: 'NOT_FOUND' }));
    expect(await refused('theirs')).toEqual(await refused('none'));
  });
});
