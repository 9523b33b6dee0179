import { type SQL, sql } from 'drizzle-orm';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { OpenDatabase } from '../../src/adapters/sql/database.js';
import { followActId } from '../../src/adapters/sql/followIds.js';
import { changesQuery } from '../../src/adapters/sql/noticeRows.js';
import { createPeople } from '../../src/adapters/sql/people.js';
import { createSocial } from '../../src/adapters/sql/social.js';
import { noteDeletedObject, noteDeletedUser } from '../../src/adapters/sql/socialRemovals.js';
import { AS_STORED, WITHOUT_REMOVED } from '../../src/adapters/sql/underRemoval.js';
import { isHiddenFromTray } from '../../src/social/noticeSight.js';
import type { DueNotice } from '../../src/social/ports/trays.js';
import type { NewAct } from '../../src/social/socialTypes.js';
import { empty, recordingBus } from './people.js';

/** An act of the host's: ann likes post 42 and cem is to know, unless `fields` say otherwise. */
export const newAct = (id: string, fields: Partial<NewAct> = {}): NewAct => ({
  id,
  verb: 'like',
  actorId: 'ann',
  objectId: '42',
  objectType: 'post',
  text: null,
  data: null,
  audience: 'FOLLOWERS',
  at: null,
  recipients: ['cem'],
  group: null,
  ...fields,
});

const numbered = (prefix: string, count: number) => Array.from({ length: count }, (_, i) => `${prefix}${i}`);

/**
 * What every store of acts and trays must do, over the database that `open` opens. `recipients` are those of one act of a large call,
 * `acts` those of one into one tray, `notices` those of a pair of users who have many, `stories` the random ones of what deletions
 * take back.
 */
