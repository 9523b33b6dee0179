import fc from 'fast-check';
import { parse } from 'graphql';
import { describe, expect, it } from 'vitest';
import { createLatest } from '../src/latest.js';

/** The n-th millisecond of a day. */
const at = (n: number) => new Date(Date.UTC(2026, 0, 31, 12) + n).toISOString();

const FIELDS = 'id status statusMessage { text emoji } activities { type name } devices lastSeen isTyping asOf';
const event = parse(`subscription { presenceChanged { ${FIELDS} } }`);
const list = parse(`{ presence { ${FIELDS} } }`);

const row = (id: string, n: number, changes: object = {}) => ({
  id,
  status: 'ONLINE',
  statusMessage: null,
  activities: [],
  devices: ['WEB'],
  lastSeen: null,
  isTyping: false,
  asOf: at(n),
  ...changes,
});

const gone = { status: 'OFFLINE', devices: [], lastSeen: at(19) };

describe('one user', () => {
  it('an answer that is older than an event takes the values of the event', () => {
    const latest = createLatest();
    latest.merge({ presenceChanged: row('ben', 20, gone) }, event);
    const late = latest.merge({ presence: [row('ada', 10), row('ben', 10)] }, list);
    expect(late).toEqual({ presence: [row('ada', 10), row('ben', 20, gone)] });
  });

  it('a newer one passes as it is, and so does one of the same instant', () => {
    const latest = createLatest();
    latest.merge({ presenceChanged: row('ben', 20, gone) }, event);
    const same = { presence: [row('ben', 20, gone)] };
    expect(latest.merge(same, list)).toBe(same);
    const newer = { presence: [row('ben', 21)] };
    expect(latest.merge(newer, list)).toBe(newer);
    expect(latest.merge({ presenceChanged: row('ben', 20, gone) }, event)).toEqual({ presenceChanged: row('ben', 21) });
  });

  it('instants are compared over every border of a date', () => {
    const borders = [
      '2026-01-31T23:59:59.999Z',
      '2026-02-01T00:00:00.000Z',
      '2026-10-01T00:00:00.009Z',
      '2027-01-01T00:00:00.001Z',
    ];
    borders.forEach((earlier, index) => {
      for (const later of borders.slice(index + 1)) {
        const latest = createLatest();
        latest.merge({ presenceChanged: row('ben', 0, { ...gone, asOf: later }) }, event);
        const answer = latest.merge({ presence: [row('ben', 0, { asOf: earlier })] }, list);
        expect(answer.presence[0]).toMatchObject({ status: 'OFFLINE', asOf: later });
      }
    });
  });

  it('a user who comes twice in one result is the later of the two, in both places', () => {
    const document = parse(`{ first: presence { id status asOf } second: presence { id status asOf } }`);
    const older = { id: 'ben', status: 'ONLINE', asOf: at(1) };
    const newer = { id: 'ben', status: 'AWAY', asOf: at(2) };
    expect(createLatest().merge({ first: [older], second: [newer] }, document)).toEqual({
      first: [newer],
      second: [newer],
    });
  });

  it('a result is not changed in place', () => {
    const latest = createLatest();
    latest.merge({ presenceChanged: row('ben', 20, gone) }, event);
    const late = { presence: [row('ben', 10)] };
    const before = structuredClone(late);
    latest.merge(late, list);
    expect(late).toEqual(before);
  });

  it('isTyping is what the result says: asOf does not cover it', () => {
    const latest = createLatest();
    latest.merge({ presenceChanged: row('ben', 20, { isTyping: true }) }, event);
    expect(latest.merge({ presence: [row('ben', 10)] }, list).presence[0]).toMatchObject({
      asOf: at(20),
      isTyping: false,
    });
  });
});

