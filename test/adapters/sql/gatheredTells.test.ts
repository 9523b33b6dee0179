import { setImmediate as turn, setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import { createGatheredTells, isSmallTell } from '../../../src/adapters/sql/gatheredTells.js';
import { unavailable } from '../../../src/presence/errors.js';
import type { NewAct } from '../../../src/social/socialTypes.js';

const acts = (...ids: readonly string[]): readonly NewAct[] => actsTo('cem', ...ids);
const actsTo = (userId: string, ...ids: readonly string[]): readonly NewAct[] =>
  ids.map((id) => ({
    ...{ id, verb: 'like', actorId: 'ann', objectId: '42', objectType: null, text: null, data: null },
    ...{ audience: 'NOBODY' as const, at: null, recipients: [userId], group: null },
  }));

/** One transaction that the test ends: `told`, what of it is new; `failed` before the commit; `lost` at the commit. */
interface Transaction {
  readonly ids: readonly string[];
  readonly isShared: boolean;
  told(...ids: readonly string[]): Promise<unknown>;
  failed(): Promise<unknown>;
  lost(): Promise<unknown>;
}

const setUp = ({ deadlineMs, held = [] }: { deadlineMs?: number; held?: readonly string[] } = {}) => {
  const all: Transaction[] = [];
  const open = (list: readonly NewAct[], isShared: boolean) =>
    new Promise<ReadonlySet<string> | null>((resolve, reject) => {
      const ids = list.map(({ id }) => id);
      all.push({
        ids,
        isShared,
        told: async (...news) => {
          resolve(new Set(news.length > 0 ? news : ids));
          await turn();
        },
        failed: async () => {
          if (isShared) resolve(null);
          else reject(new Error(`${ids} cannot be told`));
          await turn();
        },
        lost: async () => {
          reject(unavailable('away'));
          await turn();
        },
      });
    });
  const tell = createGatheredTells({
    deadlineMs,
    transactions: {
      alone: async (list) => (await open(list, false)) ?? new Set(),
      shared: (list) => open(list, true),
      held: async (userIds) => new Set(held.filter((userId) => userIds.includes(userId))),
    },
  });
  /** The transaction with that number, once it has begun. */
  const begun = async (n: number): Promise<Transaction> => {
    await vi.waitFor(() => expect(all.length).toBeGreaterThan(n), { interval: 1 });
    return all[n]!;
  };
  return { all, tell, begun };
};

describe('tells', () => {
  it('of one turn share a transaction, and each is answered with its own number, after the commit', async () => {
    const { tell, begun } = setUp();
    const answered: string[] = [];
    const calls = [acts('1'), acts('2', '3'), acts('1', '4'), acts('5')].map(async (list, i) => {
      const count = await tell(list);
      answered.push(`call ${i}`);
      return count;
    });
    const { ids, isShared, told } = await begun(0);
    expect([ids, isShared]).toEqual([['1', '2', '3', '4', '5'], true]);
    await wait(20);
    expect(answered).toEqual([]);
    // What two name is new once; 5 was told before.
    await told('1', '2', '3', '4');
    expect(await Promise.all(calls)).toEqual([1, 2, 1, 0]);
  });

  it('keep the words of the first that names an act', async () => {
    let shared: readonly NewAct[] = [];
    const tell = createGatheredTells({
      deadlineMs: undefined,
      transactions: {
        alone: async () => new Set(),
        held: async () => new Set(),
        async shared(list) {
          shared = list;
          return new Set(['1']);
        },
      },
    });
    const [first] = acts('1');
    await Promise.all([tell([{ ...first!, text: 'first' }]), tell([{ ...first!, text: 'second' }])]);
    expect(shared.map(({ text }) => text)).toEqual(['first']);
  });

  it('go out at once alone, and together while a transaction is under way', async () => {
    const { all, tell, begun } = setUp();
    const first = tell(acts('1'));
    const { isShared, told } = await begun(0);
    expect(isShared).toBe(false);
    const others = [tell(acts('2')), tell(acts('3'))];
    await turn();
    expect(all).toHaveLength(1);
    await told();
    const second = await begun(1);
    expect(second.ids).toEqual(['2', '3']);
    await second.told();
    expect(await Promise.all([first, ...others])).toEqual([1, 1, 1]);
  });

  it('are told one by one where a statement of all fails, so that one that cannot be told fails alone', async () => {
    const { tell, begun } = setUp();
    const calls = Promise.allSettled([tell(acts('1')), tell(acts('2')), tell(acts('3'))]);
    await (await begun(0)).failed();
    const [one, two] = [await begun(1), await begun(2)];
    await two.failed();
    const three = await begun(3);
    expect([one, two, three].map(({ ids, isShared }) => [ids, isShared])).toEqual([
      [['1'], false],
      [['2'], false],
      [['3'], false],
    ]);
    await Promise.all([one.told(), three.told()]);
    expect((await calls).map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  });

  it('are told together once more without those that wait for a tray that somebody holds, however many these are', async () => {
    const { all, tell, begun } = setUp({ held: ['cem'] });
    const calls: Promise<number>[] = [];
    const alone = () => all.filter(({ isShared }) => !isShared);
    for (let i = 0; i < 6; i++) {
      const begins = all.length;
      calls.push(tell(acts(`held ${i}`)), tell(actsTo('dan', `free ${i}`)));
      await (await begun(begins)).failed();
      const others = () => all.find(({ ids }) => ids.join() === `free ${i}`);
      await vi.waitFor(() => expect(others()).toBeDefined(), { interval: 1 });
      await others()!.told();
      expect(await calls.at(-1)).toBe(1);
    }
    expect(alone().flatMap(({ ids }) => ids)).toEqual(['held 0', 'held 1']);
    for (let i = 0; i < 6; i++) {
      await vi.waitFor(() => expect(alone().length).toBeGreaterThan(i), { interval: 1 });
      await alone()[i]!.told();
    }
    expect(await Promise.all(calls)).toEqual(Array(12).fill(1));
  });

  it('all fail where the commit is lost: they may have been told', async () => {
    const { all, tell, begun } = setUp();
    const calls = Promise.allSettled([tell(acts('1')), tell(acts('2'))]);
    await (await begun(0)).lost();
    expect(await calls).toMatchObject([{ reason: { code: 'UNAVAILABLE' } }, { reason: { code: 'UNAVAILABLE' } }]);
    await turn();
    expect(all).toHaveLength(1);
  });

  it('wait for no transaction that is slow, but no more than four are under way', async () => {
    const { all, tell, begun } = setUp();
    const calls: Promise<number>[] = [];
    for (let i = 0; i < 4; i++) {
      calls.push(tell(acts(`${i}`)));
      await begun(i);
    }
    calls.push(tell(acts('4')), tell(acts('5')));
    await wait(120);
    expect(all).toHaveLength(4);
    // At most one waits for a lock as long as it is held.
    expect(all.map(({ isShared }) => isShared)).toEqual([false, true, true, true]);
    await all[2]!.told();
    const fifth = await begun(4);
    expect(fifth.ids).toEqual(['4', '5']);
    for (const { told } of [...all]) await told();
    expect(await Promise.all(calls)).toEqual([1, 1, 1, 1, 1, 1]);
  });

  it('have a deadline each, from the call on, and are not told after it where they were not sent', async () => {
    const { all, tell, begun } = setUp({ deadlineMs: 300 });
    const failed = (ids: string) => tell(acts(ids)).catch((error: unknown) => error);
    const sent: Promise<unknown>[] = [];
    for (let i = 0; i < 4; i++) {
      sent.push(failed(`${i}`));
      await begun(i);
    }
    const unsent = failed('unsent');
    expect(await Promise.all([...sent, unsent])).toEqual(
      Array(5).fill(expect.objectContaining({ code: 'UNAVAILABLE' })),
    );
    const later = tell(acts('later'));
    for (const { told } of [...all]) await told();
    const next = await begun(4);
    expect(next.ids).toEqual(['later']);
    await next.told();
    expect(await later).toBe(1);
  });

  it('share no more than 250 acts', async () => {
    const { tell, begun } = setUp();
    const calls = Array.from({ length: 40 }, (_, i) =>
      tell(acts(...Array.from({ length: 16 }, (_, j) => `${i} ${j}`))),
    );
    for (let i = 0; i < 3; i++) {
      const { ids, told } = await begun(i);
      expect(ids).toHaveLength(i < 2 ? 240 : 160);
      await told();
    }
    expect(await Promise.all(calls)).toEqual(calls.map(() => 16));
  });

  it('of many acts or recipients share nothing', () => {
    const ids = Array.from({ length: 17 }, (_, i) => `${i}`);
    expect([isSmallTell(acts(...ids)), isSmallTell(acts(...ids.slice(1)))]).toEqual([false, true]);
    const [act] = acts('1');
    expect([65, 64].map((count) => isSmallTell([{ ...act!, recipients: Array(count).fill('cem') }]))).toEqual([
      false,
      true,
    ]);
  });
});
