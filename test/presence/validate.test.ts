import { describe, expect, it } from 'vitest';
import { PresenceError } from '../../src/presence/errors.js';
import type { ActivityInput, StatusMessage } from '../../src/presence/types.js';
import {
  checkActivities,
  checkAvatarUrl,
  checkFirst,
  checkId,
  checkIds,
  checkStatusMessage,
  checkUserName,
} from '../../src/presence/validate.js';

const NOW = Date.UTC(2026, 0, 31, 12);
const DAY = 86_400_000;

const refused = (check: () => unknown): string => {
  try {
    check();
  } catch (error) {
    if (error instanceof PresenceError && error.code === 'BAD_USER_INPUT') return error.message;
    throw error;
  }
  throw new Error('it was let through');
};

const message = (fields: Partial<StatusMessage> = {}): StatusMessage => ({
  text: 'hello',
  emoji: null,
  expiresAt: null,
  ...fields,
});
const activity = (fields: Partial<ActivityInput> = {}): ActivityInput => ({
  type: 'PLAYING',
  name: 'Chess',
  details: null,
  startedAt: null,
  expiresAt: null,
  ...fields,
});

describe('an id', () => {
  it('has 1 to 128 characters, counted in code points', () => {
    for (const id of [
      'a',
      'x'.repeat(128),
      '🎹'.repeat(128),
      ' ',
      'a:b/c%',
      '../..',
      "'; drop table users",
      '__proto__',
    ]) {
      expect(checkId(id, 'userId')).toBe(id);
    }
    expect(refused(() => checkId('', 'userId'))).toBe('userId is empty. An id has 1 to 128 characters.');
    expect(refused(() => checkId('x'.repeat(129), 'userId'))).toBe(
      'userId is 129 characters long; at most 128 are allowed.',
    );
    expect(refused(() => checkId('🎹'.repeat(129), 'userId'))).toContain('129 characters');
  });

  it('holds no control, separator or bidirectional-override character', () => {
    for (const code of [0x00, 0x09, 0x0a, 0x1f, 0x7f, 0x80, 0x9f, 0x2028, 0x2029, 0x202a, 0x202e, 0x2066, 0x2069]) {
      expect(refused(() => checkId(`a${String.fromCodePoint(code)}b`, 'userId'))).toContain('userId holds a control');
    }
  });

  it('may hold the plain direction marks and joiners that scripts and emoji are written with', () => {
    for (const code of [0x20, 0x7e, 0xa0, 0x200d, 0x200e, 0x200f, 0x2029 + 0x10, 0x206a]) {
      const id = `a${String.fromCodePoint(code)}b`;
      expect(checkId(id, 'userId')).toBe(id);
    }
  });

  it('is well-formed Unicode', () => {
    expect(refused(() => checkId('a\ud83c', 'userId'))).toContain('surrogate');
    expect(refused(() => checkId('\udfb9a', 'userId'))).toContain('surrogate');
  });
});

describe('a list of ids', () => {
  it('keeps each id once, at its first place', () => {
    expect(checkIds(['b', 'a', 'b', 'c', 'a'], 'userIds')).toEqual(['b', 'a', 'c']);
    expect(checkIds([], 'userIds')).toEqual([]);
  });

  it('holds at most 1,000, counted before duplicates go', () => {
    expect(checkIds(Array(1_000).fill('a'), 'userIds')).toEqual(['a']);
    expect(refused(() => checkIds(Array(1_001).fill('a'), 'userIds'))).toBe(
      'userIds has 1,001 items; at most 1,000 are allowed.',
    );
  });

  it('names the one that is wrong', () => {
    expect(refused(() => checkIds(['a', ''], 'userIds'))).toContain('userIds[1] is empty');
  });
});

describe('a status message', () => {
  it('has at most 255 characters, and may be an emoji alone', () => {
    for (const text of ['', 'x', 'x'.repeat(255), '🎹'.repeat(255)]) {
      expect(checkStatusMessage(message({ text }), NOW).text).toBe(text);
    }
    expect(refused(() => checkStatusMessage(message({ text: 'x'.repeat(256) }), NOW))).toContain('256 characters');
    expect(refused(() => checkStatusMessage(message({ text: 'a\u202eb' }), NOW))).toContain('bidirectional');
    expect(refused(() => checkStatusMessage(message({ text: 'a\nb' }), NOW))).toContain('line-break');
  });

  it('has an emoji of 1 to 64 bytes', () => {
    for (const emoji of ['🎹', '👩‍👩‍👧‍👦', 'x'.repeat(64), '🎹'.repeat(16)]) {
      expect(checkStatusMessage(message({ emoji }), NOW).emoji).toBe(emoji);
    }
    expect(refused(() => checkStatusMessage(message({ emoji: '' }), NOW))).toContain('statusMessage.emoji is empty');
    expect(refused(() => checkStatusMessage(message({ emoji: 'x'.repeat(65) }), NOW))).toContain('65 bytes');
    expect(refused(() => checkStatusMessage(message({ emoji: '🎹'.repeat(17) }), NOW))).toContain('68 bytes');
    expect(refused(() => checkStatusMessage(message({ emoji: '\u0007' }), NOW))).toContain('control');
  });

  it('ends in the future, at most 30 days ahead', () => {
    for (const expiresAt of [NOW + 1, NOW + 30 * DAY]) {
      expect(checkStatusMessage(message({ expiresAt }), NOW).expiresAt).toBe(expiresAt);
    }
    for (const expiresAt of [NOW, NOW - 1]) {
      expect(refused(() => checkStatusMessage(message({ expiresAt }), NOW))).toBe(
        'statusMessage.expiresAt is not in the future.',
      );
    }
    expect(refused(() => checkStatusMessage(message({ expiresAt: NOW + 30 * DAY + 1 }), NOW))).toBe(
      'statusMessage.expiresAt is more than 30 days ahead.',
    );
  });
});

