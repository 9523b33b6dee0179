import { drizzle } from 'drizzle-orm/pg-proxy';
import { describe, expect, it } from 'vitest';
import { accessFactsQuery, createPairFacts } from '../../../src/adapters/sql/accessFacts.js';
import type { Database } from '../../../src/adapters/sql/database.js';

/** A database that answers every query with these rows. */
const answering = (rows: readonly (readonly unknown[])[]) => {
  const orm = drizzle(async () => ({ rows: [...rows] }) as never);
  const db = { run: (work: (given: never) => Promise<unknown>) => work(orm as never) } as unknown as Database;
  return { orm: orm as never, readPairs: createPairFacts({ db }) };
};

const PAIR = { viewerId: 'ada', userId: 'ben' };

describe('the facts of pairs', () => {
  it('are rows of five columns: a connection reads as many as it watches users', () => {
    const { orm } = answering([]);
    expect(Object.keys(accessFactsQuery(orm, [PAIR]).getSelectedFields())).toHaveLength(5);
  });

  it.each([
    [0, []],
    [1, ['follows']],
    [2, ['followedBy']],
    [4, ['sharesCircle']],
    [8, ['sharesConversation']],
    [16, ['blocked']],
    [31, ['follows', 'followedBy', 'sharesCircle', 'sharesConversation', 'blocked']],
  ])('%i is how they are related: %j', async (bits, related) => {
    const { readPairs } = answering([['ada', 'ben', '0 EVERYONE FOLLOWERS NOBODY', '15', bits]]);
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
});
