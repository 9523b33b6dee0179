/** What happens around people, where two nodes do it at once or one dies half way. On PostgreSQL: PGlite has one connection. */
import { sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/postgres-js';
import postgres from 'postgres';
import { afterAll, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { takeLocks } from '../../../src/adapters/sql/advisoryLock.js';
import { createDatabase, type OpenDatabase } from '../../../src/adapters/sql/database.js';
import { openDatabase } from '../../../src/adapters/sql/openDatabase.js';
import { createPeople } from '../../../src/adapters/sql/people.js';
import { createSocial } from '../../../src/adapters/sql/social.js';
import { createSocialRemovals, noteDeletedObject } from '../../../src/adapters/sql/socialRemovals.js';
import { tellIn } from '../../../src/adapters/sql/sqlActs.js';
import { changeSightOfPair } from '../../../src/adapters/sql/traySight.js';
import { unavailable } from '../../../src/presence/errors.js';
import { empty, recordingBus } from '../../contract/people.js';
import { newAct } from '../../contract/social.js';
import { createTestDatabase, type TestDatabase } from '../../support/cluster/database.js';

let own: TestDatabase;
let database: OpenDatabase;
let bus: ReturnType<typeof recordingBus>;
let people: ReturnType<typeof createPeople>;
let social: ReturnType<typeof createSocial>;
beforeAll(async () => {
  own = await createTestDatabase();
  database = await openDatabase({ databaseUrl: own.url, dataDir: '' });
});
afterAll(async () => {
  await database.close();
  await own.drop();
});
beforeEach(async () => {
  await empty(database);
  bus = recordingBus();
  people = createPeople({ db: database.db, bus, logged: true });
  social = createSocial({ db: database.db, bus, logged: true });
});

const HOUR_MS = 3_600_000;
const numberOf = async (query: ReturnType<typeof sql>): Promise<number> => {
  const [row] = await database.db.run((orm) =>
    orm.select({ count: sql`count(*)`.mapWith(Number) }).from(sql`(${query}) as found`),
  );
  return row!.count;
};
const execute = (query: ReturnType<typeof sql>) => database.db.run((orm) => orm.execute(query));
const list = async (userId: string) =>
  (await social.notices(userId, { first: 100, after: null, unreadOnly: false })).items;

/** Resolves once a statement waits for a lock that another transaction holds. */
const somebodyWaits = () =>
  vi.waitFor(
    async () =>
      expect(
        await numberOf(
          sql`select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
        ),
      ).toBeGreaterThan(0),
    {
      timeout: 5_000,
    },
  );

/** Runs `tell` in a transaction, and `other` beside it: until that one waits or ends, the transaction stays open. */
const whileTelling = async (act: ReturnType<typeof newAct>, other: () => Promise<unknown>): Promise<void> => {
  let done: Promise<unknown> | undefined;
  await database.db.run((orm) =>
    orm.transaction(async (tx) => {
      await tellIn(tx, [act], { pushAfterMs: 10_000 });
      done = other();
      await Promise.race([done, somebodyWaits()]);
    }),
  );
  await done;
};

it('tells others while somebody holds the tray of one, whose acts come when the tray is free', async () => {
  await social.tell([newAct('0')]);
  let held: Promise<number[]> | undefined;
  // A statement waits as long as a busy machine takes for all.
  const client = postgres(own.url, {
    fetch_types: false,
    onnotice: () => {},
    connection: { statement_timeout: 5_000 },
  });
  const orm = drizzle({ client });
  const db = createDatabase({ orm: () => orm, isOpen: () => true, deadline: null });
  const patient = createSocial({ db, bus, logged: true });
  await database.db.run((orm) =>
    orm.transaction(async (tx) => {
      await tx.execute(sql`select from inboxes where user_id = 'cem' for update`);
      held = Promise.all(['1', '2', '3', '4', '5', '6'].map((id) => patient.tell([newAct(id)])));
      const others = ['dan', 'eve', 'fay'].map((userId) => patient.tell([newAct(userId, { recipients: [userId] })]));
      expect(await Promise.race([Promise.all(others), held])).toEqual([1, 1, 1]);
    }),
  );
  expect(await held).toEqual([1, 1, 1, 1, 1, 1]);
  await client.end();
  expect((await list('cem')).map(({ position }) => position)).toEqual([7]);
});

it('blocks somebody also where that takes longer than other statements may', async () => {
  await social.tell([newAct('1')]);
  await execute(
    sql`create function wait() returns trigger language plpgsql as 'begin perform pg_sleep(0.6); return null; end'`,
  );
  await execute(sql`create trigger slow after insert on notice_acts for each row execute function wait()`);
  const client = postgres(own.url, { fetch_types: false, onnotice: () => {}, connection: { statement_timeout: 500 } });
  const orm = drizzle({ client });
  const db = createDatabase({ orm: () => orm, isOpen: () => true, deadline: null });
  try {
    await createPeople({ db, bus, logged: true }).block('cem', 'ann');
    expect(await list('cem')).toEqual([]);
  } finally {
    await execute(sql`drop function wait cascade`);
    await client.end();
  }
});

it('hides from a tray that there was not what is told while a block is written, whichever comes first', async () => {
  await whileTelling(newAct('1', { recipients: ['new'] }), () => people.block('new', 'ann'));
  expect(await list('new')).toEqual([]);
  let told: Promise<number> | undefined;
  await database.db.run((orm) =>
    orm.transaction(async (tx) => {
      await tx.execute(sql`insert into blocks (blocker_id, blocked_id) values ('other', 'ann')`);
      await changeSightOfPair(tx, 'other', 'ann');
      told = social.tell([newAct('2', { recipients: ['other'] })]);
      await somebodyWaits();
    }),
  );
  expect(await told).toBe(1);
  expect(await list('other')).toEqual([]);
  expect(await numberOf(sql`select from notice_acts where not shown`)).toBe(2);
});

it('leaves nothing of a notice that is removed while its actor is blocked', async () => {
  await social.tell([newAct('1'), newAct('2')]);
  await execute(sql`update notices set at = 0`);
  let blocking: Promise<unknown> | undefined;
  let swept: Promise<unknown> | undefined;
  let queries = 0;
  const db: OpenDatabase['db'] = {
    ...database.db,
    async run(work) {
      queries += 1;
      // The notice is removed, and what was in it is next.
      if (queries === 2)
        await new Promise<void>((goOn) => {
          blocking = database.db.run((orm) =>
            orm.transaction(async (tx) => {
              await tx.execute(sql`insert into blocks (blocker_id, blocked_id) values ('cem', 'ann')`);
              await changeSightOfPair(tx, 'cem', 'ann');
              goOn();
              await Promise.race([swept, somebodyWaits()]);
            }),
          );
        });
      return await database.db.run(work);
    },
  };
  swept = createSocial({ db, bus, logged: true }).sweepSocial();
  await Promise.all([swept, blocking]);
  await blocking;
  expect(await numberOf(sql`select from notice_acts`)).toBe(0);
});

it('names the actors in the order of their numbers, also where an act comes after a later one', async () => {
  await social.tell([newAct('0', { actorId: 'bob' })]);
  let late: Promise<number> | undefined;
  await database.db.run((orm) =>
    orm.transaction(async (tx) => {
      await tx.execute(sql`select from inboxes where user_id = 'cem' for update`);
      late = social.tell([newAct('early')]);
      await somebodyWaits();
      // It draws its number now, and comes first.
      await tellIn(tx, [newAct('later', { actorId: 'bob' }), newAct('last')], { pushAfterMs: 10_000 });
    }),
  );
  await late;
  expect((await list('cem')).map(({ actorIds, latest }) => [actorIds, latest.id])).toEqual([[['ann', 'bob'], 'last']]);
  expect(await numberOf(sql`select from notice_acts where latest`)).toBe(2);
});

it('says of tells whose commit was lost that they may have been told, and counts nothing', async () => {
  let lost = 0;
  const db: OpenDatabase['db'] = {
    ...database.db,
    async run(work) {
      const result = await database.db.run(work);
      lost += 1;
      if (lost === 1) throw unavailable('away');
      return result;
    },
  };
  const lossy = createSocial({ db, bus, logged: true });
  const calls = await Promise.allSettled([lossy.tell([newAct('1')]), lossy.tell([newAct('2')])]);
  expect(calls).toMatchObject([{ reason: { code: 'UNAVAILABLE' } }, { reason: { code: 'UNAVAILABLE' } }]);
  expect(await Promise.all(['1', '2'].map((id) => lossy.tell([newAct(id)])))).toEqual([0, 0]);
  expect(await numberOf(sql`select from notice_acts`)).toBe(2);
});

it('keeps an old notice to which something comes while it is swept', async () => {
  await social.tell([newAct('1')]);
  await execute(sql`update notices set at = at - ${2 * HOUR_MS}::bigint`);
  const sweeping = createSocial({ db: database.db, bus, retention: { noticeRetentionMs: HOUR_MS } });
  await whileTelling(newAct('2', { actorId: 'bob' }), () => sweeping.sweepSocial());
  expect((await list('cem')).map(({ actorIds }) => actorIds)).toEqual([['bob', 'ann']]);
  expect(await numberOf(sql`select from notice_acts`)).toBe(2);
});

it('takes back what comes back while its actor is deleted', async () => {
  await people.upsertUsers([{ id: 'ann' }]);
  await social.tell([newAct('1')]);
  await social.retract(['1']);
  await whileTelling(newAct('1'), () => people.deleteUser('ann'));
  await people.finishDeletions(() => false);
  expect(await numberOf(sql`select from acts where gone_at is null`)).toBe(0);
  expect(await list('cem')).toEqual([]);
});

it('takes back what is told, or comes back, while its object is deleted', async () => {
  await social.tell([newAct('2')]);
  await social.retract(['2']);
  for (const id of ['1', '2']) {
    await people.putConversation('42', [], true);
    await whileTelling(newAct(id), () => people.deleteConversation('42'));
    await people.finishDeletions(() => false);
    expect(await numberOf(sql`select from acts where gone_at is null`)).toBe(0);
    expect(await list('cem')).toEqual([]);
  }
  await people.putConversation('42', [], true);
  await social.tell([newAct('3')]);
  expect(await list('cem')).toHaveLength(1);
});

it('shows nobody what waited for the deletion of its object, also of what comes back', async () => {
  await people.putConversation('42', [], true);
  await social.tell([newAct('1')]);
  await social.retract(['1']);
  let done: Promise<unknown> | undefined;
  await database.db.run((orm) =>
    orm.transaction(async (tx) => {
      await takeLocks(tx, 'conversation', ['42']);
      await tx.execute(sql`delete from conversations`);
      await noteDeletedObject(tx, '42', true);
      done = social.tell([newAct('1'), newAct('2'), newAct('3', { recipients: [] })]);
      await somebodyWaits();
    }),
  );
  expect(await done).toBe(2);
  expect(await numberOf(sql`select from acts where gone_at is null`)).toBe(0);
  expect(await list('cem')).toEqual([]);
});

it('forgets the words of a deleted user, of acts taken back before too, also after a node died half way', async () => {
  await people.upsertUsers([{ id: 'ann' }]);
  await social.tell([newAct('1', { text: 'one' }), newAct('2', { data: '{}', objectId: '7' })]);
  await social.retract(['2']);
  const dying = createSocialRemovals({
    db: database.db,
    retract: async (actIds: readonly string[]) => {
      await social.retract(actIds);
      throw new Error('The node dies.');
    },
  });
  await execute(sql`insert into social_removals (kind, target_id, before)
    values ('actor', 'ann', nextval('acts_seq_seq')), ('tray', 'ann', nextval('acts_seq_seq'))`);
  await expect(dying.finish(['ann'], () => false)).rejects.toThrow('dies');
  await people.finishDeletions(() => false);
  expect(await numberOf(sql`select from acts where text is not null or data is not null`)).toBe(0);
});

/** Removals of a node that pauses before its second query until `meanwhile` has ended. */
const slowRemovals = (meanwhile: () => Promise<unknown>) => {
  let queries = 0;
  const db: OpenDatabase['db'] = {
    ...database.db,
    run: async (work) => {
      queries += 1;
      if (queries === 2) await meanwhile();
      return await database.db.run(work);
    },
  };
  return createSocialRemovals({ db, retract: social.retractWhile });
};

it('leaves the tray of who is named again to them, where a slow node still removes the earlier one', async () => {
  await people.upsertUsers([{ id: 'cem' }]);
  await social.tell([newAct('1')]);
  await execute(
    sql`insert into social_removals (kind, target_id, before) values ('tray', 'cem', nextval('acts_seq_seq'))`,
  );
  const slow = slowRemovals(async () => {
    await people.finishDeletions(() => false);
    await social.tell([newAct('2')]);
  });
  await slow.finish(['cem'], () => false);
  expect((await list('cem')).map(({ latest }) => latest.id)).toEqual(['2']);
});

/** Stops a removal that goes on and on. */
const endless = (most = 50) => {
  let asked = 0;
  return { isStopped: () => ++asked > most, asked: () => asked };
};

const noteAgain = (id: string) =>
  database.db.run((orm) => orm.transaction(async (tx) => void (await noteDeletedObject(tx, id, true))));
const removalsLeft = () => numberOf(sql`select from social_removals`);

it('ends the removal of an object that is deleted again meanwhile, and removes all for the later deletion', async () => {
  await social.tell(Array.from({ length: 300 }, (_, i) => newAct(`${i}`, { recipients: i === 0 ? ['cem'] : [] })));
  await noteAgain('42');
  const { isStopped, asked } = endless();
  await slowRemovals(() => noteAgain('42')).finish(['42'], isStopped);
  expect(asked()).toBe(1);
  expect(await removalsLeft()).toBe(1);
  await people.finishDeletions(() => false);
  expect([await list('cem'), await removalsLeft()]).toEqual([[], 0]);
});

it('takes back an object that is made and told about again meanwhile, on whichever of two nodes', async () => {
  const nodes = [people, createPeople({ db: database.db, bus, logged: true })];
  const everywhere = (work: (node: (typeof nodes)[number]) => Promise<unknown>) => nodes.map(work);
  await people.putConversation('42', [], true);
  await social.tell([newAct('1'), newAct('2', { actorId: 'bob' })]);
  await Promise.all([...everywhere((node) => node.deleteConversation('42')), people.putConversation('42', [], true)]);
  await social.tell([newAct('3')]);
  await Promise.all(everywhere((node) => node.deleteConversation('42')));
  expect([await list('cem'), await removalsLeft()]).toEqual([[], 0]);
});

it.each([
  ['object', '42'],
  ['actor', 'ann'],
] as const)('looks at each act once as it removes an %s', async (kind, targetId) => {
  const ids = Array.from({ length: 600 }, (_, i) => `act${i}`);
  await social.tell(ids.map((id) => newAct(id, { recipients: [] })));
  await social.retract(['act7']);
  await execute(sql`insert into social_removals (kind, target_id, before)
    values (${kind}, ${targetId}, nextval('acts_seq_seq'))`);
  const looked: string[] = [];
  const removals = createSocialRemovals({ db: database.db, retract: async (actIds) => looked.push(...actIds) });
  await removals.finish([targetId], endless().isStopped);
  expect(looked.toSorted()).toEqual(ids.filter((id) => id !== 'act7').toSorted());
});

it('stops between two acts that are in many trays, and goes on there', async () => {
  const recipients = Array.from({ length: 501 }, (_, i) => `user${i}`);
  for (const id of ['1', '2', '3']) await social.tell([newAct(id, { recipients })]);
  await noteAgain('42');
  const removals = createSocialRemovals({ db: database.db, retract: social.retractWhile });
  await removals.finish(['42'], endless(2).isStopped);
  const left = () => numberOf(sql`select from acts where gone_at is null`);
  expect([await left(), await removalsLeft()]).toEqual([2, 1]);
  await people.finishDeletions(() => false);
  expect([await left(), await removalsLeft()]).toEqual([0, 0]);
});

it('removes the others where one object cannot be removed, and that one once it can', async () => {
  const objects = ['a', 'bad', 'c'];
  await social.tell(objects.map((objectId) => newAct(objectId, { objectId })));
  for (const objectId of objects) await noteAgain(objectId);
  const failing = createSocialRemovals({
    db: database.db,
    retract: async (actIds, condition) => {
      if (actIds.includes('bad')) throw new Error('bad');
      return await social.retractWhile(actIds, condition);
    },
  });
  for (let i = 0; i < 2; i++) await expect(failing.finish(null, () => false)).rejects.toThrow('bad');
  expect(await removalsLeft()).toBe(1);
  // The deletion itself stands.
  await failing.finishSoon(['bad']);
  await people.finishDeletions(() => false);
  expect(await removalsLeft()).toBe(0);
});

it('removes what is told around people also while relations of a deleted user cannot be removed', async () => {
  await people.upsertUsers([{ id: 'ann' }, { id: 'bob' }]);
  await people.addFollows([{ followerId: 'ann', followeeId: 'bob' }]);
  await social.tell([newAct('1')]);
  await execute(sql`create function fail() returns trigger language plpgsql as 'begin raise ''bad''; end'`);
  await execute(sql`create trigger bad before delete on follows for each row execute function fail()`);
  try {
    expect(await people.deleteUser('ann')).toBe(true);
    expect([await list('cem'), await removalsLeft()]).toEqual([[], 0]);
    await noteAgain('42');
    await people.deleteUser('bob');
    await expect(people.finishDeletions(() => false)).rejects.toThrow();
    expect(await removalsLeft()).toBe(0);
    expect(await numberOf(sql`select from deletions`)).toBe(2);
  } finally {
    await execute(sql`drop trigger bad on follows`);
    await execute(sql`drop function fail`);
  }
  await people.finishDeletions(() => false);
  expect(await numberOf(sql`select from deletions`)).toBe(0);
});

it('publishes the counts that there are, where an object is deleted while something is put', async () => {
  const likes = (value: number) => ({ name: 'likes', value });
  await social.putCounts([{ objectId: 'x', counts: [likes(1), { name: 'replies', value: 5 }], version: '1' }]);
  bus.socialNews();
  let done: Promise<unknown> | undefined;
  await database.db.run((orm) =>
    orm.transaction(async (tx) => {
      await noteDeletedObject(tx, 'x', false);
      done = social.putCounts([{ objectId: 'x', counts: [likes(2)], version: '2' }]);
      await somebodyWaits();
    }),
  );
  await done;
  const there = (await social.counts(['x'])).get('x')!;
  expect(bus.socialNews()).toMatchObject([{ kind: 'counts', counts: { all: there.all } }]);
});

it('keeps nothing that a deleted user mutes', async () => {
  await people.upsertUsers([{ id: 'ann' }]);
  await people.deleteUser('ann');
  await people.finishDeletions(() => false);
  await social.mute('ann', { kind: 'user', id: 'bob' });
  expect(await numberOf(sql`select from mutes`)).toBe(0);
});

it('keeps what is told again about an object that never was a conversation, once its deletion has ended', async () => {
  await social.tell([newAct('1')]);
  await execute(
    sql`insert into social_removals (kind, target_id, before) values ('object', '42', nextval('acts_seq_seq'))`,
  );
  await expect(social.tell([newAct('1')])).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  await people.finishDeletions(() => false);
  expect(await social.tell([newAct('1')])).toBe(1);
  expect(await list('cem')).toHaveLength(1);
});

it.each([
  ['ann', 'cem'],
  ['cem', 'ann'],
])('locks users in the order of ids where %s follows %s, as whoever writes both', async (follower, followee) => {
  await people.upsertUsers([{ id: 'ann' }, { id: 'cem' }]);
  let followed: Promise<void> | undefined;
  await database.db.run((orm) =>
    orm.transaction(async (tx) => {
      await tx.execute(sql`select from users where id = 'ann' for update`);
      followed = people.follow(follower, followee);
      await somebodyWaits();
      // It would be a deadlock where that one holds it.
      await tx.execute(sql`select from users where id = 'cem' for update nowait`);
    }),
  );
  await followed;
  expect(await list(followee)).toHaveLength(1);
});

/** People whose statements are recorded, with what they publish and how many numbers of acts they draw. */
const recorded = () => {
  const sent: string[] = [];
  const client = postgres(own.url, { max: 1, fetch_types: false, onnotice: () => {} });
  const orm = drizzle({ client, logger: { logQuery: (query) => sent.push(query) } });
  const db = createDatabase({ orm: () => orm, isOpen: () => true, deadline: null });
  const logged = createPeople({ db, bus, logged: true });
  const latestNumber = async () => {
    const [row] = await orm.select({ n: sql`last_value`.mapWith(Number) }).from(sql`acts_seq_seq`);
    return row!.n;
  };
  const stepsOf = async (work: () => Promise<unknown>): Promise<readonly string[]> => {
    const before = await latestNumber();
    sent.length = 0;
    bus.socialNews();
    await work();
    const steps = [...sent, `${bus.socialNews().length} published`];
    return [...steps, `${(await latestNumber()) - before} drawn`];
  };
  return { logged, stepsOf, end: () => client.end() };
};

it('sends the same statements and messages, and draws as many numbers, whoever is followed and unfollowed', async () => {
  await people.upsertUsers(['ann', 'cem', 'dan', 'gone'].map((id) => ({ id })));
  await people.deleteUser('gone');
  await people.finishDeletions(() => false);
  await people.block('dan', 'ann');
  const { logged, stepsOf, end } = recorded();
  const follows: (readonly string[])[] = [];
  const unfollows: (readonly string[])[] = [];
  for (const id of ['cem', 'cem', 'dan', 'dan', 'gone', 'nobody', 'nobody']) {
    follows.push(await stepsOf(() => logged.follow('ann', id)));
    unfollows.push(await stepsOf(() => logged.unfollow('ann', id)));
  }
  await end();
  expect(follows[0]?.length).toBeGreaterThan(10);
  expect(follows).toEqual(follows.map(() => follows[0]));
  expect(unfollows).toEqual(unfollows.map(() => unfollows[0]));
  expect(await numberOf(sql`select from inboxes where user_id in ('gone', 'nobody')`)).toBe(0);
});

it('sends the same statements and messages, and writes the same rows, whether or not who is blocked hides the caller', async () => {
  const others = ['cem', 'dan', 'eve'];
  await people.upsertUsers(['ann', ...others].map((id) => ({ id })));
  await social.tell(
    others.flatMap((id) => [1, 2, 3].map((n) => newAct(`${id}${n}`, { objectId: `${n}`, recipients: [id] }))),
  );
  await people.block('dan', 'ann');
  await social.mute('eve', { kind: 'user', id: 'ann' });
  // The caller may have as many acts taken back as they like.
  await social.tell(others.map((id) => newAct(`${id}4`, { objectId: '4', recipients: [id] })));
  await social.retract(others.flatMap((id) => [`${id}3`, `${id}4`]));
  const { logged, stepsOf, end } = recorded();
  const placesOf = async (table: 'notices' | 'notice_acts', userId: string): Promise<readonly string[]> => {
    const rows = await database.db.run((orm) =>
      orm
        .select({ at: sql<string>`ctid::text` })
        .from(sql`${sql.identifier(table)}`)
        .where(sql`user_id = ${userId}`),
    );
    return rows.map(({ at }) => `${table} ${at}`);
  };
  const steps = new Set<string>();
  for (const work of ['block', 'unblock'] as const) {
    for (const id of others) {
      const before = [await placesOf('notices', id), await placesOf('notice_acts', id)].flat();
      steps.add(`${work} ${JSON.stringify(await stepsOf(() => logged[work]('ann', id)))}`);
      const after = [await placesOf('notices', id), await placesOf('notice_acts', id)].flat();
      // Both notices, and the act of each.
      expect(after.filter((place) => !before.includes(place))).toHaveLength(4);
    }
  }
  await end();
  expect([...steps].map((each) => each.split(' ')[0])).toEqual(['block', 'unblock']);
  expect((await list('cem')).length).toBe(2);
  expect([await list('dan'), await list('eve')]).toEqual([[], []]);
});
