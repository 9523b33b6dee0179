import { describe, expect, it, vi } from 'vitest';
import { unavailable } from '../../src/presence/errors.js';
import { createFanout, createValve, untilIdle } from '../support/unit/fanout.js';
import { bytesInUse } from '../support/unit/usage.js';

const ids = (count: number, prefix = 'user') => Array.from({ length: count }, (_, i) => `${prefix}-${i}`);

describe('the limits of subscriptions', () => {
  it('takes 1,000 ids, and refuses 1,001', async () => {
    const f = await createFanout();
    await f.users('me');
    const subscription = await f.subscription('me', ids(1_000));
    await expect(f.subscription('me', ids(1_001))).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
    await subscription.return();
    expect(f.hub.size()).toEqual({ topics: 0, watchers: 0, subscriptions: 0 });
  });

  it('refuses malformed ids, and holds nothing afterwards', async () => {
    const f = await createFanout();
    const budget = { watched: 0, conversations: 0, objects: 0 };
    for (const id of ['', 'x'.repeat(129), 'a\u0000']) {
      await expect(f.subscription('me', ['ann', id], { budget })).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
    }
    expect(budget.watched).toBe(0);
    expect(f.hub.size()).toEqual({ topics: 0, watchers: 0, subscriptions: 0 });
  });

  it('lets one connection watch 5,000 users over all its subscriptions, and frees what ends', async () => {
    const f = await createFanout();
    const budget = { watched: 0, conversations: 0, objects: 0 };
    const subscriptions = [];
    for (let i = 0; i < 5; i += 1) subscriptions.push(await f.subscription('me', ids(1_000, `list-${i}`), { budget }));
    await expect(f.subscription('me', ['one-more'], { budget })).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
    await expect(f.subscription('me', ['list-0-1'], { budget })).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
    expect(budget.watched).toBe(5_000);
    await subscriptions[2]!.return();
    await subscriptions[2]!.return();
    expect(budget.watched).toBe(4_000);
    const again = await f.subscription('me', ids(1_000, 'again'), { budget });
    for (const subscription of [...subscriptions, again]) await subscription.return();
    expect(budget.watched).toBe(0);
  });

  it('refuses a roster where the connection watches 5,000 users already, whoever is on it', async () => {
    const f = await createFanout();
    await f.users('me', ...ids(5_000));
    await f.people.putCircle('all', ['me', ...ids(5_000)]);
    const budget = { watched: 0, conversations: 0, objects: 0 };
    const first = await f.subscription('me', null, { budget });
    await expect(f.subscription('me', null, { budget })).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
    expect(budget.watched).toBe(5_000);
    await first.return();
    await (await f.subscription('me', null, { budget })).return();
    expect(budget.watched).toBe(0);
  });

  it('lets rosters that were short at their start grow to twice that', async () => {
    const f = await createFanout();
    await f.users('me', ...ids(3_000));
    const budget = { watched: 0, conversations: 0, objects: 0 };
    const rosters = [];
    for (let n = 0; n < 5; n += 1) rosters.push(await f.collect('me', null, { budget }));
    await f.people.putCircle('all', ['me', ...ids(3_000)]);
    await rosters[0]!.news();
    await vi.waitFor(() => expect(budget.watched).toBe(10_000), { timeout: 10_000 });
    expect(f.errors).toEqual([]);
    for (const roster of rosters) await roster.end();
    expect(budget.watched).toBe(0);
  });

  it('reads the roster of a user once for all their subscriptions, and once more for changes meanwhile', async () => {
    const valve = createValve();
    let asked = 0;
    const gate: typeof valve.gate = (call, answered) => {
      if (call === 'people.roster' && !answered) asked += 1;
      return valve.gate(call, answered);
    };
    const f = await createFanout({ gate });
    await f.users('me', 'ann', 'bob');
    const rosters = [];
    for (let n = 0; n < 20; n += 1) rosters.push(await f.collect('me', null));
    asked = 0;
    valve.hold('people.roster');
    await f.follow('me', 'ann');
    await untilIdle();
    expect(valve.waiting('people.roster')).toBe(1);
    await f.follow('me', 'bob');
    await untilIdle();
    valve.release('people.roster');
    await untilIdle();
    for (const roster of rosters) expect((await roster.news()).map(({ userId }) => userId)).toEqual(['ann', 'bob']);
    expect(asked).toBe(2);
    for (const roster of rosters) await roster.end();
  });

  it('lets one connection watch the typing of 5,000 conversations, with those of one subscription to all 10,000', async () => {
    const f = await createFanout();
    await f.users('me');
    for (const id of ids(4_000, 'chat')) await f.people.putConversation(id, ['me'], false);
    const budget = { watched: 0, conversations: 0, objects: 0 };
    const all = [await f.watchTyping('me', null, { budget }), await f.watchTyping('me', null, { budget })];
    expect(budget.conversations).toBe(8_000);
    await expect(f.watchTyping('me', null, { budget })).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
    await expect(f.watchTyping('me', 'chat-1', { budget })).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
    await all[0]!.return();
    await all[0]!.return();
    expect(budget.conversations).toBe(4_000);
    const one = await f.watchTyping('me', 'chat-1', { budget });
    for (const subscription of [...all, one]) await subscription.return();
    expect(budget.conversations).toBe(0);
    expect(f.bus.size).toBe(0);
  });

  it('lets subscriptions to the typing of all conversations grow no further than 10,000', async () => {
    const f = await createFanout();
    await f.users('me');
    const budget = { watched: 0, conversations: 0, objects: 0 };
    const all = [];
    for (let n = 0; n < 4; n += 1) all.push(await f.watchTyping('me', null, { budget }));
    for (const id of ids(3_000, 'chat')) await f.people.putConversation(id, ['me'], false);
    await vi.waitFor(() => expect(budget.conversations).toBe(10_000), { timeout: 10_000 });
    for (const subscription of all) await subscription.return();
    expect(budget.conversations).toBe(0);
  });

  it('starts a user’s subscriptions to the typing of all conversations one after the other', async () => {
    const valve = createValve();
    const f = await createFanout({ gate: valve.gate });
    await f.users('me');
    for (const id of ids(10, 'chat')) await f.people.putConversation(id, ['me'], false);
    valve.hold('store.typing');
    const starts = Array.from({ length: 10 }, () => f.watchTyping('me', null));
    await untilIdle();
    expect(valve.waiting('store.typing')).toBe(1);
    valve.release('store.typing');
    for (const subscription of await Promise.all(starts)) await subscription.return();
  });

  it('keeps little of a conversation without typists', async () => {
    const f = await createFanout();
    await f.users('me');
    for (const id of ids(4_000, 'chat')) await f.people.putConversation(id, ['me'], false);
    // The first subscription pays for what all share.
    const first = await f.watchTyping('me', null);
    const before = await bytesInUse();
    const subscriptions = [await f.watchTyping('me', null), await f.watchTyping('me', null)];
    expect((await bytesInUse()) - before).toBeLessThan(8_000 * 600);
    for (const subscription of [first, ...subscriptions]) await subscription.return();
  });

  it('rereads neither conversations nor typists when a user follows or blocks somebody', async () => {
    const asked: string[] = [];
    const f = await createFanout({
      gate: async (call, answered) => {
        if (!answered) asked.push(call);
      },
    });
    await f.users('me', 'ann');
    await f.people.putConversation('chat', ['me', 'ann'], false);
    const subscription = await f.watchTyping('me', null);
    asked.length = 0;
    await f.follow('me', 'ann');
    await f.people.block('me', 'ann');
    await untilIdle();
    expect(asked).toContain('people.blockedAmong');
    expect(new Set(asked)).toEqual(new Set(['people.blockedAmong']));
    await f.people.putConversation('another', ['me', 'ann'], false);
    await untilIdle();
    expect(asked).toContain('store.typing');
    await subscription.return();
  });

  it('counts a user once a subscription, however often the list names them', async () => {
    const f = await createFanout();
    const budget = { watched: 0, conversations: 0, objects: 0 };
    const subscription = await f.subscription('me', ['ann', 'ann', 'bob'], { budget });
    expect(budget.watched).toBe(2);
    await subscription.return();
  });

  it.each(['bus.subscribeUser', 'records', 'people.accessFacts'])(
    'frees everything where the start fails at %s',
    async (call) => {
      const valve = createValve();
      const f = await createFanout({ gate: valve.gate });
      const budget = { watched: 0, conversations: 0, objects: 0 };
      valve.fail(call, unavailable('It is away.'));
      await expect(f.subscription('me', ['ann', 'bob'], { budget })).rejects.toMatchObject({ code: 'UNAVAILABLE' });
      expect(budget.watched).toBe(0);
      expect(f.hub.size()).toEqual({ topics: 0, watchers: 0, subscriptions: 0 });
      expect(f.bus.size).toBe(0);
      valve.repair(call);
      await (await f.subscription('me', ['ann', 'bob'], { budget })).return();
      expect(f.bus.size).toBe(0);
    },
  );
});