describe('anywhere in a result', () => {
  const newest = row('ben', 20, gone);
  const nested: readonly [string, string, (ben: object) => object][] = [
    [
      'the edges of a connection',
      `{ roster { edges { node { ${FIELDS} } } } }`,
      (ben) => ({ roster: { edges: [{ node: ben }] } }),
    ],
    ['the caller', `{ me { presence { ${FIELDS} } } }`, (ben) => ({ me: { presence: ben } })],
    ['the answer to a mutation', `mutation { setPresence(input: {}) { ${FIELDS} } }`, (ben) => ({ setPresence: ben })],
    [
      'lists of lists of a graph around it',
      `{ a { b { ${FIELDS} } } }`,
      (ben) => ({ a: [{ b: [[ben], null] }, null] }),
    ],
    [
      'a field of another presence',
      `{ userPresence(userId: "ada") { id asOf user { id nearest { ${FIELDS} } } } }`,
      (ben) => ({ userPresence: { id: 'ada', asOf: at(1), user: { id: 'ada', nearest: ben } } }),
    ],
  ];
  for (const [name, document, around] of nested) {
    it(name, () => {
      const latest = createLatest();
      latest.merge({ presenceChanged: newest }, event);
      expect(latest.merge(around(row('ben', 10)), parse(document))).toEqual(around(newest));
    });
  }

  it('what is no presence stays: of another type, without an instant, or below a scalar', () => {
    const latest = createLatest();
    latest.merge({ presenceChanged: newest }, event);
    const document = parse(`{ things { __typename id asOf status } blob ids { id status } }`);
    const others = {
      things: [{ __typename: 'Thing', id: 'ben', asOf: at(10), status: 'BROKEN' }],
      blob: { id: 'ben', asOf: at(10), status: 'RAW' },
      ids: [
        { id: 'ben', status: 'ONLINE' },
        { id: 'ben', asOf: null, status: 'ONLINE' },
        { id: 'ben', asOf: 'before', status: 'ONLINE' },
        { id: null, asOf: at(10), status: 'ONLINE' },
      ],
    };
    expect(latest.merge(others, document)).toBe(others);
    // Nor is it learnt from.
    const newer = { things: [{ __typename: 'Thing', id: 'ben', asOf: at(30), status: 'BROKEN' }] };
    latest.merge(newer, document);
    expect(latest.merge({ presence: [row('ben', 10)] }, list)).toEqual({ presence: [newest] });
  });

  it('nothing at all', () => {
    expect(createLatest().merge(null, list)).toBe(null);
    expect(createLatest().merge({ presence: null }, list)).toEqual({ presence: null });
  });
});

