import { expect, it } from 'vitest';
import { unavailable } from '../../src/presence/errors.js';
import { createDeletedUserCheck } from '../../src/server/deletedUsers.js';
import { createInbox } from '../support/inbox.js';

const numbered = (count: number) => Array.from({ length: count }, (_, i) => `user ${i}`);

it('asks about thousands of users in a question a thousand, and ends those who were deleted, alone', async () => {
  const asked: number[] = [];
  const ended = createInbox<string>('users who were deleted');
  const deletions = createDeletedUserCheck({
    async deletedAmong(userIds) {
      asked.push(userIds.length);
      return new Set(userIds.filter((userId) => userId.endsWith('77')));
    },
    userIds: () => numbered(2_500),
    deleted: async (userId) => ended.push(userId),
    onError: () => {},
  });
  deletions.look();
  await ended.take(25);
  await deletions.stop();
  expect(asked).toEqual([1_000, 1_000, 500]);
  expect(ended.transcript).toEqual(numbered(2_500).filter((userId) => userId.endsWith('77')));
});

it('asks again while the database is away', async () => {
  let away = true;
  const ended = createInbox<string>('users who were deleted');
  const errors = createInbox<unknown>('errors');
  const deletions = createDeletedUserCheck({
    async deletedAmong(userIds) {
      if (away) throw unavailable('The database is away.');
      return new Set(userIds);
    },
    userIds: () => ['ann'],
    deleted: async (userId) => ended.push(userId),
    onError: errors.push,
  });
  deletions.look();
  await errors.next();
  away = false;
  expect(await ended.next()).toBe('ann');
  await deletions.stop();
});
