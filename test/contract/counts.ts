import { sql } from 'drizzle-orm';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { OpenDatabase } from '../../src/adapters/sql/database.js';
import { createSocial } from '../../src/adapters/sql/social.js';
import type { CountStore } from '../../src/social/ports/counts.js';
import type { NewCounts } from '../../src/social/socialTypes.js';
import { empty, recordingBus } from './people.js';

const put = (objectId: string, version: number | string, counts: Readonly<Record<string, number>>): NewCounts => ({
  objectId,
  version: String(version),
  counts: Object.entries(counts).map(([name, value]) => ({ name, value })),
});

/** What registers hold: of each object and name the value with the highest version; of equal versions the first put. */
const createModel = () => {
  const held = new Map<string, { version: bigint; value: number }>();
  return {
    put({ objectId, version, counts }: NewCounts): void {
      for (const { name, value } of counts) {
        const key = JSON.stringify([objectId, name]);
        const before = held.get(key);
        if (!before || BigInt(version) > before.version) held.set(key, { version: BigInt(version), value });
      }
    },
    of: (objectId: string) =>
      [...held]
        .map(([key, { value }]) => ({ key: JSON.parse(key) as [string, string], value }))
        .filter(({ key }) => key[0] === objectId)
        .map(({ key, value }) => ({ name: key[1], value }))
        .sort((a, b) => (a.name < b.name ? -1 : 1)),
  };
};

