/**
 * Random stories of a few users: what their trays answer is what the oracle says, after each step, whoever repeats the step on
 * whichever node at the same time (S1, S4 to S9 and S14 of the social invariants).
 */

import { sql } from 'drizzle-orm';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { OpenDatabase } from '../../src/adapters/sql/database.js';
import { openDatabase } from '../../src/adapters/sql/openDatabase.js';
import { createPeople } from '../../src/adapters/sql/people.js';
import { createSocial } from '../../src/adapters/sql/social.js';
import type { NewAct } from '../../src/social/socialTypes.js';
import { empty, recordingBus } from '../contract/people.js';
import { newAct } from '../contract/social.js';
import { createTestDatabase, type TestDatabase } from '../support/cluster/database.js';
import { openPreparedPglite } from '../support/cluster/preparedPglite.js';
import { rounds } from '../support/cluster/rounds.js';
import { createTrayOracle } from './trayOracle.js';

const USERS = ['ann', 'bob', 'cem'] as const;
const OBJECTS = ['x', 'y'] as const;
/** Where several nodes ask at the same time; and where one statement runs at a time. */
const RUNS = { PostgreSQL: rounds(8, 20), PGlite: rounds(1, 20) };

let own: TestDatabase;
let databases: Readonly<Record<string, OpenDatabase>>;
beforeAll(async () => {
  own = await createTestDatabase();
  databases = {
    PostgreSQL: await openDatabase({ databaseUrl: own.url, dataDir: '' }),
    PGlite: await openPreparedPglite(),
  };
});
afterAll(async () => {
  await Promise.all(Object.values(databases).map((database) => database.close()));
  await own.drop();
});

const user = fc.constantFrom(...USERS);
const pair = fc.tuple(user, user).filter(([a, b]) => a !== b);
const target = fc.oneof(
  user.map((id) => ({ kind: 'user' as const, id: id as string })),
  fc.constantFrom(...OBJECTS).map((id) => ({ kind: 'object' as const, id: id as string })),
);
/** Acts are few, so that they are told again and taken back; what an id says is always the same. */
const acts: readonly NewAct[] = Array.from({ length: 12 }, (_, i) => {
  const actorId = USERS[i % 3]!;
  return newAct(`act${i}`, {
    actorId,
    objectId: OBJECTS[i % 2]!,
    verb: i % 5 === 4 ? 'share' : 'like',
    group: i % 7 === 6 ? 'mine' : null,
    recipients: USERS.filter((id) => id !== actorId),
  });
});
const act = fc.constantFrom(...acts);
const step = fc.oneof(
  { weight: 6, arbitrary: act.map((told) => ({ kind: 'tell' as const, told })) },
  { weight: 3, arbitrary: act.map(({ id }) => ({ kind: 'retract' as const, id })) },
  { weight: 3, arbitrary: fc.tuple(user, fc.nat(8)).map(([id, ago]) => ({ kind: 'markSeen' as const, id, ago })) },
  { weight: 2, arbitrary: fc.tuple(user, fc.nat(8)).map(([id, ago]) => ({ kind: 'markRead' as const, id, ago })) },
  { weight: 2, arbitrary: pair.map((users) => ({ kind: 'block' as const, users })) },
  { weight: 2, arbitrary: pair.map((users) => ({ kind: 'unblock' as const, users })) },
  { weight: 1, arbitrary: fc.tuple(user, target).map(([id, what]) => ({ kind: 'mute' as const, id, what })) },
  { weight: 1, arbitrary: fc.tuple(user, target).map(([id, what]) => ({ kind: 'unmute' as const, id, what })) },
  { weight: 1, arbitrary: fc.constant({ kind: 'push' as const }) },
);
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

const startNode = (db: OpenDatabase['db']) => {
  const bus = recordingBus();
  return { people: createPeople({ db, bus, logged: true }), social: createSocial({ db, bus, logged: true }) };
};

