import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { unavailable } from '../../src/presence/errors.js';
import type { TypingView } from '../../src/service/contract.js';
import { fakeWaits } from '../support/unit/fakeWaits.js';
import { collect, createFanout, type Fanout, untilIdle } from '../support/unit/fanout.js';
import { randomFrom } from '../support/unit/random.js';

// Retries wait by the same fake time as everything else here.
let waitReally: () => void;
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] });
  waitReally = fakeWaits();
});
afterEach(() => {
  waitReally();
  vi.useRealTimers();
});

const TYPISTS = ['ann', 'bob'];
const CHATS = ['one', 'two'];

const commandsOf = (f: Fanout, pick: <T>(items: readonly T[]) => T) => {
  const tolerant = (work: () => Promise<unknown>) => () => work().catch(() => {});
  const members = () =>
    pick([
      ['ann', 'bob'],
      ['ann', 'bob', 'me'],
      ['bob', 'me'],
      ['me', 'ann'],
    ]);
  return [
    tolerant(() => f.type(pick(TYPISTS), pick(CHATS), pick([true, true, false]))),
    tolerant(() => f.type(pick(TYPISTS), pick(CHATS), pick([true, true, false]))),
    tolerant(() => f.type('me', pick(CHATS))),
    () => f.people.putConversation(pick(CHATS), members(), pick([true, false, false])),
    () => f.people.deleteConversation(pick(CHATS)),
    () => f.people.block(pick(TYPISTS), 'me'),
    () => f.people.unblock(pick(TYPISTS), 'me'),
    tolerant(() => f.set(pick(TYPISTS), { status: pick(['ONLINE', 'INVISIBLE'] as const) })),
  ];
};

/** `conversation/typist`, as queries answer it. */
const typingNow = async (f: Fanout, conversations: readonly string[]): Promise<Set<string>> => {
  const viewer = { kind: 'user', userId: 'me' } as const;
  const answers = await Promise.all(conversations.map((id) => f.presence.typing(viewer, id).catch(() => [])));
  return new Set(answers.flat().map(({ conversationId, userId }) => `${conversationId}/${userId}`));
};

/** Starts a subscription while commands, and the answers to the hub's calls, come in an order that the seed decides. */
const play = async (seed: number) => {
  const random = randomFrom(seed);
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)]!;
  const held: (() => void)[] = [];
  let open = true;
  let failing = false;
  let started = false;
  const f = await createFanout({
    clock: () => 1_700_000_000_000,
    gate: async (_, answered) => {
      if (!open) await new Promise<void>((resolve) => held.push(resolve));
      if (failing && !answered) throw unavailable('It is away.');
    },
  });
  await f.users('me', ...TYPISTS);
  for (const userId of ['me', ...TYPISTS]) await f.connect(userId);
  await f.people.putConversation('one', ['me', 'ann', 'bob'], false);
  await f.type('ann', 'one');
  open = false;

  const conversationId = random() < 0.5 ? 'one' : null;
  const slow = random() < 0.3;
  const commands = commandsOf(f, pick);
  const delivered = new Set<string>();
  const check = ({ conversationId: id, userId, isTyping }: TypingView) => {
    const key = `${id}/${userId}`;
    if (userId === 'me') throw new Error(`seed ${seed}: the caller's own typing was sent`);
    if (delivered.has(key) === isTyping) throw new Error(`seed ${seed}: ${key} was sent twice`);
    if (isTyping) delivered.add(key);
    else delivered.delete(key);
  };

  let reader: ReturnType<typeof collect<TypingView>> | undefined;
  const starting = f.watchTyping('me', conversationId).then(
    (subscription) => {
      started = true;
      reader = slow ? undefined : collect(subscription);
      return subscription;
    },
    () => undefined,
  );
  const step = async (work: () => unknown) => {
    await work();
    await untilIdle();
    for (const event of reader?.events.splice(0) ?? []) check(event);
  };
  for (let left = 12; left > 0; ) {
    if (held.length > 0 && random() < 0.6) {
      failing = started && random() < 0.1;
      await step(() => held.splice(Math.floor(random() * held.length), 1)[0]!());
      failing = false;
    } else {
      left -= 1;
      await step(pick(commands));
    }
  }
  open = true;
  while (held.length > 0) {
    await step(() => {
      for (const release of held.splice(0)) release();
    });
  }
  await step(() => vi.advanceTimersByTimeAsync(2_000));
  const subscription = await starting;
  if (subscription) {
    reader ??= collect(subscription);
    await step(() => {});
    const own = (await f.people.conversationsOf('me', 100)).map(({ id }) => id);
    const watched = conversationId ? [conversationId] : own;
    expect([...delivered].sort(), `seed ${seed}`).toEqual([...(await typingNow(f, watched))].sort());
    await subscription.return();
  }
  await untilIdle();
  expect(f.hub.size(), `seed ${seed}`).toEqual({ topics: 0, watchers: 0, subscriptions: 0 });
  expect(f.bus.size, `seed ${seed}`).toBe(0);
};

describe('a subscription to typing that starts while everything changes', () => {
  it('ends with what a query answers, each start and stop once', async () => {
    for (let seed = 1; seed <= 400; seed += 1) await play(seed);
  });
});
