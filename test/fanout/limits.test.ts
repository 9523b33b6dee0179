import { describe, expect, it } from 'vitest';
import { unavailable } from '../../src/presence/errors.js';
import { createFanout, createValve } from '../support/fanout.js';

const ids = (count: number, prefix = 'user') => Array.from({ length: count }, (_, i) => `${prefix}-${i}`);

describe('the limits of subscriptions', () => {
  it('takes 1,000 ids, and refuses 1,001', async () => {
    const f = await createFanout();
    await f.users('me');
    const watch = await f.watch('me', ids(1_000));
    await expect(f.watch('me', ids(1_001))).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
    await watch.return();
    expect(f.hub.size()).toEqual({ topics: 0, interests: 0, watches: 0 });
  });

  it('refuses ids that are none, and holds nothing afterwards', async () => {
    const f = await createFanout();
    const budget = { watched: 0 };
    for (const id of ['', 'x'.repeat(129), 'a\u0000']) {
      await expect(f.watch('me', ['ann', id], { budget })).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
    }
    expect(budget.watched).toBe(0);
    expect(f.hub.size()).toEqual({ topics: 0, interests: 0, watches: 0 });
  });

  it('lets one connection watch 5,000 users over all its subscriptions, and gives back what ends', async () => {
    const f = await createFanout();
    const budget = { watched: 0 };
    const watches = [];
    for (let i = 0; i < 5; i += 1) watches.push(await f.watch('me', ids(1_000, `list-${i}`), { budget }));
    await expect(f.watch('me', ['one-more'], { budget })).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
    await expect(f.watch('me', ['list-0-1'], { budget })).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
    expect(budget.watched).toBe(5_000);
    await watches[2]!.return();
    await watches[2]!.return();
    expect(budget.watched).toBe(4_000);
    const again = await f.watch('me', ids(1_000, 'again'), { budget });
    for (const watch of [...watches, again]) await watch.return();
    expect(budget.watched).toBe(0);
  });

  it('counts each user once a subscription, however often they are named', async () => {
    const f = await createFanout();
    const budget = { watched: 0 };
    const watch = await f.watch('me', ['ann', 'ann', 'bob'], { budget });
    expect(budget.watched).toBe(2);
    await watch.return();
  });

  it.each(['bus.subscribeUser', 'records', 'people.facts'])(
    'gives everything back where the start fails at %s',
    async (call) => {
      const valve = createValve();
      const f = await createFanout({ gate: valve.gate });
      const budget = { watched: 0 };
      valve.fail(call, unavailable('It is away.'));
      await expect(f.watch('me', ['ann', 'bob'], { budget })).rejects.toMatchObject({ code: 'UNAVAILABLE' });
      expect(budget.watched).toBe(0);
      expect(f.hub.size()).toEqual({ topics: 0, interests: 0, watches: 0 });
      expect(f.bus.size).toBe(0);
      valve.mend(call);
      await (await f.watch('me', ['ann', 'bob'], { budget })).return();
      expect(f.bus.size).toBe(0);
    },
  );
});
