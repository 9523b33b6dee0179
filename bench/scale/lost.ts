/** One node is lost, and others end what was connected to it. */
import { setTimeout as wait } from 'node:timers/promises';
import type { BenchNode, Rig } from './rig.js';

const SHARDS = 4;

/** `users` of a lost node, with so many survivors: first their connections are lost, then their graces, of no time, are over. */
export const loseNode = async (rig: Rig, count: number, users: number) => {
  const gone = await rig.openNode(SHARDS, 'gone');
  const survivors: BenchNode[] = [];
  for (let i = 0; i < count; i += 1) survivors.push(await rig.openNode(SHARDS, `node-${i}`));
  for (const { node } of survivors) await node.leaseHeartbeat();
  const userIds = Array.from({ length: users }, (_, i) => `user-${i}`);
  await rig.addUsers(gone, userIds, 'gone.1');
  for (const { nodes } of gone.keys.all) await rig.admin.zadd(nodes, 1, 'gone.1');
  const left = async () => (await survivors[0]!.store.usersOn('gone.1')).length;
  const taken = await rig.measure(async () => {
    while ((await left()) > 0) {
      await Promise.all(survivors.map(({ node }) => node.leaseHeartbeat()));
      await wait(250);
    }
  });
  // Everybody is due at one moment.
  const now = Date.now();
  for (const userId of userIds) {
    const { due, live } = gone.keys.ofId(userId);
    await rig.admin.pipeline().zadd(due, now, userId).zadd(live, '9000000000000000', userId).exec();
  }
  const due = async () => {
    const counts = await Promise.all(gone.keys.all.map((shard) => rig.admin.zcount(shard.due, '-inf', Date.now())));
    return counts.reduce((sum, each) => sum + each, 0);
  };
  const ticks = { count: 0 };
  const ticked = await rig.measure(async () => {
    const sweepers = survivors.map(({ store, records }) =>
      rig.startSweeper({
        store,
        async tick(userId) {
          ticks.count += 1;
          await records.tick(userId);
          await rig.admin.zrem(gone.keys.ofId(userId).due, userId);
        },
        everyMs: 250,
        onError: () => {},
      }),
    );
    while ((await due()) > 0) await wait(100);
    await Promise.all(sweepers.map((sweeper) => sweeper.stop()));
  });
  await rig.clear();
  return { taken, ticked, ticks: ticks.count };
};
