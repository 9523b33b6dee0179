/** How the statements of trays and timelines find their rows, with 20,000 notices and 60,000 acts. */
import { type SQL, sql } from 'drizzle-orm';
import { drizzle, type PostgresJsDatabase } from 'drizzle-orm/postgres-js';
import postgres from 'postgres';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  changesQuery,
  inboxQuery,
  noticeActsQuery,
  noticesByIdQuery,
  noticesQuery,
  toNotice,
} from '../../../src/adapters/sql/noticeRows.js';
import { openDatabase } from '../../../src/adapters/sql/openDatabase.js';
import { SESSION_SETTINGS } from '../../../src/adapters/sql/postgres.js';
import { dueNotices } from '../../../src/adapters/sql/pushQueue.js';
import { actsToChange } from '../../../src/adapters/sql/shownActs.js';
import { actsToRetract, TRAY_BATCHES } from '../../../src/adapters/sql/socialRemovals.js';
import { excessNotices, oldNotices, placedQuery } from '../../../src/adapters/sql/socialSweeps.js';
import { arrivalsQuery } from '../../../src/adapters/sql/sqlActs.js';
import {
  actSightQuery,
  actsBeforeQuery,
  latestAboutQuery,
  latestOfRosterAboutQuery,
  latestOfRosterQuery,
  ownedByQuery,
} from '../../../src/adapters/sql/sqlTimelines.js';
import { sightOfActor, sightOfObject } from '../../../src/adapters/sql/traySight.js';
import { AS_STORED, WITHOUT_REMOVED } from '../../../src/adapters/sql/underRemoval.js';
import type { Act } from '../../../src/social/socialTypes.js';
import { createTestDatabase, type TestDatabase } from '../../support/cluster/database.js';
import { type Explained, nodesOf, readWhole } from '../../support/cluster/plans.js';

let own: TestDatabase;
let client: postgres.Sql;
let orm: PostgresJsDatabase<Record<string, never>>;

/** 1,000 trays of 20 notices with three acts each, and 60,000 acts by 5,000 users about 2,000 objects. */
const fill = async () => {
  const fillers = [
    sql`insert into acts (id, actor_id, verb, object_id, at)
      select 'a' || i, 'u' || i % 5000, 'like', 'o' || i % 2000, i from generate_series(0, 59999) as i`,
    sql`insert into inboxes (user_id, revision, seen) select 'u' || i, 20, 10 from generate_series(0, 999) as i`,
    sql`insert into notices (user_id, id, group_key, verb, object_id, position, changed, at, read_at, actors, due_at)
      select 'u' || i % 1000, 'n' || i, 'g' || i, 'like', 'o' || i % 2000, i / 1000, i / 1000,
        ${Date.now()}::bigint - i, case when i % 2 = 0 then 1 end, 3, case when i % 1000 = 0 then 1 end
      from generate_series(0, 19999) as i`,
    sql`insert into notice_acts (user_id, act_id, notice_id, actor_id, seq, shown, latest)
      select 'u' || i % 1000, 'a' || i * 3 + j, 'n' || i, 'u' || (i * 3 + j) % 5000, i * 3 + j, true, true
      from generate_series(0, 19999) as i, generate_series(0, 2) as j`,
    sql`insert into users (id) select 'u' || i from generate_series(0, 4999) as i`,
    sql`insert into follows (follower_id, followee_id)
      select 'u' || i, 'u' || (i * 7 + j) % 5000 from generate_series(0, 4999) as i, generate_series(1, 20) as j`,
    sql`insert into circle_members (circle_id, user_id)
      select 'c' || i / 20, 'u' || i % 5000 from generate_series(0, 19999) as i`,
    sql`insert into conversations (id, open, owner_id, audience)
      select 'o' || i, false, 'u' || i % 100, 'FOLLOWERS' from generate_series(0, 19999) as i`,
    // One notice, of acts that one user did over and over; others came before, and what somebody hidden did comes last.
    sql`insert into inboxes (user_id, revision) values ('star', 30003)`,
    sql`insert into notices (user_id, id, group_key, verb, object_id, position, changed, at, actors)
      values ('star', 'big', 'g', 'like', 'o1', 30003, 30003, 1, 4)`,
    sql`insert into notice_acts (user_id, act_id, notice_id, actor_id, seq, shown, latest)
      select 'star', 'a' || i, 'big', case when i < 3 then 'u' || i when i < 30003 then 'fan' else 'hidden' end, i,
        i < 30003, i < 3 or i = 30002
      from generate_series(0, 44999) as i`,
    // What one who comes and goes took back.
    sql`insert into acts (id, actor_id, verb, object_id, at, gone_at)
      select 'b' || i, 'quitter', 'like', 'o1', i, 1 from generate_series(0, 4999) as i`,
    sql`insert into notice_acts (user_id, act_id, notice_id, actor_id, seq, shown, latest)
      select 'star', 'b' || i, 'big', 'quitter', 200000 + i, false, false from generate_series(0, 4999) as i`,
    sql`vacuum analyze`,
  ];
  for (const filler of fillers) await orm.execute(filler);
};

