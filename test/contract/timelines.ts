import { sql } from 'drizzle-orm';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { OpenDatabase } from '../../src/adapters/sql/database.js';
import { textArray } from '../../src/adapters/sql/expressions.js';
import { createPeople } from '../../src/adapters/sql/people.js';
import { createSocial } from '../../src/adapters/sql/social.js';
import { createTimelineReader } from '../../src/adapters/sql/sqlTimelines.js';
import type { UseChange } from '../../src/presence/ports/bus.js';
import { AUDIENCES } from '../../src/presence/visibility.js';
import { sawBefore, seesAct } from '../../src/social/actSight.js';
import type { TimelineReader } from '../../src/social/ports/timelines.js';
import { createFakePeople } from '../support/unit/fakePeople.js';
import { empty, recordingBus } from './people.js';
import { newAct } from './social.js';

const USERS = ['ann', 'bob', 'cem', 'dan'];
const OBJECTS = ['post', 'chat'];
const anyUser = fc.constantFrom(...USERS);
const anyPair = fc.tuple(anyUser, anyUser).filter(([one, other]) => one !== other);
const anyUse = fc.option(
  fc.record({
    open: fc.boolean(),
    owner: fc.option(
      fc.record({ userId: anyUser, audience: fc.option(fc.constantFrom(...AUDIENCES), { nil: null }) }),
      {
        nil: undefined,
      },
    ),
  }),
  { nil: undefined },
);
const anyWorld = fc.record({
  follows: fc.array(anyPair, { maxLength: 8 }),
  blocks: fc.array(anyPair, { maxLength: 1 }),
  circle: fc.uniqueArray(anyUser, { maxLength: 3 }),
  mutes: fc.array(fc.record({ userId: anyUser, target: fc.constantFrom(...USERS, ...OBJECTS) }), { maxLength: 2 }),
  owned: fc.option(
    fc.record({
      open: fc.boolean(),
      members: fc.uniqueArray(anyUser, { maxLength: 2 }),
      owner: fc.option(
        fc.record({ userId: anyUser, audience: fc.option(fc.constantFrom(...AUDIENCES), { nil: null }) }),
        { nil: undefined },
      ),
    }),
    { nil: undefined },
  ),
  acts: fc.array(
    fc.record({
      actorId: anyUser,
      objectId: fc.constantFrom('post', 'chat', 'elsewhere', null),
      audience: fc.constantFrom(...AUDIENCES),
      gone: fc.boolean(),
    }),
    { minLength: 1, maxLength: 12 },
  ),
  deleted: fc.subarray(USERS, { maxLength: 1 }),
});

