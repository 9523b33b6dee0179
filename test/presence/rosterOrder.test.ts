import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cursorOf, inRosterOrder, type Place, placesAfter, readCursor } from '../../src/presence/rosterOrder.js';

const live = (userId: string): Place => ({ live: true, userId });
const offline = (userId: string): Place => ({ live: false, userId });
const ids = (places: readonly Place[]) => places.map(({ userId }) => userId);

const anyId = fc.oneof(
  fc.string({ minLength: 1, maxLength: 8, unit: 'grapheme' }),
  fc.constantFrom('__proto__', 'constructor', '1', '0', '10', ' ', ':', '{}'),
);
const anyPlaces = fc.uniqueArray(fc.record({ userId: anyId, live: fc.boolean() }), {
  selector: ({ userId }) => userId,
});

describe('the order of a roster', () => {
  it('is who is seen live first, then by id', () => {
    const places = [offline('d'), live('c'), offline('a'), live('b'), live('e')];
    expect(ids(inRosterOrder(places))).toEqual(['b', 'c', 'e', 'a', 'd']);
  });

  it('does not depend on the order given', () => {
    fc.assert(
      fc.property(anyPlaces, (places) => {
        expect(inRosterOrder([...places].reverse())).toEqual(inRosterOrder(places));
      }),
    );
  });
});

describe('what comes after a place', () => {
  it('is the rest of the list, also where its user has gone', () => {
    const places = inRosterOrder([live('b'), live('d'), offline('a')]);
    expect(ids(placesAfter(places, null))).toEqual(['b', 'd', 'a']);
    expect(ids(placesAfter(places, cursorOf(live('b'))))).toEqual(['d', 'a']);
    expect(ids(placesAfter(places, cursorOf(live('c'))))).toEqual(['d', 'a']);
    expect(placesAfter(places, cursorOf(offline('z')))).toEqual([]);
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