beforeAll(async () => {
  own = await createTestDatabase();
  await (await openDatabase({ databaseUrl: own.url, dataDir: '' })).close();
  client = postgres(own.url, { max: 1, fetch_types: false, onnotice: () => {}, connection: { ...SESSION_SETTINGS } });
  orm = drizzle({ client });
  await client`set statement_timeout = 0`;
  await fill();
});
afterAll(async () => {
  await client.end();
  await own.drop();
});

const act: Act = {
  ...{ id: 'a1', verb: 'like', actorId: 'u1', objectId: 'o1', objectType: null, text: null, data: null },
  ...{ audience: 'NOBODY', at: 1, seq: 1 },
};
const change = { before: { open: false, ownerId: 'u9', audience: 'MUTUALS' as const }, deleted: true, below: 1e9 };
const page = { first: 100, after: { position: 10, id: 'n' }, unreadOnly: false };

/** Blocks of 8 KiB that a query touches. */
const blocksOf = async (query: SQL): Promise<number> => {
  const [row] = await orm.execute<Explained>(sql`explain (analyze, buffers, format json) ${query}`);
  const { Plan: plan } = row!['QUERY PLAN'][0];
  return (plan['Shared Hit Blocks'] ?? 0) + (plan['Shared Read Blocks'] ?? 0);
};
const fan: Act = {
  ...{ id: 'new', verb: 'like', actorId: 'fan', objectId: 'o1', objectType: null, text: null, data: null },
  ...{ audience: 'NOBODY', at: 1, seq: 1e6 },
};

it.each<[string, number, () => SQL]>([
  [
    'a page that shows it',
    60,
    () => noticesQuery(orm, 'star', { first: 100, after: null, unreadOnly: false }, AS_STORED).getSQL(),
  ],
  ['what changed', 60, () => changesQuery(orm, [{ userId: 'star', after: 29_000 }], AS_STORED).getSQL()],
  ['it by its id', 40, () => noticesByIdQuery(orm, [{ userId: 'star', id: 'big' }], AS_STORED).getSQL()],
  [
    'a page of its acts',
    250,
    () => noticeActsQuery(orm, 'star', 'big', { first: 20, after: null }, AS_STORED).getSQL(),
  ],
  [
    'a later page of its acts',
    250,
    () => noticeActsQuery(orm, 'star', 'big', { first: 20, after: 15_000 }, AS_STORED).getSQL(),
  ],
  [
    'what it has for an act of theirs',
    60,
    () => arrivalsQuery(orm, [{ act: fan, userId: 'star', groupKey: 'g' }]).getSQL(),
  ],
])('of a notice of 45,000 acts by one user, reads %s in at most %i blocks', async (_, atMost, query) => {
  expect(await blocksOf(query())).toBeLessThanOrEqual(atMost);
});

it.each<[string, () => SQL]>([
  ['of a user', () => actsToChange(orm, sightOfActor('star', 'quitter', true), true).getSQL()],
  ['about an object', () => actsToChange(orm, sightOfObject('star', 'o1', true), true).getSQL()],
])('reads nothing of 5,000 acts %s that were taken back, when these are shown again', async (_, query) => {
  expect(await blocksOf(query())).toBeLessThanOrEqual(30);
});

it.each([
  ['by verb and object', 'g', 'elsewhere'],
  ["of the host's own", '#g', 'elsewhere'],
  ['by verb and object, which goes', 'g', 'o1'],
  ["of the host's own, with an act that goes", '#g', 'o1'],
])(
  'of 45,000 acts by one user, grouped %s, reads a page in few blocks while an object is being deleted',
  async (_, key, objectId) => {
    await orm.execute(sql`update notices set group_key = ${key} where user_id = 'star'`);
    await orm.execute(
      sql`insert into social_removals (kind, target_id, before) values ('object', ${objectId}, 1000000)`,
    );
    try {
      const all = { first: 100, after: null, unreadOnly: false };
      const pages = [AS_STORED, WITHOUT_REMOVED].map((reading) => noticesQuery(orm, 'star', all, reading).getSQL());
      for (const query of [...pages, inboxQuery(orm, [{ userId: 'star' }], AS_STORED).getSQL()])
        expect(await blocksOf(query)).toBeLessThanOrEqual(150);
    } finally {
      await orm.execute(sql`delete from social_removals`);
      await orm.execute(sql`update notices set group_key = 'g' where user_id = 'star'`);
    }
  },
);