/** The contract of every `CountStore`, over the database that `open` opens, with so many random puts. */
export const describeCounts = (
  name: string,
  open: () => Promise<OpenDatabase>,
  { runs }: { readonly runs: number },
): void => {
  describe(`counts over ${name}`, () => {
    let database: OpenDatabase;
    let bus: ReturnType<typeof recordingBus>;
    let store: CountStore;
    beforeAll(async () => {
      database = await open();
    });
    afterAll(() => database.close());
    beforeEach(async () => {
      await empty(database);
      bus = recordingBus();
      store = createSocial({ db: database.db, bus, logged: true });
    });

    const countsOf = async (objectId: string) => (await store.counts([objectId])).get(objectId)!;
    const valuesOf = async (objectId: string) => (await countsOf(objectId)).all;

    it('answers each object once, by name; of nothing put there are no counts', async () => {
      await store.putCounts([put('post', 1, { repost: 0, like: 3, Comment: 2 }), put("o'neil {\\}", 1, { like: -1 })]);
      const found = await store.counts(['none', 'post', "o'neil {\\}", 'post']);
      expect([...found.keys()].sort()).toEqual(['none', "o'neil {\\}", 'post']);
      expect(found.get('post')).toMatchObject({
        objectId: 'post',
        all: [
          { name: 'Comment', value: 2 },
          { name: 'like', value: 3 },
          { name: 'repost', value: 0 },
        ],
      });
      expect(found.get('none')).toMatchObject({ objectId: 'none', all: [] });
      expect((await store.counts([])).size).toBe(0);
    });

    it('moves to a later version alone, each name by itself, and says how many objects moved', async () => {
      expect(await store.putCounts([put('post', 5, { like: 3 }), put('page', 5, { like: 1 })])).toBe(2);
      expect(await store.putCounts([put('post', 5, { like: 9 }), put('page', 6, { like: 2 })])).toBe(1);
      expect(await store.putCounts([put('post', 4, { like: 8, comment: 1 })])).toBe(1);
      expect(await store.putCounts([put('post', 4, { like: 8, comment: 1 })])).toBe(0);
      expect(await store.putCounts([])).toBe(0);
      expect(await valuesOf('post')).toEqual([
        { name: 'comment', value: 1 },
        { name: 'like', value: 3 },
      ]);
      expect(await valuesOf('page')).toEqual([{ name: 'like', value: 2 }]);
    });

    it('compares versions of up to eighteen digits exactly', async () => {
      await store.putCounts([put('post', '999999999999999998', { like: 1 })]);
      expect(await store.putCounts([put('post', '999999999999999999', { like: 2 })])).toBe(1);
      expect(await store.putCounts([put('post', '999999999999999998', { like: 3 })])).toBe(0);
      expect(await store.putCounts([put('old', '0', { like: 2_147_483_647 })])).toBe(1);
      expect(await valuesOf('post')).toEqual([{ name: 'like', value: 2 }]);
      expect(await valuesOf('old')).toEqual([{ name: 'like', value: 2_147_483_647 }]);
    });

    it('holds ten names an object, and sets nothing of a call with an eleventh', async () => {
      const names = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, i) => [`n${i}`, i]));
      await store.putCounts([put('post', 1, names(10))]);
      await expect(store.putCounts([put('page', 1, { like: 1 }), put('post', 2, { more: 1 })])).rejects.toMatchObject({
        code: 'BAD_USER_INPUT',
        message: 'The object post would have 11 counts; at most 10 are allowed.',
      });
      await expect(store.putCounts([put('page', 1, names(11))])).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
      expect(await valuesOf('page')).toEqual([]);
      expect(await store.putCounts([put('post', 2, names(10))])).toBe(1);
    });

    it('publishes what moved, whole, with the instant that is answered; nothing where no value changed', async () => {
      await store.putCounts([put('post', 1, { like: 3 }), put('post', 2, { comment: 1 }), put('page', 1, { like: 1 })]);
      const [post, page] = [await countsOf('post'), await countsOf('page')];
      const logId = expect.any(String);
      expect(bus.socialNews()).toEqual([
        { kind: 'counts', counts: post, logId },
        { kind: 'counts', counts: page, logId },
      ]);
      expect(await store.putCounts([put('post', 3, { like: 3 })])).toBe(1);
      expect(await store.putCounts([put('post', 2, { like: 9 })])).toBe(0);
      expect(bus.socialNews()).toEqual([]);
      expect(await countsOf('post')).toEqual(post);
    });

    it('has an instant that grows with every change, also beyond what was answered of an object without counts', async () => {
      let { asOf } = await countsOf('post');
      for (let version = 1; version <= 20; version += 1) {
        await store.putCounts([put('post', version, { like: version })]);
        const next = await countsOf('post');
        expect(next.asOf).toBeGreaterThan(asOf);
        ({ asOf } = next);
      }
      await store.putCounts([put('post', 21, { like: 20 })]);
      expect((await countsOf('post')).asOf).toBe(asOf);
    });

    it('has a later instant with each change also where the clock of the database is behind it', async () => {
      await store.putCounts([put('post', 1, { like: 1 }), put('page', 1, { like: 1 })]);
      await database.db.run((orm) => orm.execute(sql`update counts set as_of = as_of + 3600000`));
      const before = await countsOf('post');
      await store.putCounts([put('post', 2, { like: 2 }), put('page', 1, { like: 2 })]);
      expect((await countsOf('post')).asOf).toBe(before.asOf + 1);
      await store.putCounts([put('post', 3, { share: 1 })]);
      expect((await countsOf('post')).asOf).toBe(before.asOf + 2);
    });

    it('ends at the highest version, in any order and repetition, from two nodes at once', async () => {
      const other = createSocial({ db: database.db, bus, logged: true });
      const anyPut = fc.record({
        objectId: fc.constantFrom('a', 'b'),
        version: fc.integer({ min: 0, max: 12 }).map(String),
        counts: fc.uniqueArray(fc.record({ name: fc.constantFrom('x', 'y'), value: fc.nat(99) }), {
          selector: ({ name: key }) => key,
        }),
      });
      // One value a version and name: what the host committed.
      const committed = (puts: readonly NewCounts[]): readonly NewCounts[] =>
        puts.map((each) => ({ ...each, counts: each.counts.map((c) => ({ ...c, value: Number(each.version) })) }));
      await fc.assert(
        fc.asyncProperty(fc.array(fc.array(anyPut, { maxLength: 4 }), { maxLength: 6 }), async (calls) => {
          await empty(database);
          const model = createModel();
          bus.socialNews();
          const sent = calls.map(committed);
          for (const call of sent) for (const each of call) model.put(each);
          await Promise.all(sent.map((call, i) => (i % 2 ? store : other).putCounts(call)));
          await Promise.all([...sent].reverse().map((call, i) => (i % 2 ? other : store).putCounts(call)));
          const asOfs = new Map<string, string>();
          for (const change of bus.socialNews()) {
            if (change.kind !== 'counts') continue;
            const { objectId, asOf, all } = change.counts;
            const key = `${objectId} ${asOf}`;
            expect(asOfs.get(key) ?? JSON.stringify(all)).toBe(JSON.stringify(all));
            asOfs.set(key, JSON.stringify(all));
          }
          for (const objectId of ['a', 'b']) expect(await valuesOf(objectId)).toEqual(model.of(objectId));
        }),
        { numRuns: runs },
      );
    });
  });
};
