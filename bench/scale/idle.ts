/** A minute of a node whose connections are idle: the lease heartbeats, and one reconciliation. */
import type { Rig } from './rig.js';

/** Over so many ms the reconciliation is spread here, instead of half a minute. */
const SPREAD_MS = 5_000;
const HEARTBEATS = 60;

export const idleMinute = async (rig: Rig, connections: number) => {
  const { here } = await rig.openConnected(connections);
  // An earlier build read all of them at once, which may take longer than a command may.
  let isWhole = true;
  const reconciled = await rig.measure(() =>
    here.node.reconcile(undefined, SPREAD_MS).catch(() => {
      isWhole = false;
    }),
  );
  const heartbeat = await rig.measure(async () => {
    for (let beats = 0; beats < HEARTBEATS; beats += 1) await here.node.leaseHeartbeat().catch(() => {});
  });
  await rig.clear();
  return { reconciled, heartbeat, isWhole };
};
