import { performance } from 'node:perf_hooks';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { unavailable } from '../../src/presence/errors.js';
import { NOT_VISIBLE, type PresenceView, sameContent } from '../../src/presence/view.js';
import { fakeWaits } from '../support/unit/fakeWaits.js';
import { collect, contentOf, createFanout, type Fanout, untilIdle } from '../support/unit/fanout.js';
import { randomFrom } from '../support/unit/random.js';

// Retries wait by the same fake time as everything else here.
let waitReally: () => void;
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] });
  waitReally = fakeWaits();
  vi.spyOn(performance, 'now').mockImplementation(() => Date.now() - 1_700_000_000_000);
});
afterEach(() => {
  waitReally();
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const WATCHED = ['ann', 'bob', 'cem', 'later'];

/** Whatever may happen to the watched users, each in one step. */
const commandsOf = (f: Fanout, pick: <T>(items: readonly T[]) => T) => {
  const user = () => pick(WATCHED);
  let counter = 0;
  const tolerant = (work: () => Promise<unknown>) => () => work().catch(() => {});
  return [
    tolerant(() => f.connect(user(), pick(['one', 'two']))),
    tolerant(() => f.leave(user(), pick(['one', 'two']))),
    tolerant(() => f.say(user(), pick(['here', `there ${++counter}`]))),
    tolerant(() => f.play(user(), pick(['chess', 'go']))),
    tolerant(() => f.set(user(), { status: pick(['ONLINE', 'AWAY', 'INVISIBLE', 'OFFLINE'] as const) })),
    () => f.people.follow('me', user()),
    () => f.people.unfollow('me', user()),
    () => f.people.block(user(), 'me'),
    () => f.people.unblock(user(), 'me'),
    tolerant(() => f.people.updatePrivacy(user(), { activity: pick(['FOLLOWERS', 'NOBODY'] as const) })),
    tolerant(() => f.people.updatePrivacy(user(), { status: pick(['EVERYONE', 'FOLLOWERS', 'MUTUALS'] as const) })),
    () => f.people.putCircle('team', pick([['me', 'ann'], ['me', 'bob', 'cem'], ['ann'], []])),
    () => f.people.upsertUsers([{ id: user() }]),
    () => f.people.deleteUser(user()),
  ];
};

/** Starts a subscription while commands, and the answers to the hub's calls, come in an order that the seed decides. */
const play = async (seed: number, broadcastIntervalMs: number, pushed: boolean) => {
  vi.setSystemTime(1_700_000_000_000);
  const random = randomFrom(seed);
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)]!;
  const held: (() => void)[] = [];
  let open = true;
  let failing = false;
  const f = await createFanout({
    broadcastIntervalMs,
    clock: () => Date.now(),
    gate: async (_, answered) => {
      if (!open) await new Promise<void>((resolve) => held.push(resolve));
      if (failing && !answered) throw unavailable('It is away.');
    },
  });
  await f.users('me', 'ann', 'bob', 'cem');
  await f.follow('me', 'ann', 'bob');
  await f.connect('ann', 'one');
  await f.connect('bob', 'one');
  await untilIdle();
  open = false;

  const asRoster = random() < 0.3;
  const snapshot = asRoster || random() < 0.7;
  const slow = random() < 0.4;
  const commands = commandsOf(f, pick);
  /** What was ever visible to the viewer; and what is now, and was before the last step. */
  const everVisible = new Map(WATCHED.map((id) => [id, [] as PresenceView[]]));
  let before = new Map<string, PresenceView>();
  let present = await f.seen('me', WATCHED);
  const look = async () => {
    before = present;
    present = await f.seen('me', WATCHED);
    for (const [userId, view] of present) everVisible.get(userId)!.push(view);
  };
  await look();

  const last = new Map<string, PresenceView>();
  const check = (event: PresenceView) => {
    const trace = `seed ${seed}${asRoster ? ', roster' : ''}: ${JSON.stringify(event)} after ${JSON.stringify(last.get(event.userId))}`;
    const previous = last.get(event.userId);
    // A user who left the roster, stayed visible and returns is shown as any newcomer.
    const again = previous !== undefined && asRoster && sameContent(previous, event);
    if (previous && !again) {
      if (previous.asOf >= event.asOf) throw new Error(`${trace} is not later than the one before`);
      if (sameContent(previous, event)) throw new Error(`${trace} repeats the one before`);
    }
    if (event.revoked) {
      if (!previous && snapshot) throw new Error(`${trace} revokes what was never shown`);
      expect(contentOf(event), trace).toEqual(NOT_VISIBLE);
    } else {
      const isVisible = before.has(event.userId) || present.has(event.userId);
      if (!isVisible) throw new Error(`${trace} is not the viewer's to see`);
      if (!everVisible.get(event.userId)!.some((view) => sameContent(view, event))) {
        throw new Error(`${trace} was never the viewer's to see`);
      }
    }
    last.set(event.userId, event);
  };

  let reader: ReturnType<typeof collect<PresenceView>> | undefined;
  let known = new Map<string, PresenceView>();
  let started = false;
  const starting = f.subscription('me', asRoster ? null : WATCHED, { snapshot }).then((subscription) => {
    started = true;
    known = present;
    reader = slow ? undefined : collect(subscription, { pushed });
    return subscription;
  });
  const step = async (work: () => unknown) => {
    // No two commands in one millisecond: nothing of a person's doing is that fast.
    vi.advanceTimersByTime(5);
    await work();
    await untilIdle();
    await look();
    for (const event of reader?.events.splice(0) ?? []) check(event);
  };
  for (let left = 12; left > 0; ) {
    const choice = random();
    if (held.length > 0 && choice < 0.6) {
      // A start that fails is rejected; what fails later is retried.
      failing = started && random() < 0.1;
      await step(() => held.splice(Math.floor(random() * held.length), 1)[0]!());
      failing = false;
    } else {
      left -= 1;
      if (choice > 0.85) await step(() => vi.advanceTimersByTimeAsync(pick([1, 400, 1_000])));
      else await step(pick(commands));
    }
  }
  open = true;
  while (held.length > 0) {
    await step(() => {
      for (const release of held.splice(0)) release();
    });
  }
  const subscription = await starting;
  reader ??= collect(subscription, { pushed });
  await step(() => vi.advanceTimersByTimeAsync(3_000));

  const roster = await f.people.roster('me', 5_000);
  for (const userId of WATCHED) {
    const [projection, expected] = [last.get(userId), present.get(userId)];
    const trace = `seed ${seed}, ${userId}`;
    if (asRoster && !roster.includes(userId)) {
      // A user who left the roster and stayed visible is not followed any more; for one who did not, a revocation was sent.
      if (!expected && projection) expect(contentOf(projection), trace).toEqual(NOT_VISIBLE);
    } else if (expected) {
      const holds = projection ?? (snapshot ? undefined : known.get(userId));
      expect(holds && contentOf(holds), trace).toEqual(contentOf(expected));
    } else if (projection) {
      expect(contentOf(projection), trace).toEqual(NOT_VISIBLE);
    }
  }
  await subscription.return();
  expect(f.hub.size(), `seed ${seed}`).toEqual({ topics: 0, watchers: 0, subscriptions: 0 });
  expect(f.bus.size, `bus, seed ${seed}`).toBe(0);
  // A retry that outlives its subscription finds it ended.
  await vi.advanceTimersByTimeAsync(500);
  expect(vi.getTimerCount(), `timers, seed ${seed}`).toBe(0);
};

describe('a subscription that starts while everything changes', () => {
  it.each([
    [0, 'iterated'],
    [1_000, 'iterated'],
    [0, 'pushed'],
    [1_000, 'pushed'],
  ])(
    'loses nothing and sends nothing that is not the viewer’s to see, with an interval of %d ms, %s',
    async (interval, how) => {
      for (let seed = 1; seed <= 400; seed += 1) await play(seed, interval, how === 'pushed');
    },
  );
});
