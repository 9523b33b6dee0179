import postgres from 'postgres';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { Database } from '../../../src/adapters/sql/database.js';
import { removalQuery, SIDES } from '../../../src/adapters/sql/deletions.js';
import { createPeople } from '../../../src/adapters/sql/people.js';
import { unavailable } from '../../../src/presence/errors.js';
import { empty, recordingBus } from '../../contract/people.js';
import { createTestDatabase, type TestDatabase } from '../../support/cluster/database.js';
import { type Explained, nodesOf } from '../../support/cluster/plans.js';
import { openPatientMigrated } from '../../support/cluster/postgres.js';

const FOLLOWERS = 20_000;
/** More than one statement removes. */
const FEW = 2_100;

let own: TestDatabase;
let database: Awaited<ReturnType<typeof openPatientMigrated>>;
let client: postgres.Sql;
let db: Database;
/** So many more calls of the database succeed. */
let left: number;
/** What becomes of the next one; all others are refused. */
let atTheLast: 'refused' | 'lost' = 'refused';

beforeAll(async () => {
  own = await createTestDatabase();
  database = await openPatientMigrated(own.url);
  client = postgres(own.url, { max: 1, onnotice: () => {} });
  db = {
    run: (work) => {
      left -= 1;
      if (left >= 0) return database.db.run(work);
      if (left < -1 || atTheLast === 'refused') return Promise.reject(unavailable('away'));
      return database.db.run(work).then(() => Promise.reject(unavailable('away')));
    },
  };
});
afterAll(async () => {
  await client.end();
  await database.close();
  await own.drop();
});
/** Most followers are not known, which makes no difference to what is removed. */
const seed = async (followers: number) => {
  left = Number.POSITIVE_INFINITY;
  await empty(database);
  // Written by an earlier release, and by this one.
  await client.unsafe(`
    insert into users (id) select 'u' || i from generate_series(0, 9) as i union all select 'star';
    insert into follows (follower_id, followee_id, since)
      select 'u' || i, 'star', case when i % 2 = 0 then nextval('relation_numbers') end
      from generate_series(0, ${followers - 1}) as i;
    insert into blocks values ('u1', 'star'), ('star', 'u2');
    insert into circle_members values ('team', 'star'), ('team', 'u3'), ('team', 'u4');
    insert into conversation_members values ('chat', 'star')`);
};
beforeEach(() => seed(FOLLOWERS));

const open = () => createPeople({ db, bus: recordingBus(), logged: true });
const leftOver = async () => {
  const [row] = await client<{ count: number }[]>`
    select (select count(*) from follows)::int + (select count(*) from blocks)::int
      + (select count(*) from circle_members where user_id = 'star')::int
      + (select count(*) from conversation_members)::int as count`;
  return row!.count;
};
const unfinished = async () => (await client`select * from deletions`).length;
const exists = async (people: ReturnType<typeof open>) =>
  (await people.rosterAccessFacts('u3', 10)).get('star')?.exists;

/** The transaction that deletes, and so many statements of the removal; then the node is gone. */
const deletedHalfWay = async () => {
  left = 4;
  expect(await open().deleteUser('star')).toBe(true);
  left = Number.POSITIVE_INFINITY;
  expect(await unfinished()).toBe(1);
  expect(await leftOver()).toBeGreaterThan(FOLLOWERS - 100);
};

it('a user with many followers is gone at once, and all that hung on them by and by', async () => {
  const people = open();
  expect(await people.deleteUser('star')).toBe(true);
  await people.finishDeletions(() => false);
  expect([await leftOver(), await unfinished(), await exists(people)]).toEqual([0, 0, undefined]);
  expect(await people.roster('u3', 10)).toEqual(['u4']);
  await people.upsertUsers([{ id: 'star' }]);
});

it('a removal that was cut off goes on elsewhere, several nodes at once included', async () => {
  await deletedHalfWay();
  expect(await exists(open())).toBe(false);
  await Promise.all([open(), open(), open()].map((people) => people.finishDeletions(() => false)));
  expect([await leftOver(), await unfinished()]).toEqual([0, 0]);
});

