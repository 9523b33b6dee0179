import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { unavailable } from '../../src/presence/errors.js';
import { createFanout, createValve, type Fanout, untilIdle } from '../support/unit/fanout.js';

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval'] }));
afterEach(() => vi.useRealTimers());

const start = async (options: Parameters<typeof createFanout>[0] = {}) => {
  const f = await createFanout({ broadcastIntervalMs: 1_000, ...options });
  await f.users('me', 'ann', 'bob');
  await f.follow('me', 'ann', 'bob');
  await f.connect('ann');
  await f.people.putConversation('chat', ['me', 'ann'], false);
  return f;
};

const expectNothingLeft = async (f: Fanout) => {
  await untilIdle();
  expect(f.hub.size()).toEqual({ topics: 0, watchers: 0, subscriptions: 0 });
  expect(f.bus.size).toBe(0);
  expect(vi.getTimerCount()).toBe(0);
};

describe('subscriptions that end leave nothing behind', () => {
  it('after 10,000 of them, with and without a pending `next`', async () => {
    const f = await start();
    for (let i = 0; i < 10_000; i += 1) {
      const subscription =
        i % 4 === 3
          ? await f.watchTyping('me', i % 8 === 3 ? 'chat' : null)
          : await f.subscription('me', i % 4 === 2 ? null : ['ann', 'bob', 'nobody']);
      const pending = i % 3 === 0 ? subscription.next() : undefined;
      if (i % 100 === 0) {
        await f.say('ann', `${i}`);
        await f.say('ann', `${i}, again`);
      }
      await subscription.return();
      await pending;
    }
    await expectNothingLeft(f);
  });

  it('when many are open at once and end in any order, while access facts change', async () => {
    const f = await start();
    const subscriptions = await Promise.all(
      Array.from({ length: 500 }, (_, i) => f.subscription(`viewer-${i % 50}`, ['ann', 'bob'])),
    );
    for (const [i, subscription] of subscriptions.entries()) {
      if (i % 50 === 0) await f.people.updatePrivacy('ann', { status: i % 100 ? 'EVERYONE' : 'NOBODY' });
      if (i % 25 === 0) await f.say('ann', `${i}`);
      void subscription.next();
      await subscription.return();
    }
    await expectNothingLeft(f);
  });

  it.each(['people.roster', 'bus.subscribeUser', 'records', 'people.accessFacts'])(
    'when the start fails at %s, for one and for all who share its topics',
    async (call) => {
      const valve = createValve();
      const f = await start({ gate: valve.gate });
      valve.fail(call, unavailable('It is away.'));
      for (let i = 0; i < 200; i += 1) {
        const results = await Promise.allSettled([f.subscription('me', null), f.subscription('me', null)]);
        expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
      }
      await expectNothingLeft(f);
      valve.repair(call);
      const mine = await f.collect('me', null);
      expect((await mine.news()).length).toBe(2);
      await mine.end();
      await expectNothingLeft(f);
    },
  );

  it.each(['people.conversation', 'bus.subscribeTyping', 'store.typing', 'people.blockedAmong'])(
    'when the start of typing fails at %s',
    async (call) => {
      const valve = createValve();
      const f = await start({ gate: valve.gate });
      valve.fail(call, unavailable('It is away.'));
      await expect(f.watchTyping('me', 'chat')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
      await expectNothingLeft(f);
    },
  );

  it.each(['people.roster', 'bus.subscribeUser', 'records', 'people.accessFacts'])(
    'when one ends while its roster grows, held at %s',
    async (call) => {
      const valve = createValve();
      const f = await start({ gate: valve.gate });
      await f.users('new');
      const mine = await f.collect('me', null);
      await mine.news();
      valve.hold(call);
      await f.people.follow('me', 'new');
      await untilIdle();
      expect(valve.waiting(call)).toBeGreaterThan(0);
      await mine.end();
      valve.release(call);
      await expectNothingLeft(f);
    },
  );

  it.each(['people.conversationsOf', 'bus.subscribeTyping', 'store.typing', 'people.blockedAmong'])(
    'when typing ends while the conversations grow, held at %s',
    async (call) => {
      const valve = createValve();
      const f = await start({ gate: valve.gate });
      const mine = await f.collectTyping('me', null);
      valve.hold(call);
      await f.people.putConversation('new', ['me', 'bob'], false);
      await untilIdle();
      expect(valve.waiting(call)).toBeGreaterThan(0);
      await mine.end();
      valve.release(call);
      await expectNothingLeft(f);
    },
  );
});
