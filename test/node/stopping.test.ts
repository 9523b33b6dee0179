/** Long work over a hanging store ends early when the node stops. */
import { expect, it } from 'vitest';
import type { LiveStore } from '../../src/presence/ports/stores.js';
import { setUpPresence } from '../service/serviceUnderTest.js';

const USERS = Array.from({ length: 950 }, (_, place) => `user-${place}`);

it('reconciliation begins no further user once it is stopped', async () => {
  let asked = 0;
  let hang: Promise<void> | undefined;
  const hanging = (store: LiveStore): LiveStore => ({
    ...store,
    async heads(userIds) {
      asked += userIds.length;
      await hang;
      return store.heads(userIds);
    },
  });
  const { presence, connect } = setUpPresence({ users: USERS, store: hanging });
  await Promise.all(USERS.map((userId) => connect(userId)));

  let answer = () => {};
  hang = new Promise((resolve) => {
    answer = resolve;
  });
  asked = 0;
  const stopping = new AbortController();
  const reconciling = presence.node.reconcile(stopping.signal);
  await new Promise(setImmediate);
  const underWay = asked;
  stopping.abort();
  answer();
  await reconciling;
  expect(underWay).toBeGreaterThan(0);
  expect(asked).toBe(underWay);
  expect(asked).toBeLessThan(USERS.length);
});

it('reconciliation lets other work run between some users and the next', async () => {
  const users = Array.from({ length: 2_400 }, (_, place) => `user-${place}`);
  const { presence, connect } = setUpPresence({ users });
  await Promise.all(users.map((userId) => connect(userId)));
  let turns = 0;
  let isOver = false;
  const count = () => {
    turns += 1;
    if (!isOver) setImmediate(count);
  };
  setImmediate(count);
  await presence.node.reconcile();
  isOver = true;
  expect(turns).toBeGreaterThanOrEqual(4);
});
