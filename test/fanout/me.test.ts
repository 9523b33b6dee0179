/** What a user's devices are sent of the user: docs/semantics.md#ones-own-devices. */
import { performance } from 'node:perf_hooks';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Outbox } from '../../src/fanout/outbox.js';
import type { SubscriptionBudget } from '../../src/fanout/subscription.js';
import { unavailable } from '../../src/presence/errors.js';
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

const watchMe = (
  f: Fanout,
  userId = 'me',
  {
    snapshot = true,
    budget = { watched: 0, conversations: 0, objects: 0 },
  }: { snapshot?: boolean; budget?: SubscriptionBudget } = {},
) => f.hub.watchMe(userViewer(userId), { snapshot, budget });

const start = async (options: Parameters<typeof createFanout>[0] = {}, snapshot = true) => {
  const f = await createFanout({ clock: () => Date.now(), ...options });
  await f.users('me', 'other');
  await f.connect('me', 'desk');
  const mine = collect(await watchMe(f, 'me', { snapshot }));
  return { f, mine };
};

const caller = (userId = 'me') => ({ viewer: userViewer(userId), connectionId: null });

describe('meChanged', () => {
  it('starts with the present state, as the query answers it', async () => {
    const { f, mine } = await start();
    await untilIdle();
    const [first, ...rest] = mine.events;
    expect(rest).toEqual([]);
    expect(first).toEqual(await f.presence.me(caller()));
    expect(first).toMatchObject({
      userId: 'me',
      chosenStatus: 'ONLINE',
      presence: { status: 'ONLINE', devices: ['WEB'] },
      privacy: { status: 'FOLLOWERS', lastSeen: 'FOLLOWERS', activity: 'FOLLOWERS' },
      sessions: [{ id: 'desk', idle: false }],
    });
  });

  it('sends no snapshot where none is asked for, and the first change', async () => {
    const { f, mine } = await start({}, false);
    expect(await mine.news()).toEqual([]);
    await f.say('me', 'here');
    expect(await mine.news()).toMatchObject([{ presence: { statusMessage: { text: 'here' } } }]);
  });

  it('sends what nobody else sees: a second device of the same kind, and its end', async () => {
    const { f, mine } = await start();
    const others = await f.collect('other', ['me']);
    await f.follow('other', 'me');
    await mine.news();
    await others.news();
    await f.connect('me', 'laptop');
    expect(await mine.news()).toMatchObject([{ sessions: [{ id: 'desk' }, { id: 'laptop' }] }]);
    await f.leave('me', 'laptop');
    expect(await mine.news()).toMatchObject([{ sessions: [{ id: 'desk' }] }]);
    expect(await others.news()).toEqual([]);
  });

  it('sends that one of the devices idles, and no renewal', async () => {
    const { f, mine } = await start();
    await f.connect('me', 'laptop');
    await mine.news();
    const beat = (idle: boolean) => f.presence.heartbeat(caller(), { sessionId: 'laptop', idle });
    await beat(true);
    expect(await mine.news()).toMatchObject([
      {
        presence: { status: 'ONLINE' },
        sessions: [
          { id: 'desk', idle: false },
          { id: 'laptop', idle: true },
        ],
      },
    ]);
    await pass(1_000);
    await beat(true);
    expect(await mine.news()).toEqual([]);
    await beat(false);
    expect(await mine.news()).toMatchObject([{ sessions: [{ idle: false }, { idle: false }] }]);
  });

  it('sends a choice that changes nothing else', async () => {
    const { f, mine } = await start();
    await f.presence.heartbeat(caller(), { sessionId: 'desk', idle: true });
    expect((await mine.news()).at(-1)).toMatchObject({ chosenStatus: 'ONLINE', presence: { status: 'AWAY' } });
    await f.set('me', { status: 'AWAY', sessionId: 'desk' });
    await f.presence.heartbeat(caller(), { sessionId: 'desk', idle: true });
    expect((await mine.news()).at(-1)).toMatchObject({ chosenStatus: 'AWAY', presence: { status: 'AWAY' } });
  });

  it('shows INVISIBLE as it is', async () => {
    const { f, mine } = await start();
    await mine.news();
    await f.set('me', { status: 'INVISIBLE' });
    expect(await mine.news()).toMatchObject([
      { chosenStatus: 'INVISIBLE', presence: { status: 'INVISIBLE', devices: ['WEB'] } },
    ]);
  });

  it('sends what holds of privacy, once, and nothing for a change without effect or of a name', async () => {
    const { f, mine } = await start();
    await mine.news();
    await f.people.updatePrivacy('me', { status: 'NOBODY' });
    expect(await mine.news()).toMatchObject([
      { privacy: { status: 'NOBODY', lastSeen: 'NOBODY', activity: 'NOBODY' } },
    ]);
    await f.people.updatePrivacy('me', { lastSeen: 'EVERYONE' });
    await f.bus.publishAccessChange({ kind: 'user', userId: 'me', mayRevoke: false, deleted: false });
    expect(await mine.news()).toEqual([]);
  });

  it('sends nothing of anybody else', async () => {
    const { f, mine } = await start();
    await mine.news();
    await f.connect('other');
    await f.say('other', 'hello');
    await f.people.updatePrivacy('other', { status: 'NOBODY' });
    await f.follow('other', 'me');
    expect(await mine.news()).toEqual([]);
  });

  it('has an asOf later than that of the event before, and at or after the change', async () => {
    const { f, mine } = await start();
    await f.connect('me', 'laptop');
    await untilIdle();
    const changed = await f.say('me', 'one');
    await untilIdle();
    await f.people.updatePrivacy('me', { status: 'MUTUALS' });
    await untilIdle();
    await f.people.updatePrivacy('me', { status: 'EVERYONE' });
    const instants = (await mine.news()).map(({ presence }) => presence.asOf);
    expect(instants).toHaveLength(5);
    expect(instants).toEqual([...new Set(instants)].sort((a, b) => a - b));
    expect(instants[2]).toBeGreaterThanOrEqual(changed.asOf);
  });

  it('sends the end of a message that nobody commits', async () => {
    const { f, mine } = await start();
    await f.set('me', { statusMessage: { text: 'lunch', emoji: null, expiresAt: Date.now() + 60_000 } });
    await f.leave('me', 'desk');
    expect((await mine.news()).at(-1)).toMatchObject({ presence: { statusMessage: { text: 'lunch' } }, sessions: [] });
    await pass(60_050);
    expect(await mine.news()).toMatchObject([{ presence: { statusMessage: null } }]);
  });

  it('sends one event for a burst, the last state when the interval ends, and none for what was undone', async () => {
    const { f, mine } = await start({ broadcastIntervalMs: 1_000 });
    await mine.news();
    await f.connect('me', 'laptop');
    expect(await mine.news()).toHaveLength(1);
    for (let i = 0; i < 10; i += 1) await f.say('me', `${i}`);
    expect(await mine.news()).toEqual([]);
    await pass(1_000);
    expect(await mine.news()).toMatchObject([{ presence: { statusMessage: { text: '9' } } }]);
    await f.say('me', 'undone');
    await f.say('me', '9');
    await pass(1_000);
    expect(await mine.news()).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('holds one mark for a reader who does not read, who then gets the latest', async () => {
    const f = await createFanout({ clock: () => Date.now() });
    await f.users('me');
    const slow = await watchMe(f);
    const put = vi.spyOn(Outbox.prototype, 'put');
    for (let i = 0; i < 5_000; i += 1) await f.say('me', `${i}`);
    expect(put).not.toHaveBeenCalled();
    expect(await slow.next()).toMatchObject({ value: { presence: { statusMessage: { text: '4999' } } } });
    const next = slow.next();
    await f.say('me', 'next');
    expect(await next).toMatchObject({ value: { presence: { statusMessage: { text: 'next' } } } });
  });

  const MEANWHILE: Record<string, (f: Fanout) => Promise<unknown>> = {
    'a message': (f) => f.say('me', 'meanwhile'),
    'a session': (f) => f.connect('me', 'laptop'),
    'a change of privacy': (f) => f.people.updatePrivacy('me', { status: 'NOBODY' }),
  };

  it.each(
    Object.keys(MEANWHILE).flatMap((what) =>
      ['bus.subscribeUser', 'records', 'people.accessFacts'].map((call) => [what, call] as const),
    ),
  )('does not lose %s during its %s', async (what, call) => {
    const valve = createValve();
    const f = await createFanout({ clock: () => Date.now(), gate: valve.gate });
    await f.users('me');
    await f.connect('me', 'desk');
    valve.hold(call);
    const starting = watchMe(f);
    await untilIdle();
    expect(valve.waiting(call)).toBe(1);
    await MEANWHILE[what]!(f);
    valve.releaseNext(call);
    await untilIdle();
    // An answer waits as its question did.
    valve.release(call);
    const mine = collect(await starting);
    await untilIdle();
    const { presence, ...rest } = await f.presence.me(caller());
    expect(mine.events.at(-1)).toMatchObject({ ...rest, presence: { statusMessage: presence.statusMessage } });
  });

  it('reads privacy again until the database answers, and goes on meanwhile', async () => {
    const valve = createValve();
    const { f, mine } = await start({ gate: valve.gate });
    await mine.news();
    valve.fail('people.accessFacts', unavailable('It is away.'));
    await f.people.updatePrivacy('me', { status: 'NOBODY' });
    await f.say('me', 'still here');
    expect(await mine.news()).toMatchObject([
      { presence: { statusMessage: { text: 'still here' } }, privacy: { status: 'FOLLOWERS' } },
    ]);
    valve.repair('people.accessFacts');
    await pass(500);
    expect(await mine.news()).toMatchObject([{ privacy: { status: 'NOBODY' } }]);
  });

  it('reads no more for many devices than for one or two, when privacy changes', async () => {
    const calls: string[] = [];
    const { f, mine } = await start({
      gate: async (call, answered) => {
        if (!answered) calls.push(call);
      },
    });
    const others = await Promise.all(Array.from({ length: 100 }, () => watchMe(f).then(collect)));
    for (const each of [mine, ...others]) await each.news();
    calls.length = 0;
    await f.people.updatePrivacy('me', { status: 'NOBODY' });
    for (const each of [mine, ...others]) expect(await each.news()).toMatchObject([{ privacy: { status: 'NOBODY' } }]);
    expect(calls.filter((call) => call === 'records').length).toBeLessThan(3);
  });

  it('finds what a gap of the bus, or of access changes, hid', async () => {
    const { f, mine } = await start();
    await mine.news();
    const { publishUser } = f.bus;
    f.bus.publishUser = () => {};
    await f.connect('me', 'laptop');
    f.bus.publishUser = publishUser;
    expect(await mine.news()).toEqual([]);
    f.gap();
    expect(await mine.news()).toMatchObject([{ sessions: [{ id: 'desk' }, { id: 'laptop' }] }]);

    const { publishAccessChange } = f.bus;
    f.bus.publishAccessChange = async () => {};
    await f.people.updatePrivacy('me', { status: 'MUTUALS' });
    f.bus.publishAccessChange = publishAccessChange;
    expect(await mine.news()).toEqual([]);
    f.hub.accessChangesMissed();
    expect(await mine.news()).toMatchObject([{ privacy: { status: 'MUTUALS' } }]);
  });

  it('is FORBIDDEN to service tokens, and NOT_FOUND without a user', async () => {
    const { f } = await start();
    const budget = { watched: 0, conversations: 0, objects: 0 };
    await expect(f.hub.watchMe({ kind: 'service', userId: 'host' }, { snapshot: true, budget })).rejects.toMatchObject({
      code: 'FORBIDDEN',
    });
    await expect(watchMe(f, 'nobody', { budget })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(budget).toEqual({ watched: 0, conversations: 0, objects: 0 });
  });

  it('counts among the users that a connection watches, and leaves nothing behind', async () => {
    const f = await createFanout({ broadcastIntervalMs: 1_000, clock: () => Date.now() });
    await f.users('me');
    const before = f.hub.size();
    const budget = { watched: 4_999, conversations: 0, objects: 0 };
    const mine = collect(await watchMe(f, 'me', { budget }));
    expect(budget.watched).toBe(5_000);
    await expect(watchMe(f, 'me', { budget })).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
    await f.say('me', 'one');
    await mine.news();
    await f.say('me', 'two');
    await mine.end();
    expect(budget.watched).toBe(4_999);
    expect(f.hub.size()).toEqual(before);
    expect(f.bus.size).toBe(0);
    expect(vi.getTimerCount()).toBe(0);
  });
});
