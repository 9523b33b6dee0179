/** Names and pictures in deliveries that many share: fetched once for all, and never of who was revoked meanwhile. */
import { afterEach, describe, expect, it } from 'vitest';
import { createCache } from '../../../src/adapters/sql/cache.js';
import { createContext } from '../../../src/graphql/context.js';
import { createSchema } from '../../../src/graphql/schema.js';
import { unavailable } from '../../../src/presence/errors.js';
import type { UserProfile } from '../../../src/presence/ports/directory.js';
import { createEngine, type SharedResults } from '../../../src/server/execution/engine.js';
import { createFanout, untilIdle, userViewer } from '../../support/unit/fanout.js';
import { openSharedSocket } from '../../support/unit/sharedSocket.js';

const PRESENCE = `subscription ($ids: [ID!]) {
  presenceChanged(userIds: $ids) { userId user { id name avatarUrl } status statusMessage { text } activities { name } asOf }
}`;
const TYPING = `subscription ($id: ID) {
  typingChanged(conversationId: $id) { userId isTyping user { id name avatarUrl } expiresAt }
}`;

interface Result {
  readonly data: Record<string, never>;
  readonly errors?: readonly { readonly extensions: { readonly code: string } }[];
}

const ended: { end(): unknown }[] = [];
afterEach(() => {
  for (const socket of ended.splice(0)) void socket.end();
});

const start = async () => {
  const fanout = await createFanout();
  const { presence, hub, people } = fanout;
  const fetches: (readonly string[])[] = [];
  const cache = createCache<UserProfile>({ max: 100 });
  await fanout.bus.subscribeAccessChanges((change) => change.kind === 'user' && cache.forget(change.userId));
  let answer = async () => {};
  const engine = createEngine({
    schema: createSchema(),
    contextFor: (operation) =>
      createContext({ presence, hub: hub as never, people, relations: {} as never, social: {} as never }, operation),
    people: {
      knownProfile: (userId) => cache.get(userId),
      profiles: (userIds) =>
        cache.fill(userIds, async () => {
          fetches.push(userIds);
          // A fetch that is repeated for ever would stop the clock.
          if (fetches.length > 100) await new Promise(() => {});
          const read = await people.profiles(userIds);
          await answer();
          return read;
        }),
    },
    log: { error: () => {} },
    introspection: 'all',
    suggestions: true,
  });
  /** Subscribes over a socket that takes what it is sent until `room` is used up. */
  const watch = async (viewer: string, query: string, variables: Record<string, unknown>, room?: number) => {
    const caller = { viewer: userViewer(viewer), connectionId: null };
    const budget = { watched: 0, conversations: 0, objects: 0 };
    const prepared = engine.prepare({ query, variables }, { caller, budget, requestId: 'r' });
    if (!('run' in prepared)) throw prepared[0];
    const shared = (await prepared.run()) as SharedResults;
    const socket = openSharedSocket(shared, room);
    ended.push(socket);
    const { sent } = socket;
    return {
      ...socket,
      results: (): readonly Result[] => sent.map((text) => JSON.parse(text)),
      shown: (): readonly Record<string, unknown>[] =>
        sent.map((text) => {
          const { data } = JSON.parse(text);
          return data.presenceChanged ?? data.typingChanged;
        }),
    };
  };
  return {
    ...fanout,
    engine,
    fetches,
    watch: (viewer: string, ids: readonly string[], room?: number) => watch(viewer, PRESENCE, { ids }, room),
    watchRoom: (viewer: string) => watch(viewer, TYPING, { id: 'room' }),
    /** Awaited, from now on, before a fetch answers with what it read. */
    answerAfter(next: () => Promise<void>) {
      answer = next;
    },
    /** Fetches answer once it is called. */
    hold() {
      let release = () => {};
      const released = new Promise<void>((resolve) => {
        release = resolve;
      });
      answer = () => released;
      return release;
    },
    async named(id: string, name: string) {
      await people.upsertUsers([{ id, name, avatarUrl: `https://pictures.example/${name}` }]);
      await people.updatePrivacy(id, { status: 'EVERYONE', lastSeen: 'EVERYONE', activity: 'EVERYONE' });
    },
  };
};

const nameOf = (shown: Record<string, unknown> | undefined) =>
  (shown?.user as { readonly name: string | null } | undefined)?.name;
const textOf = (shown: Record<string, unknown> | undefined) =>
  (shown?.statusMessage as { readonly text: string } | null)?.text ?? null;

