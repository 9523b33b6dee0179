/** Acts told, taken back, read and hidden by many clients at once: afterwards every number equals what the rows say. */

import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { OpenDatabase } from '../../../src/adapters/sql/database.js';
import { createPeople } from '../../../src/adapters/sql/people.js';
import { createSocial } from '../../../src/adapters/sql/social.js';
import { isUnavailable } from '../../../src/presence/errors.js';
import { isHiddenFromTray } from '../../../src/social/noticeSight.js';
import type { Notice } from '../../../src/social/socialTypes.js';
import { recordingBus } from '../../contract/people.js';
import { newAct } from '../../contract/social.js';
import { createTestDatabase, type TestDatabase } from '../../support/cluster/database.js';
import { openPatientMigrated } from '../../support/cluster/postgres.js';
import { rounds } from '../../support/cluster/rounds.js';

/** Of all clients together. */
const STEPS = rounds(250, 3_000);
const CLIENTS = 8;
const USERS = ['ann', 'bob', 'cem', 'dan', 'eve', 'fay'];
const OBJECTS = ['x', 'y', 'z'];
const ALL = { first: 1_000, after: null, unreadOnly: false };

let own: TestDatabase;
const opened: OpenDatabase[] = [];
beforeAll(async () => {
  own = await createTestDatabase();
});
afterAll(async () => {
  await Promise.all(opened.map((database) => database.close()));
  await own.drop();
});

const openNode = async () => {
  const database = await openPatientMigrated(own.url);
  opened.push(database);
  const bus = recordingBus();
  const { db } = database;
  const parts = { db, bus, logged: true, pushAfterMs: 20 };
  return {
    db,
    people: createPeople(parts),
    social: createSocial({ ...parts, retention: { noticeRetentionMs: 1_500, actRetentionMs: 2_500 } }),
  };
};
type Node = Awaited<ReturnType<typeof openNode>>;

const pick = <T>(list: readonly T[]): T => list[Math.floor(Math.random() * list.length)]!;
const some = <T>(list: readonly T[]): readonly T[] => list.filter(() => Math.random() < 0.5);

/** What a device holds that reads changes after the revision that it knows, and all where it is told to. */
const follow = (node: Node, userId: string) => {
  let held = new Map<string, Notice>();
  let revision: number | null = null;
  const restart = async () => {
    const [inbox, { items }] = [await node.social.inbox(userId), await node.social.notices(userId, ALL)];
    revision = inbox.revision;
    held = new Map(items.map((notice) => [notice.id, notice]));
  };
  const step = async () => {
    if (revision === null) return await restart();
    const change = (await node.social.changedSince([{ userId, after: revision }])).get(userId)!;
    if (change.partial) return await restart();
    revision = change.inbox.revision;
    for (const notice of change.notices) {
      if (notice.gone) held.delete(notice.id);
      else held.set(notice.id, notice);
    }
  };
  return { step, held: () => held };
};

const act = (n: number) => {
  const actorId = USERS[n % USERS.length]!;
  return newAct(`act${n}`, {
    actorId,
    objectId: pick(OBJECTS),
    verb: pick(['like', 'reply']),
    recipients: some(USERS),
  });
};
const ACTS = 400;
const someId = () => Math.floor(Math.random() * ACTS);

/** Every position of a notice that was told. */
const pushed: string[] = [];
const takeAll = ({ takeDue }: Node['social']) =>
  takeDue(
    20,
    async (wanted) => ({ wanted, unwanted: [] }),
    async (due) => {
      pushed.push(...due.map(({ notice }) => `${notice.id} ${notice.position}`));
    },
  );

const steps: readonly ((node: Node) => Promise<unknown>)[] = [
  ({ social }) => social.tell(Array.from({ length: 1 + (someId() % 5) }, () => act(someId()))),
  ({ social }) => social.tell(Array.from({ length: 1 + (someId() % 5) }, () => act(someId()))),
  ({ social }) => social.retract(Array.from({ length: 1 + (someId() % 5) }, () => `act${someId()}`)),
  async ({ social }) => {
    const userId = pick(USERS);
    const { revision } = await social.inbox(userId);
    await social.markRead(userId, revision, null);
  },
  async ({ social }) => {
    const userId = pick(USERS);
    const { revision } = await social.inbox(userId);
    await social.markSeen(userId, revision);
  },
  ({ people }) => people.block(pick(USERS), pick(USERS)),
  ({ people }) => people.unblock(pick(USERS), pick(USERS)),
  ({ people }) => people.unblock(pick(USERS), pick(USERS)),
  ({ people }) => people.follow(pick(USERS), pick(USERS)),
  ({ people }) => people.unfollow(pick(USERS), pick(USERS)),
  ({ social }) => social.mute(pick(USERS), { kind: 'user', id: pick(USERS) }),
  ({ social }) => social.unmute(pick(USERS), { kind: 'user', id: pick(USERS) }),
  ({ social }) => social.mute(pick(USERS), { kind: 'object', id: pick(OBJECTS) }),
  ({ social }) => social.unmute(pick(USERS), { kind: 'object', id: pick(OBJECTS) }),
  ({ people }) => people.deleteConversation(pick(OBJECTS)),
  ({ people }) => people.putConversation(pick(OBJECTS), [], true),
  async ({ people }) => {
    if (Math.random() < 0.2) await people.deleteUser('fay');
  },
  ({ people }) => people.upsertUsers([{ id: 'fay' }]),
  ({ people }) => people.finishDeletions(() => false),
  ({ social }) => social.sweepSocial(),
  ({ social }) => takeAll(social),
  ({ social }) => takeAll(social),
];

