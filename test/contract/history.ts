import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { OpenDatabase } from '../../src/adapters/sql/database.js';
import { createPeople } from '../../src/adapters/sql/people.js';
import { createHistory } from '../../src/adapters/sql/sqlHistory.js';
import type { HistoryChange, HistoryStore, OpenSpan, Span } from '../../src/presence/ports/history.js';
import { createHistoryService } from '../../src/service/historyService.js';
import { newHead } from '../support/unit/histories.js';
import { empty, recordingBus } from './people.js';

const DAY_MS = 86_400_000;
const SERVICE = { kind: 'service', userId: 'host' } as const;

/** What every {@link createHistory} must do, over whatever database `open` opens. */
export const describeHistory = (name: string, open: () => Promise<OpenDatabase>): void => {
  describe(`history over ${name}`, () => {
    const now = Date.now();
    let database: OpenDatabase;
    let history: HistoryStore;
    let people: ReturnType<typeof createPeople>;

    beforeAll(async () => {
      database = await open();
    });
    afterAll(async () => {
      await database.close();
    });
    beforeEach(async () => {
      await empty(database);
      history = createHistory({ db: database.db, retentionMs: 90 * DAY_MS });
      people = createPeople({ db: database.db, bus: recordingBus() });
      await people.upsertUsers([{ id: 'ann' }, { id: 'bob' }, { id: 'cem' }]);
    });

    const span = (from: number, to: number | null, changes: Partial<Span> = {}): Span => ({
      device: 'WEB',
      status: 'ONLINE',
      from: now + from,
      to: to === null ? null : now + to,
      ...changes,
    });
    const isOpen = (one: Span): one is OpenSpan => one.to === null;
    const change = (asOf: number, written: readonly Span[], removed: readonly OpenSpan[] = []): HistoryChange => ({
      head: { ...newHead(), asOf, open: written.filter(isOpen), day: 5, opened: written.length },
      written,
      removed,
    });
    const write = (userId: string, written: readonly Span[], { generation = 1, removed = [] as OpenSpan[] } = {}) =>
      history.write([{ userId, generation }], () => change(1, written, removed));
    const all = (
      userId: string,
      {
        from = -DAY_MS,
        to = DAY_MS,
        limit = 1_000,
        after = null as Parameters<HistoryStore['spans']>[1]['after'],
      } = {},
    ) => history.spans(userId, { from: now + from, to: now + to, after, limit });
    const headOf = async (userId: string, generation = 1) => {
      let found: unknown = 'left out';
      await history.write([{ userId, generation }], (_, head) => {
        found = head;
        return undefined;
      });
      return found;
    };
    const count = async () => {
      const [row] = await database.db.run((orm) =>
        orm
          .select({
            spans: sql`(select count(*) from presence_history)`.mapWith(Number),
            heads: sql`(select count(*) from presence_history_heads)`.mapWith(Number),
          })
          .from(sql`(select 1) as one`),
      );
      return row!;
    };

    it('reads back what was written, by beginnings, and ends what was open', async () => {
      const [web, mobile] = [span(0, null), span(-5, 20, { device: 'MOBILE', status: 'DO_NOT_DISTURB' })];
      expect(await write('ann', [web, mobile])).toBe(2);
      expect(await all('ann')).toEqual([mobile, web]);
      expect(await headOf('ann')).toEqual({ asOf: 1, open: [web], day: 5, opened: 2 });
      await write('ann', [{ ...web, to: now + 9 }]);
      expect(await all('ann')).toEqual([mobile, { ...web, to: now + 9 }]);
      expect(await headOf('ann')).toMatchObject({ open: [] });
      expect(await all('bob')).toEqual([]);
    });

    it('removes an open span that was none, and writes another in its place', async () => {
      const open = span(0, null) as OpenSpan;
      await write('ann', [open, span(-9, -3)]);
      await write('ann', [], { removed: [open] });
      expect(await all('ann')).toEqual([span(-9, -3)]);
      await write('ann', [open]);
      await write('ann', [span(0, null, { status: 'AWAY' })], { removed: [open] });
      expect(await all('ann')).toEqual([span(-9, -3), span(0, null, { status: 'AWAY' })]);
    });

    it('leaves out users who do not exist or are of another generation, and writes the others', async () => {
      const users = [
        { userId: 'nobody', generation: 1 },
        { userId: 'ann', generation: 2 },
        { userId: 'bob', generation: 1 },
      ];
      expect(await history.write(users, () => change(1, [span(0, null)]))).toBe(1);
      expect(await count()).toEqual({ spans: 1, heads: 1 });
      expect(await history.write([], () => change(1, [span(0, null)]))).toBe(0);
    });

    it('writes the history of one user from many at once, one after the other', async () => {
      // On a busy machine some come too late for an answer, and are written all the same.
      const answers = await Promise.allSettled(
        Array.from({ length: 10 }, (_, i) =>
          history.write(
            [
              { userId: i % 2 ? 'ann' : 'bob', generation: 1 },
              { userId: i % 2 ? 'bob' : 'ann', generation: 1 },
            ],
            (_user, head) => ({
              head: { ...head, asOf: head.asOf + 1 },
              written: [span(head.asOf, head.asOf + 1)],
              removed: [],
            }),
          ),
        ),
      );
      expect(answers.some(({ status }) => status === 'fulfilled')).toBe(true);
      for (const userId of ['ann', 'bob']) {
        await vi.waitFor(async () => {
          const { asOf } = (await headOf(userId)) as { readonly asOf: number };
          expect(asOf).toBeGreaterThan(0);
          expect((await all(userId)).map(({ from }) => from - now)).toEqual(Array.from({ length: asOf }, (_, i) => i));
        });
      }
    });

    it('writes all of a call or nothing', async () => {
      const bad = change(1, [{ ...span(0, 1), to: now - 1 }]);
      const users = [
        { userId: 'ann', generation: 1 },
        { userId: 'bob', generation: 1 },
      ];
      const answer = history.write(users, ({ userId }) => (userId === 'bob' ? bad : change(1, [span(0, null)])));
      await expect(answer).rejects.toThrow();
      expect(await count()).toEqual({ spans: 0, heads: 0 });
    });

    it('gives pages in which every span comes once, whatever is written meanwhile', async () => {
      const spans: Span[] = [];
      for (let i = 0; i < 12; i += 1) {
        spans.push(span(i * 10, i * 10 + 10), span(i * 10, i * 10 + 5, { device: 'MOBILE', status: 'AWAY' }));
        spans.push(span(i * 10 + 3, i * 10 + 4, { device: 'PLUGIN' }));
      }
      const open = span(120, null) as OpenSpan;
      await write('ann', [...spans, open]);
      const { presenceHistory } = createHistoryService({ history });
      const found: string[] = [];
      let after: string | null = null;
      for (let i = 0; i === 0 || after !== null; i += 1) {
        const range = { userId: 'ann', from: now - DAY_MS, to: now + DAY_MS, first: 4 };
        const page = await presenceHistory(SERVICE, { ...range, after });
        found.push(...page.items.map(({ node }) => `${node.from - now} ${node.device}`));
        expect(page.hasPreviousPage).toBe(after !== null);
        after = page.hasNextPage ? page.endCursor : null;
        // What was open ends, and more comes.
        if (i === 2) await write('ann', [{ ...open, to: now + 130 }, span(130, null)]);
      }
      const wanted = [...spans, open, span(130, null)].map(({ from, device }) => [from - now, device] as const);
      wanted.sort(([a, one], [b, other]) => a - b || (one < other ? -1 : 1));
      expect(found).toEqual(wanted.map(([from, device]) => `${from} ${device}`));
    });

    it('gives what overlaps the range, and no more than is asked for', async () => {
      await write('ann', [span(0, 10), span(10, 20), span(20, 30), span(5, null, { device: 'MOBILE' })]);
      const froms = async (options: Parameters<typeof all>[1]) =>
        (await all('ann', options)).map(({ from }) => from - now);
      expect(await froms({ from: 12, to: 20 })).toEqual([5, 10]);
      expect(await froms({ from: 10, to: 21 })).toEqual([5, 10, 20]);
      expect(await froms({ from: -5, to: 0 })).toEqual([]);
      expect(await froms({ from: 40, to: 50 })).toEqual([5]);
      expect(await froms({ limit: 2 })).toEqual([0, 5]);
    });

    it('neither gives nor keeps what ended before the retention, and keeps what goes on', async () => {
      const old = Array.from({ length: 1_100 }, (_, i) => span(-91 * DAY_MS + i, -91 * DAY_MS + i + 1));
      const kept = [span(-89 * DAY_MS - 5, -89 * DAY_MS), span(-95 * DAY_MS, null, { device: 'MOBILE' })];
      await write('ann', [...old, ...kept]);
      const ago = { from: -100 * DAY_MS };
      expect(await all('ann', ago)).toEqual([kept[1], kept[0]]);
      expect(await history.sweep()).toBe(true);
      expect((await count()).spans).toBeGreaterThan(2);
      while (await history.sweep()) {
        // Batch after batch.
      }
      expect((await count()).spans).toBe(2);
      expect(await all('ann', ago)).toEqual([kept[1], kept[0]]);
    });

    it('lists who has open spans, whole, in pages', async () => {
      await write('ann', [span(0, null), span(1, null, { device: 'MOBILE' })]);
      await write('bob', [span(0, 5)]);
      await write('cem', [span(2, null), span(3, null, { device: 'PLUGIN' }), span(4, null, { device: 'DESKTOP' })]);
      const first = await history.openAfter('', 4);
      expect(first).toEqual({
        users: [{ userId: 'ann', generation: 1, open: [span(1, null, { device: 'MOBILE' }), span(0, null)] }],
        next: 'ann',
      });
      const second = await history.openAfter('ann', 4);
      expect(second.users.map(({ userId, open }) => [userId, open.length])).toEqual([['cem', 3]]);
      expect(second.next).toBeNull();
    });

    it('goes with its user, and nothing of it is the next one’s of that id', async () => {
      await write('ann', [span(0, 5), span(5, null)]);
      await write('bob', [span(0, null)]);
      await people.deleteUser('ann');
      expect(await all('ann')).toEqual([]);
      expect(await count()).toEqual({ spans: 1, heads: 1 });
      // Late, from a node that does not know yet.
      expect(await write('ann', [span(5, 9)])).toBe(0);
      await people.upsertUsers([{ id: 'ann' }]);
      expect(await all('ann')).toEqual([]);
      expect(await write('ann', [span(5, 9)])).toBe(0);
      expect(await headOf('ann', 2)).toEqual({ asOf: 0, open: [], day: 0, opened: 0 });
      await write('ann', [span(7, null)], { generation: 2 });
      expect(await all('ann')).toEqual([span(7, null)]);
      await people.finishDeletions(() => false);
      expect(await all('ann')).toEqual([span(7, null)]);
    });

    it('goes with its user also where it is longer than one statement removes', async () => {
      const long = Array.from({ length: 4_100 }, (_, i) => span(i, i + 1));
      await write('ann', long);
      await people.deleteUser('ann');
      await people.finishDeletions(() => false);
      expect(await count()).toEqual({ spans: 0, heads: 0 });
    });
  });
};