it.each<[string, () => SQL]>([
  ['notices of a tray', () => TRAY_BATCHES[0]('u1')],
  ['acts of a tray', () => TRAY_BATCHES[1]('u1')],
  ['mutes of a user', () => TRAY_BATCHES[2]('u1')],
  ['mutes of others', () => TRAY_BATCHES[3]('u1')],
  ['acts of removed notices', () => placedQuery([{ userId: 'u1', id: 'n1' }])],
])(
  'removes %s in batches that are read once, also where the planner takes the tables for nearly empty',
  async (_, query) => {
    const [row] = await orm.execute<Explained>(sql`explain (format json) ${query()}`);
    const types = nodesOf(row!['QUERY PLAN'][0].Plan).map((node) => node['Node Type']);
    // Whatever the statistics are, no join is between what is removed and the batch.
    expect(types.slice(0, 2)).toEqual(['ModifyTable', 'Limit']);
    expect(types.at(-1)).toBe('Tid Scan');
  },
);

it('names the three who came last of a notice of 45,000 acts', async () => {
  const [row] = await noticesByIdQuery(orm, [{ userId: 'star', id: 'big' }], AS_STORED);
  expect(toNotice(row!)).toMatchObject({ actorIds: ['fan', 'u2', 'u1'], actorCount: 4, latest: { id: 'a30002' } });
});

it.each<[string, () => SQL]>([
  [
    'the totals of 100 trays',
    () =>
      inboxQuery(
        orm,
        Array.from({ length: 100 }, (_, i) => ({ userId: `u${i}` })),
        AS_STORED,
      ).getSQL(),
  ],
  ['a page of notices', () => noticesQuery(orm, 'u7', page, AS_STORED).getSQL()],
  ['a page of unread notices', () => noticesQuery(orm, 'u7', { ...page, unreadOnly: true }, AS_STORED).getSQL()],
  ['the acts of a notice', () => noticeActsQuery(orm, 'u7', 'n7', { first: 100, after: 9 }, AS_STORED).getSQL()],
  [
    'what changed in 100 trays',
    () =>
      changesQuery(
        orm,
        Array.from({ length: 100 }, (_, i) => ({ userId: `u${i}`, after: 18 })),
        AS_STORED,
      ).getSQL(),
  ],
  [
    'what the trays of 1,000 recipients have for an act',
    () =>
      arrivalsQuery(
        orm,
        Array.from({ length: 1_000 }, (_, i) => ({ act, userId: `u${i}`, groupKey: `g${i}` })),
      ).getSQL(),
  ],
  ['what a block hides', () => actsToChange(orm, sightOfActor('u7', 'u1', false), false).getSQL()],
  ['what an unblock shows', () => actsToChange(orm, sightOfActor('u7', 'u1', true), true).getSQL()],
  ['what taking acts back hides', () => actsToChange(orm, sql`placed.act_id = any(array['a1', 'a2'])`, false).getSQL()],
  ['acts of a deleted user', () => actsToRetract(orm, { kind: 'actor', targetId: 'u7', before: 1e9 }).getSQL()],
  ['acts about a deleted object', () => actsToRetract(orm, { kind: 'object', targetId: 'o7', before: 1e9 }).getSQL()],
  [
    'the totals of a tray without what is being taken back',
    () => inboxQuery(orm, [{ userId: 'u7' }], WITHOUT_REMOVED).getSQL(),
  ],
  ['a page of notices without what is being taken back', () => noticesQuery(orm, 'u7', page, WITHOUT_REMOVED).getSQL()],
  [
    'the acts of a notice without what is being taken back',
    () => noticeActsQuery(orm, 'u7', 'n7', { first: 100, after: 9 }, WITHOUT_REMOVED).getSQL(),
  ],
  [
    'what changed in a tray without what is being taken back',
    () => changesQuery(orm, [{ userId: 'u7', after: 18 }], WITHOUT_REMOVED).getSQL(),
  ],
  ['what somebody owns', () => ownedByQuery(orm, ['u7', 'u8']).getSQL()],
  ['the latest acts about objects', () => latestAboutQuery(orm, 'u7', ['o1', 'o2'], 50).getSQL()],
  ['the latest acts of a roster', () => latestOfRosterQuery(orm, 'u7', 40_000, 51).getSQL()],
  [
    'the latest acts of a roster about what somebody owns',
    () => latestOfRosterAboutQuery(orm, 'u7', { ownerIds: ['u8'], objectIds: ['o1'] }).getSQL(),
  ],
  [
    'what was told about an object before it changed',
    () =>
      actsBeforeQuery(orm, [
        { objectId: 'o1', change },
        { objectId: 'o2', change },
      ]).getSQL(),
  ],
  [
    'who sees an act, and saw it before',
    () =>
      actSightQuery(
        orm,
        Array.from({ length: 100 }, (_, i) => ({ viewerId: `u${i}`, actId: 'a1' })),
        change,
      ).getSQL(),
  ],
  ['pushes that are due', () => dueNotices(10)],
  ['old notices', () => oldNotices(orm, 1_000).getSQL()],
  ['notices beyond what a tray keeps', () => excessNotices(orm, 'u7', 10).getSQL()],
])('finds %s by indexes', async (_, query) => {
  const [row] = await orm.execute<Explained>(sql`explain (format json) ${query()}`);
  expect(readWhole(row!['QUERY PLAN'][0].Plan)).toEqual([]);
});
