/** Subscriptions to who is at a place (docs/design.md#places). */
import { performance } from 'node:perf_hooks';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { unavailable } from '../../src/presence/errors.js';
import { DEFAULT_PRIVACY } from '../../src/presence/visibility.js';
import type { HereChange } from '../../src/social/socialTypes.js';
import { createFanout, createValve, untilIdle } from '../support/unit/fanout.js';

/** All follow `me`, and `me` all; `post` is open, `room` is of `me` and ann. */
const start = async (options: Parameters<typeof createFanout>[0] = {}) => {
  const f = await createFanout(options);
  const ids = ['me', 'ann', 'bob', 'cat'];
  await f.users(...ids);
  for (const a of ids) await f.follow(a, ...ids.filter((b) => b !== a));
  for (const userId of ids) await f.connect(userId);
  await f.people.putConversation('post', [], true);
  await f.people.putConversation('room', ['me', 'ann'], false);
  return f;
};

/** `+ann -bob` for each event. */
const summary = (events: readonly HereChange[]) =>
  events.map(({ came, went }) => [...came.map(({ userId }) => `+${userId}`), ...went.map((id) => `-${id}`)].join(' '));
const people = ({ here }: HereChange) => here.people.map(({ userId }) => userId);

/** A call that is held is carried out, and held before its answer is given. */
const carryOut = async (valve: ReturnType<typeof createValve>, call: string) => {
  await untilIdle();
  valve.releaseNext(call);
  await untilIdle();
};

const EPOCH = 1_700_000_000_000;
/** From now on time is moved by the test alone; returns the store's clock. */
const holdTime = () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'], now: EPOCH });
  vi.spyOn(performance, 'now').mockImplementation(() => Date.now() - EPOCH);
  return () => Date.now();
};
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

