import { drizzle } from 'drizzle-orm/pg-proxy';
import { describe, expect, it } from 'vitest';
import { createPairFacts } from '../../../src/adapters/sql/accessFacts.js';
import type { Database } from '../../../src/adapters/sql/database.js';

/** Reads facts from a database that answers every query with this row. */
const readingFrom = (row: readonly unknown[]) => {
  const orm = drizzle(async () => ({ rows: [row] }) as never);
  const db = { run: (work: (given: never) => Promise<unknown>) => work(orm as never) } as unknown as Database;
  return createPairFacts({ db });
};

const PAIR = { viewerId: 'ada', userId: 'ben' };
const PRIVACY = 'EVERYONE FOLLOWERS NOBODY';

describe('the facts of pairs', () => {
  it.each([
    [0, []],
    [1, ['follows']],
    [2, ['followedBy']],
    [4, ['sharesCircle']],
    [8, ['sharesConversation']],
    [16, ['blocked']],
    [31, ['follows', 'followedBy', 'sharesCircle', 'sharesConversation', 'blocked']],
  ])('%i is how they are related: %j', async (bits, related) => {
    const readPairs = readingFrom(['["ada"]', '["ben"]', `["0 ${PRIVACY}"]`, '["15"]', `[${bits}]`]);
    const [facts] = [...(await readPairs([PAIR])).values()];
    const { relation, viewer, user } = facts!;
    expect(Object.entries(relation).flatMap(([kind, is]) => (is ? [kind] : []))).toEqual(related);
    expect(viewer).toEqual({
      exists: true,
      privacy: { status: 'EVERYONE', lastSeen: 'FOLLOWERS', activity: 'NOBODY' },
      relationKinds: 0,
    });
    expect(user).toMatchObject({ exists: false, relationKinds: 15 });
  });

  it('are matched by the pair, in whatever order they come', async () => {
    const viewers = `["0 ${PRIVACY}","0 ${PRIVACY}"]`;
    const readPairs = readingFrom(['["ada","ada"]', '["cem","ben"]', viewers, viewers, '[16,1]']);
    const found = [...(await readPairs([PAIR, { viewerId: 'ada', userId: 'cem' }])).values()];
    expect(found.map(({ relation }) => [relation.blocked, relation.follows])).toEqual([
      [true, false],
      [false, true],
    ]);
  });

  it('are not taken from an answer about others', async () => {
    const readPairs = readingFrom(['["ada"]', '["cem"]', '["0"]', '["0"]', '[0]']);
    await expect(readPairs([PAIR])).rejects.toMatchObject({ code: 'ROW_MISMATCH' });
  });
});
