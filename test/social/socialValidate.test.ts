import { describe, expect, it } from 'vitest';
import { PresenceError } from '../../src/presence/errors.js';
import { actCursor, noticeCursor, readActCursor, readNoticeCursor } from '../../src/social/socialCursors.js';
import { checkActs, checkMute, checkPuts, checkRevision } from '../../src/social/socialValidate.js';

type RawAct = Parameters<typeof checkActs>[0][number];

/** The sentence of a refusal; empty where there is none. */
const refusalOf = (check: () => unknown): string => {
  try {
    check();
    return '';
  } catch (error) {
    if (error instanceof PresenceError && error.code === 'BAD_USER_INPUT') return error.message;
    throw error;
  }
};

const raw = (fields: Partial<RawAct> = {}): RawAct => ({
  id: 'a',
  verb: 'like',
  actorId: 'ada',
  audience: 'FOLLOWERS',
  ...fields,
});
const refusal = (fields: Partial<RawAct>) => refusalOf(() => checkActs([raw(fields)]));
const ids = (count: number, prefix = 'u') => Array.from({ length: count }, (_, n) => `${prefix}${n}`);

describe('an act that is told', () => {
  it('is whole: null for what was left out', () => {
    expect(checkActs([raw()])).toEqual([
      {
        id: 'a',
        verb: 'like',
        actorId: 'ada',
        objectId: null,
        objectType: null,
        text: null,
        data: null,
        at: null,
        recipients: [],
        group: null,
        audience: 'FOLLOWERS',
      },
    ]);
  });

  it('names recipients once each, and never its actor', () => {
    expect(checkActs([raw({ notify: ['ben', 'ada', 'ben', 'cyn'] })])[0]?.recipients).toEqual(['ben', 'cyn']);
  });

  it('given twice in one call is told once, as it was first given', () => {
    const acts = checkActs([raw({ text: 'one' }), raw({ id: 'b' }), raw({ text: 'two' })]);
    expect(acts.map(({ id, text }) => [id, text])).toEqual([
      ['a', 'one'],
      ['b', null],
    ]);
  });

  it.each([
    ['verb', { verb: 'a'.repeat(32) }, { verb: 'a'.repeat(33) }],
    ['verb', { verb: 'x_9' }, { verb: '' }],
    ['verb', { verb: '_' }, { verb: 'Like' }],
    ['verb', { verb: 'like' }, { verb: 'like\n' }],
    ['id', { id: 'i'.repeat(128) }, { id: 'i'.repeat(129) }],
    ['id', { id: '%' }, { id: '' }],
    ['actorId', { actorId: 'i'.repeat(128) }, { actorId: '' }],
    ['objectId', { objectId: null }, { objectId: '' }],
    ['objectType', { objectType: 'i'.repeat(128) }, { objectType: 'i'.repeat(129) }],
    ['group', { group: 'i'.repeat(128) }, { group: 'i'.repeat(129) }],
    ['text', { text: '👍'.repeat(500) }, { text: '👍'.repeat(501) }],
    ['text', { text: 'two\nlines\tand\r\na third' }, { text: 'a bell \u0007' }],
    ['text', { text: '' }, { text: 'half \ud83d' }],
    ['text', { text: 'מ' }, { text: 'over\u202eride' }],
    ['data', { data: 'x'.repeat(2_048) }, { data: 'x'.repeat(2_049) }],
    ['data', { data: '👍'.repeat(512) }, { data: `${'👍'.repeat(512)}x` }],
    ['data', { data: '{\n "a": "\\u0000"\n}' }, { data: '\u0000' }],
    ['data', { data: '' }, { data: '\udc4d' }],
    ['notify', { notify: ids(1_000) }, { notify: ids(1_001) }],
    ['notify[1]', { notify: ['a', 'b'] }, { notify: ['a', ''] }],
  ] as const)('%s has a bound, named where it is passed %#', (field, inside, outside) => {
    expect(refusal(inside)).toBe('');
    expect(refusal(outside)).toContain(`acts[0].${field}`);
  });

  it('is told of its text what may be in it: line breaks', () => {
    expect(refusal({ text: 'a bell \u0007' })).toBe(
      'acts[0].text holds a control or bidirectional-override character. Remove it.',
    );
  });

  it('is one of at most 1,000, with 10,000 recipients in all', () => {
    const many = (count: number, recipients: number) =>
      ids(count).map((id) => raw({ id, notify: ids(recipients, `${id}-`) }));
    expect(refusalOf(() => checkActs(many(1_000, 10)))).toBe('');
    expect(refusalOf(() => checkActs(many(1_001, 0)))).toContain('acts has 1,001 items');
    expect(refusalOf(() => checkActs([...many(1_000, 10).slice(1), raw({ notify: ids(11) })]))).toContain(
      'notify, over all acts, has 10,001 items',
    );
  });
});

