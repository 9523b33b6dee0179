/** Several nodes bring what is marked into the journal. */
import { setTimeout as wait } from 'node:timers/promises';
import type { BenchNode, Rig } from './rig.js';

const SHARDS = 64;

/** `marks` records, drained by so many nodes at once. */
export const drainBy = async (rig: Rig, count: number, marks: number) => {
  const nodes: BenchNode[] = [];
  for (let i = 0; i < count; i += 1) nodes.push(await rig.openNode(SHARDS, `node-${i}`));
  for (const { node } of nodes) await node.leaseHeartbeat();
  const userIds = Array.from({ length: marks }, (_, i) => `user-${i}`);
  await rig.addUsers(nodes[0]!, userIds, 'node-0.1', true);
  const left = async () => {
    const counts = await Promise.all(nodes[0]!.keys.all.map(({ dirty }) => rig.admin.zcard(dirty)));
    return counts.reduce((sum, each) => sum + each, 0);
  };
  const writers = nodes.map(({ store, journal }) => ({ store: { ...store, markLiveDirty: async () => {} }, journal }));
  const cost = await rig.measure(async () => {
    const writing = writers.map((each) => rig.startWriteBehind({ ...each, everyMs: 20, onError: () => {} }));
    while ((await left()) > 0) await wait(50);
    await Promise.all(writing.map((each) => each.stop()));
  });
  const rows = nodes.reduce((sum, node) => sum + node.rows.written, 0);
  await rig.clear();
  return { cost, rows };
};
