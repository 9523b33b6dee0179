import { describe, expect, it } from 'vitest';
import { PresenceError } from '../../src/presence/errors.js';
import { DEFAULT_PRIVACY, type Viewer } from '../../src/presence/visibility.js';
import { createReadBudget } from '../../src/service/readBudget.js';
import { createRelationLists } from '../../src/service/relationLists.js';
import { createFakePeople } from '../support/unit/fakePeople.js';

const ME: Viewer = { kind: 'user', userId: 'me' };
const FIRST = { first: 50, after: null };

/** Lists of `me`, over people in memory; each question to them is noted, and what is taken from the allowance. */
const setUp = (userIds: readonly string[] = [], { allowance = Number.POSITIVE_INFINITY } = {}) => {
  const fake = createFakePeople({ userIds: ['me', ...userIds] });
  const steps: unknown[] = [];
  const noted =
    <A extends unknown[], R>(name: string, call: (...args: A) => Promise<R>) =>
    async (...args: A) => {
      steps.push([name, Array.isArray(args[0]) ? args[0].length : undefined]);
      return call(...args);
    };
  let taken = 0;
  const reads = createReadBudget({
    rateLimits: {
      async take(_kind, _userId, options) {
        const count = options?.count ?? 1;
        if (taken + count > allowance) throw new PresenceError('RATE_LIMITED', 'Wait.', { retryAfterMs: 1 });
        taken += count;
      },
      async count(_kind, _userId, count) {
        taken += count;
      },
    },
  });
  const { people } = fake;
  const lists = createRelationLists({
    people: {
      following: noted('following', people.following),
      blocked: noted('blocked', people.blocked),
      accessFacts: noted('accessFacts', people.accessFacts),
    },
    reads,
  });
  return { ...fake, lists, steps, taken: () => taken };
};

describe('whom a user follows', () => {
  it('is listed by id, in pages that a cursor continues', async () => {
    const ids = ['a', 'b', 'c', 'd', 'e'];
    const { lists, people } = setUp(ids);
    for (const id of ids) await people.follow('me', id);
    const first = await lists.following(ME, { first: 2, after: null });
    expect(first).toMatchObject({ hasNextPage: true, hasPreviousPage: false });
    const second = await lists.following(ME, { first: 2, after: first.items.at(-1)!.cursor });
    expect(second).toMatchObject({ hasNextPage: true, hasPreviousPage: true });
    const third = await lists.following(ME, { first: 2, after: second.items.at(-1)!.cursor });
    expect(third).toMatchObject({ hasNextPage: false, hasPreviousPage: true });
    expect([first, second, third].flatMap(({ items }) => items.map(({ userId }) => userId))).toEqual(ids);
  });

  it('tells a visible user alone from the others: hidden, blocking, deleted and unknown ones are alike', async () => {
    const { lists, people, privacies, steps } = setUp(['seen', 'hidden', 'blocker', 'gone']);
    privacies.set('hidden', { ...DEFAULT_PRIVACY, status: 'NOBODY' });
    await people.deleteUser('gone');
    for (const id of ['seen', 'hidden', 'blocker', 'gone', 'unknown']) await people.follow('me', id);
    await people.block('blocker', 'me');
    const { items } = await lists.following(ME, FIRST);
    expect(items.map(({ userId, isVisible }) => [userId, isVisible])).toEqual([
      ['blocker', false],
      ['gone', false],
      ['hidden', false],
      ['seen', true],
      ['unknown', false],
    ]);
    for (const id of ['seen', 'hidden', 'blocker', 'gone']) await people.unfollow('me', id);
    const stepsFor = async (id: string) => {
      await people.follow('me', id);
      steps.length = 0;
      await lists.following(ME, FIRST);
      await people.unfollow('me', id);
      return [...steps];
    };
    const asked = await stepsFor('unknown');
    expect(asked).toEqual([
      ['following', undefined],
      ['accessFacts', 1],
    ]);
    for (const id of ['seen', 'hidden', 'blocker', 'gone']) expect(await stepsFor(id)).toEqual(asked);
  });
});

describe('whom a user blocked', () => {
  it('is listed, and shown as little as anywhere else', async () => {
    const { lists, people, steps } = setUp(['b', 'c']);
    await people.follow('me', 'b');
    for (const id of ['c', 'b', 'unknown']) await people.block('me', id);
    await people.block('other', 'me');
    const { items } = await lists.blocked(ME, FIRST);
    expect(items.map(({ userId, isVisible }) => [userId, isVisible])).toEqual([
      ['b', false],
      ['c', false],
      ['unknown', false],
    ]);
    expect(steps).toEqual([['blocked', undefined]]);
  });
});

describe.each(['following', 'blocked'] as const)('%s', (list) => {
  it('counts the users of its page as reads, and one at the least', async () => {
    const { lists, people, taken } = setUp();
    await lists[list](ME, FIRST);
    expect(taken()).toBe(1);
    for (const id of ['a', 'b', 'c']) await (list === 'following' ? people.follow('me', id) : people.block('me', id));
    await lists[list](ME, { first: 2, after: null });
    expect(taken()).toBe(3);
  });

  it('reads no more pages than are left, however many are asked for at once', async () => {
    const { lists, people, steps } = setUp([], { allowance: 25 });
    const ids = Array.from({ length: 10 }, (_, i) => `u${i}`);
    for (const id of ids) await (list === 'following' ? people.follow('me', id) : people.block('me', id));
    const pages = await Promise.allSettled(Array.from({ length: 40 }, () => lists[list](ME, FIRST)));
    expect(pages.filter(({ status }) => status === 'fulfilled')).toHaveLength(3);
    for (const page of pages.slice(3)) expect(page).toMatchObject({ reason: { code: 'RATE_LIMITED' } });
    expect(steps.filter((step) => (step as [string])[0] === list)).toHaveLength(3);
  });

  it('refuses a page that is too long, a cursor of something else, and service tokens', async () => {
    const { lists, people, taken } = setUp();
    await people.follow('me', 'a');
    await people.block('me', 'a');
    const other = await lists[list === 'following' ? 'blocked' : 'following'](ME, FIRST);
    const before = taken();
    for (const first of [0, 501, 1.5]) {
      await expect(lists[list](ME, { first, after: null })).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
    }
    const ofRoster = Buffer.from('1a').toString('base64url');
    const noId = Buffer.from(`${list[0]}a\0`).toString('base64url');
    for (const after of ['', 'x', ofRoster, noId, other.items[0]!.cursor]) {
      await expect(lists[list](ME, { first: 5, after })).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
    }
    await expect(lists[list]({ kind: 'service', userId: 'host' }, FIRST)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    expect(taken()).toBe(before);
  });
});