describe('documents that ask for different things', () => {
  it('aliases are those of the document that is answered', () => {
    const latest = createLatest();
    const aliased = parse(
      `subscription { e: presenceChanged { key: id is: status at: asOf words: statusMessage { t: text } } }`,
    );
    latest.merge({ e: { key: 'ben', is: 'AWAY', at: at(20), words: { t: 'Lunch' } } }, aliased);
    const other = parse(`{ p: presence { id s: status words: statusMessage { it: text } when: asOf } }`);
    expect(latest.merge({ p: [{ id: 'ben', s: 'ONLINE', words: null, when: at(10) }] }, other)).toEqual({
      p: [{ id: 'ben', s: 'AWAY', words: { it: 'Lunch' }, when: at(20) }],
    });
  });

  it('fragments, named, inline and one within the other, are seen through', () => {
    const latest = createLatest();
    const fragments = parse(`
      subscription { presenceChanged { ...Row ... on Presence { asOf } ... { is: status } } }
      fragment Row on Presence { ...Key words: statusMessage { ...Words } }
      fragment Key on Presence { key: id }
      fragment Words on StatusMessage { line: text emoji }
    `);
    const one = { key: 'ben', is: 'AWAY', words: { line: 'Lunch', emoji: null }, asOf: at(20) };
    latest.merge({ presenceChanged: one }, fragments);
    const plain = parse(`{ presence { id status statusMessage { text } asOf } }`);
    expect(
      latest.merge({ presence: [{ id: 'ben', status: 'ONLINE', statusMessage: null, asOf: at(10) }] }, plain),
    ).toEqual({ presence: [{ id: 'ben', status: 'AWAY', statusMessage: { text: 'Lunch' }, asOf: at(20) }] });
    latest.merge({ presence: [{ id: 'ben', status: 'ONLINE', statusMessage: null, asOf: at(30) }] }, plain);
    expect(latest.merge({ presenceChanged: one }, fragments)).toEqual({
      presenceChanged: { key: 'ben', is: 'ONLINE', words: null, asOf: at(30) },
    });
  });

  it('one key means other fields on other types', () => {
    const latest = createLatest();
    const either = parse(`{ who {
      __typename
      ... on Robot { id asOf label: lastSeen }
      ... on Presence { id asOf label: status }
    } }`);
    latest.merge({ presenceChanged: row('ben', 20, gone) }, event);
    const ben = { __typename: 'Presence', id: 'ben', asOf: at(10), label: 'ONLINE' };
    const robot = { __typename: 'Robot', id: 'ben', asOf: at(10), label: 'never' };
    expect(latest.merge({ who: [ben, robot] }, either)).toEqual({
      who: [{ ...ben, asOf: at(20), label: 'OFFLINE' }, robot],
    });
  });

  it('a field that newer documents left out keeps the latest value that is known of it', () => {
    const latest = createLatest();
    const narrow = parse(`subscription { presenceChanged { id status asOf } }`);
    latest.merge({ presence: [row('ben', 10, { devices: ['MOBILE'] })] }, list);
    latest.merge({ presenceChanged: { id: 'ben', status: 'AWAY', asOf: at(20) } }, narrow);
    // Later than what is known of `devices`, earlier than what is known of `status`.
    const middle = latest.merge({ presence: [row('ben', 15, { devices: ['DESKTOP'] })] }, list);
    expect(middle.presence[0]).toMatchObject({ status: 'AWAY', devices: ['DESKTOP'], asOf: at(20) });
    const late = latest.merge({ presence: [row('ben', 5, { devices: [] })] }, list);
    expect(late.presence[0]).toMatchObject({ status: 'AWAY', devices: ['DESKTOP'], asOf: at(20) });
  });

  it('a value is not pieced together where the newer one lacks a field below it', () => {
    const latest = createLatest();
    const narrow = parse(`subscription { presenceChanged { id statusMessage { text } activities { name } asOf } }`);
    latest.merge(
      {
        presenceChanged: {
          id: 'ben',
          statusMessage: { text: 'Lunch' },
          activities: [{ name: 'Ardour' }],
          asOf: at(20),
        },
      },
      narrow,
    );
    const old = { statusMessage: { text: 'At work', emoji: '🎧' }, activities: [{ type: 'PLAYING', name: 'Chess' }] };
    expect(latest.merge({ presence: [row('ben', 10, old)] }, list).presence[0]).toMatchObject({ ...old, asOf: at(20) });
    // Empty and null lack nothing.
    latest.merge({ presenceChanged: { id: 'ben', statusMessage: null, activities: [], asOf: at(30) } }, narrow);
    expect(latest.merge({ presence: [row('ben', 10, old)] }, list).presence[0]).toMatchObject({
      statusMessage: null,
      activities: [],
    });
  });

  it('parts of one instant complete each other', () => {
    const latest = createLatest();
    const texts = parse(`{ presence { id asOf statusMessage { text } activities { name } } }`);
    const others = parse(`{ presence { id asOf statusMessage { emoji } activities { type } } }`);
    latest.merge(
      { presence: [{ id: 'ben', asOf: at(20), statusMessage: { text: 'Hi' }, activities: [{ name: 'Go' }] }] },
      texts,
    );
    latest.merge(
      { presence: [{ id: 'ben', asOf: at(20), statusMessage: { emoji: '👋' }, activities: [{ type: 'PLAYING' }] }] },
      others,
    );
    expect(latest.merge({ presence: [row('ben', 10)] }, list).presence[0]).toMatchObject({
      statusMessage: { text: 'Hi', emoji: '👋' },
      activities: [{ type: 'PLAYING', name: 'Go' }],
    });
  });

  it('fields with arguments are left alone', () => {
    const latest = createLatest();
    const narrow = parse(`{ presence { id asOf n: devices(first: 1) } }`);
    latest.merge({ presence: [{ id: 'ben', asOf: at(20), n: ['WEB'] }] }, narrow);
    const late = { presence: [{ id: 'ben', asOf: at(10), n: ['MOBILE'] }] };
    expect(latest.merge(late, narrow).presence[0]).toEqual({ id: 'ben', asOf: at(20), n: ['MOBILE'] });
    expect(latest.merge({ presence: [row('ben', 5)] }, list).presence[0]).toMatchObject({ devices: ['WEB'] });
  });

  it('types are asked for here and not there', () => {
    const latest = createLatest();
    const lines = 'id asOf user { id } statusMessage { text } activities { name }';
    const ben = {
      id: 'ben',
      asOf: at(20),
      user: { id: 'ben' },
      statusMessage: { text: 'Hi' },
      activities: [{ name: 'Go' }],
    };
    latest.merge({ presenceChanged: ben }, parse(`subscription { presenceChanged { ${lines} } }`));
    const typed = parse(`{ presence { __typename ${lines.replaceAll('{', '{ __typename')} } }`);
    const old = {
      __typename: 'Presence',
      id: 'ben',
      asOf: at(10),
      user: { __typename: 'User', id: 'ben' },
      statusMessage: null,
      activities: [],
    };
    expect(latest.merge({ presence: [old] }, typed).presence[0]).toEqual({
      ...old,
      asOf: at(20),
      statusMessage: { __typename: 'StatusMessage', text: 'Hi' },
      activities: [{ __typename: 'Activity', name: 'Go' }],
    });
  });

  it('userId names the user of a Presence as well', () => {
    const latest = createLatest();
    latest.merge({ presenceChanged: row('ben', 20, gone) }, event);
    const document = parse(`{ presence { __typename userId status asOf } }`);
    const old = { __typename: 'Presence', userId: 'ben', status: 'ONLINE', asOf: at(10) };
    expect(latest.merge({ presence: [old] }, document).presence[0]).toEqual({
      ...old,
      status: 'OFFLINE',
      asOf: at(20),
    });
  });

  it('a persisted document, known by its id alone, is taken to have no aliases', () => {
    const latest = createLatest();
    latest.merge({ presenceChanged: row('ben', 20, gone) }, {});
    expect(latest.merge({ presence: [row('ben', 10)] }, {})).toEqual({ presence: [row('ben', 20, gone)] });
  });
});