it.each(['PostgreSQL', 'PGlite'] as const)('trays over %s hold what the oracle says', async (name) => {
  const database = databases[name]!;
  const nodes = [startNode(database.db), startNode(database.db)];
  const { social } = nodes[0]!;

  const story = async (steps: readonly { readonly step: Step; readonly times: number }[]) => {
    await empty(database);
    const oracle = createTrayOracle(USERS);
    /** Revisions that each user was answered, with the moments of the oracle. */
    const answered = new Map(USERS.map((id) => [id as string, [{ revision: 0, moment: 0 }]]));
    const revisions = new Map<string, number>(USERS.map((id) => [id, 0]));
    const pushed = new Set<string>();

    const lastAnswers = (id: string, ago: number) => {
      const list = answered.get(id)!;
      return list[Math.max(0, list.length - 1 - ago)]!;
    };
    const take = (one: Step, node: (typeof nodes)[number]): Promise<unknown> => {
      switch (one.kind) {
        case 'tell':
          return node.social.tell([one.told]);
        case 'retract':
          return node.social.retract([one.id]);
        case 'markSeen':
          return node.social.markSeen(one.id, lastAnswers(one.id, one.ago).revision);
        case 'markRead':
          return node.social.markRead(one.id, lastAnswers(one.id, one.ago).revision, null);
        case 'block':
          return node.people.block(...one.users);
        case 'unblock':
          return node.people.unblock(...one.users);
        case 'mute':
          return node.social.mute(one.id, one.what);
        case 'unmute':
          return node.social.unmute(one.id, one.what);
        case 'push':
          return database.db
            .run((orm) => orm.execute(sql`update notices set due_at = 1 where due_at is not null`))
            .then(() =>
              node.social.takeDue(
                100,
                async (wanted) => ({ wanted, unwanted: [] }),
                async (due) => {
                  for (const { notice } of due) {
                    const key = `${notice.id} ${notice.position}`;
                    expect([pushed.has(key), notice.isRead, notice.gone]).toEqual([false, false, false]);
                    pushed.add(key);
                  }
                },
              ),
            );
      }
    };
    const imagine = (one: Step): void => {
      if (one.kind === 'tell') oracle.tell(one.told);
      if (one.kind === 'retract') oracle.retract(one.id);
      if (one.kind === 'markSeen') oracle.markSeen(one.id, lastAnswers(one.id, one.ago).moment);
      if (one.kind === 'markRead') oracle.markRead(one.id, lastAnswers(one.id, one.ago).moment);
      if (one.kind === 'block') oracle.block(...one.users);
      if (one.kind === 'unblock') oracle.unblock(...one.users);
      if (one.kind === 'mute') oracle.mute(one.id, one.what.kind, one.what.id);
      if (one.kind === 'unmute') oracle.unmute(one.id, one.what.kind, one.what.id);
    };

    const compare = async (id: (typeof USERS)[number]) => {
      const inbox = await social.inbox(id);
      const { items } = await social.notices(id, { first: 100, after: null, unreadOnly: false });
      const listed = await Promise.all(
        items.map(async ({ id: noticeId, isRead, actorCount, actorIds, latest }) => {
          const all = await social.noticeActs(id, noticeId, { first: 100, after: null });
          const actIds = all!.items.map((each) => each.id);
          expect(latest.id).toBe(actIds[0]);
          return { isRead, actorCount, actorIds, actIds };
        }),
      );
      const expected = oracle.seenBy(id);
      const momentOf = new Map(expected.map(({ actIds, moment }) => [actIds.join(), moment]));
      const moments = listed.map(({ actIds }) => momentOf.get(actIds.join()) ?? -1);
      expect(moments, `the order of ${id}'s tray`).toEqual(moments.toSorted((a, b) => b - a));
      const inOrder = <T extends { readonly actIds: readonly string[] }>(list: readonly T[]) =>
        list.toSorted((a, b) => (a.actIds.join() < b.actIds.join() ? -1 : 1));
      expect(inOrder(listed)).toEqual(inOrder(expected.map(({ moment: _moment, ...notice }) => notice)));
      expect({ unread: inbox.unread, unseen: inbox.unseen }).toEqual(oracle.totals(id));
      const moved = inbox.revision > revisions.get(id)!;
      expect(moved, `${id}'s revision ${inbox.revision}`).toBe(oracle.movedAt(id) === oracle.now() && oracle.now() > 0);
      revisions.set(id, inbox.revision);
      answered.get(id)!.push({ revision: inbox.revision, moment: oracle.now() });
    };

    for (const { step: one, times } of steps) {
      const isRepeatable = one.kind !== 'push';
      await Promise.all(Array.from({ length: isRepeatable ? times : 1 }, (_, i) => take(one, nodes[i % 2]!)));
      if (!isRepeatable) continue;
      imagine(one);
      for (const id of USERS) await compare(id);
    }
  };

  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ step, times: fc.integer({ min: 1, max: 3 }) }), { minLength: 15, maxLength: 40 }),
      story,
    ),
    { numRuns: RUNS[name] },
  );
});