/** The contract of every `TimelineReader`, over the database that `open` opens, in so many random worlds. */
export const describeTimelines = (
  name: string,
  open: () => Promise<OpenDatabase>,
  { worlds }: { readonly worlds: number },
): void => {
  describe(`timelines over ${name}`, () => {
    let database: OpenDatabase;
    let reader: TimelineReader;
    beforeAll(async () => {
      database = await open();
    });
    afterAll(() => database.close());
    beforeEach(async () => {
      await empty(database);
      reader = createSocial({ db: database.db, bus: recordingBus() });
    });

    interface Told {
      readonly actorId: string;
      readonly objectId?: string | null;
      readonly audience?: string;
      readonly gone?: boolean;
    }
    /** Tells acts in their order; their ids are `act0`, `act1`, … */
    const tell = async (acts: readonly Told[]): Promise<void> => {
      await database.db.run((orm) =>
        orm.execute(sql`
          insert into acts (id, seq, actor_id, verb, object_id, audience, at, gone_at)
          select 'act' || (i - 1), i, new.actor_id, 'like', new.object_id, new.audience, 5,
            case when new.gone = 'yes' then 6 end
          from unnest(${textArray(acts.map(({ actorId }) => actorId))},
            ${textArray(acts.map(({ objectId }) => objectId ?? null))},
            ${textArray(acts.map(({ audience }) => audience ?? 'FOLLOWERS'))},
            ${textArray(acts.map(({ gone }) => (gone ? 'yes' : 'no')))})
            with ordinality as new (actor_id, object_id, audience, gone, i)`),
      );
    };
    const idsOf = async (viewerId: string, first = 100, after: number | null = null) =>
      (await reader.timeline(viewerId, { first, after })).items.map(({ id }) => id);

    it('hold whole acts of whom the viewer follows, the latest first, page by page', async () => {
      const people = createPeople({ db: database.db, bus: recordingBus() });
      await people.upsertUsers(USERS.map((id) => ({ id })));
      for (const followee of ['bob', 'cem']) await people.follow('ann', followee);
      await tell([
        { actorId: 'bob', objectId: 'x' },
        { actorId: 'dan' },
        { actorId: 'cem' },
        { actorId: 'ann' },
        { actorId: 'bob' },
      ]);
      const page = await reader.timeline('ann', { first: 2, after: null });
      expect(page.items.map(({ id }) => id)).toEqual(['act4', 'act2']);
      expect(page.hasMore).toBe(true);
      const rest = await reader.timeline('ann', { first: 2, after: page.items[1]!.seq });
      expect(rest).toEqual({
        items: [
          {
            id: 'act0',
            verb: 'like',
            actorId: 'bob',
            objectId: 'x',
            objectType: null,
            text: null,
            data: null,
            audience: 'FOLLOWERS',
            at: 5,
            seq: 1,
          },
        ],
        hasMore: false,
        end: 1,
      });
      const nothing = { items: [], hasMore: false, end: null };
      expect(await reader.timeline('nobody', { first: 2, after: null })).toEqual(nothing);
    });

    it('hold exactly what the policy shows, over random worlds, whichever way it is asked', async () => {
      await fc.assert(
        fc.asyncProperty(anyWorld, async (world) => {
          await empty(database);
          const people = createPeople({ db: database.db, bus: recordingBus() });
          const { people: double } = createFakePeople();
          for (const each of [people, double]) {
            await each.upsertUsers(USERS.map((id) => ({ id })));
            for (const [from, to] of world.follows) await each.follow(from, to);
            for (const [from, to] of world.blocks) await each.block(from, to);
            await each.putCircle('circle', world.circle);
            if (world.owned)
              await each.putConversation('post', world.owned.members, world.owned.open, world.owned.owner);
            for (const userId of world.deleted) await each.deleteUser(userId);
          }
          await people.finishDeletions(() => false);
          await tell(world.acts);
          const mutes = world.mutes.map(({ userId, target }) => ({
            userId,
            target,
            kind: OBJECTS.includes(target) ? 'object' : 'user',
          }));
          for (const { userId, kind, target } of mutes) {
            await database.db.run((orm) =>
              orm.execute(sql`insert into mutes values (${userId}, ${kind}, ${target}) on conflict do nothing`),
            );
          }
          const told = await Promise.all(world.acts.map((_, i) => reader.actFacts(`act${i}`, [...USERS, 'stranger'])));
          for (const viewerId of USERS) {
            const expected: string[] = [];
            for (const [i, { actorId, objectId, audience, gone }] of world.acts.entries()) {
              const pair = (await double.accessFacts([{ viewerId, userId: actorId }])).values().next().value!;
              const post = objectId === 'post' ? await double.conversation('post', viewerId) : undefined;
              const isMuted = (target: string | null) =>
                mutes.some((m) => m.userId === viewerId && m.target === target);
              const relationOf = post?.owner?.relation;
              const onRoster = viewerId !== actorId && (pair.follows || pair.sharesCircle);
              const wide = audience === 'EVERYONE' || audience === 'FOLLOWERS';
              const mutual = audience === 'MUTUALS' && (pair.sharesCircle || (pair.follows && pair.followedBy));
              const owner = post?.owner;
              const isOwner = owner?.userId === viewerId;
              const near = relationOf && (relationOf.sharesCircle || (relationOf.follows && relationOf.followedBy));
              const reaches =
                owner?.exists &&
                (owner.audience === 'EVERYONE' ||
                  (owner.audience === 'MUTUALS' && near) ||
                  (owner.audience === 'FOLLOWERS' && (near || relationOf!.follows || relationOf!.sharesConversation)));
              // What a deleted user owned is for its members alone.
              const open = post?.open && owner?.exists !== false;
              const uses = !post || (isOwner ? owner.exists : open || post.isMember || reaches);
              const blocked = pair.blocked || (!isOwner && relationOf?.blocked);
              const hidden = blocked || isMuted(actorId) || isMuted(objectId);
              const seen = !gone && pair.exists && onRoster && (wide || mutual) && uses && !hidden;
              if (seen) expected.unshift(`act${i}`);
              expect([viewerId, i, seesAct(told[i]!.get(viewerId)!)]).toEqual([viewerId, i, Boolean(seen)]);
            }
            expect(await idsOf(viewerId)).toEqual(expected);
            const first = await reader.timeline(viewerId, { first: 1, after: null });
            expect(first.items.map(({ id }) => id)).toEqual(expected.slice(0, 1));
            expect(first.hasMore).toBe(expected.length > 1);
            const [head] = first.items;
            if (head) expect(await idsOf(viewerId, 100, head.seq)).toEqual(expected.slice(1));
            const ids = world.acts.map((_, i) => `act${i}`);
            const known = await reader.factsAbout(viewerId, ids);
            expect(ids.filter((id) => seesAct(known.get(id)!)).reverse()).toEqual(expected);
            const latest = await reader.latestActs(viewerId, USERS, 100);
            expect(latest.filter(({ facts }) => seesAct(facts)).map(({ act }) => act.id)).toEqual(expected);
            const about = await reader.latestActsAbout(viewerId, { ownerIds: [], objectIds: ['post'] }, 100);
            const shown = about.filter(({ facts }) => seesAct(facts)).map(({ act }) => act.id);
            expect(shown).toEqual(expected.filter((id) => world.acts[Number(id.slice(3))]?.objectId === 'post'));
          }
        }),
        { numRuns: worlds },
      );
    });

    it('tell how sight was before the object changed, as it then was read', async () => {
      await fc.assert(
        fc.asyncProperty(anyWorld, anyUse, anyUse, async (world, before, after) => {
          await empty(database);
          const bus = recordingBus();
          const people = createPeople({ db: database.db, bus });
          await people.upsertUsers(USERS.map((id) => ({ id })));
          for (const [from, to] of world.follows) await people.follow(from, to);
          for (const [from, to] of world.blocks) await people.block(from, to);
          await people.putCircle('circle', world.circle);
          const members = world.owned?.members ?? [];
          const put = (use: typeof before) =>
            use ? people.putConversation('post', members, use.open, use.owner) : people.deleteConversation('post');
          await put(before);
          await tell(world.acts.map((act) => ({ ...act, objectId: 'post' })));
          const read = async (change?: UseChange) =>
            Promise.all(world.acts.map((_, i) => reader.actFacts(`act${i}`, USERS, change)));
          const then = await read();
          bus.news();
          await put(after);
          const changes = bus.news().flatMap((change) => ('use' in change && change.use ? [change.use] : []));
          for (const change of changes) {
            const found = await read({ ...change, deleted: false });
            // Who may be a member is told with the change.
            const gone = change.deleted ? members : [];
            for (const [i, facts] of found.entries()) {
              for (const [viewerId, { mayUseObject, ...rest }] of facts) {
                const { mayUseObject: could, ...others } = then[i]!.get(viewerId)!;
                if (!change.deleted) expect(rest).toEqual(others);
                if (!gone.includes(viewerId)) expect(mayUseObject).toBe(could);
              }
            }
          }
        }),
        { numRuns: worlds },
      );
    });

    it('count nobody who joined with a change as a member of before', async () => {
      const bus = recordingBus();
      const people = createPeople({ db: database.db, bus });
      await people.upsertUsers(USERS.map((id) => ({ id })));
      await people.putConversation('chat', ['bob'], false);
      await tell([{ actorId: 'ann', objectId: 'chat' }]);
      bus.news();
      await people.putConversation('chat', ['bob', 'cem'], true);
      const [change] = bus.news().flatMap((each) => ('use' in each && each.use ? [each.use] : []));
      const facts = await reader.actFacts('act0', ['bob', 'cem'], change);
      expect(['bob', 'cem'].map((id) => facts.get(id)?.mayUseObject)).toEqual([true, false]);
    });

    it('find what was told about objects before they changed, and what went with a deleted one', async () => {
      const acts = Array.from({ length: 1_100 }, (_, i): Told => ({ actorId: USERS[i % 4]!, objectId: 'much' }));
      await tell([
        { actorId: 'ann', objectId: 'post' },
        { actorId: 'bob', objectId: 'post', audience: 'NOBODY' },
        { actorId: 'cem', objectId: 'post', gone: true },
        { actorId: 'dan', objectId: 'post' },
        { actorId: 'ann', objectId: 'post' },
        { actorId: 'ann' },
        ...acts,
      ]);
      const changeAt = (below: number, deletedAt?: number): UseChange => ({
        ...{ before: null, deleted: deletedAt !== undefined, below },
        ...(deletedAt !== undefined && { deletedAt }),
      });
      const idsBefore = async (objectId: string, below: number, deletedAt?: number) =>
        (await reader.actsBefore([{ objectId, change: changeAt(below, deletedAt) }])).map(({ id }) => id);
      await createPeople({ db: database.db, bus: recordingBus() }).upsertUsers([{ id: 'cem' }]);
      const isTold = async (change: UseChange) => (await reader.actFacts('act2', ['bob'], change)).get('bob')?.told;
      // It was taken back at 6.
      expect(await idsBefore('post', 5)).toEqual(['act3', 'act0']);
      expect(await isTold(changeAt(5))).toBe(false);
      for (const [deletedAt, isWithIt] of [
        [5, true],
        [6, true],
        [7, false],
      ] as const) {
        expect(await idsBefore('post', 5, deletedAt)).toEqual(isWithIt ? ['act3', 'act2', 'act0'] : ['act3', 'act0']);
        expect(await isTold(changeAt(5, deletedAt))).toBe(isWithIt);
      }
      // Who does not say when it was deleted.
      expect(await isTold({ before: null, deleted: true, below: 5 })).toBe(false);
      expect((await idsBefore('much', 9_999)).length).toBe(1_000);
      expect((await reader.acts(['act0', 'act2', 'none'])).map(({ id }) => id).sort()).toEqual(['act0', 'act2']);
      expect(await reader.actsBefore([])).toEqual([]);
    });

    it('go on beyond many acts that the viewer does not see, and equal a plain join', async () => {
      const people = createPeople({ db: database.db, bus: recordingBus() });
      await people.upsertUsers(USERS.map((id) => ({ id })));
      await people.putConversation('secret', [], false);
      for (const followee of ['bob', 'cem']) await people.follow('ann', followee);
      const acts = Array.from(
        { length: 900 },
        (_, i): Told => ({
          actorId: i % 3 ? 'bob' : 'cem',
          objectId: i >= 50 && i < 850 ? 'secret' : null,
        }),
      );
      await tell(acts);
      const expected = acts.flatMap(({ objectId }, i) => (objectId ? [] : [`act${i}`])).reverse();
      expect(await idsOf('ann', 80)).toEqual(expected.slice(0, 80));
      expect((await reader.timeline('ann', { first: 80, after: null })).hasMore).toBe(true);
      expect((await reader.timeline('ann', { first: 100, after: null })).hasMore).toBe(false);
    });

    it('go on where a page ended at too many acts that the viewer does not see', async () => {
      const people = createPeople({ db: database.db, bus: recordingBus() });
      await people.upsertUsers(USERS.map((id) => ({ id })));
      await people.putConversation('secret', [], false);
      await people.follow('ann', 'bob');
      const acts = Array.from(
        { length: 700 },
        (_, i): Told => ({
          actorId: 'bob',
          objectId: i === 0 || i === 690 ? null : 'secret',
        }),
      );
      await tell(acts);
      const impatient = createTimelineReader({ db: database.db, maxLooked: 100 });
      const pages = [];
      for (let after: number | null = null; pages.length < 10; ) {
        const page = await impatient.timeline('ann', { first: 5, after });
        pages.push(page);
        if (!page.hasMore) break;
        after = page.end;
      }
      expect(pages.map(({ items }) => items.map(({ id }) => id))).toEqual([['act690'], [], [], ['act0']]);
      // No act is looked at twice.
      const ends = [701, ...pages.map(({ end }) => end!)];
      const looked = pages.map(({ end }, i) => ends[i]! - end!);
      expect(looked.reduce((sum, count) => sum + count, 0)).toBe(700);
      expect(Math.min(...looked)).toBeGreaterThan(0);
      expect(Math.max(...looked)).toBeLessThan(100 + 200);
      const whole = await reader.timeline('ann', { first: 1, after: null });
      expect(whole).toMatchObject({ items: [{ id: 'act690' }], hasMore: true, end: 691 });
    });

    it('find the latest acts about what somebody owns, however much that is, and about what has many acts', async () => {
      const people = createPeople({ db: database.db, bus: recordingBus() });
      await people.upsertUsers(USERS.map((id) => ({ id })));
      for (const followee of ['bob', 'cem']) await people.follow('ann', followee);
      const about = async (ownerIds: readonly string[], objectIds: readonly string[], limit = 3) =>
        (await reader.latestActsAbout('ann', { ownerIds, objectIds }, limit)).map(({ act }) => act.id);
      await database.db.run((orm) =>
        orm.execute(sql`insert into conversations (id, open, owner_id, audience)
          select 'o' || i, false, 'dan', 'EVERYONE' from generate_series(1, 250) as i`),
      );
      await people.putConversation('popular', [], true, { userId: 'cem', audience: 'EVERYONE' });
      await tell([
        ...Array.from({ length: 250 }, (_, i): Told => ({ actorId: 'bob', objectId: `o${i + 1}` })),
        { actorId: 'bob', objectId: 'popular' },
        ...Array.from({ length: 1_200 }, (): Told => ({ actorId: 'dan', objectId: 'popular' })),
      ]);
      expect(await about(['dan'], [])).toEqual(['act249', 'act248', 'act247']);
      expect(await about(['cem'], [])).toEqual(['act250']);
      expect(await about([], ['popular'])).toEqual(['act250']);
      expect(await about(['dan', 'cem'], ['o7'])).toEqual(['act250', 'act249', 'act248']);
      expect(await about(['bob'], ['o7', 'unknown'])).toEqual(['act6']);
      await people.block('ann', 'bob');
      expect(await about([], ['o7'])).toEqual(['act6']);
    });

    it('show nobody an act about an object that was deleted, before it is taken back', async () => {
      const people = createPeople({ db: database.db, bus: recordingBus() });
      await people.upsertUsers(USERS.map((id) => ({ id })));
      await people.putConversation('secret', ['bob'], false);
      for (const viewer of ['ann', 'cem']) await people.follow(viewer, 'bob');
      await tell([{ actorId: 'bob', objectId: 'secret' }, { actorId: 'bob' }]);
      expect(await idsOf('ann')).toEqual(['act1']);
      // As the deletion leaves them when it is committed: the acts follow in batches.
      await database.db.run((orm) => orm.execute(sql`delete from conversations where id = 'secret'`));
      await database.db.run((orm) =>
        orm.execute(sql`insert into social_removals (kind, target_id, before) values ('object', 'secret', 2)`),
      );
      expect(await idsOf('ann')).toEqual(['act1']);
      expect((await reader.actFacts('act0', ['ann'])).get('ann')).toMatchObject({ told: false });
      await database.db.run((orm) =>
        orm.execute(sql`insert into acts (id, seq, actor_id, verb, object_id, audience, at)
          values ('later', 7, 'bob', 'like', 'secret', 'FOLLOWERS', 5)`),
      );
      expect((await reader.actFacts('later', ['ann'])).get('ann')).toMatchObject({ told: true });
    });

    it('take no act about a deleted conversation for one about the next of its id', async () => {
      const bus = recordingBus();
      const people = createPeople({ db: database.db, bus });
      const social = createSocial({ db: database.db, bus });
      await people.upsertUsers(USERS.map((id) => ({ id })));
      await people.follow('cem', 'ann');
      const tellOne = (id: string) => social.tell([newAct(id, { objectId: 'room', recipients: [] })]);
      await people.putConversation('room', ['bob'], false);
      await tellOne('former');
      await people.deleteConversation('room');
      // As the deletion leaves it, whose batches are late.
      await database.db.run((orm) => orm.execute(sql`update acts set gone_at = null`));
      await people.putConversation('room', [], true);
      await tellOne('next');
      expect(await idsOf('cem')).toEqual(['next']);
      bus.news();
      await people.deleteConversation('room');
      const [change] = bus.news().flatMap((each) => ('use' in each && each.use ? [each.use] : []));
      const saw = async (id: string) => sawBefore((await reader.actFacts(id, ['cem'], change)).get('cem'), false);
      expect([await saw('former'), await saw('next')]).toEqual([false, true]);
    });

    it('say of an act that there is not that it was not told', async () => {
      const facts = await reader.actFacts('none', ['ann']);
      expect(facts.get('ann')).toMatchObject({ told: false });
      expect(seesAct(facts.get('ann')!)).toBe(false);
      expect(await reader.factsAbout('ann', ['none'])).toEqual(new Map([['none', facts.get('ann')]]));
      expect(await reader.factsAbout('ann', [])).toEqual(new Map());
      expect(await reader.latestActs('ann', [], 5)).toEqual([]);
      expect(await reader.latestActsAbout('ann', { ownerIds: ['bob'], objectIds: [] }, 5)).toEqual([]);
    });
  });
};
