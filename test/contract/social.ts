import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { OpenDatabase } from '../../src/adapters/sql/database.js';
import { createPeople } from '../../src/adapters/sql/people.js';
import { createSocial } from '../../src/adapters/sql/social.js';
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

/** What every store of acts and trays must do, over the database that `open` opens. */
export const describeSocial = (name: string, open: () => Promise<OpenDatabase>): void => {
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

      it('counts an actor once a notice, and names the latest three', async () => {
        await social.tell([act('1'), act('2', { actorId: 'bob' }), act('3', { actorId: 'dan' })]);
        await social.tell([act('4', { actorId: 'eve' })]);
        await social.tell([act('5', { actorId: 'bob' }), act('6', { actorId: 'bob' })]);
        expect(await shortList()).toEqual(['like 42: bob eve dan (4)']);
        expect(await totals()).toEqual({ unread: 1, unseen: 1, revision: 6 });
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

      it('tells 10,000 recipients in one call', async () => {
        const recipients = numbered('u', 1_000);
        const acts = numbered('a', 10).map((id) => act(id, { recipients, objectId: id }));
        expect(await social.tell(acts)).toBe(10);
        expect(await totals('u0')).toEqual({ unread: 10, unseen: 10, revision: 10 });
        expect(await totals('u999')).toEqual({ unread: 10, unseen: 10, revision: 10 });
        expect(await social.retract(acts.map(({ id }) => id))).toBe(10);
        expect(await totals('u999')).toMatchObject({ unread: 0, unseen: 0 });
      });

      it('takes 1,000 acts into one tray in one call', async () => {
        const acts = numbered('a', 1_000).map((id, i) => act(id, { actorId: `u${i % 700}` }));
        expect(await social.tell(acts)).toBe(1_000);
        expect(await shortList()).toEqual(['like 42: u299 u298 u297 (700)']);
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

      it('reads 1,000 notices at once, and reads nobody else', async () => {
        const acts = numbered('n', 1_000).map((id) => act(id, { group: id, recipients: ['cem', 'dan'] }));
        await social.tell(acts);
        expect(await totals()).toMatchObject({ unread: 1_000, unseen: 1_000 });
        expect(await social.markRead('cem', 2_000, null)).toMatchObject({ unread: 0, unseen: 0, revision: 1_004 });
        expect(await totals('dan')).toEqual({ unread: 1_000, unseen: 1_000, revision: 1_000 });
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
  });
};
