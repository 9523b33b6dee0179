/** What a user's devices are sent of their tray (docs/design.md#social). */
import { performance } from 'node:perf_hooks';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { SubscriptionBudget } from '../../src/fanout/subscription.js';
import { unavailable } from '../../src/presence/errors.js';
import type { Viewer } from '../../src/presence/visibility.js';
import type { InboxChange } from '../../src/social/socialTypes.js';
import { fakeWaits } from '../support/unit/fakeWaits.js';
import { collect, createFanout, createValve, type Fanout, untilIdle, userViewer } from '../support/unit/fanout.js';

const EPOCH = 1_700_000_000_000;

let waitReally: () => void;
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'], now: EPOCH });
  waitReally = fakeWaits();
  vi.spyOn(performance, 'now').mockImplementation(() => Date.now() - EPOCH);
});
afterEach(() => {
  waitReally();
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

interface Options {
  readonly after?: string | null;
  readonly connectionId?: string | null;
  readonly budget?: SubscriptionBudget;
}

const watch = (
  f: Fanout,
  viewer: Viewer | string = 'me',
  { after = null, connectionId = null, budget = { watched: 0, conversations: 0, objects: 0 } }: Options = {},
) => f.hub.watchInbox(typeof viewer === 'string' ? userViewer(viewer) : viewer, { after, connectionId, budget });

/** One device that watches from the start, and was sent the totals. */
const start = async (options: Parameters<typeof createFanout>[0] = {}) => {
  const f = await createFanout({ clock: () => Date.now(), broadcastIntervalMs: 1_000, ...options });
  const mine = collect(await watch(f));
  await mine.news();
  f.trays.queries.length = 0;
  return { f, mine };
};

/** An event in short: the revision, and the ids of its notices; `…` where it is partial. */
const inShort = ({ inbox, notices, partial }: InboxChange): string =>
  `${inbox.revision}: ${notices.map(({ id, gone }) => (gone ? `-${id}` : id)).join(' ')}${partial ? '…' : ''}`;
const news = async (device: { news(): Promise<InboxChange[]> }) => (await device.news()).map(inShort);

describe('inboxChanged begins', () => {
  it('with the totals alone', async () => {
    const f = await createFanout();
    await f.trays.move('me', [{ id: 'a' }]);
    const mine = collect(await watch(f));
    expect(await mine.news()).toEqual([{ inbox: f.trays.inboxOf('me'), notices: [], partial: false }]);
  });

  it('with what changed after a revision, the latest change first', async () => {
    const f = await createFanout();
    for (const id of ['a', 'b', 'c', 'a']) await f.trays.move('me', [{ id }]);
    expect(await news(collect(await watch(f, 'me', { after: '1' })))).toEqual(['4: a c b']);
    expect(await news(collect(await watch(f, 'me', { after: '4' })))).toEqual(['4: ']);
  });

  it('with 50 notices, and says that there are more', async () => {
    const f = await createFanout();
    for (let n = 0; n < 51; n += 1) await f.trays.move('me', [{ id: `n${n}` }]);
    const [first] = await collect(await watch(f, 'me', { after: '0' })).news();
    expect(first?.notices).toHaveLength(50);
    expect(first?.partial).toBe(true);
    expect(first?.notices.slice(0, 2).map(({ id }) => id)).toEqual(['n50', 'n49']);
    const [second] = await collect(await watch(f, 'me', { after: '1' })).news();
    expect(second?.notices).toHaveLength(50);
    expect(second?.partial).toBe(false);
  });

  it('with nothing but the totals, and partial, where the revision is later than the tray: the database is an older one', async () => {
    const f = await createFanout();
    await f.trays.move('me');
    expect(await news(collect(await watch(f, 'me', { after: '9' })))).toEqual(['1: …']);
  });

  it('with all that happened since the bus acknowledged', async () => {
    const valve = createValve();
    const f = await createFanout({ gate: valve.gate });
    valve.hold('trays.changedSince');
    const starting = watch(f, 'me', { after: '0' });
    await untilIdle();
    await f.trays.move('me', [{ id: 'a' }]);
    valve.release('trays.changedSince');
    const mine = collect(await starting);
    expect((await news(mine)).join()).toContain('1: a');
  });

  it('to send a notice once the names of its actors were read: an event without them would say that there are none', async () => {
    const valve = createValve();
    const f = await createFanout({ gate: valve.gate });
    const mine = collect(await watch(f));
    await mine.news();
    valve.fail('people.profiles', unavailable('away'));
    await f.trays.move('me', [{ id: 'a' }]);
    expect(await news(mine)).toEqual([]);
    expect(f.errors).toEqual([expect.objectContaining({ code: 'UNAVAILABLE' })]);
    valve.repair('people.profiles');
    await pass(500);
    expect(await news(mine)).toEqual(['1: a']);
  });

  it('for 1,000 devices of a user with one reading', async () => {
    const f = await createFanout();
    await f.trays.move('me', [{ id: 'a' }]);
    const devices = await Promise.all(Array.from({ length: 1_000 }, () => watch(f, 'me', { after: '0' })));
    const all = devices.map((device) => collect(device));
    for (const device of all) expect(await news(device)).toEqual(['1: a']);
    expect(f.trays.queries).toHaveLength(1);
    await f.trays.move('me', [{ id: 'b' }]);
    for (const device of all) expect(await news(device)).toEqual(['2: b']);
    expect(f.trays.queries).toHaveLength(2);
  });

  it('for devices that know different revisions with one reading, each with what it lacks', async () => {
    const f = await createFanout();
    for (const id of ['a', 'b', 'c']) await f.trays.move('me', [{ id }]);
    const known = [null, '0', '2', '3', '7'];
    const devices = await Promise.all(known.map((after) => watch(f, 'me', { after })));
    const first = await Promise.all(devices.map((device) => news(collect(device))));
    expect(first.flat()).toEqual(['3: ', '3: c b a', '3: c', '3: ', '3: …']);
    expect(f.trays.queries).toHaveLength(1);
  });
});

describe('inboxChanged sends', () => {
  it('the first change at once, then at most one in the interval, and the last always', async () => {
    const { f, mine } = await start();
    await f.trays.move('me', [{ id: 'a' }]);
    expect(await news(mine)).toEqual(['1: a']);
    for (let n = 0; n < 10; n += 1) await f.trays.move('me', [{ id: `b${n % 3}` }]);
    expect(await news(mine)).toEqual([]);
    await pass(999);
    expect(await news(mine)).toEqual([]);
    await pass(1);
    expect(await news(mine)).toEqual(['11: b0 b2 b1']);
    await pass(5_000);
    expect(await news(mine)).toEqual([]);
    expect(f.trays.queries).toHaveLength(2);
  });

  it('what came while the tray was being read, when the interval ends', async () => {
    const valve = createValve();
    const { f, mine } = await start({ gate: valve.gate });
    valve.hold('trays.changedSince');
    await f.trays.move('me', [{ id: 'a' }]);
    await untilIdle();
    // The reading found it in time, or not: the fake answers with what holds when it is released.
    await f.trays.move('me', [{ id: 'b' }], { silent: true });
    valve.releaseNext('trays.changedSince');
    await untilIdle();
    valve.release('trays.changedSince');
    await untilIdle();
    await f.trays.move('me', [{ id: 'c' }]);
    await pass(1_000);
    expect((await news(mine)).at(-1)).toContain('c');
  });

  it('nothing for a message that a reading covered', async () => {
    const { f, mine } = await start({ broadcastIntervalMs: 0 });
    await f.trays.move('me', [{ id: 'a' }], { silent: true });
    await f.trays.move('me', [{ id: 'b' }]);
    expect(await news(mine)).toEqual(['2: b a']);
    await f.bus.publishSocial({ kind: 'tray', userId: 'me', revision: 1 });
    await f.bus.publishSocial({ kind: 'tray', userId: 'me', revision: 2 });
    expect(await news(mine)).toEqual([]);
    expect(f.trays.queries).toHaveLength(1);
  });

  it('a notice that is gone, once', async () => {
    const { f, mine } = await start({ broadcastIntervalMs: 0 });
    await f.trays.move('me', [{ id: 'a' }]);
    await f.trays.move('me', [{ id: 'a', gone: true }]);
    await f.trays.move('me', [{ id: 'b' }]);
    expect((await news(mine)).at(-1)).toBe('3: b');
  });

  it('nothing of the trays of others', async () => {
    const { f, mine } = await start();
    await f.trays.move('other');
    expect(await news(mine)).toEqual([]);
    expect(f.trays.queries).toEqual([]);
  });
});

describe('readings', () => {
  it('gather all trays that moved into queries of 200, one at a time', async () => {
    const valve = createValve();
    const f = await createFanout({ gate: valve.gate });
    const users = Array.from({ length: 500 }, (_, n) => `u${String(n).padStart(3, '0')}`);
    const devices = (await Promise.all(users.map((userId) => watch(f, userId)))).map((device) => collect(device));
    await Promise.all(devices.map((device) => device.news()));
    f.trays.queries.length = 0;
    valve.hold('trays.changedSince');
    for (const userId of users) await f.trays.move(userId);
    await untilIdle();
    expect(valve.waiting('trays.changedSince')).toBe(1);
    valve.release('trays.changedSince');
    for (const device of devices) expect(await news(device)).toEqual(['1: n1']);
    expect(f.trays.queries.map((query) => query.length)).toEqual([1, 200, 200, 99]);
  });

  it('that fail end no subscription, and are repeated; those who start are refused', async () => {
    const valve = createValve();
    const { f, mine } = await start({ gate: valve.gate });
    valve.fail('trays.changedSince', unavailable('away'));
    await f.trays.move('me', [{ id: 'a' }]);
    await untilIdle();
    const refused = expect(watch(f, 'other')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await pass(2_000);
    await refused;
    expect(await news(mine)).toEqual([]);
    expect(f.errors.length).toBeGreaterThan(0);
    expect(mine.ended).toBe(false);
    valve.repair('trays.changedSince');
    await pass(500);
    expect(await news(mine)).toEqual(['1: a']);
    expect(f.hub.watchedTrays()).toBe(1);
  });

  it('that fail of one tray fail of no other, and that one is read alone until it can be', async () => {
    const { f, mine } = await start();
    const [bad, first] = [collect(await watch(f, 'bad')), collect(await watch(f, 'first'))];
    await bad.news();
    await first.news();
    let isBroken = true;
    const failing = async () => {
      if (isBroken && f.trays.queries.at(-1)?.some(({ userId }) => userId === 'bad')) throw unavailable('bad');
    };
    /** Moves two trays while a third is being read: they are read together. Resolves to the sizes of the queries. */
    const moveBoth = async (id: string): Promise<readonly number[]> => {
      await pass(1_000);
      f.trays.queries.length = 0;
      let release = () => {};
      const reading = new Promise<void>((resolve) => {
        release = resolve;
      });
      f.trays.gate = () => reading;
      await f.trays.move('first');
      for (const userId of ['me', 'bad']) await f.trays.move(userId, [{ id }]);
      await untilIdle();
      f.trays.gate = failing;
      release();
      await untilIdle();
      return f.trays.queries.map((query) => query.length);
    };
    expect(await moveBoth('a')).toEqual([1, 2, 1, 1]);
    expect(await news(mine)).toEqual(['1: a']);
    expect(f.errors).toEqual([expect.objectContaining({ message: 'bad' })]);
    expect(await moveBoth('b')).toEqual([1, 1]);
    expect(await news(mine)).toEqual(['2: b']);
    expect(await news(collect(await watch(f, 'starts')))).toEqual(['0: ']);
    isBroken = false;
    await pass(500);
    expect(await news(bad)).toEqual(['2: b a']);
    expect(await moveBoth('c')).toEqual([1, 2]);
  });

  it('that fail of every tray are not made of each: the database cannot be asked', async () => {
    const { f } = await start();
    const users = Array.from({ length: 50 }, (_, i) => `user${i}`);
    await Promise.all(users.map((userId) => watch(f, userId)));
    f.trays.queries.length = 0;
    f.trays.gate = async () => {
      vi.setSystemTime(Date.now() + 400);
      throw unavailable('away');
    };
    await Promise.all(users.map((userId) => f.trays.move(userId)));
    await untilIdle();
    expect(f.trays.queries.length).toBeLessThan(8);
    expect(f.trays.queries[0]).toHaveLength(50);
  });

  it('follow a gap of the bus, and a gap of the log', async () => {
    const { f, mine } = await start();
    await f.trays.move('me', [{ id: 'a' }], { silent: true });
    f.gap();
    await pass(100);
    expect(await news(mine)).toEqual(['1: a']);
    await pass(100);
    await f.trays.move('me', [{ id: 'b' }], { silent: true });
    f.hub.socialChangesMissed();
    expect(await news(mine)).toEqual(['2: b']);
  });

  it('find a database that came back older: partial, and on from there', async () => {
    const { f, mine } = await start({ broadcastIntervalMs: 0 });
    for (const id of ['a', 'b', 'c', 'd']) await f.trays.move('me', [{ id }]);
    await mine.news();
    f.trays.restore('me', 1);
    f.gap();
    await pass(100);
    expect(await news(mine)).toEqual(['1: …']);
    await f.trays.move('me', [{ id: 'e' }]);
    expect(await news(mine)).toEqual(['2: e']);
    // Without a gap: a message of a revision from before the last reading.
    await f.trays.move('me', [{ id: 'f' }]);
    await mine.news();
    f.trays.restore('me', 0);
    await f.trays.move('me', [{ id: 'g' }]);
    expect(await news(mine)).toEqual(['1: …']);
    // The same revision of another history.
    await f.trays.move('me', [{ id: 'h' }]);
    await mine.news();
    f.trays.restore('me', 2);
    f.gap();
    await pass(100);
    expect(await news(mine)).toEqual(['2: …']);
  });
});

describe('what hides', () => {
  it('waits for no interval, and nothing goes out before the tray was read', async () => {
    const valve = createValve();
    const { f, mine } = await start({ gate: valve.gate });
    await f.trays.move('me', [{ id: 'a' }]);
    await pass(200);
    await mine.news();
    valve.hold('trays.changedSince');
    await f.people.block('bo', 'me');
    await f.trays.move('me', [{ id: 'a', gone: true }]);
    await untilIdle();
    valve.release('trays.changedSince');
    expect(await news(mine)).toEqual(['2: -a']);
  });

  it('is sent to nobody once its actor or conversation is deleted, also where the tray follows later', async () => {
    const valve = createValve();
    const f = await createFanout({ broadcastIntervalMs: 0, gate: valve.gate });
    await f.people.upsertUsers([{ id: 'bo' }]);
    const iterator = await watch(f);
    await iterator.next();
    await f.trays.move('me', [{ id: 'slow' }]);
    await untilIdle();
    // One notice waits for a slow reader, another is being read.
    valve.hold('trays.changedSince');
    await f.trays.move('me', [{ id: 'read' }]);
    await f.people.deleteUser('bo');
    await untilIdle();
    valve.release('trays.changedSince');
    await untilIdle();
    expect(inShort((await iterator.next()).value as InboxChange)).toBe('2: …');
    await iterator.return();
  });

  it('is sent to nobody where a deletion of its actor may have been missed, also where the tray follows later', async () => {
    const valve = createValve();
    const f = await createFanout({ broadcastIntervalMs: 0, gate: valve.gate });
    const iterator = await watch(f);
    await iterator.next();
    await f.trays.move('me', [{ id: 'slow' }]);
    await untilIdle();
    valve.hold('trays.changedSince');
    await f.trays.move('me', [{ id: 'read' }]);
    await untilIdle();
    f.hub.accessChangesMissed();
    valve.release('trays.changedSince');
    await untilIdle();
    const next = iterator.next();
    await pass(100);
    expect(inShort((await next).value as InboxChange)).toBe('2: …');
    await iterator.return();
  });

  it('is not sent to a reader who was slow, from before', async () => {
    const f = await createFanout({ broadcastIntervalMs: 0 });
    const iterator = await watch(f);
    await iterator.next();
    await f.trays.move('me', [{ id: 'a' }]);
    await f.trays.move('me', [{ id: 'b' }]);
    await untilIdle();
    // `a` and `b` are pending. Both are hidden before they are read.
    await f.trays.move('me', [{ id: 'a', gone: true }], { silent: true });
    await f.bus.publishSocial({ kind: 'mute', userId: 'me', target: { kind: 'user', id: 'bo' }, muted: true });
    const next = iterator.next();
    await pass(100);
    expect(inShort((await next).value as InboxChange)).toBe('3: -a b');
    await iterator.return();
  });

  it('is read no more often than ten times a second, whoever follows and unfollows', async () => {
    const { f } = await start();
    for (let n = 0; n < 100; n += 1) {
      await f.people.follow('other', 'me');
      await f.people.unfollow('other', 'me');
      await pass(10);
    }
    expect(f.trays.queries.length).toBeGreaterThan(5);
    expect(f.trays.queries.length).toBeLessThanOrEqual(11);
  });
});

describe('a slow reader', () => {
  it('is owed one state a notice, and at most 50', async () => {
    const f = await createFanout({ broadcastIntervalMs: 0 });
    const iterator = await watch(f);
    for (let n = 0; n < 200; n += 1) {
      await f.trays.move('me', [{ id: `n${n % 3}` }]);
      await untilIdle();
    }
    const first = (await iterator.next()).value as InboxChange;
    expect(inShort(first)).toBe('200: n1 n0 n2');
    for (let n = 0; n < 60; n += 1) {
      await f.trays.move('me', [{ id: `m${n}` }]);
      await untilIdle();
    }
    const second = (await iterator.next()).value as InboxChange;
    expect(second.notices).toHaveLength(50);
    expect(second).toMatchObject({ inbox: { revision: 260 }, partial: true });
    expect(second.notices[0]?.id).toBe('m59');
    await iterator.return();
  });
});

describe('a subscription', () => {
  it('counts as one watched user, and gives that back', async () => {
    const f = await createFanout();
    const budget = { watched: 4_999, conversations: 0, objects: 0 };
    const device = await watch(f, 'me', { budget });
    expect(budget.watched).toBe(5_000);
    await expect(watch(f, 'me', { budget })).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
    expect(budget.watched).toBe(5_000);
    await device.return();
    expect(budget.watched).toBe(4_999);
    expect(f.hub.watchedTrays()).toBe(0);
    expect(f.hub.size()).toEqual({ topics: 0, watchers: 0, subscriptions: 0 });
  });

  it('is for users alone, with a revision that is one', async () => {
    const f = await createFanout();
    await expect(watch(f, { kind: 'service', userId: 'host' })).rejects.toMatchObject({ code: 'FORBIDDEN' });
    for (const after of ['', '-1', '1.5', 'x', '99999999999999999999', ' 1']) {
      await expect(watch(f, 'me', { after })).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
    }
    expect(f.hub.watchedTrays()).toBe(0);
    expect(f.trays.queries).toEqual([]);
  });

  it('marks the session of its connection while it is open', async () => {
    const f = await createFanout();
    const one = await watch(f, 'me', { connectionId: '7' });
    const sse = await watch(f, 'me');
    expect(f.shownTrays.marks).toEqual(['+me/7']);
    await sse.return();
    await one.return();
    expect(f.shownTrays.marks).toEqual(['+me/7', '-me/7']);
  });

  it('that ends while it starts leaves nothing behind', async () => {
    const valve = createValve();
    const f = await createFanout({ gate: valve.gate });
    for (const step of ['bus.subscribeTray', 'trays.changedSince']) {
      valve.fail(step, unavailable('away'));
      await expect(watch(f, 'me', { connectionId: '7' })).rejects.toMatchObject({ code: 'UNAVAILABLE' });
      valve.repair(step);
      await pass(500);
    }
    expect(f.shownTrays.marks).toEqual([]);
    expect(f.hub.watchedTrays()).toBe(0);
    expect(f.hub.size().subscriptions).toBe(0);
  });
});