export const describeSocial = (
  name: string,
  open: () => Promise<OpenDatabase>,
  crowd: {
    readonly recipients: number;
    readonly acts: number;
    readonly notices: number;
    readonly stories: number;
  },
): void => {
  describe(`acts and trays over ${name}`, () => {
    let database: OpenDatabase;
    let bus: ReturnType<typeof recordingBus>;
    let people: ReturnType<typeof createPeople>;
    let social: ReturnType<typeof createSocial>;

    beforeAll(async () => {
      database = await open();
    });
    afterAll(async () => {
      await database.close();
    });
    beforeEach(async () => {
      await empty(database);
      bus = recordingBus();
      people = createPeople({ db: database.db, bus, logged: true });
      social = createSocial({ db: database.db, bus, logged: true, maxMutes: 3 });
    });

    const ALL = { first: 100, after: null };
    /** The list of a tray as its owner reads it, the latest first. */
    const list = async (userId = 'cem', unreadOnly = false) =>
      (await social.notices(userId, { ...ALL, unreadOnly })).items;
    /** The same in short: `verb object: latest actors (number of actors)`, read ones in brackets. */
    const shortList = async (userId = 'cem') =>
      (await list(userId)).map((notice) => {
        const text = `${notice.verb} ${notice.objectId}: ${notice.actorIds.join(' ')} (${notice.actorCount})`;
        return notice.isRead ? `[${text}]` : text;
      });
    const totals = async (userId = 'cem') => {
      const { unread, unseen, revision } = await social.inbox(userId);
      return { unread, unseen, revision };
    };
    const act = newAct;
    /** What a query finds, as the column `text`. */
    const rows = (query: SQL) =>
      database.db.run((orm) => orm.select({ text: sql<string>`text` }).from(sql`(${query}) as found`));

    describe('telling', () => {
      it('brings an act to who is named, once', async () => {
        expect(await social.tell([act('1', { text: 'nice', at: 7 })])).toBe(1);
        const [notice, ...others] = await list();
        expect(others).toEqual([]);
        expect(notice).toEqual({
          id: expect.any(String),
          userId: 'cem',
          verb: 'like',
          objectId: '42',
          objectType: 'post',
          actorIds: ['ann'],
          actorCount: 1,
          latest: {
            ...{ id: '1', verb: 'like', actorId: 'ann', objectId: '42', objectType: 'post', text: 'nice', data: null },
            ...{ audience: 'FOLLOWERS', at: 7, seq: expect.any(Number) },
          },
          at: expect.any(Number),
          isRead: false,
          position: 1,
          changed: 1,
          gone: false,
        });
        expect(bus.socialNews()).toEqual([
          { kind: 'act', act: notice!.latest, gone: false, logId: expect.any(String) },
          { kind: 'tray', userId: 'cem', revision: 1, logId: expect.any(String) },
        ]);
        expect(await totals()).toEqual({ unread: 1, unseen: 1, revision: 1 });
        expect(await totals('ann')).toEqual({ unread: 0, unseen: 0, revision: 0 });
      });

      it('changes nothing when told again, also with other words', async () => {
        await social.tell([act('1', { text: 'first' })]);
        bus.socialNews();
        const before = [await list(), await totals()];
        expect(await social.tell([act('1', { text: 'second', recipients: ['cem', 'dan'] }), act('1')])).toBe(0);
        expect([await list(), await totals()]).toEqual(before);
        expect(await list('dan')).toEqual([]);
        expect(bus.socialNews()).toEqual([]);
      });

      it('is told once however many tell it at the same time, on whichever node', async () => {
        const nodes = numbered('', 4).map(() => createSocial({ db: database.db, bus, logged: true }));
        const calls = nodes.flatMap((node) => [
          node.tell([act('1'), act('2', { actorId: 'bob' }), act('3', { actorId: 'dan' })]),
          node.tell([act('3', { actorId: 'dan' }), act('2', { actorId: 'bob' }), act('1')]),
        ]);
        const counts = await Promise.all(calls);
        expect(counts.reduce((a, b) => a + b)).toBe(3);
        expect((await list()).map(({ actorCount }) => actorCount)).toEqual([3]);
        expect(await totals()).toEqual({ unread: 1, unseen: 1, revision: 3 });
      });

      it('is answered to each of many who tell at the same moment, and one who is refused fails alone', async () => {
        await social.tell([act('0')]);
        await social.retract(['0']);
        await database.db.run((orm) =>
          orm.execute(sql`insert into social_removals (kind, target_id, before)
            values ('object', '42', nextval('acts_seq_seq'))`),
        );
        const other = { objectId: '43' };
        const calls = numbered('a', 30).map((id) => social.tell([act(id, other), act('shared', other)]));
        const refused = social.tell([act('0')]);
        await expect(refused).rejects.toMatchObject({ code: 'UNAVAILABLE' });
        const counts = await Promise.all(calls);
        expect(counts.toSorted()).toEqual([...Array(29).fill(1), 2]);
        expect(await rows(sql`select actor_id as text from notice_acts where shown`)).toHaveLength(31);
        expect(await totals()).toEqual({ unread: 1, unseen: 1, revision: 33 });
      });

      it('counts an actor once a notice, and names the latest three', async () => {
        await social.tell([act('1'), act('2', { actorId: 'bob' }), act('3', { actorId: 'dan' })]);
        await social.tell([act('4', { actorId: 'eve' })]);
        await social.tell([act('5', { actorId: 'bob' }), act('6', { actorId: 'bob' })]);
        expect(await shortList()).toEqual(['like 42: bob eve dan (4)']);
        expect(await totals()).toEqual({ unread: 1, unseen: 1, revision: 6 });
      });

      it('names each actor once, at the latest of their acts that are shown, whatever is taken back and told again', async () => {
        const of = (id: string, actorId: string) => act(id, { actorId });
        await social.tell([of('1', 'ann'), of('2', 'bob'), of('3', 'ann'), of('4', 'cyd'), of('5', 'ann')]);
        expect(await shortList()).toEqual(['like 42: ann cyd bob (3)']);
        await social.retract(['5']);
        expect(await shortList()).toEqual(['like 42: cyd ann bob (3)']);
        await social.retract(['3']);
        expect(await shortList()).toEqual(['like 42: cyd bob ann (3)']);
        await social.tell([of('3', 'ann'), of('5', 'ann')]);
        expect(await shortList()).toEqual(['like 42: ann cyd bob (3)']);
        await social.retract(['4']);
        expect(await shortList()).toEqual(['like 42: ann bob (2)']);
        await people.block('ann', 'cem');
        expect(await shortList()).toEqual(['like 42: bob (1)']);
        await people.unblock('ann', 'cem');
        expect(await shortList()).toEqual(['like 42: ann bob (2)']);
        await social.retract(['5', '3', '2']);
        expect(await shortList()).toEqual(['like 42: ann (1)']);
      });

      it('keeps an act of which the owner is the actor, or that names nobody, out of trays', async () => {
        expect(await social.tell([act('1', { recipients: [] }), act('2', { recipients: ['ann'] })])).toBe(2);
        expect(await list('ann')).toEqual([]);
        expect(bus.socialNews().map(({ kind }) => kind)).toEqual(['act', 'act']);
      });

      it('publishes no act that is for nobody but its recipients', async () => {
        await social.tell([act('1', { audience: 'NOBODY' })]);
        await social.retract(['1']);
        expect(bus.socialNews().map(({ kind }) => kind)).toEqual(['tray', 'tray']);
      });

      it('skips recipients who are deleted, and acts of deleted actors; unknown ones it keeps', async () => {
        await people.upsertUsers([{ id: 'gone' }, { id: 'lost' }]);
        await people.deleteUser('gone');
        await people.deleteUser('lost');
        const told = social.tell([act('1', { actorId: 'gone' }), act('2', { recipients: ['lost', 'cem'] })]);
        expect(await told).toBe(1);
        expect(await shortList()).toEqual(['like 42: ann (1)']);
        expect(await list('lost')).toEqual([]);
        await people.upsertUsers([{ id: 'lost' }]);
        expect(await list('lost')).toEqual([]);
      });

      it('numbers acts and positions in the order of the list, whatever their ids', async () => {
        await social.tell([act('b', { objectId: '1' }), act('a', { objectId: '2' }), act('c', { objectId: '3' })]);
        expect((await list()).map(({ latest, position }) => [latest.id, position])).toEqual([
          ['c', 3],
          ['a', 2],
          ['b', 1],
        ]);
      });

      it(`tells ${10 * crowd.recipients} recipients in one call`, async () => {
        const recipients = numbered('u', crowd.recipients);
        const last = recipients.at(-1);
        const acts = numbered('a', 10).map((id) => act(id, { recipients, objectId: id }));
        expect(await social.tell(acts)).toBe(10);
        expect(await totals('u0')).toEqual({ unread: 10, unseen: 10, revision: 10 });
        expect(await totals(last)).toEqual({ unread: 10, unseen: 10, revision: 10 });
        expect(await social.retract(acts.map(({ id }) => id))).toBe(10);
        expect(await totals(last)).toMatchObject({ unread: 0, unseen: 0 });
      });

      it(`takes ${crowd.acts} acts into one tray in one call`, async () => {
        const actors = Math.ceil(0.7 * crowd.acts);
        const acts = numbered('a', crowd.acts).map((id, i) => act(id, { actorId: `u${i % actors}` }));
        expect(await social.tell(acts)).toBe(crowd.acts);
        const last = crowd.acts - actors - 1;
        expect(await shortList()).toEqual([`like 42: u${last} u${last - 1} u${last - 2} (${actors})`]);
      });
    });

    describe('groups', () => {
      it('takes acts in while it is unread, and being read closes it', async () => {
        await social.tell([act('1')]);
        await social.markRead('cem', 1, null);
        await social.tell([act('2', { actorId: 'bob' })]);
        expect(await shortList()).toEqual(['like 42: bob (1)', '[like 42: ann (1)]']);
        expect(await totals()).toEqual({ unread: 1, unseen: 1, revision: 3 });
      });

      it('are by verb and object, unless the host says otherwise', async () => {
        await social.tell([
          act('1'),
          act('2', { verb: 'share' }),
          act('3', { objectId: null }),
          act('4', { objectId: null, verb: 'share' }),
          act('5', { group: 'like' }),
          act('6', { group: ':like:42', actorId: 'bob' }),
          act('7', { group: '7' }),
          act('8', { group: 'like', verb: 'share', actorId: 'bob', objectId: '43' }),
        ]);
        expect((await list()).map(({ actorCount, latest }) => [latest.id, actorCount])).toEqual([
          ['8', 2],
          ['7', 1],
          ['6', 1],
          ['4', 1],
          ['3', 1],
          ['2', 1],
          ['1', 1],
        ]);
      });

      it('list all their acts, the latest first, in pages', async () => {
        await social.tell(numbered('', 5).map((id) => act(id, { actorId: `u${id}`, text: id })));
        const [notice] = await list();
        const page = await social.noticeActs('cem', notice!.id, { first: 3, after: null });
        expect(page?.items.map(({ id }) => id)).toEqual(['4', '3', '2']);
        expect(page?.hasMore).toBe(true);
        const next = await social.noticeActs('cem', notice!.id, { first: 3, after: page!.items[2]!.seq });
        expect(next?.items.map(({ text }) => text)).toEqual(['1', '0']);
        expect(next?.hasMore).toBe(false);
        const last = await social.noticeActs('cem', notice!.id, { first: 3, after: next!.items[1]!.seq });
        expect(last).toEqual({ items: [], hasMore: false });
        expect(await social.noticeActs('dan', notice!.id, ALL)).toBeNull();
        expect(await social.noticeActs('cem', 'nothing', ALL)).toBeNull();
      });
    });

    describe('taking back', () => {
      it('takes an act out of the tray, and puts it back in its place', async () => {
        await social.tell([act('1'), act('2', { objectId: '43' })]);
        const before = await list();
        bus.socialNews();
        expect(await social.retract(['1', 'unknown'])).toBe(1);
        expect(await shortList()).toEqual(['like 43: ann (1)']);
        expect(await totals()).toEqual({ unread: 1, unseen: 1, revision: 3 });
        expect(await social.noticeActs('cem', before[1]!.id, ALL)).toBeNull();
        expect(bus.socialNews()).toMatchObject([
          { kind: 'act', act: { id: '1' }, gone: true },
          { kind: 'tray', userId: 'cem', revision: 3 },
        ]);
        expect(await social.retract(['1'])).toBe(0);
        expect(bus.socialNews()).toEqual([]);

        expect(await social.tell([act('1')])).toBe(1);
        expect(await list()).toEqual([before[0], { ...before[1], changed: 4 }]);
        expect(await totals()).toEqual({ unread: 2, unseen: 2, revision: 4 });
      });

      it('names who came before, and counts an actor as long as an act of theirs is left', async () => {
        await social.tell([act('1'), act('2', { actorId: 'bob' }), act('3')]);
        await social.retract(['3']);
        expect(await shortList()).toEqual(['like 42: bob ann (2)']);
        await social.retract(['1']);
        expect(await shortList()).toEqual(['like 42: bob (1)']);
        await social.tell([act('3'), act('1')]);
        expect(await shortList()).toEqual(['like 42: ann bob (2)']);
      });

      it('happens to notices that were read, too', async () => {
        await social.tell([act('1')]);
        await social.markRead('cem', 1, null);
        await social.retract(['1']);
        expect(await shortList()).toEqual([]);
        await social.tell([act('1')]);
        expect(await shortList()).toEqual(['[like 42: ann (1)]']);
      });

      it('lets a group that is gone take in what comes next, at its new place', async () => {
        await social.tell([act('1'), act('2', { objectId: '43' })]);
        await social.retract(['1']);
        await social.tell([act('3', { actorId: 'bob' })]);
        expect(await shortList()).toEqual(['like 42: bob (1)', 'like 43: ann (1)']);
        await social.tell([act('1')]);
        expect(await shortList()).toEqual(['like 42: bob ann (2)', 'like 43: ann (1)']);
      });

      it('and telling again at the same time ends as one of the two', async () => {
        await social.tell([act('1'), act('2', { actorId: 'bob' })]);
        for (let i = 0; i < 5; i++) {
          await Promise.all([social.retract(['2', '1']), social.tell([act('1'), act('2', { actorId: 'bob' })])]);
          const [notice] = await list();
          const acts = notice ? await social.noticeActs('cem', notice.id, ALL) : null;
          expect(notice?.actorCount).toBe(acts?.items.length);
        }
      });
    });

    describe('marks', () => {
      beforeEach(async () => {
        await social.tell(['1', '2', '3'].map((id) => act(id, { objectId: id })));
        bus.socialNews();
      });

      it('sees up to a revision, once, on all devices', async () => {
        expect(await social.markSeen('cem', 2)).toMatchObject({ unread: 3, unseen: 1, revision: 4 });
        expect(bus.socialNews()).toMatchObject([{ kind: 'tray', userId: 'cem', revision: 4 }]);
        expect(await social.markSeen('cem', 2)).toMatchObject({ unseen: 1, revision: 4 });
        expect(await social.markSeen('cem', 1)).toMatchObject({ unseen: 1, revision: 4 });
        expect(bus.socialNews()).toEqual([]);
      });

      it('ends for a client that marks whatever revision it hears of', async () => {
        let { revision } = await social.inbox('cem');
        for (let i = 0; i < 3; i++) ({ revision } = await social.markSeen('cem', revision));
        expect(revision).toBe(4);
      });

      it('sees nothing of what comes later, whatever revision is given', async () => {
        await social.markSeen('cem', 1_000_000);
        await social.tell([act('4', { objectId: '4' })]);
        expect(await totals()).toEqual({ unread: 4, unseen: 1, revision: 5 });
      });

      it('reads what is named and not past the revision', async () => {
        const [third, second] = await list();
        expect(await social.markRead('cem', 2, [second!.id, third!.id])).toMatchObject({ unread: 2, revision: 4 });
        expect((await list()).map(({ isRead, position, changed }) => [isRead, position, changed])).toEqual([
          [false, 3, 3],
          [true, 2, 4],
          [false, 1, 1],
        ]);
        expect(await social.markRead('cem', 2, [second!.id])).toMatchObject({ unread: 2, revision: 4 });
        expect(bus.socialNews()).toMatchObject([{ kind: 'tray', userId: 'cem', revision: 4 }]);
      });

      it('leaves a notice that grew since unread', async () => {
        await social.tell([act('4', { objectId: '1', actorId: 'bob' })]);
        expect(await social.markRead('cem', 3, null)).toMatchObject({ unread: 1 });
        expect((await list('cem', true)).map(({ objectId }) => objectId)).toEqual(['1']);
      });

      it(`reads ${crowd.acts} notices at once, and reads nobody else`, async () => {
        const count = crowd.acts;
        const acts = numbered('n', count).map((id) => act(id, { group: id, recipients: ['cem', 'dan'] }));
        await social.tell(acts);
        const all = Math.min(count + 3, 1_000);
        expect(await totals()).toMatchObject({ unread: all, unseen: all });
        const read = { unread: 0, unseen: 0, revision: count + 4 };
        expect(await social.markRead('cem', 2 * count, null)).toMatchObject(read);
        expect(await totals('dan')).toEqual({ unread: count, unseen: count, revision: count });
      });
    });

    it('gives pages of notices, the latest first, also of unread ones alone', async () => {
      await social.tell(numbered('', 7).map((id) => act(id, { group: id })));
      const pages: string[][] = [];
      let after: { position: number; id: string } | null = null;
      for (;;) {
        const { items, hasMore } = await social.notices('cem', { first: 3, after, unreadOnly: false });
        pages.push(items.map(({ latest }) => latest.id));
        after = items.at(-1)!;
        if (!hasMore) break;
      }
      expect(pages).toEqual([['6', '5', '4'], ['3', '2', '1'], ['0']]);
      await social.markRead('cem', 5, null);
      expect((await list('cem', true)).map(({ latest }) => latest.id)).toEqual(['6', '5']);
      expect((await social.notices('cem', { first: 2, after: null, unreadOnly: true })).hasMore).toBe(false);
    });

    describe('blocks and mutes', () => {
      const told = async () => {
        await social.tell([
          act('1'),
          act('2', { actorId: 'bob' }),
          act('3', { objectId: '43' }),
          act('4', { objectId: '44', actorId: 'bob' }),
          act('5', { actorId: 'cem', recipients: ['ann'] }),
        ]);
        bus.socialNews();
      };
      const whole = async (userId = 'cem') => (await list(userId)).map(({ changed: _changed, ...notice }) => notice);

      it('hide a blocked actor in both trays at once, and the unblock restores the very same list', async () => {
        await told();
        const before = [await whole(), await whole('ann')];
        await people.block('cem', 'ann');
        expect(await shortList()).toEqual(['like 44: bob (1)', 'like 42: bob (1)']);
        expect(await list('ann')).toEqual([]);
        expect(bus.socialNews()).toMatchObject([
          { kind: 'tray', userId: 'cem', revision: 5 },
          { kind: 'tray', userId: 'ann', revision: 2 },
        ]);
        expect(await totals()).toEqual({ unread: 2, unseen: 2, revision: 5 });
        await people.block('cem', 'ann');
        expect(bus.socialNews()).toEqual([]);
        await people.unblock('cem', 'ann');
        expect([await whole(), await whole('ann')]).toEqual(before);
        expect(await totals()).toEqual({ unread: 3, unseen: 3, revision: 6 });
      });

      it('keep acts of who is hidden, move nothing, and show them afterwards where they are', async () => {
        await told();
        await people.block('ann', 'cem');
        const quiet = [await totals(), await list()];
        bus.socialNews();
        await social.tell([act('6'), act('7', { objectId: '45' })]);
        expect([await totals(), await list()]).toEqual(quiet);
        expect(bus.socialNews().filter(({ kind }) => kind === 'tray')).toEqual([]);
        const { revision } = await social.inbox('cem');
        for (const after of [0, revision - 1]) {
          const changes = await social.changedSince([{ userId: 'cem', after }]);
          expect(changes.get('cem')!.notices.map(({ objectId }) => objectId)).not.toContain('45');
        }
        await people.unblock('ann', 'cem');
        expect(await shortList()).toEqual([
          'like 45: ann (1)',
          'like 44: bob (1)',
          'like 43: ann (1)',
          'like 42: ann bob (2)',
        ]);
        expect((await list()).map(({ position }) => position)).toEqual([5, 4, 3, 2]);
      });

      it('hide what is told again, until nothing hides it', async () => {
        await social.tell([act('1'), act('2', { actorId: 'bob' })]);
        await social.retract(['1', '2']);
        await people.block('cem', 'ann');
        await social.mute('cem', { kind: 'object', id: '42' });
        await social.tell([act('1'), act('2', { actorId: 'bob' })]);
        expect(await shortList()).toEqual([]);
        await social.unmute('cem', { kind: 'object', id: '42' });
        expect(await shortList()).toEqual(['like 42: bob (1)']);
        await people.unblock('cem', 'ann');
        expect(await shortList()).toEqual(['like 42: bob ann (2)']);
      });

      it('hide as long as anything does', async () => {
        await told();
        const before = await whole();
        await people.block('cem', 'ann');
        await people.block('ann', 'cem');
        await social.mute('cem', { kind: 'user', id: 'ann' });
        await social.mute('cem', { kind: 'object', id: '43' });
        const hidden = ['like 44: bob (1)', 'like 42: bob (1)'];
        await people.unblock('cem', 'ann');
        expect(await shortList()).toEqual(hidden);
        await people.unblock('ann', 'cem');
        expect(await shortList()).toEqual(hidden);
        await social.unmute('cem', { kind: 'user', id: 'ann' });
        expect(await shortList()).toEqual(['like 44: bob (1)', 'like 42: bob ann (2)']);
        await social.retract(['1']);
        await social.mute('cem', { kind: 'user', id: 'ann' });
        await social.unmute('cem', { kind: 'user', id: 'ann' });
        expect(await shortList()).toEqual(['like 44: bob (1)', 'like 42: bob (1)']);
        await social.unmute('cem', { kind: 'object', id: '43' });
        await social.tell([act('1')]);
        expect(await whole()).toEqual(before);
      });

      it('mute a user or an object for one alone, and tell that owner alone', async () => {
        await social.tell([act('1', { recipients: ['cem', 'dan'] }), act('2', { actorId: 'bob', objectId: '43' })]);
        bus.socialNews();
        await social.mute('cem', { kind: 'user', id: 'ann' });
        await social.mute('cem', { kind: 'user', id: 'ann' });
        expect(bus.socialNews()).toMatchObject([
          { kind: 'mute', userId: 'cem', target: { kind: 'user', id: 'ann' }, muted: true },
          { kind: 'tray', userId: 'cem', revision: 3 },
        ]);
        expect(await shortList()).toEqual(['like 43: bob (1)']);
        expect(await shortList('dan')).toEqual(['like 42: ann (1)']);
        await social.mute('cem', { kind: 'object', id: '43' });
        expect(await shortList()).toEqual([]);
        bus.socialNews();
        await social.unmute('cem', { kind: 'user', id: 'ann' });
        await social.unmute('cem', { kind: 'user', id: 'ann' });
        expect(bus.socialNews()).toMatchObject([{ kind: 'mute', muted: false }, { kind: 'tray' }]);
        await social.unmute('cem', { kind: 'object', id: '43' });
        expect(await shortList()).toEqual(['like 43: bob (1)', 'like 42: ann (1)']);
      });

      it('leave no verb and no object of a hidden act at the head of a group of the host', async () => {
        await social.mute('cem', { kind: 'object', id: 'secret' });
        await people.block('bob', 'cem');
        const head = (fields: Partial<NewAct>) => ({ group: 'g', ...fields });
        await social.tell([
          act('1', head({ objectId: 'secret', objectType: 'diary', verb: 'comment' })),
          act('2', head({ actorId: 'bob', objectId: 'private', objectType: 'letter', verb: 'write' })),
          act('3', head({ actorId: 'dan' })),
        ]);
        expect(await list()).toMatchObject([{ verb: 'like', objectId: '42', objectType: 'post', actorIds: ['dan'] }]);
        await social.tell([act('4', head({ actorId: 'eve', objectId: '43', verb: 'share' }))]);
        expect(await shortList()).toEqual(['share 43: eve dan (2)']);
        await social.mute('cem', { kind: 'user', id: 'eve' });
        expect(await shortList()).toEqual(['like 42: dan (1)']);
      });

      it('mute an object also in a group of the host that has others', async () => {
        await social.tell([
          act('1', { group: 'mine', objectId: '1' }),
          act('2', { group: 'mine', objectId: '2', actorId: 'bob' }),
          act('3', { group: 'mine', objectId: '2', actorId: 'ann' }),
        ]);
        await social.mute('cem', { kind: 'object', id: '2' });
        expect(await shortList()).toEqual(['like 1: ann (1)']);
        await social.unmute('cem', { kind: 'object', id: '2' });
        expect(await shortList()).toEqual(['like 2: ann bob (2)']);
      });

      it('are refused past the bound on mutes, and then leave everything as it was', async () => {
        await social.tell([act('1')]);
        for (const id of ['x', 'y', 'z']) await social.mute('cem', { kind: 'object', id });
        bus.socialNews();
        const refused = social.mute('cem', { kind: 'user', id: 'ann' });
        await expect(refused).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
        await social.mute('cem', { kind: 'object', id: 'x' });
        expect(bus.socialNews()).toEqual([]);
        expect(await shortList()).toEqual(['like 42: ann (1)']);
        await social.unmute('cem', { kind: 'object', id: 'x' });
        await social.mute('cem', { kind: 'user', id: 'ann' });
        expect(await shortList()).toEqual([]);
      });

      it('hide what the pure rule hides, in every combination', async () => {
        const all = numbered('', 16).map(Number);
        for (const n of all) {
          const userId = `u${n}`;
          if (n & 1) await people.block(userId, 'ann');
          if (n & 2) await people.block('ann', userId);
          if (n & 4) await social.mute(userId, { kind: 'user', id: 'ann' });
          if (n & 8) await social.mute(userId, { kind: 'object', id: '42' });
        }
        await social.tell([act('1', { recipients: all.map((n) => `u${n}`) })]);
        for (const n of all) {
          const facts = { blocked: (n & 3) !== 0, actorMuted: (n & 4) !== 0, objectMuted: (n & 8) !== 0 };
          expect((await list(`u${n}`)).length === 0, `${n}`).toBe(isHiddenFromTray(facts));
        }
      });

      it('and acts told at the same time end hidden', async () => {
        const ids = numbered('', 12);
        await Promise.all([
          ...ids.map((id) => social.tell([act(id, { objectId: id })])),
          people.block('cem', 'ann'),
          ...ids.map((id) => social.tell([act(`b${id}`, { objectId: id, recipients: ['ann'], actorId: 'cem' })])),
        ]);
        expect([await list(), await list('ann')]).toEqual([[], []]);
        expect(await totals()).toMatchObject({ unread: 0, unseen: 0 });
        await people.unblock('cem', 'ann');
        expect([(await list()).length, (await list('ann')).length]).toEqual([12, 12]);
      });

      it('leave no tray of ids that never were, and none that is empty', async () => {
        await people.block('cem', 'nobody');
        await people.block('cem', 'ann');
        await people.unblock('cem', 'nobody');
        await people.unblock('nobody', 'ann');
        expect(await rows(sql`select user_id as text from inboxes`)).toEqual([]);
        await social.tell([act('1')]);
        await people.unblock('cem', 'ann');
        await people.block('ann', 'cem');
        await people.block('cem', 'dan');
        expect(await rows(sql`select user_id as text from inboxes`)).toEqual([{ text: 'cem' }]);
        expect(await totals()).toEqual({ unread: 0, unseen: 0, revision: 2 });
      });

      it(`reach ${crowd.notices} notices of a pair`, async () => {
        const acts = numbered('n', crowd.notices).map((id) => act(id, { group: id }));
        for (let from = 0; from < acts.length; from += 1_000) await social.tell(acts.slice(from, from + 1_000));
        await people.block('cem', 'ann');
        expect(await totals()).toMatchObject({ unread: 0, unseen: 0 });
        await people.unblock('cem', 'ann');
        const counted = Math.min(crowd.notices, 1_000);
        expect(await totals()).toMatchObject({ unread: counted, unseen: counted });
      });
    });

    describe('changes since a revision', () => {
      it('are the totals and the notices of several trays, as they are now', async () => {
        await social.tell([act('1', { recipients: ['cem', 'dan'] }), act('2', { objectId: '43' })]);
        await social.markRead('cem', 1, null);
        await social.retract(['2']);
        const changes = await social.changedSince([
          { userId: 'cem', after: 2 },
          { userId: 'dan', after: null },
          { userId: 'nobody', after: 0 },
        ]);
        expect([...changes.keys()].sort()).toEqual(['cem', 'dan', 'nobody']);
        expect(changes.get('cem')).toMatchObject({ inbox: { unread: 0, revision: 4 }, partial: false });
        const brief = (userId: string) =>
          changes
            .get(userId)!
            .notices.map(({ objectId, isRead, gone, actorIds }) => [objectId, isRead, gone, actorIds]);
        expect(brief('cem')).toEqual([
          ['43', false, true, []],
          ['42', true, false, ['ann']],
        ]);
        expect(changes.get('dan')).toMatchObject({ inbox: { unread: 1, revision: 1 }, notices: [], partial: false });
        expect(changes.get('nobody')).toMatchObject({ inbox: { unread: 0, revision: 0, asOf: 0 }, notices: [] });
      });

      it('are at most 50, the latest first, and say so; as does a revision that never was', async () => {
        await social.tell(numbered('', 51).map((id) => act(id, { group: id })));
        const since = async (after: number) => (await social.changedSince([{ userId: 'cem', after }])).get('cem')!;
        expect(await since(1)).toMatchObject({ partial: false });
        const { notices, partial } = await since(0);
        expect([notices.length, notices[0]!.changed, notices[49]!.changed, partial]).toEqual([50, 51, 2, true]);
        expect(await since(52)).toMatchObject({ notices: [], partial: true });
      });
    });

    describe('follows', () => {
      beforeEach(async () => {
        await people.upsertUsers([{ id: 'ann' }, { id: 'bob' }, { id: 'cem' }, { id: 'a:b' }, { id: 'a' }]);
        bus.socialNews();
      });

      it('tell the followee in their own transaction, and the unfollow takes it back', async () => {
        await people.follow('ann', 'cem');
        await people.follow('ann', 'cem');
        await people.follow('bob', 'cem');
        expect((await list())[0]).toMatchObject({ verb: 'follow', objectId: null, actorIds: ['bob', 'ann'] });
        expect(bus.socialNews()).toMatchObject([
          { kind: 'tray', userId: 'cem', revision: 1 },
          { kind: 'tray', userId: 'cem', revision: 2 },
        ]);
        await people.unfollow('bob', 'cem');
        expect((await list())[0]).toMatchObject({ actorIds: ['ann'], latest: { id: 'follow:ann:cem' } });
        await people.unfollow('ann', 'cem');
        expect(await list()).toEqual([]);
        bus.socialNews();
        await people.unfollow('ann', 'cem');
        expect(bus.socialNews()).toEqual([]);
        await people.follow('ann', 'cem');
        expect((await list())[0]).toMatchObject({ actorIds: ['ann'], position: 2 });
      });

      it('keep nothing of a followee who is unknown or deleted', async () => {
        await people.deleteUser('bob');
        await people.follow('ann', 'bob');
        await people.follow('ann', 'later');
        await people.upsertUsers([{ id: 'bob' }, { id: 'later' }]);
        expect([await list('bob'), await list('later')]).toEqual([[], []]);
        expect(await totals('later')).toMatchObject({ revision: 0 });
      });

      it('tell a followee who was deleted and is named again, also of who unfollowed before, and of who was deleted too', async () => {
        await people.follow('ann', 'cem');
        await people.follow('bob', 'cem');
        await people.unfollow('bob', 'cem');
        await people.follow('a:b', 'cem');
        await social.tell([
          act('follow:1', { recipients: ['cem', 'dan'] }),
          act('follow:x:cem', { recipients: ['cem', 'dan'] }),
        ]);
        await people.deleteUser('a:b');
        await people.deleteUser('cem');
        await people.finishDeletions(() => false);
        await people.upsertUsers([{ id: 'cem' }, { id: 'a:b' }]);
        expect(await list()).toEqual([]);
        for (const id of ['ann', 'bob', 'a:b']) await people.follow(id, 'cem');
        expect(await shortList()).toEqual(['follow null: a:b bob ann (3)']);
        expect((await list('dan')).map(({ latest }) => latest.id)).toEqual(['follow:x:cem']);
        expect(await rows(sql`select id as text from acts where id like 'follow:%' and gone_at is null`)).toHaveLength(
          6,
        );
      });

      it('of who has the id of a deleted user are new', async () => {
        await people.follow('ann', 'cem');
        await people.deleteUser('ann');
        await people.finishDeletions(() => false);
        await people.upsertUsers([{ id: 'ann' }]);
        await people.follow('ann', 'cem');
        expect((await list())[0]).toMatchObject({ actorIds: ['ann'], latest: { id: 'follow:ann:cem:2:1' } });
        await people.unfollow('ann', 'cem');
        expect(await list()).toEqual([]);
      });

      it('of the host tell nothing', async () => {
        await people.addFollows([{ followerId: 'ann', followeeId: 'cem' }]);
        await people.removeFollows([{ followerId: 'ann', followeeId: 'cem' }]);
        expect(bus.socialNews()).toEqual([]);
      });

      it('never share an act with another pair', async () => {
        const pairs = [
          { followerId: 'a:b', followeeId: 'c' },
          { followerId: 'a', followeeId: 'b:c' },
          { followerId: 'a%3Ab', followeeId: 'c' },
        ];
        expect(new Set(pairs.map((pair) => followActId(pair))).size).toBe(3);
        await people.follow('a:b', 'a');
        expect((await list('a'))[0]!.latest.id).toBe('follow:a%3Ab:a');
      });

      it('of who is blocked are not shown', async () => {
        await people.block('cem', 'ann');
        await people.follow('ann', 'cem');
        expect(await totals()).toEqual({ unread: 0, unseen: 0, revision: 0 });
        await people.unblock('cem', 'ann');
        expect(await totals()).toMatchObject({ unread: 1 });
      });
    });

    describe('deletions', () => {
      it('of an object take back every act on it, and its counts', async () => {
        await people.putConversation('42', [], true);
        await social.putCounts([{ objectId: '42', counts: [{ name: 'likes', value: 3 }], version: '1' }]);
        await social.tell([
          ...numbered('', 300).map((id) => act(id, { actorId: `u${id}` })),
          act('other', { objectId: '43' }),
        ]);
        bus.socialNews();
        expect(await people.deleteConversation('42')).toBe(true);
        await people.finishDeletions(() => false);
        expect(await shortList()).toEqual(['like 43: ann (1)']);
        expect((await social.counts(['42'])).get('42')!.all).toEqual([]);
        const gone = () => bus.socialNews().filter((change) => change.kind === 'act' && change.gone);
        // Who could use it is told by the change of the conversation.
        expect(gone().map((change) => change.kind === 'act' && change.withObject)).toEqual(
          numbered('', 300).map(() => true),
        );
        await social.tell([act('new', { objectId: '44' })]);
        expect(await people.deleteConversation('44')).toBe(false);
        expect(await shortList()).toEqual(['like 43: ann (1)']);
        expect(gone()).toEqual([
          { logId: expect.any(String), kind: 'act', act: expect.anything(), gone: true, use: null },
        ]);
        // It never was a conversation: nobody was kept from it.
        await social.tell([act('newer', { objectId: '44' })]);
        expect(await shortList()).toEqual(['like 44: ann (1)', 'like 43: ann (1)']);
      });

      it('of a conversation show nobody what is told about it late, or again, until it is made again', async () => {
        await people.putConversation('42', ['cem'], false);
        await social.tell([act('1', { text: 'private' })]);
        await people.deleteConversation('42');
        await people.finishDeletions(() => false);
        const empty = await totals();
        bus.socialNews();
        const late = [act('late'), act('quiet', { recipients: [] }), act('named', { group: 'g' })];
        expect([await social.tell([act('1')]), await social.tell(late)]).toEqual([0, 3]);
        expect(await social.tell([...late, act('1')])).toBe(0);
        expect([await list(), await totals(), bus.socialNews()]).toEqual([[], empty, []]);
        expect(await rows(sql`select id as text from acts where gone_at is null`)).toEqual([]);
        expect(await people.deleteConversation('42')).toBe(false);
        expect(await social.tell([act('1')])).toBe(0);

        await people.putConversation('42', ['cem'], false);
        expect([await list(), await totals()]).toEqual([[], empty]);
        expect(await social.tell([act('new')])).toBe(1);
        expect(await shortList()).toEqual(['like 42: ann (1)']);
        const actsOf = async () =>
          (await social.noticeActs('cem', (await list())[0]!.id, ALL))!.items.map(({ id }) => id);
        expect(await actsOf()).toEqual(['new']);
        // What the host says anew counts from now on; what was said of the former conversation never comes back.
        expect(await social.tell([act('1'), act('late')])).toBe(1);
        expect(await actsOf()).toEqual(['new', 'late']);
      });

      it('of a conversation leave no counts to the next one of its id', async () => {
        const put = () => social.putCounts([{ objectId: '42', counts: [{ name: 'likes', value: 7 }], version: '1' }]);
        const all = async () => (await social.counts(['42'])).get('42')!.all;
        await people.putConversation('42', [], true);
        expect(await put()).toBe(1);
        await people.deleteConversation('42');
        bus.socialNews();
        expect([await put(), bus.socialNews()]).toEqual([0, []]);
        await people.putConversation('42', [], true);
        expect(await all()).toEqual([]);
        expect([await put(), await all()]).toEqual([1, [{ name: 'likes', value: 7 }]]);
      });

      it('say of what is taken back who might use its object then, and where they do not know, that it went with it', async () => {
        const use = { open: false, ownerId: 'bob', audience: 'MUTUALS' } as const;
        await people.putConversation('42', ['cem'], use.open, { userId: use.ownerId, audience: use.audience });
        await social.tell([act('1'), act('2', { objectId: 'none' }), act('3', { objectId: null }), act('4')]);
        const retracted = async (id: string) => {
          bus.socialNews();
          await social.retract([id]);
          return bus.socialNews().find((change) => change.kind === 'act');
        };
        expect(await retracted('1')).toMatchObject({ gone: true, use });
        expect(await retracted('2')).toMatchObject({ gone: true, use: null });
        expect(await retracted('3')).not.toHaveProperty('use');
        // As a node writes it that does not know whether it was a conversation.
        await database.db.run((orm) =>
          orm.execute(sql`insert into social_removals (kind, target_id, before) values ('object', '42', 1000000)`),
        );
        const last = await retracted('4');
        expect(last).toMatchObject({ withObject: true });
        expect(last).not.toHaveProperty('use');
      });

      /** All that the owner of a tray reads, without when it changed. */
      const whole = async (userId = 'cem') => {
        const items = await list(userId);
        const acts = await Promise.all(items.map(({ id }) => social.noticeActs(userId, id, ALL)));
        const { unread, unseen } = await social.inbox(userId);
        const shown = items.map(({ changed, ...notice }, i) => ({
          ...notice,
          acts: acts[i]?.items.map(({ id }) => id),
        }));
        return { unread, unseen, shown, unreadOnly: (await list(userId, true)).map(({ id }) => id) };
      };
      const anyAct = fc.record({
        actorId: fc.constantFrom('ann', 'bob', 'dan'),
        objectId: fc.constantFrom('42', '43', null),
        group: fc.constantFrom(null, null, 'g'),
        isLate: fc.boolean(),
      });

      it('take out of sight at once what they take back in batches', async () => {
        const anyDeletion = fc.record({
          actor: fc.option(fc.constantFrom('ann', 'bob'), { nil: null }),
          objectId: fc.option(fc.constantFrom('42', '43'), { nil: null }),
          wasConversation: fc.boolean(),
          reads: fc.boolean(),
        });
        await fc.assert(
          fc.asyncProperty(fc.array(anyAct, { minLength: 1, maxLength: 12 }), anyDeletion, async (told, deletion) => {
            await empty(database);
            const { actor, objectId, wasConversation, reads } = deletion;
            const acts = told.map(({ isLate, ...fields }, i) => ({ isLate, act: act(`${i}`, fields) }));
            await social.tell(acts.flatMap((each) => (each.isLate ? [] : [each.act])));
            const { revision } = await social.inbox('cem');
            if (reads) await social.markRead('cem', Math.floor(revision / 2), null);
            await database.db.run((orm) =>
              orm.transaction(async (tx) => {
                if (objectId) await noteDeletedObject(tx, objectId, wasConversation);
                if (actor) await noteDeletedUser(tx, actor);
              }),
            );
            await social.tell(acts.flatMap(({ isLate, act }) => (isLate && act.actorId !== actor ? [act] : [])));
            const [before, noted] = [
              await whole(),
              (await social.changedSince([{ userId: 'cem', after: 0 }])).get('cem')!,
            ];
            const pushed: string[] = [];
            await database.db.run((orm) => orm.execute(sql`update notices set due_at = due_at - 3600000`));
            const decide = async (due: readonly DueNotice[]) => {
              pushed.push(...due.map(({ notice }) => notice.id));
              return { wanted: [], unwanted: [] };
            };
            await social.takeDue(100, decide, async () => {});
            await people.finishDeletions(() => false);
            const after = await whole();
            // Groups of the host's own are counted when the batches come.
            const own = new Set(
              after.shown.flatMap(({ id, latest }) => (acts[Number(latest.id)]?.act.group === null ? [] : [id])),
            );
            const comparable = ({ shown, ...rest }: typeof after) => ({
              ...rest,
              shown: shown.map((notice) => ({ ...notice, ...(own.has(notice.id) && { actorCount: 0 }) })),
            });
            expect(comparable(before)).toEqual(comparable(after));
            const live = noted.notices.flatMap((notice) => (notice.gone ? [] : [notice.id])).sort();
            expect(live).toEqual(after.shown.map(({ id }) => id).sort());
            expect({ unread: noted.inbox.unread, unseen: noted.inbox.unseen }).toEqual({
              unread: after.unread,
              unseen: after.unseen,
            });
            expect(pushed.filter((id) => !live.includes(id))).toEqual([]);
          }),
          {
            numRuns: crowd.stories,
            // Told before and after the deletion of what never was a conversation.
            examples: [
              [
                [
                  { actorId: 'ann', objectId: '42', group: null, isLate: false },
                  { actorId: 'bob', objectId: '42', group: null, isLate: true },
                ],
                { actor: null, objectId: '42', wasConversation: false, reads: false },
              ],
            ],
          },
        );
      });

      it('concern only trays that show what they take back', async () => {
        const [bob, by] = [{ actorId: 'bob' }, (actorId: string) => ({ actorId, objectId: '43', group: 'g' })];
        await social.tell([
          act('about'),
          act('other', { ...bob, objectId: '43', recipients: ['dan'] }),
          act('below', { ...by('bob'), recipients: ['eve'] }),
          act('named', { ...bob, group: 'g', recipients: ['eve'] }),
          act('first', { ...bob, group: 'g', recipients: ['fay'] }),
          ...['x', 'y', 'z'].map((id) => act(id, { ...by(id), recipients: ['fay'] })),
        ]);
        const trays = ['cem', 'dan', 'eve', 'fay'].map((userId) => ({ userId, after: 0 }));
        const concerned = async (reading = AS_STORED) => {
          const found = await database.db.run((orm) => changesQuery(orm, trays, reading));
          return [...new Set(found.flatMap(({ ownerId, isConcerned }) => (isConcerned ? [ownerId] : [])))].sort();
        };
        const note = (work: (tx: Parameters<typeof noteDeletedUser>[0]) => Promise<unknown>) =>
          database.db.run((orm) => orm.transaction(async (tx) => void (await work(tx))));
        expect(await concerned()).toEqual([]);
        await note((tx) => noteDeletedUser(tx, 'nobody'));
        await note((tx) => noteDeletedObject(tx, 'none', true));
        expect(await concerned()).toEqual([]);
        await note((tx) => noteDeletedUser(tx, 'ann'));
        expect(await concerned()).toEqual(['cem']);
        await note((tx) => noteDeletedObject(tx, '42', true));
        expect(await concerned()).toEqual(['cem', 'eve']);
        expect(await concerned(WITHOUT_REMOVED)).toEqual([]);
        const changes = await social.changedSince(trays);
        const shown = [...changes].map(([userId, { notices }]) => [userId, notices.filter(({ gone }) => !gone).length]);
        expect(Object.fromEntries(shown)).toEqual({ cem: 0, dan: 1, eve: 1, fay: 1 });
      });

      it('of a user take back their acts, and remove their tray and their mutes', async () => {
        await people.upsertUsers([{ id: 'ann' }, { id: 'cem' }]);
        await social.tell([act('1', { text: 'words' }), act('2', { actorId: 'bob', recipients: ['ann', 'cem'] })]);
        await social.mute('ann', { kind: 'user', id: 'bob' });
        await social.mute('cem', { kind: 'user', id: 'ann' });
        await people.deleteUser('ann');
        expect(await shortList()).toEqual(['like 42: bob (1)']);
        expect(await list('ann')).toEqual([]);
        await people.upsertUsers([{ id: 'ann' }]);
        expect(await totals('ann')).toEqual({ unread: 0, unseen: 0, revision: 0 });
        await social.tell([
          act('3', { objectId: '43' }),
          act('4', { actorId: 'bob', recipients: ['ann'], objectId: '43' }),
        ]);
        expect(await shortList()).toEqual(['like 43: ann (1)', 'like 42: bob (1)']);
        expect(await shortList('ann')).toEqual(['like 43: bob (1)']);
        const left = await rows(sql`select text from acts where text is not null`);
        expect(left).toEqual([]);
      });

      it('of a user leave nothing that comes back for who has the id later', async () => {
        await people.upsertUsers([{ id: 'ann' }, { id: 'bob' }, { id: 'cem' }]);
        await people.follow('bob', 'ann');
        await social.tell([act('1'), act('2', { audience: 'EVERYONE', recipients: [] })]);
        await people.deleteUser('ann');
        await people.finishDeletions(() => false);
        await people.upsertUsers([{ id: 'ann' }]);
        await people.follow('bob', 'ann');
        expect(await social.tell([act('1'), act('2', { audience: 'EVERYONE', recipients: [] })])).toBe(0);
        expect(await list()).toEqual([]);
        expect(await rows(sql`select id as text from acts where actor_id = 'ann' and gone_at is null`)).toEqual([]);
        expect(await social.tell([act('3')])).toBe(1);
        await social.retract(['3']);
        expect(await social.tell([act('3')])).toBe(1);
        expect(await shortList()).toEqual(['like 42: ann (1)']);
      });

      it('and what is told at the same time leave nothing of a deleted user', async () => {
        for (let i = 0; i < 5; i++) {
          const [actor, reader] = [`actor${i}`, `reader${i}`];
          await people.upsertUsers([{ id: actor }, { id: reader }]);
          const tell = (id: string) => social.tell([act(`${i}${id}`, { actorId: actor, recipients: [reader, 'cem'] })]);
          await Promise.all([tell('a'), people.deleteUser(actor), tell('b'), people.deleteUser(reader), tell('c')]);
          await people.finishDeletions(() => false);
          expect(await list()).toEqual([]);
          expect(await rows(sql`select id as text from notices where user_id = ${reader}`)).toEqual([]);
        }
      });
    });

    describe('a push', () => {
      const due = async (store = social, told: (notice: DueNotice) => boolean = () => true) => {
        const seen: DueNotice[] = [];
        await store.takeDue(
          100,
          async (list) => {
            seen.push(...list);
            return { wanted: list.filter(told), unwanted: [] };
          },
          async () => {},
        );
        return seen.map(({ notice, unseen }) => `${notice.latest.id}: ${unseen}`);
      };
      /** Lets time pass: what is due later is due now. */
      const pass = () => database.db.run((orm) => orm.execute(sql`update notices set due_at = due_at - 3600000`));

      it('is due after a while, once a notice and position', async () => {
        await social.tell([act('1'), act('2', { objectId: '43' })]);
        expect(await due()).toEqual([]);
        await pass();
        expect((await due()).sort()).toEqual(['1: 2', '2: 2']);
        await pass();
        expect(await due()).toEqual([]);
        await social.tell([act('3', { actorId: 'bob' })]);
        await pass();
        expect(await due()).toEqual(['3: 2']);
      });

      it('is not due of what was read, taken back or hidden, nor of what is back', async () => {
        await social.tell(['1', '2', '3', '4'].map((id) => act(id, { group: id, actorId: id })));
        const [, third] = await list();
        await social.markRead('cem', 9, [third!.id]);
        await social.retract(['1']);
        await people.block('cem', '2');
        await pass();
        expect(await due()).toEqual(['4: 1']);
        await social.tell([act('1', { group: '1', actorId: '1' })]);
        await people.unblock('cem', '2');
        await pass();
        expect(await due()).toEqual([]);
      });

      it('that was not decided is due again, and several nodes take different ones', async () => {
        await social.tell(numbered('', 10).map((id) => act(id, { group: id })));
        await pass();
        const nodes = numbered('', 3).map(() => createSocial({ db: database.db, bus, logged: true }));
        const taken = await Promise.all(nodes.map((node) => due(node, ({ notice }) => notice.latest.id !== '3')));
        expect(taken.flat().sort()).toEqual(numbered('', 10).map((id) => `${id}: 10`));
        expect(await due()).toEqual([]);
        await pass();
        expect(await due()).toEqual(['3: 10']);
      });

      it('that an act comes to while it is decided is due again, at its new position', async () => {
        await social.tell([act('1')]);
        await pass();
        const told: unknown[] = [];
        const tell = async (list: unknown) => void told.push(list);
        const decide = async (wanted: readonly DueNotice[]) => {
          await social.tell([act('2', { actorId: 'bob' })]);
          return { wanted, unwanted: [] };
        };
        await social.takeDue(100, decide, tell);
        expect(told).toEqual([]);
        await pass();
        expect(await due()).toEqual(['2: 1']);
      });

      it('is told at most once, also where a node dies as it tells, or decides for so long that another took it', async () => {
        await social.tell([act('1')]);
        await pass();
        const told: string[] = [];
        const wantAll = async (wanted: readonly DueNotice[]) => ({ wanted, unwanted: [] });
        const slow = async (wanted: readonly DueNotice[]) => {
          await pass();
          await social
            .takeDue(100, wantAll, async (list) => {
              told.push(...list.map(({ notice: { latest, position } }) => `${latest.id} at ${position}`));
              throw new Error('The node dies.');
            })
            .catch(() => {});
          return { wanted, unwanted: [] };
        };
        await social.takeDue(100, slow, async () => void told.push('twice'));
        await pass();
        expect(await due()).toEqual([]);
        expect(told).toEqual(['1 at 1']);
      });

      it('whose answer is lost takes no other along', async () => {
        await social.tell(numbered('', 10).map((id) => act(id, { group: id })));
        await pass();
        const told: string[] = [];
        const takeAll = (store: typeof social) =>
          store.takeDue(
            100,
            async (wanted) => ({ wanted, unwanted: [] }),
            async (list) => void told.push(...list.map(({ notice }) => notice.latest.id)),
          );
        let left = 4;
        const run: typeof database.db.run = async (work) => {
          const result = await database.db.run(work);
          left -= 1;
          if (left === 0) throw new Error('The answer is lost.');
          return result;
        };
        await expect(takeAll(createSocial({ db: { ...database.db, run }, bus, logged: true }))).rejects.toThrow();
        await pass();
        await takeAll(social);
        expect([told.length, new Set(told).size]).toEqual([9, 9]);
      });

      it('names nobody who was hidden while it is decided, and is due again without them', async () => {
        await social.tell([act('1', { actorId: 'bob' }), act('2')]);
        await pass();
        const told: unknown[] = [];
        const slow = async (wanted: readonly DueNotice[]) => {
          await people.block('cem', 'ann');
          return { wanted, unwanted: [] };
        };
        await social.takeDue(100, slow, async (list) => void told.push(list));
        expect(told).toEqual([]);
        await pass();
        expect(await due()).toEqual(['1: 1']);
      });

      it('names nobody and nothing, and is of nobody, that was deleted while it is decided, though the tray follows later', async () => {
        await people.upsertUsers([{ id: 'ann' }]);
        await people.putConversation('43', [], true);
        await social.tell([
          act('1'),
          act('2', { objectId: '43', actorId: 'bob' }),
          act('3', { objectId: '44', actorId: 'bob' }),
          act('4', { actorId: 'bob', recipients: ['dan'] }),
        ]);
        await pass();
        const told: string[] = [];
        const slow = async (wanted: readonly DueNotice[]) => {
          await database.db.run((orm) =>
            orm.transaction(async (tx) => {
              await noteDeletedUser(tx, 'ann');
              await noteDeletedUser(tx, 'dan');
              await noteDeletedObject(tx, '43', true);
            }),
          );
          return { wanted, unwanted: [] };
        };
        await social.takeDue(100, slow, async (list) => void told.push(...list.map(({ notice }) => notice.latest.id)));
        expect(told).toEqual(['3']);
      });

      it('that is read while it is decided is not told', async () => {
        await social.tell([act('1')]);
        await pass();
        const told: unknown[] = [];
        const slow = async (wanted: readonly DueNotice[]) => {
          await social.markRead('cem', 1, null);
          return { wanted, unwanted: [] };
        };
        await social.takeDue(100, slow, async (list) => void told.push(list));
        expect(told).toEqual([]);
      });
    });

    describe('retention', () => {
      const age = (
        table: 'notices' | 'acts' | 'counts' | 'deleted_objects',
        column: string,
        ms: number,
        where = sql`true`,
      ) =>
        database.db.run((orm) =>
          orm.execute(
            sql`update ${sql.identifier(table)} set ${sql.identifier(column)} = ${sql.identifier(column)} - ${ms}::bigint
              where ${where}`,
          ),
        );
      const DAY = 86_400_000;
      const sweepAll = async () => {
        const node = createSocial({ db: database.db, bus, logged: true });
        while (await node.sweepSocial());
      };

      it('removes old notices with their acts, and says that changes from before are not complete', async () => {
        await social.tell([act('1'), act('2', { objectId: '43' }), act('3', { audience: 'NOBODY', objectId: '44' })]);
        await age('notices', 'at', 91 * DAY, sql`object_id <> '43'`);
        await age('acts', 'told_at', 31 * DAY);
        bus.socialNews();
        await sweepAll();
        expect(await shortList()).toEqual(['like 43: ann (1)']);
        expect(await totals()).toEqual({ unread: 1, unseen: 1, revision: 4 });
        expect(bus.socialNews()).toMatchObject([{ kind: 'tray', userId: 'cem', revision: 4 }]);
        const since = async (after: number) => (await social.changedSince([{ userId: 'cem', after }])).get('cem')!;
        expect([(await since(3)).partial, (await since(4)).partial]).toEqual([true, false]);
        expect(await rows(sql`select id as text from acts`)).toEqual([{ text: '2' }]);
        await social.retract(['1', '2']);
        await sweepAll();
        expect(await totals()).toMatchObject({ unread: 0 });
      });

      it('says so too where a notice was hidden since, and its end was not read', async () => {
        await social.tell([act('1')]);
        await people.block('cem', 'ann');
        await age('notices', 'at', 91 * DAY);
        bus.socialNews();
        await sweepAll();
        expect(await rows(sql`select id as text from notices`)).toEqual([]);
        expect(bus.socialNews()).toEqual([]);
        expect(await totals()).toMatchObject({ revision: 2 });
        const since = async (after: number) => (await social.changedSince([{ userId: 'cem', after }])).get('cem')!;
        expect([(await since(1)).partial, (await since(2)).partial]).toEqual([true, false]);
      });

      it('removes an act that its notice outlived within the retention of acts, not a day later', async () => {
        const node = createSocial({ db: database.db, bus, logged: true, retention: { actRetentionMs: 1 } });
        const sweep = async () => {
          while (await node.sweepSocial());
        };
        await social.tell([act('1')]);
        await age('acts', 'told_at', 31 * DAY);
        await sweep();
        expect(await rows(sql`select id as text from acts`)).toEqual([{ text: '1' }]);
        await age('notices', 'at', 91 * DAY);
        await sweep();
        expect(await rows(sql`select id as text from acts`)).toEqual([]);
      });

      it('keeps an act as long as a tray has it, and removes old ones that no tray has', async () => {
        await social.tell([act('1'), act('2', { recipients: [] }), act('3', { recipients: [] })]);
        await age('acts', 'told_at', 31 * DAY, sql`id <> '3'`);
        await sweepAll();
        expect(await rows(sql`select id as text from acts order by id`)).toEqual([{ text: '1' }, { text: '3' }]);
        expect((await list())[0]!.latest.id).toBe('1');
      });

      it('keeps the latest 1,000 notices of a tray, and what is hidden drives out nothing', async () => {
        const tell = (prefix: string, count: number, actorId: string) =>
          social.tell(numbered(prefix, count).map((id) => act(id, { group: id, actorId })));
        await tell('a', 1_000, 'bob');
        await people.block('cem', 'ann');
        await tell('h', 900, 'ann');
        await sweepAll();
        expect(await totals()).toMatchObject({ unread: 1_000 });
        await tell('b', 300, 'bob');
        await sweepAll();
        expect(await rows(sql`select count(*)::text as text from notices where actors > 0`)).toEqual([
          { text: '1000' },
        ]);
        expect(await rows(sql`select count(*)::text as text from notices where actors = 0`)).toEqual([{ text: '900' }]);
        expect((await list())[0]!.latest.id).toBe('b299');
        expect(await rows(sql`select min(position)::text as text from notices where actors > 0`)).toEqual([
          { text: '301' },
        ]);
      });

      it('forgets a deleted conversation once no act about it is left', async () => {
        const all = ['again', 'made again', 'x', 'y', 'z'];
        for (const id of all) await people.putConversation(id, [], true);
        await social.tell([act('1', { objectId: 'x' }), act('2', { objectId: 'made again' })]);
        for (const id of all) await people.deleteConversation(id);
        for (const id of ['again', 'made again']) await people.putConversation(id, [], true);
        await social.tell([act('3', { objectId: 'again' })]);
        await age('deleted_objects', 'at', 31 * DAY, sql`object_id <> 'z'`);
        await sweepAll();
        const kept = await rows(sql`select object_id as text from deleted_objects order by object_id`);
        expect(kept.map(({ text }) => text)).toEqual(['made again', 'x', 'z']);
      });

      it('removes counts of an object of which none moved for long', async () => {
        await social.putCounts([
          { objectId: 'x', counts: [{ name: 'likes', value: 1 }], version: '1' },
          { objectId: 'y', counts: [{ name: 'likes', value: 1 }], version: '1' },
        ]);
        await age('counts', 'as_of', 91 * DAY);
        await social.putCounts([{ objectId: 'y', counts: [{ name: 'reposts', value: 1 }], version: '2' }]);
        await sweepAll();
        const counts = await social.counts(['x', 'y']);
        expect([counts.get('x')!.all.length, counts.get('y')!.all.length]).toEqual([0, 2]);
      });

      it('is one node at a time', async () => {
        await social.tell(numbered('', 300).map((id) => act(id, { group: id })));
        await age('notices', 'at', 91 * DAY);
        const nodes = numbered('', 4).map(() => createSocial({ db: database.db, bus, logged: true }));
        await Promise.all(nodes.map((node) => node.sweepSocial()));
        await sweepAll();
        expect(await totals()).toMatchObject({ unread: 0 });
        expect(await rows(sql`select act_id as text from notice_acts`)).toEqual([]);
      });
    });
  });
};