const text = async (node: Node, query: ReturnType<typeof sql>): Promise<readonly string[]> =>
  (await node.db.run((orm) => orm.select({ text: sql<string>`text` }).from(sql`(${query}) as found`))).map(
    (r) => r.text,
  );

it('leaves numbers that equal the rows, and devices that hold what a query answers', async () => {
  const nodes = [await openNode(), await openNode()] as const;
  const [node] = nodes;
  await node.people.upsertUsers(USERS.map((id) => ({ id })));
  let left = STEPS;
  const going = () => left > 0;
  const devices = USERS.filter((id) => id !== 'fay').map((userId) => ({ userId, ...follow(node, userId) }));
  const client = async (_: unknown, i: number) => {
    while (going()) {
      left -= 1;
      await pick(steps)(nodes[i % 2]!).catch((error: unknown) => {
        // A deletion that another client has begun.
        if (!isUnavailable(error)) throw error;
      });
    }
  };
  const device = async ({ step }: (typeof devices)[number]) => {
    while (going()) await step();
  };
  await Promise.all([...Array.from({ length: CLIENTS }, client), ...devices.map(device)]);
  await node.people.finishDeletions(() => false);

  expect(
    await text(
      node,
      sql`select user_id || ' ' || id || ' ' || actors as text from notices where actors <> (
        select count(distinct actor_id) from notice_acts as p
        where p.user_id = notices.user_id and p.notice_id = notices.id and shown)`,
    ),
  ).toEqual([]);
  expect(
    await text(
      node,
      // Of notices that are: what is left of one that was removed goes with its acts, in whatever order.
      sql`select p.user_id || ' ' || act_id as text from notice_acts as p
        join notices as n on n.user_id = p.user_id and n.id = p.notice_id where latest <> (shown and seq = (
        select max(seq) from notice_acts as own where own.user_id = p.user_id and own.notice_id = p.notice_id
          and own.actor_id = p.actor_id and own.shown))`,
    ),
  ).toEqual([]);
  const placed = await node.db.run((orm) =>
    orm
      .select({
        userId: sql<string>`p.user_id`,
        actId: sql<string>`p.act_id`,
        actorId: sql<string>`p.actor_id`,
        objectId: sql<string | null>`a.object_id`,
        gone: sql<boolean>`a.gone_at is not null`,
        shown: sql<boolean>`p.shown`,
        blocked: sql<boolean>`exists (select from blocks where (blocker_id = p.user_id and blocked_id = p.actor_id)
          or (blocker_id = p.actor_id and blocked_id = p.user_id))`,
        actorMuted: sql<boolean>`exists (select from mutes where user_id = p.user_id and kind = 'user' and target_id = p.actor_id)`,
        objectMuted: sql<boolean>`exists (select from mutes where user_id = p.user_id and kind = 'object' and target_id = a.object_id)`,
      })
      .from(
        sql`notice_acts as p join notices as n on n.user_id = p.user_id and n.id = p.notice_id join acts as a on a.id = p.act_id`,
      ),
  );
  expect(placed.length).toBeGreaterThan(0);
  expect(new Set(pushed).size).toBe(pushed.length);
  const wrong = placed.filter((p) => p.shown === (p.gone || isHiddenFromTray(p)));
  expect(wrong).toEqual([]);
  for (const { userId, step, held } of devices) {
    await step();
    const { items } = await node.social.notices(userId, ALL);
    const inbox = await node.social.inbox(userId);
    expect(inbox.unread).toBe(items.filter(({ isRead }) => !isRead).length);
    expect(new Map([...held()].sort())).toEqual(new Map(items.map((n): [string, Notice] => [n.id, n]).sort()));
  }
});
