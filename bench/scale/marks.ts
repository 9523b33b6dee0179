/** A minute of marking who is live for the journal: one call of an earlier build, or one slice a second. */
import type { Rig } from './rig.js';

const SECONDS = 60;

export const markMinute = async (rig: Rig, live: number) => {
  const here = await rig.openNode(1, 'here');
  const { shard, live: key, dirty } = here.keys.of(0);
  for (let from = 0; from < live; from += 5_000) {
    const users = Array.from({ length: Math.min(5_000, live - from) }, (_, i) => `user-${from + i}`);
    await rig.admin.zadd(key, ...users.flatMap((userId) => ['9000000000000000', userId]));
  }
  const cost = await rig.measure(async () => {
    for (let second = 0; second < SECONDS; second += 1) {
      await here.store.markLiveDirty().catch(() => {});
      await rig.admin.hdel(shard, 'marked:at');
    }
  });
  const marked = await rig.admin.zcard(dirty);
  await rig.clear();
  return { cost, marked };
};
