import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { OpenDatabase } from '../../src/adapters/sql/database.js';
import { createPeople } from '../../src/adapters/sql/people.js';
import { accessChangeOf } from '../../src/adapters/storedMessages.js';
import { pairKey } from '../../src/presence/pairs.js';
import type { Pair } from '../../src/presence/ports/access.js';
import type { AccessChange } from '../../src/presence/ports/bus.js';
import { type AccessFacts, DEFAULT_PRIVACY, facetsFor, NOTHING } from '../../src/presence/visibility.js';
import type { SocialChange } from '../../src/social/ports/socialBus.js';

/** A bus that remembers the published changes. */
export const recordingBus = () => {
  const listeners = new Set<(change: AccessChange) => void>();
  const gapListeners = new Set<() => void>();
  const published: AccessChange[] = [];
  const social: SocialChange[] = [];
  const deliverAccessChange = (change: AccessChange) => {
    for (const listener of listeners) listener(change);
  };
  return {
    published,
    deliverAccessChange,
    onGap(listener: () => void) {
      gapListeners.add(listener);
      return () => {
        gapListeners.delete(listener);
      };
    },
    /** Says that something may have been missed. */
    gap() {
      for (const listener of gapListeners) listener();
    },
    /** What was published since the last time this was asked. */
    news: () => published.splice(0),
    /** The same of what happens around people. */
    socialNews: () => social.splice(0),
    async subscribeAccessChanges(listener: (change: AccessChange) => void) {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
    async publishAccessChange(change: AccessChange) {
      published.push(change);
      deliverAccessChange(change);
    },
    async publishSocial(change: SocialChange) {
      social.push(change);
    },
    deliverSocial(change: SocialChange) {
      social.push(change);
    },
  };
};

/** Empties all tables. (Deleting takes PGlite a tenth of the time that `truncate` does.) */
export const empty = ({ db }: Pick<OpenDatabase, 'db'>) =>
  db.run((orm) =>
    orm.execute(sql`
      with a as (delete from follows), b as (delete from blocks), c as (delete from circles),
        d as (delete from circle_members), e as (delete from conversations), f as (delete from conversation_members),
        g as (delete from presence_journal), h as (delete from fact_log), i as (delete from deletions),
        j as (delete from social_log), k as (delete from acts), l as (delete from inboxes), m as (delete from notices),
        n as (delete from notice_acts), o as (delete from counts), p as (delete from mutes),
        q as (delete from social_removals), r as (delete from deleted_objects),
        s as (delete from presence_history), t as (delete from presence_history_heads)
      delete from users`),
  );

const NO_RELATION = {
  follows: false,
  followedBy: false,
  sharesCircle: false,
  sharesConversation: false,
  blocked: false,
};
const numbered = (prefix: string, count: number) => Array.from({ length: count }, (_, i) => `${prefix}${i}`);

/** The access facts of those pairs, in their order. */
const inOrder = (pairs: readonly Pair[], accessFacts: ReadonlyMap<string, AccessFacts>): readonly AccessFacts[] =>
  pairs.map(({ viewerId, userId }) => accessFacts.get(pairKey(viewerId, userId))!);

/** The contract of every `People`, over the database that `open` opens. */
export const describePeople = (name: string, open: () => Promise<OpenDatabase>): void => {
  describe(`people over ${name}`, () => {
    let database: OpenDatabase;
    let bus: ReturnType<typeof recordingBus>;
    let people: ReturnType<typeof createPeople>;

    const accessFactsOf = async (viewerId: string, userId: string) => {
      const [accessFacts] = inOrder([{ viewerId, userId }], await people.accessFacts([{ viewerId, userId }]));
      return accessFacts!;
    };
    const known = async (...ids: string[]) => {
      await people.upsertUsers(ids.map((id) => ({ id })));
      bus.news();
    };

    beforeAll(async () => {
      database = await open();
    });
    afterAll(async () => {
      await database.close();
    });
    beforeEach(async () => {
      await empty(database);
      bus = recordingBus();
      people = createPeople({ db: database.db, bus, maxFollows: 5, maxBlocks: 3, maxMembers: 4 });
    });

    describe('existence', () => {
      it('makes a user known once, and publishes it once', async () => {
        expect(await people.ensure('ann')).toBe(true);
        expect(await people.ensure('ann')).toBe(true);
        expect(bus.news()).toEqual([{ kind: 'user', userId: 'ann', mayRevoke: false, deleted: false }]);
        expect((await accessFactsOf('bob', 'ann')).exists).toBe(true);
      });

      it('makes a user known once however many ask at the same time', async () => {
        const answers = await Promise.all(numbered('', 20).map(() => people.ensure('ann')));
        expect(answers).toEqual(answers.map(() => true));
        expect(bus.news()).toHaveLength(1);
      });

      it('refuses a deleted user until the host names them again', async () => {
        await people.ensure('ann');
        expect(await people.deleteUser('ann')).toBe(true);
        expect(await people.ensure('ann')).toBe(false);
        await people.upsertUsers([{ id: 'ann' }]);
        expect(await people.ensure('ann')).toBe(true);
      });

      it('follows deletions and returns on other nodes', async () => {
        const elsewhere = createPeople({ db: database.db, bus });
        await people.ensure('ann');
        await elsewhere.deleteUser('ann');
        expect(await people.ensure('ann')).toBe(false);
        await elsewhere.upsertUsers([{ id: 'ann', name: 'Ann' }]);
        expect(await people.ensure('ann')).toBe(true);
        expect((await people.profiles(['ann'])).get('ann')?.name).toBe('Ann');
      });

      it('names users to many who ask at once with few queries, and remembers of whom there is nothing to be named', async () => {
        await known(...numbered('u', 50));
        let queries = 0;
        const db: OpenDatabase['db'] = {
          ...database.db,
          run(work) {
            queries += 1;
            return database.db.run(work);
          },
        };
        const elsewhere = createPeople({ db, bus });
        const ask = () => Promise.all(numbered('u', 60).map((id) => elsewhere.profiles([id, 'nobody'])));
        const answers = await ask();
        expect(answers.map((profiles) => [...profiles.keys()])).toEqual(
          numbered('u', 60).map((id, i) => (i < 50 ? [id] : [])),
        );
        expect(queries).toBeLessThan(5);
        queries = 0;
        await ask();
        expect(queries).toBe(0);
        expect(elsewhere.knownProfile('nobody')).toBeNull();
        expect(elsewhere.knownProfile('somebody')).toBeUndefined();
        await people.upsertUsers([{ id: 'nobody', name: 'Nobody' }]);
        expect(elsewhere.knownProfile('nobody')).toBeUndefined();
        expect((await elsewhere.profiles(['nobody'])).get('nobody')?.name).toBe('Nobody');
      });

      it('deletes nobody who does not exist, and nobody twice', async () => {
        expect(await people.deleteUser('nobody')).toBe(false);
        await known('ann');
        expect(await people.deleteUser('ann')).toBe(true);
        expect(await people.deleteUser('ann')).toBe(false);
        expect(bus.news()).toEqual([{ kind: 'user', userId: 'ann', mayRevoke: true, deleted: true }]);
      });

      it('leaves nothing of a deleted user behind, also when they are named again', async () => {
        await people.upsertUsers([{ id: 'ann', name: 'Ann', avatarUrl: 'a.png', privacy: { status: 'NOBODY' } }]);
        await known('bob');
        await people.addFollows([
          { followerId: 'ann', followeeId: 'bob' },
          { followerId: 'bob', followeeId: 'ann' },
        ]);
        await people.block('ann', 'bob');
        await people.putCircle('team', ['ann', 'bob']);
        await people.putConversation('chat', ['ann', 'bob'], false);
        await people.deleteUser('ann');

        expect(await accessFactsOf('bob', 'ann')).toEqual({ ...NO_RELATION, exists: false, privacy: DEFAULT_PRIVACY });
        expect(people.knownProfile('ann')).toBeUndefined();
        expect((await people.profiles(['ann'])).size).toBe(0);
        await people.upsertUsers([{ id: 'ann' }]);
        expect(await accessFactsOf('bob', 'ann')).toEqual({ ...NO_RELATION, exists: true, privacy: DEFAULT_PRIVACY });
        expect((await people.profiles(['ann'])).get('ann')).toEqual({ id: 'ann', name: null, avatarUrl: null });
        expect(await people.roster('ann', 5_000)).toEqual([]);
        expect(await people.conversationsOf('ann', 100)).toEqual([]);
        expect(await people.blockedAmong('bob', ['ann'])).toEqual(new Set());
      });

      it('stores nothing that a deleted user still requests', async () => {
        await known('ann', 'bob');
        await people.deleteUser('ann');
        bus.news();
        await people.follow('ann', 'bob');
        await people.block('ann', 'bob');
        expect(bus.news()).toEqual([]);
        expect(await accessFactsOf('ann', 'bob')).toMatchObject(NO_RELATION);
      });
    });

    describe('names, pictures, privacy', () => {
      it('leaves what is left out and clears what is null', async () => {
        await people.upsertUsers([{ id: 'ann', name: 'Ann', avatarUrl: 'a.png' }]);
        await people.upsertUsers([{ id: 'ann', avatarUrl: null }]);
        expect((await people.profiles(['ann', 'nobody'])).get('ann')).toEqual({
          id: 'ann',
          name: 'Ann',
          avatarUrl: null,
        });
      });

      it('counts a user who is named twice once, and stores the later values', async () => {
        const count = await people.upsertUsers([
          { id: 'ann', name: 'Ann', privacy: { status: 'NOBODY' } },
          { id: 'bob' },
          { id: 'ann', name: 'Anna', privacy: { lastSeen: 'NOBODY' } },
        ]);
        expect(count).toBe(2);
        expect((await people.profiles(['ann'])).get('ann')?.name).toBe('Anna');
        expect(await people.privacy('ann')).toEqual({ status: 'NOBODY', lastSeen: 'NOBODY', activity: 'NOBODY' });
        expect(bus.news()).toHaveLength(2);
      });

      it('publishes only real changes of a user', async () => {
        await people.upsertUsers([{ id: 'ann', name: 'Ann' }]);
        bus.news();
        await people.upsertUsers([{ id: 'ann', name: 'Ann' }, { id: 'ann' }]);
        expect(bus.news()).toEqual([]);
        await people.upsertUsers([{ id: 'ann', name: 'Anna' }]);
        expect(bus.news()).toEqual([{ kind: 'user', userId: 'ann', mayRevoke: false, deleted: false }]);
        await people.upsertUsers([{ id: 'ann', privacy: { activity: 'NOBODY' } }]);
        expect(bus.news()).toEqual([{ kind: 'user', userId: 'ann', mayRevoke: true, deleted: false }]);
      });

      it('profiles are those of now after every change', async () => {
        await known('ann');
        expect((await people.profiles(['ann'])).get('ann')?.name).toBeNull();
        await people.upsertUsers([{ id: 'ann', name: 'Ann' }]);
        expect((await people.profiles(['ann', 'ann'])).get('ann')?.name).toBe('Ann');
        expect((await people.profiles(['bob'])).size).toBe(0);
        await people.ensure('bob');
        expect((await people.profiles(['bob'])).size).toBe(1);
      });

      it('returns the effective privacy, and stores the chosen one', async () => {
        await known('ann');
        expect(await people.updatePrivacy('ann', { status: 'MUTUALS', lastSeen: 'EVERYONE' })).toEqual({
          status: 'MUTUALS',
          lastSeen: 'MUTUALS',
          activity: 'MUTUALS',
        });
        expect(bus.news()).toEqual([{ kind: 'user', userId: 'ann', mayRevoke: true, deleted: false }]);
        expect(await people.updatePrivacy('ann', { status: 'EVERYONE' })).toEqual({
          status: 'EVERYONE',
          lastSeen: 'EVERYONE',
          activity: 'FOLLOWERS',
        });
        expect(bus.news()).toEqual([{ kind: 'user', userId: 'ann', mayRevoke: false, deleted: false }]);
      });

      it('publishes no choice of privacy without effect', async () => {
        await known('ann');
        await people.updatePrivacy('ann', { lastSeen: 'EVERYONE' });
        await people.updatePrivacy('ann', {});
        expect(bus.news()).toEqual([]);
      });

      it('changes no privacy of a user who does not exist', async () => {
        await expect(people.updatePrivacy('nobody', { status: 'NOBODY' })).rejects.toMatchObject({ code: 'NOT_FOUND' });
        expect(await people.privacy('nobody')).toEqual(DEFAULT_PRIVACY);
      });
    });

    describe('follows and blocks', () => {
      it('publishes a follow once, and its end', async () => {
        await people.follow('ann', 'bob');
        await people.follow('ann', 'bob');
        expect(bus.news()).toEqual([{ kind: 'relation', users: ['ann', 'bob'], mayRevoke: false }]);
        await people.unfollow('ann', 'bob');
        await people.unfollow('ann', 'bob');
        expect(bus.news()).toEqual([{ kind: 'relation', users: ['ann', 'bob'], mayRevoke: true }]);
      });

      it('keeps a follow of somebody unknown until that user appears', async () => {
        await people.follow('ann', 'later');
        expect(await accessFactsOf('ann', 'later')).toMatchObject({ follows: true, exists: false });
        expect(await people.roster('ann', 5_000)).toEqual(['later']);
        await people.ensure('later');
        expect(await accessFactsOf('ann', 'later')).toMatchObject({ follows: true, exists: true });
        expect(await accessFactsOf('later', 'ann')).toMatchObject({ followedBy: true, exists: false });
        expect(await people.roster('ann', 5_000)).toEqual(['later']);
      });

      it('blocks both ways, removes no relation, and unblocks', async () => {
        await known('ann', 'bob');
        await people.follow('ann', 'bob');
        bus.news();
        await people.block('bob', 'ann');
        await people.block('bob', 'ann');
        expect(bus.news()).toEqual([{ kind: 'relation', users: ['bob', 'ann'], mayRevoke: true, firstBlock: true }]);
        expect(await accessFactsOf('ann', 'bob')).toMatchObject({ follows: true, blocked: true });
        expect(await accessFactsOf('bob', 'ann')).toMatchObject({ followedBy: true, blocked: true });
        expect(await people.blockedAmong('ann', ['cem', 'bob', 'ann'])).toEqual(new Set(['bob']));
        expect(await people.blockedAmong('bob', ['cem', 'ann'])).toEqual(new Set(['ann']));
        expect(await people.blockedAmong('cem', ['ann', 'bob'])).toEqual(new Set());
        expect(await people.blockedAmong('ann', [])).toEqual(new Set());
        await people.unblock('bob', 'ann');
        await people.unblock('bob', 'ann');
        expect(bus.news()).toEqual([{ kind: 'relation', users: ['bob', 'ann'], mayRevoke: false }]);
        expect(await accessFactsOf('ann', 'bob')).toMatchObject({ follows: true, blocked: false });
      });

      it('keeps no relation of a user with themselves', async () => {
        await known('ann');
        await people.follow('ann', 'ann');
        await people.block('ann', 'ann');
        expect(bus.news()).toEqual([]);
        expect(await accessFactsOf('ann', 'ann')).toMatchObject({ ...NO_RELATION, exists: true });
      });

      it('counts the follows that were new, and those that were there', async () => {
        await people.follow('ann', 'bob');
        bus.news();
        const follows = [
          { followerId: 'ann', followeeId: 'bob' },
          { followerId: 'ann', followeeId: 'cem' },
          { followerId: 'ann', followeeId: 'cem' },
          { followerId: 'dan', followeeId: 'ann' },
        ];
        expect(await people.addFollows(follows)).toBe(2);
        expect(bus.news()).toEqual([
          { kind: 'relation', users: ['ann', 'cem'], mayRevoke: false },
          { kind: 'relation', users: ['dan', 'ann'], mayRevoke: false },
        ]);
        expect(await people.removeFollows([...follows, { followerId: 'eve', followeeId: 'ann' }])).toBe(3);
        expect(bus.news()).toHaveLength(3);
        expect(await people.addFollows([])).toBe(0);
        expect(await people.removeFollows([])).toBe(0);
      });

      it('refuses a follow past the bound, and then writes nothing of the call', async () => {
        const follow = (followeeId: string) => ({ followerId: 'ann', followeeId });
        await people.addFollows(numbered('u', 5).map(follow));
        bus.news();
        await people.follow('ann', 'u0');
        await expect(people.follow('ann', 'u5')).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
        const call = people.addFollows([{ followerId: 'bob', followeeId: 'ann' }, follow('u6')]);
        await expect(call).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
        expect(bus.news()).toEqual([]);
        expect(await accessFactsOf('bob', 'ann')).toMatchObject({ follows: false });
        await people.unfollow('ann', 'u0');
        await people.follow('ann', 'u5');
        expect(await accessFactsOf('ann', 'u5')).toMatchObject({ follows: true });
      });

      it('refuses a block past the bound, and then leaves everything as it was', async () => {
        for (const id of numbered('u', 3)) await people.block('ann', id);
        bus.news();
        await people.block('ann', 'u0');
        await expect(people.block('ann', 'u3')).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
        expect(bus.news()).toEqual([]);
        expect(await accessFactsOf('ann', 'u3')).toMatchObject({ blocked: false });
        await people.unblock('ann', 'u0');
        await people.block('ann', 'u3');
        expect(await accessFactsOf('ann', 'u3')).toMatchObject({ blocked: true });
      });

      it('lets no number of calls at the same time pass the bound', async () => {
        const calls = await Promise.allSettled(numbered('u', 30).map((id) => people.follow('ann', id)));
        expect(calls.filter((call) => call.status === 'fulfilled')).toHaveLength(5);
        expect(bus.news()).toHaveLength(5);
      });
    });

    describe('circles and conversations', () => {
      it('replaces the members of a circle, and publishes who joined and left', async () => {
        await people.putCircle('team', ['ann', 'bob', 'bob']);
        expect(bus.news()).toEqual([
          { kind: 'circle', id: 'team', changed: ['ann', 'bob'], members: ['ann', 'bob'], mayRevoke: false },
        ]);
        expect(await accessFactsOf('ann', 'bob')).toMatchObject({ sharesCircle: true, exists: false });
        await people.putCircle('team', ['bob', 'ann']);
        expect(bus.news()).toEqual([]);
        await people.putCircle('team', ['bob', 'cem']);
        expect(bus.news()).toEqual([
          { kind: 'circle', id: 'team', changed: ['cem', 'ann'], members: ['bob', 'cem', 'ann'], mayRevoke: true },
        ]);
        expect(await accessFactsOf('ann', 'bob')).toMatchObject({ sharesCircle: false });
        expect(await accessFactsOf('cem', 'bob')).toMatchObject({ sharesCircle: true });
      });

      it('deletes a circle once', async () => {
        await people.putCircle('team', ['ann', 'bob']);
        await people.putCircle('nobody', []);
        bus.news();
        expect(await people.deleteCircle('team')).toBe(true);
        expect(await people.deleteCircle('team')).toBe(false);
        expect(bus.news()).toEqual([
          { kind: 'circle', id: 'team', changed: ['ann', 'bob'], members: ['ann', 'bob'], mayRevoke: true },
        ]);
        expect(await people.deleteCircle('nobody')).toBe(true);
        expect(bus.news()).toEqual([]);
        expect(await accessFactsOf('ann', 'bob')).toMatchObject({ sharesCircle: false });
      });

      it('counts only conversations that are not open as shared', async () => {
        await people.putConversation('chat', ['ann', 'bob'], false);
        expect(await accessFactsOf('ann', 'bob')).toMatchObject({ sharesConversation: true });
        bus.news();
        await people.putConversation('chat', ['ann', 'bob'], true);
        expect(bus.news()).toEqual([
          {
            ...{ kind: 'conversation', id: 'chat', changed: ['ann', 'bob'], members: ['ann', 'bob'], mayRevoke: true },
            use: {
              before: { open: false, ownerId: null, audience: null },
              deleted: false,
              below: expect.any(Number),
            },
          },
        ]);
        expect(await accessFactsOf('ann', 'bob')).toMatchObject({ sharesConversation: false });
        await people.putConversation('chat', ['ann', 'bob'], true);
        expect(bus.news()).toEqual([]);
        await people.putConversation('chat', ['ann', 'bob'], false);
        expect(await accessFactsOf('ann', 'bob')).toMatchObject({ sharesConversation: true });
      });

      it('publishes a conversation that is created and deleted, also without members', async () => {
        await people.putConversation('hall', [], true);
        const change = { kind: 'conversation', id: 'hall', changed: [], members: [] };
        const use = { before: null, deleted: false, below: expect.any(Number) };
        expect(bus.news()).toEqual([{ ...change, mayRevoke: false, use }]);
        expect(await people.conversation('hall', 'ann')).toEqual({ open: true, isMember: false });
        expect(await people.deleteConversation('hall')).toBe(true);
        expect(await people.deleteConversation('hall')).toBe(false);
        const before = { open: true, ownerId: null, audience: null };
        expect(bus.news()).toEqual([
          { ...change, mayRevoke: true, use: { ...use, before, deleted: true, deletedAt: expect.any(Number) } },
        ]);
        expect(await people.conversation('hall', 'ann')).toBeUndefined();
      });

      it('knows the members of a conversation and the conversations of a member', async () => {
        await people.putConversation('b', ['ann', 'bob'], false);
        await people.putConversation('a', ['ann'], true);
        expect(await people.conversation('b', 'ann')).toEqual({ open: false, isMember: true });
        expect(await people.conversation('b', 'cem')).toEqual({ open: false, isMember: false });
        expect([...(await people.conversationFor('b', ['cem', 'ann']))].sort()).toEqual([
          ['ann', { open: false, isMember: true }],
          ['cem', { open: false, isMember: false }],
        ]);
        expect(await people.conversationFor('nowhere', ['ann'])).toEqual(new Map());
        const own = { ownerId: null, blocked: false };
        expect(await people.conversationsOf('ann', 100)).toEqual([
          { id: 'a', ...own },
          { id: 'b', ...own },
        ]);
        expect(await people.conversationsOf('ann', 1)).toEqual([{ id: 'a', ...own }]);
        expect(await people.conversationsOf('cem', 100)).toEqual([]);
        expect(await people.conversationsAmong('ann', ['b', 'nowhere', 'a'])).toEqual(new Set(['a', 'b']));
        expect(await people.conversationsAmong('cem', ['a', 'b'])).toEqual(new Set());
      });

      it('refuses members past the bound, and then writes nothing', async () => {
        await people.putCircle('team', [...numbered('u', 4), 'u0']);
        await people.putConversation('chat', numbered('u', 4), false);
        bus.news();
        await expect(people.putCircle('team', numbered('v', 5))).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
        const call = people.putConversation('chat', numbered('v', 5), true);
        await expect(call).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
        expect(bus.news()).toEqual([]);
        expect(await people.conversation('chat', 'u0')).toEqual({ open: false, isMember: true });
      });

      it('ends with the members of one of the calls when several put a circle at the same time', async () => {
        const calls = [
          ['ann', 'bob'],
          ['cem', 'dan'],
          ['eve', 'fay'],
          ['ann', 'fay'],
        ];
        await Promise.all(calls.map((members) => people.putCircle('team', members)));
        const all = ['ann', 'bob', 'cem', 'dan', 'eve', 'fay'];
        await known(...all);
        const rosters = await Promise.all(all.map((id) => people.roster(id, 5_000)));
        const members = all.filter((_, i) => rosters[i]!.length > 0);
        expect(calls).toContainEqual(members);
      });
    });

    it('says who was deleted, and not named again, of many at once', async () => {
      await known('ann', 'bob', 'cem');
      await people.deleteUser('ann');
      await people.deleteUser('bob');
      await people.upsertUsers([{ id: 'bob' }]);
      expect(await people.deletedAmong(['ann', 'bob', 'cem', 'nobody', 'ann'])).toEqual(new Set(['ann']));
      expect(await people.ensure('nobody')).toBe(true);
    });

    it('gives a user who was deleted and named again no membership of before', async () => {
      await known('ann', 'bob');
      await people.putConversation('chat', ['ann', 'bob'], false);
      expect(await people.membership('chat', 'ann')).toEqual({ open: false, isMember: true });
      await people.deleteUser('ann');
      await people.upsertUsers([{ id: 'ann' }]);
      expect(await people.membership('chat', 'ann')).toEqual({ open: false, isMember: false });
      expect(await people.membership('chat', 'bob')).toEqual({ open: false, isMember: true });
    });

    it.each([
      ['follows', 'eve', (from: string, to: string) => people.follow(from, to)],
      ['follows', 'fay', (from: string, to: string) => people.follow(from, to)],
      ['blocked', 'eve', (from: string, to: string) => people.block(from, to)],
      ['blocked', 'fay', (from: string, to: string) => people.block(from, to)],
    ] as const)(
      'a new relation (%s) is seen by subscriptions, also when %s was looked at by others first',
      async (relation, first, relate) => {
        await known('eve', 'fay', 'gus');
        const users = ['eve', 'fay', 'gus'];
        await people.accessFactsToWatch(users.flatMap((viewerId) => users.map((userId) => ({ viewerId, userId }))));
        await relate('eve', 'fay');
        await people.accessFactsToWatch([{ viewerId: 'gus', userId: first }]);
        const pair = { viewerId: 'eve', userId: 'fay' };
        const [accessFacts] = inOrder([pair], await people.accessFactsToWatch([pair]));
        expect(accessFacts).toMatchObject({ [relation]: true });
      },
    );

    it('forgets the access summaries of both ends of a relation, whichever was cached', async () => {
      await known('ann', 'bob');
      const pairs = [
        { viewerId: 'ann', userId: 'bob' },
        { viewerId: 'bob', userId: 'ann' },
      ];
      const watched = async () =>
        inOrder(pairs, await people.accessFactsToWatch(pairs)).map(({ follows, blocked }) => [follows, blocked]);
      const neither = [
        [false, false],
        [false, false],
      ];
      expect(await watched()).toEqual(neither);
      await people.block('ann', 'bob');
      expect(await watched()).toEqual([
        [false, true],
        [false, true],
      ]);
      await people.unblock('ann', 'bob');
      expect(await watched()).toEqual(neither);
      await people.follow('bob', 'ann');
      expect(await watched()).toEqual([
        [false, false],
        [true, false],
      ]);
    });

    describe('access facts and roster', () => {
      it('answers every pair by its key, also the same pair twice and a user with themselves', async () => {
        await known('ann', 'bob');
        await people.follow('ann', 'bob');
        const pairs = [
          { viewerId: 'bob', userId: 'ann' },
          { viewerId: 'ann', userId: 'nobody' },
          { viewerId: 'ann', userId: 'bob' },
          { viewerId: 'ann', userId: 'ann' },
          { viewerId: 'bob', userId: 'ann' },
        ];
        const accessFacts = inOrder(pairs, await people.accessFacts(pairs));
        expect(accessFacts.map((fact) => [fact.exists, fact.follows, fact.followedBy])).toEqual([
          [true, false, true],
          [false, false, false],
          [true, true, false],
          [true, false, false],
          [true, false, true],
        ]);
        expect(await people.accessFacts([])).toEqual(new Map());
        const stranger = facetsFor({ kind: 'user', userId: 'ann' }, 'nobody', accessFacts[1]);
        expect(stranger).toEqual(NOTHING);
      });

      it('gives open subscriptions what it gives queries, whatever the privacy and the relations', async () => {
        const ids = ['ann', 'bob', 'cem', 'dan', 'eve'];
        const audiences = ['EVERYONE', 'FOLLOWERS', 'MUTUALS', 'NOBODY'] as const;
        await people.upsertUsers(
          ids.slice(0, 4).map((id, i) => {
            const [status, lastSeen, activity] = [audiences[i]!, audiences[(i + 1) % 4]!, audiences[(i + 3) % 4]!];
            return { id, privacy: { status, lastSeen, activity } };
          }),
        );
        const pairs = ids.flatMap((viewerId) => ids.map((userId) => ({ viewerId, userId })));
        const seen = (accessFacts: readonly AccessFacts[]) =>
          pairs.map(({ viewerId, userId }, i) => facetsFor({ kind: 'user', userId: viewerId }, userId, accessFacts[i]));
        /** Of one viewer, of one user, and of all; and what a query that knows nothing beforehand says. */
        const agree = async () => {
          const fresh = createPeople({ db: database.db, bus, maxFollows: 5, maxMembers: 4 });
          const expected = seen(inOrder(pairs, await fresh.accessFacts(pairs)));
          expect(seen(inOrder(pairs, await people.accessFactsToWatch(pairs)))).toEqual(expected);
          const one = async (pair: Pair) => inOrder([pair], await people.accessFactsToWatch([pair]));
          expect(seen((await Promise.all(pairs.map(one))).flat())).toEqual(expected);
          for (const viewerId of ids) {
            const rostered = await people.rosterAccessFacts(viewerId, 5_000);
            expect([...rostered.keys()]).toEqual(await people.roster(viewerId, 5_000));
            for (const [userId, accessFacts] of rostered) {
              const at = pairs.findIndex((pair) => pair.viewerId === viewerId && pair.userId === userId);
              expect(facetsFor({ kind: 'user', userId: viewerId }, userId, accessFacts)).toEqual(expected[at]);
            }
          }
          return expected;
        };
        const steps: (() => Promise<unknown>)[] = [
          () => people.follow('ann', 'bob'),
          () => people.follow('bob', 'ann'),
          () => people.follow('cem', 'bob'),
          () => people.follow('bob', 'cem'),
          () => people.block('bob', 'cem'),
          () => people.block('dan', 'ann'),
          () => people.putCircle('team', ['bob', 'cem', 'dan']),
          () => people.putConversation('chat', ['ann', 'bob', 'dan'], false),
          () => people.putConversation('hall', ['ann', 'cem'], true),
          () => people.unblock('bob', 'cem'),
          () => people.updatePrivacy('cem', { status: 'FOLLOWERS', activity: 'MUTUALS' }),
          () =>
            people.upsertUsers([
              { id: 'eve', privacy: { status: 'EVERYONE', lastSeen: 'EVERYONE', activity: 'EVERYONE' } },
            ]),
          () => people.block('ann', 'eve'),
          () => people.block('eve', 'cem'),
          () => people.unfollow('bob', 'ann'),
          () => people.deleteCircle('team'),
          () => people.updatePrivacy('ann', { status: 'NOBODY' }),
          () => people.deleteUser('bob'),
          () => people.upsertUsers([{ id: 'bob' }]),
        ];
        const transcript = [await agree()];
        for (const step of steps) {
          await step();
          transcript.push(await agree());
        }
        // Nearly every step changed what somebody sees: an open conversation, and a second way to see the same, do not.
        const changes = transcript.filter(
          (now, i) => i > 0 && JSON.stringify(now) !== JSON.stringify(transcript[i - 1]),
        );
        expect(changes.length).toBeGreaterThan(10);
      });

      it('finds what is shared from either side, whichever side of the pairs is the longer', async () => {
        await people.putCircle('team', ['ann', 'bob', 'cem']);
        await people.putConversation('chat', ['ann', 'dan'], false);
        const others = ['bob', 'cem', 'dan', 'eve'];
        const [from, to] = [
          others.map((userId) => ({ viewerId: 'ann', userId })),
          others.map((viewerId) => ({ viewerId, userId: 'ann' })),
        ];
        const there = inOrder(from, await people.accessFacts(from));
        const back = inOrder(to, await people.accessFacts(to));
        const shared = [
          [true, false],
          [true, false],
          [false, true],
          [false, false],
        ];
        expect(there.map((fact) => [fact.sharesCircle, fact.sharesConversation])).toEqual(shared);
        expect(back.map((fact) => [fact.sharesCircle, fact.sharesConversation])).toEqual(shared);
      });

      describe.each([
        ['following', 'follow', 'unfollow'],
        ['blocked', 'block', 'unblock'],
      ] as const)('%s', (list, add, remove) => {
        it('lists by id in pages beyond an id, known or not, and nobody else’s', async () => {
          await known('a', 'gone', 'z');
          await people.deleteUser('gone');
          const lists = [
            ['z', 'a', 'B'],
            ['é', 'gone', '日本'],
            ['10', '9', "o'neil"],
          ] as const;
          for (const [i, ids] of lists.entries()) {
            const me = `me-${i}`;
            for (const id of ids) await people[add](me, id);
            await people[add](ids[0], me);
            const all = [...ids].sort();
            expect(await people[list](me, { after: null, limit: 500 })).toEqual(all);
            expect(await people[list](me, { after: null, limit: 2 })).toEqual(all.slice(0, 2));
            for (const [at, after] of all.entries()) {
              expect(await people[list](me, { after, limit: 1 })).toEqual(all.slice(at + 1, at + 2));
            }
            const [left] = all;
            await people[remove](me, left!);
            expect(await people[list](me, { after: null, limit: 500 })).toEqual(all.slice(1));
            // One who is no longer listed is a place to go on from all the same.
            expect(await people[list](me, { after: left!, limit: 1 })).toEqual(all.slice(1, 2));
          }
          expect(await people[list]('nobody', { after: null, limit: 5 })).toEqual([]);
        });
      });

      it('rosters those followed and those in a circle, once, by id, known or not, without the viewer', async () => {
        const ids = ['a', 'B', 'é', 'z', '10', '9'];
        await known('ann', 'gone', ...ids);
        await people.addFollows(['z', 'é', 'B', 'gone', 'nobody'].map((id) => ({ followerId: 'ann', followeeId: id })));
        await people.putCircle('team', ['ann', 'a', 'z', '10']);
        await people.putCircle('club', ['ann', '9']);
        await people.putConversation('chat', ['ann', 'stranger'], false);
        await people.deleteUser('gone');
        expect(await people.roster('ann', 5_000)).toEqual([...ids, 'nobody'].sort());
        expect(await people.roster('nobody', 5_000)).toEqual([]);
        expect([...(await people.rosterAccessFacts('ann', 5_000)).keys()]).toEqual([...ids, 'nobody'].sort());
      });

      it('rosters the first by id, from whichever circle or follow they come', async () => {
        await people.putCircle('a', ['ann', 'u1', 'u5', 'u9']);
        await people.putCircle('b', ['ann', 'u2', 'u5', 'u8']);
        await people.addFollows(['u0', 'u5', 'u7'].map((followeeId) => ({ followerId: 'ann', followeeId })));
        expect(await people.roster('ann', 4)).toEqual(['u0', 'u1', 'u2', 'u5']);
        const accessFacts = await people.rosterAccessFacts('ann', 4);
        expect([...accessFacts].map(([id, { follows, sharesCircle }]) => [id, follows, sharesCircle])).toEqual([
          ['u0', true, false],
          ['u1', false, true],
          ['u2', false, true],
          ['u5', true, true],
        ]);
      });

      it('takes ids of any characters as they are', async () => {
        const ids = ["o'neil", 'a"b', 'back\\slash', '{curly,comma}', 'NULL', ' ', '%_', '日本', '👋', '$1'];
        await known('ann', ...ids);
        for (const id of ids.slice(0, 4)) await people.follow('ann', id);
        await people.putCircle('{"x"}', ids.slice(4, 8));
        expect(await people.roster('ann', 5_000)).toEqual(ids.slice(0, 4).sort());
        const pairs = ids.map((userId) => ({ viewerId: 'NULL', userId }));
        const accessFacts = inOrder(pairs, await people.accessFacts(pairs));
        expect(accessFacts.map((fact) => fact.exists)).toEqual(ids.map(() => true));
        expect(accessFacts.filter((fact) => fact.sharesCircle)).toHaveLength(4);
        expect([...(await people.profiles(ids)).keys()].sort()).toEqual([...ids].sort());
      });
    });

    describe('publishing changes', () => {
      const logged = async () => {
        const rows = await database.db.run((orm) =>
          orm
            .select({ id: sql<string>`id::text`, change: sql<string>`change::text` })
            .from(sql`fact_log order by fact_log.id`),
        );
        return rows.map(({ id, change }): AccessChange => ({ ...accessChangeOf(JSON.parse(change)), logId: id }));
      };

      it('writes them to the change log as they are published, in order, with their ids', async () => {
        people = createPeople({ db: database.db, bus, logged: true });
        await people.follow('ann', "o'neil {\\}");
        await people.addFollows(numbered('u', 20).map((followeeId) => ({ followerId: 'ann', followeeId })));
        await people.putCircle('team', ['ann', '日本']);
        await people.follow('ann', 'u1');
        const news = bus.news();
        expect(news).toHaveLength(22);
        expect(news.every(({ logId }) => logId !== undefined)).toBe(true);
        expect(await logged()).toEqual(news);
      });

      it('writes nothing to the change log for a failed write, or where nobody reads it', async () => {
        await people.follow('ann', 'bob');
        expect(bus.news()).toEqual([{ kind: 'relation', users: ['ann', 'bob'], mayRevoke: false }]);
        people = createPeople({ db: database.db, bus, logged: true, maxFollows: 1 });
        await expect(people.follow('ann', 'cem')).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
        expect(await logged()).toEqual([]);
      });

      it.each([
        ['fails', () => Promise.reject(new Error('away'))],
        ['hangs', () => new Promise<void>(() => {})],
      ])(
        'fails nothing when publishing %s, and tells the listeners of this process',
        async (_, publishAccessChange) => {
          const errors: unknown[] = [];
          const answered: AccessChange[] = [];
          await bus.subscribeAccessChanges((change) => answered.push(change));
          const onError = (error: unknown) => errors.push(error);
          people = createPeople({ db: database.db, bus: { ...bus, publishAccessChange }, logged: true, onError });
          await people.block('ann', 'bob');
          expect(answered).toEqual([
            expect.objectContaining({ kind: 'relation', users: ['ann', 'bob'], mayRevoke: true }),
          ]);
          expect(await logged()).toEqual(answered);
          expect(errors).toEqual([expect.any(Error)]);
          expect(await accessFactsOf('ann', 'bob')).toMatchObject({ blocked: true });
        },
      );

      it('forgets its cache of users whose change it receives, and all of it after a gap', async () => {
        await people.upsertUsers([{ id: 'ann', name: 'Ann' }]);
        const cached = async () => [await people.ensure('ann'), (await people.profiles(['ann'])).get('ann')?.name];
        expect(await cached()).toEqual([true, 'Ann']);
        const write = (statement: ReturnType<typeof sql>) => database.db.run((orm) => orm.execute(statement));
        await write(sql`update users set name = 'Anna'`);
        expect(await cached()).toEqual([true, 'Ann']);
        bus.deliverAccessChange({ kind: 'user', userId: 'ann', mayRevoke: false, deleted: false });
        expect(await cached()).toEqual([true, 'Anna']);
        await write(sql`update users set deleted_at = 1`);
        bus.gap();
        expect(await cached()).toEqual([false, undefined]);
        await write(sql`update users set deleted_at = null`);
        people.forgetAll();
        expect(await cached()).toEqual([true, 'Anna']);
      });
    });

    it('holds 5,000 members and 10,000 follows as they are by default, and no more', async () => {
      const large = createPeople({ db: database.db, bus });
      await large.putCircle('town', numbered('u', 5_000));
      await large.putCircle('town', numbered('u', 5_001).slice(1));
      await expect(large.putCircle('town', numbered('u', 5_001))).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
      const follows = numbered('u', 10_000).map((followeeId) => ({ followerId: 'ann', followeeId }));
      expect(await large.addFollows(follows)).toBe(10_000);
      await expect(large.follow('ann', 'more')).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
      expect(await large.upsertUsers(numbered('u', 1_000).map((id) => ({ id, name: id })))).toBe(1_000);
      expect(await large.roster('ann', 20_000)).toHaveLength(10_000);
    });
  });
};
