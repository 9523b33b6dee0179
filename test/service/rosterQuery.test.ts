import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NOT_VISIBLE, type PresenceView } from '../../src/presence/view.js';
import type { AccessFacts } from '../../src/presence/visibility.js';
import { createRosterQuery, MAX_ROSTER } from '../../src/service/rosterQuery.js';
import { accessFacts, NOON } from '../support/unit/builders.js';

type Status = PresenceView['status'];
const ME = { kind: 'user', userId: 'me' } as const;
const FOLLOWED = accessFacts({ exists: true, follows: true });
const HIDDEN = accessFacts({
  exists: true,
  follows: true,
  privacy: { status: 'NOBODY', lastSeen: 'NOBODY', activity: 'NOBODY' },
});

/** A roster of those users; every step that a page takes is noted, with how many users it was about. */
const setUp = (
  users: readonly { readonly id: string; readonly status: Status; readonly accessFacts?: AccessFacts }[],
) => {
  const steps: string[] = [];
  const byId = new Map(users.map((user) => [user.id, user]));
  const page = createRosterQuery({
    people: {
      async rosterAccessFacts(_, limit) {
        steps.push(`facts of ${users.length}`);
        return new Map(users.slice(0, limit).map(({ id, accessFacts: known = FOLLOWED }) => [id, known]));
      },
    },
    store: {
      async liveAmong(ids) {
        steps.push(`live among ${ids.length}`);
        return new Set(ids.filter((id) => byId.get(id)?.status !== 'OFFLINE'));
      },
    },
    async viewsOf(_, ids) {
      steps.push(`views of ${ids.length}`);
      return ids.map((userId) => ({ ...NOT_VISIBLE, userId, status: byId.get(userId)!.status, asOf: NOON }));
    },
  });
  const judge = (first: number, after: string | null = null, statuses: readonly Status[] | null = null) =>
    page(ME, { first, after, statuses });
  const read = async (...asked: Parameters<typeof judge>) => (await judge(...asked)).result;
  return { judge, read, steps };
};

const anyUsers = fc.uniqueArray(
  fc.record({
    id: fc.oneof(fc.string({ minLength: 1, maxLength: 4, unit: 'grapheme' }), fc.constantFrom('__proto__', '1', '10')),
    status: fc.constantFrom<Status>('ONLINE', 'AWAY', 'OFFLINE'),
  }),
  { selector: ({ id }) => id },
);

describe('pages of a roster', () => {
  it.each([null, ['ONLINE'], ['AWAY', 'OFFLINE'], ['ONLINE', 'AWAY', 'DO_NOT_DISTURB'], []] as const)(
    'with the statuses %j are the whole, in order, each once',
    async (statuses) => {
      await fc.assert(
        fc.asyncProperty(anyUsers, fc.integer({ min: 1, max: 4 }), async (users, first) => {
          const { read } = setUp(users);
          const due = users
            .filter(({ status }) => statuses === null || (statuses as readonly Status[]).includes(status))
            .map(({ id, status }) => `${status === 'OFFLINE' ? 1 : 0}${id}`)
            .sort((a, b) => (a < b ? -1 : 1))
            .map((place) => place.slice(1));
          const seen: string[] = [];
          for (let after: string | null = null; ; ) {
            const page = await read(first, after, statuses);
            seen.push(...page.items.map(({ view }) => view.userId));
            expect(page.hasNextPage).toBe(seen.length < due.length);
            if (statuses === null) expect(page.hasPreviousPage).toBe(after !== null);
            if (!page.hasNextPage) break;
            after = page.items.at(-1)!.cursor;
          }
          expect(seen).toEqual(due);
        }),
      );
    },
  );

  const crowd = (status: (i: number) => Status, count = 4_000) =>
    Array.from({ length: count }, (_, i) => ({ id: `u${String(i).padStart(4, '0')}`, status: status(i) }));

  it('read as many as the page holds, however long the roster', async () => {
    const { read, steps } = setUp(crowd((i) => (i % 10 === 0 ? 'ONLINE' : 'OFFLINE')));
    const page = await read(50);
    expect(page.items.map(({ view }) => view.userId).slice(0, 2)).toEqual(['u0000', 'u0010']);
    await read(50, page.items.at(-1)!.cursor, ['ONLINE', 'AWAY', 'DO_NOT_DISTURB']);
    await read(50, null, ['OFFLINE']);
    expect(steps).toEqual(Array(3).fill(['facts of 4000', 'live among 4000', 'views of 50']).flat());
  });

  it('that ask for a status read as many live users as it takes', async () => {
    const { read, steps } = setUp(crowd((i) => (i >= 2_000 ? 'OFFLINE' : i % 4 === 0 ? 'AWAY' : 'ONLINE')));
    expect((await read(50, null, ['AWAY'])).items).toHaveLength(50);
    expect(steps.splice(0)).toEqual(['facts of 4000', 'live among 4000', 'views of 500']);
    expect((await read(50, null, ['DO_NOT_DISTURB'])).items).toEqual([]);
    expect(steps.splice(0).slice(2)).toEqual(Array(4).fill('views of 500'));
  });

  it('take the same steps whatever users do whom the viewer may not see', async () => {
    const seen = crowd(() => 'ONLINE', 60);
    const stepsWith = async (status: Status) => {
      const { read, steps } = setUp([{ id: 'a', status, accessFacts: HIDDEN }, ...seen]);
      await read(50);
      await read(50, null, ['AWAY']);
      return steps;
    };
    const steps = await stepsWith('OFFLINE');
    expect(steps).toContain('live among 60');
    expect(await stepsWith('ONLINE')).toEqual(steps);
    expect(await stepsWith('AWAY')).toEqual(steps);
  });

  it('count as those that were read, and one for ten of the roster', async () => {
    const { judge } = setUp(crowd((i) => (i < 700 ? 'ONLINE' : 'OFFLINE')));
    expect((await judge(50)).counted).toBe(50 + 400);
    expect((await judge(50, null, ['AWAY'])).counted).toBe(700 + 400);
  });

  it('are of the first 5,000 by id', async () => {
    const { read, steps } = setUp(crowd(() => 'OFFLINE', MAX_ROSTER + 1));
    await read(1);
    expect(steps).toContain(`live among ${MAX_ROSTER}`);
  });

  it('leave out users whose visibility was revoked after they were listed, and go on after their place', async () => {
    const users = crowd(() => 'OFFLINE', 5);
    const { read } = setUp(users);
    const withoutFirst = createRosterQuery({
      people: { rosterAccessFacts: async () => new Map(users.map(({ id }) => [id, FOLLOWED])) },
      store: { liveAmong: async () => new Set() },
      viewsOf: async (_, ids) =>
        ids.slice(1).map((userId) => ({ ...NOT_VISIBLE, userId, status: 'OFFLINE' as const, asOf: NOON })),
    });
    const { result: short } = await withoutFirst(ME, { first: 3, after: null, statuses: null });
    expect(short.items.map(({ view }) => view.userId)).toEqual(['u0001', 'u0002']);
    expect(short.hasNextPage).toBe(true);
    const next = await read(3, short.items.at(-1)!.cursor);
    expect(next.items.map(({ view }) => view.userId)).toEqual(['u0003', 'u0004']);
  });
});
