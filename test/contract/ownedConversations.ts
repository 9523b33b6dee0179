import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { OpenDatabase } from '../../src/adapters/sql/database.js';
import { createPeople } from '../../src/adapters/sql/people.js';
import { pairKey } from '../../src/presence/pairs.js';
import { AUDIENCES, type Audience, type ConversationUse, mayUse } from '../../src/presence/visibility.js';
import { createFakePeople } from '../support/unit/fakePeople.js';
import { empty, recordingBus } from './people.js';

const USERS = ['ann', 'bob', 'cem', "o'neil {\\}"];
const CONVERSATIONS = ['a', 'b', '日本'];

/** A world as the calls that make it, the same for a database and for its double in memory. */
const anyUser = fc.constantFrom(...USERS);
const anyPair = fc.tuple(anyUser, anyUser).filter(([one, other]) => one !== other);
const anyMembers = fc.uniqueArray(anyUser, { maxLength: 3 });
const anyWorld = fc.record({
  follows: fc.array(anyPair, { maxLength: 5 }),
  blocks: fc.array(anyPair, { maxLength: 2 }),
  circle: anyMembers,
  deleted: fc.subarray(USERS, { maxLength: 1 }),
  /** The deleted ones are named again, by other users, who then follow and block each other. */
  again: fc.option(fc.record({ follows: fc.array(anyPair, { maxLength: 3 }), block: anyPair }), { nil: null }),
  conversations: fc.array(
    fc.record({
      id: fc.constantFrom(...CONVERSATIONS),
      members: anyMembers,
      open: fc.boolean(),
      owner: fc.option(
        fc.record({ userId: anyUser, audience: fc.option(fc.constantFrom(...AUDIENCES), { nil: null }) }),
        { nil: undefined },
      ),
    }),
    { maxLength: 5 },
  ),
});
type World = typeof anyWorld extends fc.Arbitrary<infer W> ? W : never;
type Making = Pick<
  ReturnType<typeof createPeople>,
  'upsertUsers' | 'follow' | 'block' | 'putCircle' | 'putConversation' | 'deleteUser'
>;

const make = async (people: Making, world: World): Promise<void> => {
  await people.upsertUsers(USERS.map((id) => ({ id })));
  for (const [from, to] of world.follows) await people.follow(from, to);
  for (const [from, to] of world.blocks) await people.block(from, to);
  await people.putCircle('circle', world.circle);
  for (const { id, members, open, owner } of world.conversations) {
    await people.putConversation(id, members, open, owner);
  }
  for (const userId of world.deleted) await people.deleteUser(userId);
  if (!world.again) return;
  await people.upsertUsers(world.deleted.map((id) => ({ id })));
  for (const [from, to] of world.again.follows) await people.follow(from, to);
  await people.block(...world.again.block);
};