describe('a name in what many are sent', () => {
  it('is fetched once for all, and executed once an event', async () => {
    const f = await start();
    const viewers = Array.from({ length: 50 }, (_, i) => `viewer-${i}`);
    await f.users(...viewers);
    await f.named('ann', 'Ann');
    const release = f.hold();
    const all = await Promise.all(viewers.map((viewer) => f.watch(viewer, ['ann'])));
    await untilIdle();
    expect(all.map(({ sent }) => sent.length)).toEqual(viewers.map(() => 0));
    release();
    await untilIdle();
    await f.say('ann', 'one');
    await f.say('ann', 'two');
    await untilIdle();
    expect(f.fetches).toEqual([['ann']]);
    expect(f.engine.rendering.executions).toBe(3);
    for (const { shown } of all) {
      expect(shown().map((event) => [nameOf(event), textOf(event)])).toEqual([
        ['Ann', null],
        ['Ann', 'one'],
        ['Ann', 'two'],
      ]);
    }
  });

  it('is fetched together with all that wait', async () => {
    const f = await start();
    const ids = Array.from({ length: 50 }, (_, i) => `user-${String(i).padStart(2, '0')}`);
    await f.users('me', ...ids);
    for (const id of ids) await f.named(id, `The ${id}`);
    const me = await f.watch('me', ids);
    await untilIdle();
    expect(f.fetches).toEqual([ids]);
    expect(me.shown().map(nameOf)).toEqual(ids.map((id) => `The ${id}`));
  });

  it('is the one of the moment, in changes and in snapshots of what did not change', async () => {
    const f = await start();
    await f.users('me', 'you', 'late');
    await f.named('ann', 'Ann');
    const [me, you] = [await f.watch('me', ['ann']), await f.watch('you', ['ann'])];
    await untilIdle();
    await f.named('ann', 'Anna');
    const late = await f.watch('late', ['ann']);
    await untilIdle();
    expect(late.shown().map(nameOf)).toEqual(['Anna']);
    await f.named('ann', 'Hannah');
    await f.say('ann', 'it is me');
    await untilIdle();
    for (const { shown } of [me, you]) expect(shown().map(nameOf)).toEqual(['Ann', 'Hannah']);
    expect(late.shown().map(nameOf)).toEqual(['Anna', 'Hannah']);
  });

  it('is read anew where a change overtook its fetch, and not for ever', async () => {
    const f = await start();
    await f.users('me');
    await f.named('ann', 'Ann');
    let changes = 0;
    f.answerAfter(async () => {
      changes += 1;
      if (changes === 1) await f.named('ann', 'Anna');
    });
    const me = await f.watch('me', ['ann']);
    await untilIdle();
    expect(me.shown().map(nameOf)).toEqual(['Anna']);
    f.answerAfter(async () => {
      changes += 1;
      await f.named('ann', `Ann ${changes}`);
    });
    await f.named('ann', 'Ann');
    await f.say('ann', 'hello');
    await untilIdle();
    expect(me.shown()).toHaveLength(2);
    f.answerAfter(async () => {});
    await f.say('ann', 'again');
    await untilIdle();
    expect(me.shown().map(nameOf).at(-1)).toBe(`Ann ${changes}`);
  });

  it('is null with an error while it cannot be read, and is there again with the next event', async () => {
    const f = await start();
    await f.users('me');
    await f.named('ann', 'Ann');
    f.answerAfter(async () => {
      throw unavailable('The database is away.');
    });
    const me = await f.watch('me', ['ann']);
    await untilIdle();
    const [first] = me.results();
    expect(me.shown()[0]).toMatchObject({ userId: 'ann', status: 'OFFLINE', user: { id: 'ann', name: null } });
    expect(first!.errors?.[0]?.extensions.code).toBe('UNAVAILABLE');
    f.answerAfter(async () => {});
    await f.say('ann', 'hello');
    const late = await f.watch('me', ['ann']);
    await untilIdle();
    expect([nameOf(me.shown()[1]), nameOf(late.shown()[0])]).toEqual(['Ann', 'Ann']);
    expect(me.results()[1]).not.toHaveProperty('errors');
  });

  it('goes to no socket that is full, also when it becomes known meanwhile', async () => {
    const f = await start();
    await f.users('me');
    await f.named('ann', 'Ann');
    const me = await f.watch('me', ['ann'], 1);
    await untilIdle();
    await f.named('ann', 'Anna');
    const release = f.hold();
    const other = await f.watch('me', ['ann']);
    await f.say('ann', 'one');
    release();
    await untilIdle();
    expect([me.sent.length, other.sent.length]).toEqual([1, 1]);
    me.drain(9);
    await untilIdle();
    expect(me.shown().map(nameOf)).toEqual(['Ann', 'Anna']);
  });
});

