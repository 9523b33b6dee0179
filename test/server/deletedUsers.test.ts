import { expect, it } from 'vitest';
import { unavailable } from '../../src/presence/errors.js';
import { createDeletedUserCheck } from '../../src/server/deletedUsers.js';
import { createInbox } from '../support/unit/inbox.js';

const numbered = (count: number) => Array.from({ length: count }, (_, i) => `user ${i}`);

it('asks about users a thousand at a time, and ends the deleted ones alone', async () => {
  const asked: number[] = [];
  const ended = createInbox<string>('users who were deleted');
  const check = createDeletedUserCheck({
    async deletedAmong(userIds) {
      asked.push(userIds.length);
      return new Set(userIds.filter((userId) => userId.endsWith('77')));
    },
    userIds: () => numbered(2_500),
    onDeleted: async (userId) => ended.push(userId),
    onError: () => {},
  });
  check.run();
  await ended.take(25);
  await check.stop();
  expect(asked).toEqual([1_000, 1_000, 500]);
  expect(ended.transcript).toEqual(numbered(2_500).filter((userId) => userId.endsWith('77')));
});

it('asks again while the database is unavailable', async () => {
  let isUnavailable = true;
  const ended = createInbox<string>('users who were deleted');
  const errors = createInbox<unknown>('errors');
  const check = createDeletedUserCheck({
    async deletedAmong(userIds) {
      if (isUnavailable) throw unavailable('The database is unavailable.');
      return new Set(userIds);
    },
    userIds: () => ['ann'],
    onDeleted: async (userId) => ended.push(userId),
    onError: errors.push,
  });
  check.run();
  await errors.next();
  isUnavailable = false;
  expect(await ended.next()).toBe('ann');
  await check.stop();
});