describe('counts that are put', () => {
  const put = (fields: Partial<Parameters<typeof checkPuts>[0][number]> = {}) => ({
    objectId: 'post',
    counts: [{ name: 'likes', value: 3 }],
    version: '12',
    ...fields,
  });
  const refused = (fields: Parameters<typeof put>[0]) => refusalOf(() => checkPuts([put(fields)]));

  it('have a version of decimal digits, which may be as great as the database stores', () => {
    for (const version of ['0', '9223372036854775807', '1700000000000']) expect(refused({ version })).toBe('');
    for (const version of ['', '-1', '1.5', '9223372036854775808', '0x10', ' 1', '1e3', '١']) {
      expect(refused({ version })).toContain('counts[0].version');
    }
    expect(checkPuts([put({ version: '007' })])[0]?.version).toBe('7');
  });

  it('are at most 10 of an object, each name once, of 1,000 objects', () => {
    const counts = (count: number) => ids(count).map((name) => ({ name, value: 1 }));
    expect(refused({ counts: counts(10) })).toBe('');
    expect(refused({ counts: counts(11) })).toContain('counts[0].counts has 11 items');
    expect(refused({ counts: [...counts(2), ...counts(1)] })).toContain('counts[0].counts[2].name');
    expect(refused({ counts: [{ name: '', value: 1 }] })).toContain('counts[0].counts[0].name');
    expect(refused({ objectId: '' })).toContain('counts[0].objectId');
    expect(refusalOf(() => checkPuts(ids(1_000).map((objectId) => put({ objectId }))))).toBe('');
    expect(refusalOf(() => checkPuts(ids(1_001).map((objectId) => put({ objectId }))))).toContain('1,001');
  });
});

describe('a revision', () => {
  it('is decimal digits, as an inbox gives them', () => {
    expect(['0', '17', '9007199254740991'].map((text) => checkRevision(text, 'upTo'))).toEqual([
      0,
      17,
      Number.MAX_SAFE_INTEGER,
    ]);
    for (const text of ['', '-1', '1.0', 'now', '9007199254740992', '1 ', '0x1']) {
      expect(refusalOf(() => checkRevision(text, 'upTo'))).toContain('upTo is no revision');
    }
  });
});

describe('what is muted', () => {
  it('is a user or an object, and not both', () => {
    expect(checkMute({ userId: 'bo', objectId: null })).toEqual({ kind: 'user', id: 'bo' });
    expect(checkMute({ userId: null, objectId: 'post' })).toEqual({ kind: 'object', id: 'post' });
    expect(refusalOf(() => checkMute({ userId: 'bo', objectId: 'post' }))).toContain('both');
    expect(refusalOf(() => checkMute({ userId: null, objectId: null }))).toContain('Neither');
    expect(refusalOf(() => checkMute({ userId: '', objectId: null }))).toContain('userId is empty');
    expect(refusalOf(() => checkMute({ userId: null, objectId: '' }))).toContain('objectId is empty');
  });
});

describe('cursors of social lists', () => {
  it('lead back to their place', () => {
    const place = { position: 12, id: 'a:b:ü' };
    expect(readNoticeCursor(noticeCursor(place))).toEqual(place);
    expect(readActCursor('timeline', actCursor('timeline', 7))).toBe(7);
    expect(readActCursor('noticeActs', actCursor('noticeActs', 0))).toBe(0);
  });

  it('are of one list, and nothing else is a cursor', () => {
    const encoded = (text: string) => Buffer.from(text).toString('base64url');
    const others = [
      '',
      'x',
      actCursor('timeline', 1),
      ...['n12', 'n:a', 'n1:', 'n-1:a', 'n01:a', 'n1.5:a', 'n1e3:a', 'n 1:a', 'n9007199254740992:a', 'n1:a\0b'].map(
        encoded,
      ),
      encoded(`n1:${'i'.repeat(129)}`),
      `${noticeCursor({ position: 1, id: 'a' })}=`,
    ];
    for (const text of others)
      expect(
        refusalOf(() => readNoticeCursor(text)),
        text,
      ).toContain('no');
    for (const text of [
      noticeCursor({ position: 1, id: 'a' }),
      actCursor('noticeActs', 1),
      encoded('t'),
      encoded('tx'),
    ]) {
      expect(
        refusalOf(() => readActCursor('timeline', text)),
        text,
      ).toContain('not a cursor of this list');
    }
  });
});
