/** A node whose Redis came back empty: its connections answer the pings at once, and are restored. */
import { setTimeout as wait } from 'node:timers/promises';
import type { Rig } from './rig.js';

/** How many connections answer in one turn of the event loop. */
const A_TURN = 100;
const HEARTBEAT_MS = 1_000;
/** Given up after so many lease heartbeats. */
const HEARTBEATS = 120;

export const emptyStore = async (rig: Rig, connections: number) => {
  const { here, userIds } = await rig.openConnected(connections);
  let answered = 0;
  const answer = () => {
    for (const userId of userIds.slice(answered, answered + A_TURN)) here.node.answered(userId);
    answered += A_TURN;
    if (answered < connections) setImmediate(answer);
  };
  here.onRevived.push(() => setImmediate(answer));
  let back = 0;
  const cost = await rig.measure(async () => {
    await rig.admin.flushall();
    for (let beats = 0; beats < HEARTBEATS && !(back === connections && here.node.ready); beats += 1) {
      if (beats > 0) await wait(HEARTBEAT_MS);
      await here.node.leaseHeartbeat().catch(() => {});
      back = await rig.admin.zcard(here.keys.of(0).live);
    }
  });
  const failures = here.failures.length;
  await rig.clear();
  return { cost, back, failures };
};