it('a node may die at any call of a deletion, before or after it takes effect: another finishes, or nothing was begun', async () => {
  const isBegun = async () => (await client`select from users where id = 'star' and deleted_at is not null`).length > 0;
  await seed(FEW);
  const before = await leftOver();
  for (let calls = 0, isOver = false; !isOver; calls += 1) {
    for (const takesEffect of [false, true]) {
      await seed(FEW);
      left = calls;
      atTheLast = takesEffect ? 'lost' : 'refused';
      const answer = await open()
        .deleteUser('star')
        .catch(() => 'refused');
      isOver = left > 0;
      left = Number.POSITIVE_INFINITY;
      const message = `call ${calls}, ${atTheLast}`;
      if (answer === true) expect(await isBegun(), message).toBe(true);
      const wasBegun = await isBegun();
      const other = open();
      expect((await exists(other)) === true, message).toBe(!wasBegun);
      if (!wasBegun) expect([await leftOver(), await unfinished()], message).toEqual([before, 0]);
      // Whoever had no answer asks another node, or that one looks by itself for what is left.
      if (answer === 'refused') expect(await other.deleteUser('star'), message).toBe(!wasBegun);
      await other.finishDeletions(() => false);
      expect([await isBegun(), await leftOver(), await unfinished()], message).toEqual([true, 0, 0]);
    }
  }
});

it('each batch is read once, also where the planner takes the tables for nearly empty', async () => {
  await seed(1);
  await client`analyze follows`;
  await seed(FOLLOWERS);
  const explain = async (side: (typeof SIDES)[number]): Promise<readonly string[]> => {
    const { sql, params } = await database.db.run(async (orm) =>
      removalQuery(orm, { userId: 'star', before: 1_000_000_000 }, side, '').toSQL(),
    );
    const [row] = await client.unsafe<Explained[]>(`explain (format json) ${sql}`, params as string[]);
    return nodesOf(row!['QUERY PLAN'][0].Plan).map((node) => node['Node Type']);
  };
  for (const side of SIDES) {
    const types = await explain(side);
    expect(types).toContain('LockRows');
    expect(types).not.toContain('Nested Loop');
  }
});

it('a block of a deleted user stays until nothing is left that it hides', async () => {
  await deletedHalfWay();
  expect(await client`select from blocks`).toHaveLength(2);
  let pieces = 0;
  await open().finishDeletions(() => ++pieces > 8);
  expect(await leftOver()).toBeLessThan(FOLLOWERS - 2_000);
  expect(await client`select from blocks`).toHaveLength(2);
});

it('a removal stops between two pieces when the server stops', async () => {
  await deletedHalfWay();
  let pieces = 0;
  await open().finishDeletions(() => ++pieces > 8);
  const there = await leftOver();
  expect(there).toBeGreaterThan(0);
  expect(there).toBeLessThan(FOLLOWERS - 2_000);
  expect(await unfinished()).toBe(1);
});

it('what is written meanwhile stays, also where the same was there before', async () => {
  await deletedHalfWay();
  const people = open();
  expect(await people.addFollows([{ followerId: 'u7', followeeId: 'star' }])).toBe(1);
  await people.follow('u8', 'star');
  await people.block('u9', 'star');
  await people.putCircle('team', ['star', 'u3']);
  await people.putConversation('chat', ['star'], false);
  await people.finishDeletions(() => false);
  await people.upsertUsers([{ id: 'star' }]);
  expect(await client`select follower_id from follows order by 1`).toEqual([
    { follower_id: 'u7' },
    { follower_id: 'u8' },
  ]);
  expect(await people.blockedAmong('star', ['u1', 'u2', 'u9'])).toEqual(new Set(['u9']));
  expect(await people.roster('star', 10)).toEqual(['u3']);
  expect(await people.conversationsOf('star', 10)).toMatchObject([{ id: 'chat' }]);
});

it('nobody is named again before what they had is gone', async () => {
  await deletedHalfWay();
  // The attempt, and one look at what is left, which fails; then the second attempt.
  left = 1;
  await expect(open().upsertUsers([{ id: 'star' }, { id: 'new' }])).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  left = Number.POSITIVE_INFINITY;
  const [row] = await client`select deleted_at is null as there from users where id in ('star', 'new')`;
  expect(row).toEqual({ there: false });
  const people = open();
  while (
    await people.upsertUsers([{ id: 'star' }]).then(
      () => false,
      () => true,
    )
  );
  expect(await leftOver()).toBe(0);
});