/** The contract of conversations with an owner, over the database that `open` opens, in so many random worlds. */
export const describeOwnedConversations = (
  name: string,
  open: () => Promise<OpenDatabase>,
  { worlds }: { readonly worlds: number },
): void => {
  describe(`conversations with an owner over ${name}`, () => {
    let database: OpenDatabase;
    let bus: ReturnType<typeof recordingBus>;
    let people: ReturnType<typeof createPeople>;
    beforeAll(async () => {
      database = await open();
    });
    afterAll(() => database.close());
    beforeEach(async () => {
      await empty(database);
      bus = recordingBus();
      people = createPeople({ db: database.db, bus });
      await people.upsertUsers(USERS.map((id) => ({ id })));
      bus.news();
    });

    it('are used by whom the policy lets, over random worlds, whichever way it is asked', async () => {
      const asked = USERS.flatMap((userId) =>
        [...CONVERSATIONS, 'none'].map((conversationId) => ({ userId, conversationId })),
      );
      await fc.assert(
        fc.asyncProperty(anyWorld, async (world) => {
          await empty(database);
          // What was emptied is told to nobody, and so not forgotten by the caches.
          people = createPeople({ db: database.db, bus });
          await make(people, world);
          await people.finishDeletions(() => false);
          const { people: double } = createFakePeople();
          await make(double, world);
          const [found, expected] = await Promise.all([
            people.conversationFacts(asked),
            double.conversationFacts(asked),
          ]);
          expect([...found.keys()].sort()).toEqual([...expected.keys()].sort());
          for (const { userId, conversationId } of asked) {
            const key = pairKey(userId, conversationId);
            const [facts, should] = [found.get(key), expected.get(key)];
            expect([key, mayUse(facts, userId)]).toEqual([key, mayUse(should, userId)]);
            expect(await people.conversation(conversationId, userId)).toEqual(facts);
            expect(await people.membership(conversationId, userId)).toEqual(facts);
          }
          const former = new Set(world.again ? world.deleted : []);
          for (const userId of USERS) {
            const mine = CONVERSATIONS.filter((id) => {
              const facts = found.get(pairKey(userId, id));
              return facts?.isMember === true && mayUse(facts, userId);
            });
            const own = await people.conversationsOf(userId, 100);
            expect(own.filter(({ blocked }) => !blocked).map(({ id }) => id)).toEqual([...mine].sort());
            expect(own.map(({ id, ownerId }) => [id, ownerId])).toEqual(
              CONVERSATIONS.filter((id) => found.get(pairKey(userId, id))?.isMember).map((id) => [
                id,
                found.get(pairKey(userId, id))?.owner?.userId ?? null,
              ]),
            );
            expect(await people.conversationsAmong(userId, [...CONVERSATIONS, 'none'])).toEqual(new Set(mine));
            const owned = CONVERSATIONS.filter((id) => found.get(pairKey(userId, id))?.owner?.userId === userId);
            // What the former user of the id owned is listed, too.
            const listed = await people.conversationsOwnedBy(userId, 100);
            expect(former.has(userId) ? listed.filter((id) => owned.includes(id)) : listed).toEqual([...owned].sort());
          }
        }),
        { numRuns: worlds },
      );
    });

    it('give the relation of the user to the owner, and whether the owner exists', async () => {
      await people.follow('bob', 'ann');
      await people.putCircle('circle', ['ann', 'bob']);
      await people.putConversation('post', ['cem'], false, { userId: 'ann', audience: 'FOLLOWERS' });
      await people.block('ann', 'cem');
      const relation = {
        follows: false,
        followedBy: false,
        sharesCircle: false,
        sharesConversation: false,
        blocked: false,
      };
      const owner = { userId: 'ann', audience: 'FOLLOWERS', exists: true, relation };
      const found = await people.conversationFor('post', ['bob', 'cem', 'ann', 'dan']);
      expect(found.get('bob')).toEqual({
        open: false,
        isMember: false,
        owner: { ...owner, relation: { ...relation, follows: true, sharesCircle: true } },
      });
      expect(found.get('cem')).toEqual({
        open: false,
        isMember: true,
        owner: { ...owner, relation: { ...relation, blocked: true } },
      });
      expect(found.get('dan')).toEqual({ open: false, isMember: false, owner });
      await people.deleteUser('ann');
      expect((await people.conversation('post', 'bob'))?.owner).toMatchObject({ exists: false });
      await people.putConversation('post', ['cem'], false);
      expect(await people.conversation('post', 'cem')).toEqual({ open: false, isMember: true });
    });

    it('of a deleted owner are used by members alone, and who has the id later owns nothing until it is given to them', async () => {
      const anns = { userId: 'ann', audience: 'EVERYONE' } as const;
      const uses = async (userId: string) => mayUse(await people.conversation('post', userId), userId);
      const using = async () => {
        const all = await Promise.all(USERS.map(uses));
        return USERS.filter((_, i) => all[i]);
      };
      await people.putConversation('post', ['cem'], true, anns);
      await people.block('ann', 'bob');
      expect(await using()).toEqual(['ann', 'cem', "o'neil {\\}"]);
      await people.deleteUser('ann');
      await people.finishDeletions(() => false);
      expect(await using()).toEqual(['cem']);
      // The host is late: it was the former one who owned it.
      await people.putConversation('post', ['cem'], true, anns);
      await people.upsertUsers([{ id: 'ann', privacy: { status: 'EVERYONE' } }]);
      await people.follow('bob', 'ann');
      await people.block('ann', 'cem');
      expect(await using()).toEqual(['cem']);
      bus.news();
      await people.putConversation('post', ['cem'], true, anns);
      expect(bus.news()).toMatchObject([{ use: { before: { open: true, ownerId: '', audience: 'EVERYONE' } } }]);
      expect(await using()).toEqual(['ann', 'bob', "o'neil {\\}"]);
    });

    it('do not count as shared with the owner for who is in the audience alone', async () => {
      await people.follow('bob', 'ann');
      await people.putConversation('post', [], false, { userId: 'ann', audience: 'FOLLOWERS' });
      const pair = { viewerId: 'ann', userId: 'bob' };
      expect((await people.accessFacts([pair])).get(pairKey('ann', 'bob'))?.sharesConversation).toBe(false);
    });

    it('are published when their owner or audience changes, in the words of earlier releases, and not otherwise', async () => {
      const of = (ownerId: string, audience: Audience) => ({ open: false, ownerId, audience });
      const change = (
        changed: readonly string[],
        mayRevoke: boolean,
        before?: ConversationUse | null,
        joined?: readonly string[],
      ) => [
        {
          ...{ kind: 'conversation', id: 'post', changed, members: changed, mayRevoke },
          ...(before !== undefined && {
            use: { before, deleted: false, below: expect.any(Number), ...(joined && { joined }) },
          }),
        },
      ];
      await people.putConversation('post', [], false, { userId: 'ann', audience: 'FOLLOWERS' });
      expect(bus.news()).toEqual(change([], false, null));
      await people.putConversation('post', [], false, { userId: 'ann', audience: 'FOLLOWERS' });
      expect(bus.news()).toEqual([]);
      await people.putConversation('post', [], false, { userId: 'ann', audience: 'MUTUALS' });
      expect(bus.news()).toEqual(change([], true, of('ann', 'FOLLOWERS')));
      await people.putConversation('post', [], false, { userId: 'ann', audience: 'EVERYONE' });
      expect(bus.news()).toEqual(change([], false, of('ann', 'MUTUALS')));
      await people.putConversation('post', ['cem'], false, { userId: 'ann', audience: 'EVERYONE' });
      expect(bus.news()).toEqual(change(['cem'], false));
      await people.putConversation('post', ['cem'], false, { userId: 'bob', audience: 'EVERYONE' });
      expect(bus.news()).toEqual(change(['cem'], true, of('ann', 'EVERYONE')));
      await people.putConversation('post', ['cem'], false);
      expect(bus.news()).toEqual(change(['cem'], true, of('bob', 'EVERYONE')));
      // Who joins with such a change was no member before.
      await people.putConversation('post', ['cem', 'bob'], true);
      expect(bus.news()).toEqual(change(['cem', 'bob'], true, { open: false, ownerId: null, audience: null }, ['bob']));
    });
  });
};