describe('a subscription to a place', () => {
  it('begins with all who are there, also where that is nobody, and goes on with who comes and goes', async () => {
    const f = await start();
    const early = await f.collectHere('cat', 'post');
    const [empty] = await early.news();
    expect(empty).toMatchObject({ came: [], went: [], here: { conversationId: 'post', people: [], count: 0 } });
    await f.enter('ann', 'post');
    await f.enter('bob', 'post');
    const late = await f.collectHere('cat', 'post');
    expect(summary(await late.news())).toEqual(['+ann +bob']);
    await f.leavePlace('ann', 'post');
    await f.enter('me', 'post');
    expect(summary(await early.news())).toEqual(['+ann', '+bob', '-ann', '+me']);
    const events = await late.news();
    expect(summary(events)).toEqual(['-ann', '+me']);
    expect(people(events[1]!)).toEqual(['bob', 'me']);
    expect(events[1]!.here).toMatchObject({ count: 2, approximate: false });
  });

  it('is of persons: other sessions of theirs, and their other presence, are no event', async () => {
    const f = await start();
    const cat = await f.collectHere('cat', 'post');
    await f.enter('ann', 'post');
    await f.connect('ann', 'phone');
    await f.enter('ann', 'post', 'phone');
    await f.play('ann', 'Go');
    await f.set('ann', { status: 'AWAY' });
    await f.leavePlace('ann', 'post', 'tab');
    expect(summary(await cat.news())).toEqual(['', '+ann']);
    await f.leave('ann', 'phone');
    expect(summary(await cat.news())).toEqual(['-ann']);
  });

  it('has the viewer themselves, also while they hide, and nobody else does', async () => {
    const f = await start();
    const [ann, bob] = [await f.collectHere('ann', 'post'), await f.collectHere('bob', 'post')];
    await f.set('ann', { status: 'INVISIBLE' });
    await f.enter('ann', 'post');
    const [, came] = await ann.news();
    expect(came).toMatchObject({ came: [{ userId: 'ann', status: 'INVISIBLE' }], here: { count: 1 } });
    expect(summary(await bob.news())).toEqual(['']);
    await f.set('ann', { status: 'ONLINE' });
    expect(summary(await bob.news())).toEqual(['+ann']);
    expect(await ann.news()).toEqual([]);
    await f.leavePlace('ann', 'post');
    expect([summary(await ann.news()), summary(await bob.news())]).toEqual([['-ann'], ['-ann']]);
  });

  it('does not see a reload within the grace', async () => {
    const f = await start();
    await f.enter('ann', 'post');
    const cat = await f.collectHere('cat', 'post');
    await f.presence.disconnect({ userId: 'ann', connectionId: 'ann/tab', lastReceivedMsAgo: 0 });
    await f.connect('ann');
    expect(summary(await cat.news())).toEqual(['+ann']);
  });

  it('is NOT_FOUND to who may not use the place, as one that does not exist, and holds nothing then', async () => {
    const f = await start();
    await untilIdle();
    const before = f.hub.size();
    const errors = [];
    for (const id of ['room', 'no room']) errors.push(await f.watchHere('cat', id).catch((error: unknown) => error));
    expect(errors[0]).toMatchObject({ code: 'NOT_FOUND' });
    expect(String(errors[1])).toBe(String(errors[0]));
    await expect(f.watchHere('cat', '')).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
    expect(f.hub.size()).toEqual(before);
  });

  it('is one of at most 50 of a connection, and gives its place back', async () => {
    const f = await start();
    const budget = { watched: 0, conversations: 0, objects: 0, places: 49 };
    const last = await f.watchHere('cat', 'post', { budget });
    await expect(f.watchHere('cat', 'post', { budget })).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
    await last.return();
    expect(budget).toEqual({ watched: 0, conversations: 0, objects: 0, places: 49 });
    await (await f.watchHere('cat', 'post', { budget })).return();
  });

  it('leaves nothing behind when it ends', async () => {
    const f = await start();
    const channels = f.bus.size;
    for (const id of ['ann', 'bob']) await f.enter(id, 'post');
    const two = [await f.collectHere('cat', 'post'), await f.collectHere('me', 'post')];
    await two[0]!.news();
    for (const each of two) await each.end();
    await untilIdle();
    expect(f.hub.size()).toEqual({ topics: 0, watchers: 0, subscriptions: 0 });
    expect(f.bus.size).toBe(channels);
  });

  it('follows those who left no longer, and those who hide on', async () => {
    const f = await start();
    for (const id of ['ann', 'bob']) await f.enter(id, 'post');
    const cat = await f.collectHere('cat', 'post');
    expect(f.hub.size().topics).toBe(3);
    await f.leavePlace('ann', 'post');
    await f.set('bob', { status: 'INVISIBLE' });
    await cat.news();
    expect(f.hub.size().topics).toBe(2);
    await f.set('bob', { status: 'ONLINE' });
    await f.enter('ann', 'post');
    expect(summary(await cat.news()).sort()).toEqual(['+ann', '+bob']);
  });

  it('has an asOf that grows, and is no earlier than what it tells', async () => {
    const f = await start();
    const cat = await f.collectHere('cat', 'post');
    let last = 0;
    for (const act of [
      () => f.enter('ann', 'post'),
      () => f.enter('bob', 'post'),
      () => f.leavePlace('ann', 'post'),
      () => f.set('bob', { status: 'INVISIBLE' }),
    ]) {
      await act();
      for (const { here, came } of await cat.news()) {
        expect(here.asOf).toBeGreaterThan(last);
        for (const { asOf } of came) expect(here.asOf).toBeGreaterThanOrEqual(asOf);
        last = here.asOf;
      }
    }
  });
});

