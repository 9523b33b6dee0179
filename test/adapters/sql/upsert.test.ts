import { expect, it } from 'vitest';
import { mergeUpserts } from '../../../src/adapters/sql/upsert.js';

it('merges the upserts of a user who is listed twice, in the order given, and sorts by id', () => {
  const merged = mergeUpserts([
    { id: 'cy' },
    { id: 'bo', name: 'Bo', avatarUrl: 'https://a.example/1', privacy: { status: 'NOBODY', activity: 'MUTUALS' } },
    { id: 'bo', name: 'Robert', privacy: { status: 'EVERYONE' } },
  ]);
  expect(merged).toEqual([
    {
      id: 'bo',
      name: 'Robert',
      avatarUrl: 'https://a.example/1',
      privacy: { status: 'EVERYONE', activity: 'MUTUALS' },
    },
    { id: 'cy' },
  ]);
});