describe('memory', () => {
  it('holds the users seen last, and no more', () => {
    const latest = createLatest({ rememberedUsers: 3 });
    for (const id of ['ada', 'ben', 'cleo']) latest.merge({ presenceChanged: row(id, 20, gone) }, event);
    latest.merge({ presenceChanged: row('ada', 20, gone) }, event);
    latest.merge({ presenceChanged: row('dev', 20, gone) }, event);
    const statuses = ['dev', 'ada', 'cleo', 'ben'].map(
      (id) => latest.merge({ presenceChanged: row(id, 10) }, event).presenceChanged.status,
    );
    // Ben was the one not seen for the longest time.
    expect(statuses).toEqual(['OFFLINE', 'OFFLINE', 'OFFLINE', 'ONLINE']);
  });

  it('is empty after clear', () => {
    const latest = createLatest();
    latest.merge({ presenceChanged: row('ben', 20, gone) }, event);
    latest.clear();
    const other = { presenceChanged: row('ben', 10) };
    expect(latest.merge(other, event)).toBe(other);
  });
});

it('in whatever order results come, of whatever fields, a cache ends with the latest value of each', () => {
  const NAMES = ['status', 'lastSeen', 'devices'] as const;
  const result = fc.record({
    id: fc.constantFrom('ada', 'ben'),
    n: fc.integer({ min: 0, max: 9 }),
    names: fc.uniqueArray(fc.constantFrom(...NAMES), { minLength: 1 }),
  });
  fc.assert(
    fc.property(fc.array(result, { maxLength: 30 }), (results) => {
      const latest = createLatest();
      const cache: Record<string, Record<string, unknown>> = {};
      const expected: Record<string, Record<string, unknown>> = {};
      const seen = new Map<string, number>();
      for (const { id, n, names } of results) {
        const document = parse(
          `{ userPresence(userId: "x") { id asOf ${names.map((name) => `of_${name}: ${name}`).join(' ')} } }`,
        );
        const value = Object.fromEntries(names.map((name) => [`of_${name}`, `${name} of ${id} at ${n}`]));
        const { userPresence } = latest.merge({ userPresence: { id, asOf: at(n), ...value } }, document);
        cache[id] = { ...cache[id], ...userPresence };
        for (const key of ['asOf', ...names.map((name) => `of_${name}`)]) {
          if (n < (seen.get(id + key) ?? 0)) continue;
          seen.set(id + key, n);
          expected[id] = { ...expected[id], id, [key]: key === 'asOf' ? at(n) : `${key.slice(3)} of ${id} at ${n}` };
        }
      }
      expect(cache).toEqual(expected);
    }),
  );
});