describe('who a viewer may not see', () => {
  it('never comes, and is not counted', async () => {
    const f = await start();
    await f.people.block('bob', 'cat');
    await f.people.updatePrivacy('ann', { ...DEFAULT_PRIVACY, status: 'NOBODY' });
    for (const id of ['ann', 'bob', 'me']) await f.enter(id, 'post');
    const cat = await f.collectHere('cat', 'post');
    await f.leavePlace('bob', 'post');
    await f.enter('bob', 'post');
    const [first, ...others] = await cat.news();
    expect([summary([first!]), first!.here.count, others]).toEqual([['+me'], 1, []]);
  });

  it.each([
    ['a block by them', (f: Awaited<ReturnType<typeof start>>) => f.people.block('ann', 'cat')],
    ['a block of them', (f) => f.people.block('cat', 'ann')],
    ['narrower privacy', (f) => f.people.updatePrivacy('ann', { ...DEFAULT_PRIVACY, status: 'NOBODY' })],
    ['hiding', (f) => f.set('ann', { status: 'INVISIBLE' })],
    ['choosing OFFLINE', (f) => f.set('ann', { status: 'OFFLINE' })],
    ['an end of the session', (f) => f.leave('ann')],
    ['deletion', (f) => f.people.deleteUser('ann')],
  ] as const satisfies readonly (readonly [string, (f: Awaited<ReturnType<typeof start>>) => Promise<unknown>])[])(
    'goes at once, within an interval: by %s',
    async (_, hide) => {
      const f = await start({ broadcastIntervalMs: 60_000 });
      const cat = await f.collectHere('cat', 'post');
      await f.enter('ann', 'post');
      await f.enter('bob', 'post');
      expect(summary(await cat.news())).toEqual(['', '+ann']);
      await hide(f);
      const events = await cat.news();
      expect(events.flatMap(({ went }) => went)).toEqual(['ann']);
      expect(events.every((event) => !people(event).includes('ann'))).toBe(true);
    },
  );

  it('comes when they may be seen, as they are then', async () => {
    const f = await start();
    await f.people.block('ann', 'cat');
    await f.enter('ann', 'post');
    const cat = await f.collectHere('cat', 'post');
    await f.people.unblock('ann', 'cat');
    expect(summary(await cat.news())).toEqual(['', '+ann']);
    await f.people.block('ann', 'cat');
    await f.leavePlace('ann', 'post');
    await f.people.unblock('ann', 'cat');
    expect(summary(await cat.news())).toEqual(['-ann']);
  });

  it('does not come while a block is being read', async () => {
    const valve = createValve();
    const f = await start({ gate: valve.gate });
    const cat = await f.collectHere('cat', 'post');
    valve.hold('people.accessFacts');
    await f.enter('ann', 'post');
    await untilIdle();
    await f.people.block('ann', 'cat');
    await untilIdle();
    valve.release('people.accessFacts');
    expect(summary(await cat.news())).toEqual(['']);
  });

  it('does not come by what was read before a block', async () => {
    const valve = createValve();
    const f = await start({ gate: valve.gate });
    await f.enter('ann', 'post');
    await f.set('ann', { status: 'INVISIBLE' });
    await f.enter('ann', 'post');
    const cat = await f.collectHere('cat', 'post');
    await f.set('ann', { status: 'ONLINE' });
    expect(summary(await cat.news())).toEqual(['', '+ann']);
    await f.set('ann', { status: 'INVISIBLE' });
    expect(summary(await cat.news())).toEqual(['-ann']);
    valve.hold('people.accessFacts');
    await f.people.block('ann', 'cat');
    await f.set('ann', { status: 'ONLINE' });
    await untilIdle();
    expect(await cat.news()).toEqual([]);
    valve.release('people.accessFacts');
    expect(await cat.news()).toEqual([]);
  });

  it('is not told of by a start under way', async () => {
    const valve = createValve();
    const f = await start({ gate: valve.gate });
    await f.enter('ann', 'post');
    valve.hold('people.accessFacts');
    const starting = f.collectHere('cat', 'post');
    await untilIdle();
    // The facts are read, and held before they are given.
    valve.releaseNext('people.accessFacts');
    await untilIdle();
    await f.people.block('ann', 'cat');
    valve.release('people.accessFacts');
    expect(summary(await (await starting).news())).toEqual(['']);
  });

  it.each([
    ['stays there', async () => {}, async () => {}],
    [
      'is away meanwhile',
      (f: Awaited<ReturnType<typeof start>>) => f.leavePlace('ann', 'post'),
      (f: Awaited<ReturnType<typeof start>>) => f.enter('ann', 'post'),
    ],
  ])(
    'is not told of by what a start read before their privacy was narrower, where who narrows it %s',
    async (_, leave, enter) => {
      const valve = createValve();
      const f = await start({ gate: valve.gate });
      await f.enter('ann', 'post');
      valve.hold('people.accessFacts');
      const starting = f.collectHere('cat', 'post');
      await carryOut(valve, 'people.accessFacts');
      await leave(f);
      await f.people.updatePrivacy('ann', { ...DEFAULT_PRIVACY, status: 'NOBODY' });
      await enter(f);
      valve.release('people.accessFacts');
      expect(summary(await (await starting).news())).toEqual(['']);
    },
  );

  it('is in no list while it is read whether they may, and in the next where they may', async () => {
    const valve = createValve();
    const f = await start({ gate: valve.gate });
    for (const id of ['ann', 'bob']) await f.enter(id, 'post');
    const cat = await f.collectHere('cat', 'post');
    await cat.news();
    valve.hold('people.accessFacts');
    await f.people.updatePrivacy('ann', { ...DEFAULT_PRIVACY, activity: 'NOBODY' });
    await f.play('ann', 'Go');
    await f.leave('bob');
    const [without] = await cat.news();
    expect([summary([without!]), people(without!)]).toEqual([['-bob'], []]);
    valve.release('people.accessFacts');
    const [next, ...more] = await cat.news();
    expect([summary([next!]), next!.here.people, more]).toMatchObject([[''], [{ userId: 'ann', activities: [] }], []]);
  });
});