describe('activities', () => {
  it('are five at most', () => {
    expect(checkActivities(Array(5).fill(activity()), NOW)).toHaveLength(5);
    expect(checkActivities([], NOW)).toEqual([]);
    expect(refused(() => checkActivities(Array(6).fill(activity()), NOW))).toBe(
      'activities has 6 items; at most 5 are allowed.',
    );
  });

  it('have a name of 1 to 128 characters and details of at most 128', () => {
    const long = 'x'.repeat(128);
    expect(checkActivities([activity({ name: long, details: long })], NOW)).toHaveLength(1);
    expect(refused(() => checkActivities([activity(), activity({ name: '' })], NOW))).toBe(
      'activities[1].name is empty.',
    );
    expect(refused(() => checkActivities([activity({ name: `${long}x` })], NOW))).toContain(
      'activities[0].name is 129',
    );
    expect(refused(() => checkActivities([activity({ details: `${long}x` })], NOW))).toContain('details is 129');
    expect(refused(() => checkActivities([activity({ details: '\u0085' })], NOW))).toContain('control');
  });

  it('started in the past; up to a minute ahead is a clock that is fast, and becomes now', () => {
    const started = (startedAt: number | null) => checkActivities([activity({ startedAt })], NOW)[0]?.startedAt;
    expect(started(null)).toBeNull();
    expect(started(NOW - DAY)).toBe(NOW - DAY);
    expect(started(NOW + 60_000)).toBe(NOW);
    expect(refused(() => started(NOW + 60_001))).toContain('activities[0].startedAt is in the future');
  });

  it('end in the future, and after they started', () => {
    const ends = (expiresAt: number, startedAt: number | null = null) =>
      checkActivities([activity({ startedAt, expiresAt })], NOW)[0]?.expiresAt;
    expect(ends(NOW + 1)).toBe(NOW + 1);
    expect(refused(() => ends(NOW))).toBe('activities[0].expiresAt is not in the future.');
    expect(refused(() => ends(NOW + 10_000, NOW + 10_000))).toBe('activities[0].expiresAt is not after startedAt.');
  });
});

describe('a page', () => {
  it('has 1 to the most that is allowed', () => {
    expect(checkFirst(1, 500)).toBe(1);
    expect(checkFirst(500, 500)).toBe(500);
    for (const first of [0, -1, 501]) {
      expect(refused(() => checkFirst(first, 500))).toBe(`first is ${first}; it must be from 1 to 500.`);
    }
  });
});

describe('what the host says of a user', () => {
  it('has a name of at most 128 characters', () => {
    expect(checkUserName('x'.repeat(128), 'name')).toHaveLength(128);
    expect(refused(() => checkUserName('x'.repeat(129), 'name'))).toContain('name is 129 characters');
    expect(refused(() => checkUserName('a\u2067b', 'name'))).toContain('bidirectional');
  });

  it('has a picture at an absolute http or https address of at most 2,048 characters', () => {
    const longest = `https://a.example/${'x'.repeat(2_048 - 18)}`;
    for (const url of ['https://a.example/b.png?c=d#e', 'http://127.0.0.1:4000/a', 'HTTPS://A.example', longest]) {
      expect(checkAvatarUrl(url, 'avatarUrl')).toBe(url);
    }
    expect(refused(() => checkAvatarUrl(`${longest}x`, 'avatarUrl'))).toContain('2,049 characters');
    expect(refused(() => checkAvatarUrl('', 'avatarUrl'))).toContain('null to clear');
    for (const url of ['javascript:alert(1)', 'data:,x', '/a.png', 'https:a', 'https://', ' https://a', 'http://a b']) {
      expect(refused(() => checkAvatarUrl(url, 'avatarUrl'))).toContain('http or https URL');
    }
  });
});
