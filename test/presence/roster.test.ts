import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cursorOf, inRosterOrder, readCursor, rosterPage } from '../../src/presence/roster.js';
import { OUT_OF_SIGHT, type PresenceView } from '../../src/presence/view.js';
import { NOON } from '../support/builders.js';

const view = (userId: string, status: PresenceView['status'] = 'OFFLINE'): PresenceView => ({
  ...OUT_OF_SIGHT,
  userId,
  status,
  asOf: NOON,
});
const ids = (views: readonly PresenceView[]) => views.map(({ userId }) => userId);

const anyId = fc.oneof(
  fc.string({ minLength: 1, maxLength: 8, unit: 'grapheme' }),
  fc.constantFrom('__proto__', 'constructor', '1', '0', '10', ' ', ':', '{}'),
);
const anyViews = fc
  .uniqueArray(fc.tuple(anyId, fc.constantFrom('ONLINE', 'AWAY', 'OFFLINE' as const)), { selector: ([id]) => id })
  .map((pairs) => pairs.map(([id, status]) => view(id, status)));

describe('the order of a roster', () => {
  it('is who is seen live first, whatever their status, then by id', () => {
    const views = [view('d'), view('c', 'AWAY'), view('a'), view('b', 'DO_NOT_DISTURB'), view('e', 'INVISIBLE')];
    expect(ids(inRosterOrder(views))).toEqual(['b', 'c', 'e', 'a', 'd']);
  });

  it('does not depend on the order given', () => {
    fc.assert(
      fc.property(anyViews, (views) => {
        expect(inRosterOrder([...views].reverse())).toEqual(inRosterOrder(views));
      }),
    );
  });
});

describe('pages', () => {
  it('one after the other are the whole, in order, each once', () => {
    fc.assert(
      fc.property(anyViews, fc.integer({ min: 1, max: 4 }), (views, first) => {
        const ordered = inRosterOrder(views);
        const seen: string[] = [];
        let after: string | null = null;
        for (;;) {
          const page = rosterPage(ordered, first, after);
          expect(page.hasPreviousPage).toBe(seen.length > 0);
          seen.push(...page.items.map((item) => item.view.userId));
          expect(page.hasNextPage).toBe(seen.length < ordered.length);
          if (!page.hasNextPage) break;
          after = page.items.at(-1)!.cursor;
        }
        expect(seen).toEqual(ids(ordered));
      }),
    );
  });

  it('go on after a place whose user has gone, and may repeat who changed side', () => {
    const page = rosterPage(
      inRosterOrder([view('b', 'ONLINE'), view('d', 'ONLINE'), view('a')]),
      2,
      cursorOf({ live: true, userId: 'c' }),
    );
    expect(page.items.map((item) => item.view.userId)).toEqual(['d', 'a']);
    expect(rosterPage([], 10, cursorOf({ live: false, userId: 'z' }))).toEqual({
      items: [],
      hasNextPage: false,
      hasPreviousPage: false,
    });
  });
});

describe('a cursor', () => {
  it('says where an item stands', () => {
    fc.assert(
      fc.property(fc.boolean(), anyId, (live, userId) => {
        expect(readCursor(cursorOf({ live, userId }))).toEqual({ live, userId });
      }),
    );
  });

  it('that nobody gave is BAD_USER_INPUT', () => {
    for (const cursor of [
      '',
      'x',
      'MQ',
      'MA',
      '!!!',
      `${cursorOf({ live: true, userId: 'a' })}=`,
      '2aGFsbG8',
      'MWE\n',
    ]) {
      expect(() => readCursor(cursor)).toThrow(expect.objectContaining({ code: 'BAD_USER_INPUT' }));
    }
  });
});