describe('the right to use a place', () => {
  it('once lost ends it with all who were listed, then silence; regained, they come again', async () => {
    const f = await start();
    await f.enter('ann', 'room');
    await f.enter('me', 'room');
    const me = await f.collectHere('me', 'room');
    expect(summary(await me.news())).toEqual(['+ann +me']);
    await f.people.putConversation('room', ['ann'], false);
    const [last, ...more] = await me.news();
    expect([summary([last!]), more]).toEqual([['-ann -me'], []]);
    expect(last!.here).toMatchObject({ people: [], count: 0, approximate: false });
    await f.leavePlace('ann', 'room');
    await f.enter('ann', 'room');
    expect(await me.news()).toEqual([]);
    await f.people.putConversation('room', ['me', 'ann'], false);
    expect(summary(await me.news())).toEqual(['+ann']);
  });

  it('by an owner ends with the owner, also with one who has it since a moment ago', async () => {
    const valve = createValve();
    const f = await start({ gate: valve.gate });
    const give = (userId: string) =>
      f.people.putConversation('room', ['ann'], false, { userId, audience: 'FOLLOWERS' });
    await give('bob');
    await f.enter('ann', 'room');
    const [cat, me] = [await f.collectHere('cat', 'room'), await f.collectHere('me', 'room')];
    await f.people.deleteUser('bob');
    expect([summary(await cat.news()), summary(await me.news())]).toEqual([
      ['+ann', '-ann'],
      ['+ann', '-ann'],
    ]);
    valve.hold('people.conversationFor');
    await give('me');
    await carryOut(valve, 'people.conversationFor');
    await f.people.deleteUser('me');
    valve.release('people.conversationFor');
    expect(await cat.news()).toEqual([]);
    await f.leavePlace('ann', 'room');
    await f.enter('ann', 'room');
    expect(await cat.news()).toEqual([]);
  });

  it('is read again at the deletion of its owner, and of nobody else', async () => {
    const valve = createValve();
    const f = await start({ gate: valve.gate });
    await f.people.putConversation('room', ['ann'], false, { userId: 'bob', audience: 'FOLLOWERS' });
    await f.collectHere('cat', 'room');
    valve.hold('people.conversationFor');
    await f.people.deleteUser('me');
    expect(valve.waiting('people.conversationFor')).toBe(0);
    await f.people.deleteUser('bob');
    expect(valve.waiting('people.conversationFor')).toBe(1);
  });

  it('shows, while it is read, nothing of who is there', async () => {
    const valve = createValve();
    const f = await start({ gate: valve.gate });
    await f.people.putConversation('room', ['me', 'ann', 'bob'], false);
    for (const id of ['ann', 'bob']) await f.enter(id, 'room');
    const me = await f.collectHere('me', 'room');
    await me.news();
    valve.hold('people.conversationFor');
    await f.people.putConversation('room', ['ann', 'bob'], false);
    await f.set('bob', { status: 'INVISIBLE' });
    const [event] = await me.news();
    expect([summary([event!]), people(event!)]).toEqual([['-bob'], []]);
    valve.release('people.conversationFor');
    expect(summary(await me.news())).toEqual(['-ann']);
  });

  it('of a person once lost has them gone for all who watch', async () => {
    const f = await start();
    await f.enter('ann', 'room');
    const me = await f.collectHere('me', 'room');
    await f.people.putConversation('room', ['me'], false);
    expect(summary(await me.news())).toEqual(['+ann', '-ann']);
  });
});

