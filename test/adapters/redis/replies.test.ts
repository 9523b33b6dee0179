/** Replies of Redis that do not fit the question. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createRedisStore } from '../../../src/adapters/redis/redisStore.js';
import type { Reply } from '../../../src/adapters/redis/scripts.js';
import * as commands from '../../../src/presence/record.js';
import { openLiveInTest } from '../../support/cluster/live.js';
import { startRedis, type TestRedis } from '../../support/cluster/redis.js';

let redis: TestRedis;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.stop());

const SETTLED = { leaseMs: 60_000, settleMs: 0, quietMs: 0, gapMs: 60_000 };
const USERS = ['ann', 'bob', 'cem'];
const UNAVAILABLE = { code: 'UNAVAILABLE' };

/** Fills a store from one node and opens it at another, where `spoil` changes the replies of the reading scripts. */
const openSpoilt = async (spoil: (replies: readonly Reply[]) => readonly Reply[]) => {
  const { store: filling, redises, keys, connection } = openLiveInTest([redis.url], 1);
  await filling.renewLease('here');
  for (const userId of USERS) {
    await filling.update(
      userId,
      async () => commands.restoreRecord(userId, { generation: 1, persisted: null }),
      (record, now) =>
        commands.connect(record, { connectionId: `here/${userId}`, sessionId: 'tab', device: 'WEB' }, now),
    );
    const typing = { conversationId: 'chat', userId, sessionId: 'tab', forMs: 60_000 };
    await filling.startTyping(typing);
    await filling.announceTyping('chat', userId);
  }
  let spoiling = false;
  const store = createRedisStore({
    redises: {
      ...redises,
      run: async (name, ...args) => {
        const replies = await redises.run(name, ...args);
        return spoiling && ['read', 'open', 'typists'].includes(name) ? spoil(replies) : replies;
      },
    },
    keys,
    publish: connection.publish,
    ...SETTLED,
  });
  await store.renewLease('there');
  return {
    store,
    keys,
    spoil: () => {
      spoiling = true;
    },
  };
};

const read = (spoilt: Awaited<ReturnType<typeof openSpoilt>>) => spoilt.store.read(USERS);

it.each<[string, (replies: readonly Reply[]) => readonly Reply[]]>([
  ['lacks one of the records', (replies) => replies.slice(0, -1)],
  ['has one record too many', (replies) => [...replies, replies.at(-1)!]],
  ['has the records in another order', (replies) => [...replies.slice(0, -2), replies.at(-1)!, replies.at(-2)!]],
])('a reply that %s is UNAVAILABLE', async (_, spoil) => {
  const spoilt = await openSpoilt(spoil);
  expect([...(await read(spoilt)).records.keys()].sort()).toEqual(USERS);
  spoilt.spoil();
  await expect(read(spoilt)).rejects.toMatchObject(UNAVAILABLE);
});

it('a truncated list of typists is UNAVAILABLE', async () => {
  const { store, spoil } = await openSpoilt((replies) => replies.slice(0, -1));
  expect(await store.typing(['chat'])).toHaveLength(3);
  spoil();
  await expect(store.typing(['chat'])).rejects.toMatchObject(UNAVAILABLE);
});

it("another user's record is not decided about", async () => {
  let other: Reply = null;
  const { store, keys, spoil } = await openSpoilt(([now, , ...rest]) => [now!, other, ...rest]);
  other = await redis.admin.get(keys.record('bob'));
  spoil();
  const changed = store.update(
    'ann',
    async () => commands.restoreRecord('ann', { generation: 1, persisted: null }),
    (record) => ({ record, result: record.userId }),
  );
  await expect(changed).rejects.toMatchObject(UNAVAILABLE);
});