describe('what waits for a name', () => {
  it('is not sent to who may no longer see it', async () => {
    const f = await start();
    await f.users('me', 'you', 'new');
    await f.named('ann', 'Ann');
    const [me, you] = [await f.watch('me', ['ann']), await f.watch('you', ['ann'])];
    await untilIdle();
    await f.named('ann', 'Anna');
    const release = f.hold();
    const stranger = await f.watch('new', ['ann']);
    await f.say('ann', 'not for me');
    await untilIdle();
    await f.people.block('ann', 'me');
    await f.people.block('ann', 'new');
    await untilIdle();
    release();
    await untilIdle();
    expect(you.shown().map((event) => [nameOf(event), textOf(event)])).toEqual([
      ['Ann', null],
      ['Anna', 'not for me'],
    ]);
    expect(me.sent.join()).not.toMatch(/Anna|not for me/);
    // What a query would tell a stranger of nobody: nothing.
    expect(stranger.sent).toEqual([]);
  });

  it('is the last event of who was revoked: without name and picture, and without waiting', async () => {
    const f = await start();
    await f.users('me', 'you');
    await f.named('ann', 'Ann');
    await f.connect('ann');
    const [me, you] = [await f.watch('me', ['ann']), await f.watch('you', ['ann'])];
    await untilIdle();
    await f.named('ann', 'Anna');
    f.hold();
    await f.people.block('me', 'ann');
    await untilIdle();
    expect(me.shown().map((event) => [event.status, event.user])).toEqual([
      ['ONLINE', { id: 'ann', name: 'Ann', avatarUrl: 'https://pictures.example/Ann' }],
      ['OFFLINE', { id: 'ann', name: null, avatarUrl: null }],
    ]);
    expect(me.results()[1]).not.toHaveProperty('errors');
    expect(you.sent).toHaveLength(1);
  });

  it('shares nothing with who sees something else', async () => {
    const f = await start();
    await f.users('friend', 'stranger');
    await f.named('ann', 'Ann');
    await f.people.updatePrivacy('ann', { status: 'EVERYONE', activity: 'FOLLOWERS' });
    await f.follow('friend', 'ann');
    await f.connect('ann');
    const [friend, stranger] = [await f.watch('friend', ['ann']), await f.watch('stranger', ['ann'])];
    await untilIdle();
    await f.play('ann', 'Ableton Live');
    await f.say('ann', 'in the studio');
    await untilIdle();
    expect(friend.shown().at(-1)).toMatchObject({ user: { name: 'Ann' }, activities: [{ name: 'Ableton Live' }] });
    expect(stranger.shown().at(-1)).toMatchObject({ user: { name: 'Ann' }, activities: [] });
    expect(stranger.sent.join()).not.toContain('Ableton');
  });
});

describe('a typist', () => {
  it('is executed once for all who are shown the same, and without a name for whom a block hides them', async () => {
    const f = await start();
    const viewers = ['me', 'you', 'they'];
    await f.users(...viewers);
    await f.named('ann', 'Ann');
    await f.connect('ann');
    await f.people.putConversation('room', ['ann', ...viewers], false);
    const [me, you, they] = await Promise.all(viewers.map((viewer) => f.watchRoom(viewer)));
    await f.type('ann', 'room');
    await untilIdle();
    expect([f.engine.rendering.executions, f.fetches]).toEqual([1, [['ann']]]);
    expect(you!.shown()).toMatchObject([{ userId: 'ann', isTyping: true, user: { name: 'Ann' } }]);
    await f.people.block('ann', 'me');
    await untilIdle();
    expect(me!.shown()[1]).toEqual({
      userId: 'ann',
      isTyping: false,
      user: { id: 'ann', name: null, avatarUrl: null },
      expiresAt: null,
    });
    await f.type('ann', 'room', false);
    await untilIdle();
    for (const { shown } of [you!, they!]) expect(shown()[1]).toMatchObject({ isTyping: false, user: { name: 'Ann' } });
    expect(me!.shown()).toHaveLength(2);
    expect(f.engine.rendering.executions).toBe(3);
  });
});