describe('the pace', () => {
  it('is one event in an interval: the first at once, then the last state', async () => {
    const f = await start({ broadcastIntervalMs: 1_000, clock: holdTime() });
    const cat = await f.collectHere('cat', 'post');
    expect(summary(await cat.news())).toEqual(['']);
    await f.enter('ann', 'post');
    expect(summary(await cat.news())).toEqual(['+ann']);
    await f.enter('bob', 'post');
    await f.enter('me', 'post');
    await f.leavePlace('bob', 'post');
    await f.leavePlace('ann', 'post');
    expect(await cat.news()).toEqual([]);
    await vi.advanceTimersByTimeAsync(999);
    expect(await cat.news()).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(summary(await cat.news())).toEqual(['+me -ann']);
  });

  it('tells nothing of who came and went within one', async () => {
    const f = await start({ broadcastIntervalMs: 1_000, clock: holdTime() });
    const cat = await f.collectHere('cat', 'post');
    await f.enter('ann', 'post');
    await f.enter('bob', 'post');
    await f.leavePlace('bob', 'post');
    await vi.advanceTimersByTimeAsync(5_000);
    expect(summary(await cat.news())).toEqual(['', '+ann']);
  });

  it('is not moved by who may not be seen', async () => {
    const f = await start({ broadcastIntervalMs: 1_000, clock: holdTime() });
    await f.people.block('bob', 'cat');
    const cat = await f.collectHere('cat', 'post');
    await cat.news();
    await f.enter('bob', 'post');
    await f.enter('ann', 'post');
    expect(summary(await cat.news())).toEqual(['+ann']);
  });

  it('of a slow reader is one event with the difference', async () => {
    const f = await start();
    const cat = await f.watchHere('cat', 'post');
    for (let i = 0; i < 20; i += 1) {
      await f.enter('ann', 'post');
      await f.leavePlace('ann', 'post');
    }
    await f.enter('bob', 'post');
    await untilIdle();
    const { value } = await cat.next();
    expect(summary([value as HereChange])).toEqual(['+bob']);
    await cat.return();
  });
});

describe('what fails', () => {
  it.each(['bus.subscribePlace', 'store.usersAt', 'records', 'people.accessFacts', 'people.conversation'])(
    'at the start in %s rejects, and leaves nothing behind',
    async (call) => {
      const valve = createValve();
      const f = await start({ gate: valve.gate });
      await f.enter('ann', 'post');
      valve.fail(call, unavailable('away'));
      await expect(f.watchHere('cat', 'post')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
      await untilIdle();
      expect(f.hub.size()).toEqual({ topics: 0, watchers: 0, subscriptions: 0 });
      valve.repair(call);
      expect(summary(await (await f.collectHere('cat', 'post')).news())).toEqual(['+ann']);
    },
  );

  it.each(['records', 'people.accessFacts', 'people.conversationFor'])(
    'later in %s is tried again, and nothing is shown meanwhile that may not be',
    async (call) => {
      const valve = createValve();
      const f = await start({ gate: valve.gate });
      await f.people.putConversation('room', ['me', 'ann', 'bob'], false);
      const me = await f.collectHere('me', 'room');
      valve.fail(call, unavailable('away'));
      await f.enter('ann', 'room');
      await f.people.block('bob', 'me');
      await f.enter('bob', 'room');
      await untilIdle();
      expect(me.events.every((event) => !people(event).includes('bob'))).toBe(true);
      valve.repair(call);
      await expect.poll(() => people(me.events.at(-1)!)).toEqual(['ann']);
      await f.leavePlace('ann', 'room');
      // A list from which somebody was left out is sent once more.
      await expect.poll(() => summary(me.events).filter(Boolean)).toEqual(['+ann', '-ann']);
    },
  );

  it('in the bus is made good by reading again', async () => {
    const f = await start();
    await f.enter('bob', 'post');
    const cat = await f.collectHere('cat', 'post');
    const lost = [vi.spyOn(f.bus, 'publishPlace'), vi.spyOn(f.bus, 'publishUser')];
    for (const each of lost) each.mockImplementation(() => {});
    await f.enter('ann', 'post');
    await f.leavePlace('bob', 'post');
    expect(summary(await cat.news())).toEqual(['+bob']);
    for (const each of lost) each.mockRestore();
    f.gap();
    expect(
      summary(await cat.news())
        .join(' ')
        .split(' ')
        .sort(),
    ).toEqual(['+ann', '-bob']);
  });
});

describe('a place of more people than a node follows', () => {
  it('has those who were there first, and says that it is not all', async () => {
    const f = await start();
    const crowd = Array.from({ length: 1_010 }, (_, i) => `u${String(i).padStart(4, '0')}`);
    await f.users(...crowd);
    for (const userId of crowd) {
      await f.people.updatePrivacy(userId, { ...DEFAULT_PRIVACY, status: 'EVERYONE' });
      await f.presence.enter({ viewer: { kind: 'user', userId }, connectionId: null }, { conversationId: 'post' });
    }
    const cat = await f.collectHere('cat', 'post');
    const [first] = await cat.news();
    expect(first!.came).toHaveLength(1_000);
    expect(first!.here).toMatchObject({ count: 1_000, approximate: true });
    expect(first!.here.people).toHaveLength(200);
    expect(f.hub.size().topics).toBeLessThanOrEqual(1_001);
    await cat.end();
  });
});