describe('counts and trays', () => {
  const counts = parse(`{ counts { id all { name value } likes: count(name: "likes") asOf } }`);
  const counted = (n: number, value: number) => ({
    counts: [{ id: 'ben', all: [{ name: 'likes', value }], likes: value, asOf: at(n) }],
  });
  const tray = parse(`{ inbox { id unread revision asOf } }`);
  const totals = (n: number, unread: number) => ({ inbox: { id: 'ben', unread, revision: `${n}`, asOf: at(n) } });

  it('are the later ones, but for fields with arguments', () => {
    const latest = createLatest();
    latest.merge(counted(20, 7), counts);
    expect(latest.merge(counted(10, 6), counts)).toEqual({ counts: [{ ...counted(20, 7).counts[0], likes: 6 }] });
    latest.merge(totals(20, 1), tray);
    expect(latest.merge(totals(10, 2), tray)).toEqual(totals(20, 1));
  });

  it('are not mixed up with each other, or with a user of that id, with types and without', () => {
    const typed = (row: object, __typename: string) => ({ row: { __typename, ...row } });
    const document = parse(`{ row { __typename id all { name value } unread revision status asOf } }`);
    for (const withTypes of [false, true]) {
      const latest = createLatest();
      const merge = (row: object, type: string, untyped: typeof counts) =>
        withTypes ? latest.merge(typed(row, type), document).row : latest.merge({ row }, untyped).row;
      const presence = { id: 'ben', status: 'ONLINE', asOf: at(10) };
      const untyped = parse(`{ row { id all { name value } unread revision status asOf } }`);
      merge({ id: 'ben', unread: 1, revision: '3', asOf: at(30) }, 'Inbox', untyped);
      merge({ id: 'ben', all: [], asOf: at(20) }, 'Counts', untyped);
      expect(merge(presence, 'Presence', untyped)).toMatchObject(presence);
      expect(merge({ id: 'ben', all: [], asOf: at(20) }, 'Counts', untyped)).toMatchObject({ asOf: at(20) });
    }
  });

  it('a place is left alone: what one may see of it changes without its instant', () => {
    const document = parse(`{ here(conversationId: "post") { id count approximate asOf } }`);
    const latest = createLatest();
    const here = (n: number, count: number) => ({ here: { id: 'post', count, approximate: false, asOf: at(n) } });
    latest.merge(here(20, 3), document);
    expect(latest.merge(here(10, 2), document)).toEqual(here(10, 2));
  });
});
