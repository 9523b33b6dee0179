/**
 * A Redis that goes and comes back: with all it had, without the last of it, or with nothing (docs/operations.md, "When
 * something fails").
 */
import { expect, test } from 'vitest';
import { startCluster } from '../support/cluster.js';
import { populate } from '../support/population.js';
import { APPEND_ONLY, FLUSHED, inflict, PROMOTED_EVEN, SNAPSHOT } from '../support/redisFaults.js';

const BACK_WITHIN_MS = 8_000;
/** What a busy machine may add. */
const LOAD_MS = 4_000;
/** So much later than the others a node may find out. */
const LATE_MS = 2_500;

const LOSSLESS = [PROMOTED_EVEN, APPEND_ONLY];
const AT_ONCE: ReadonlyMap<number, number> = new Map();
const found = [
  { how: 'by all nodes at once', late: AT_ONCE, faults: LOSSLESS },
  { how: 'by one node later than by another', late: new Map([[1, LATE_MS]]), faults: [...LOSSLESS, FLUSHED, SNAPSHOT] },
];

for (const { how, late, faults } of found) {
  for (const fault of faults) {
    test(`a Redis that is ${fault.name}, found ${how}: what was acknowledged is all that anybody is shown`, async () => {
      const cluster = await startCluster({
        nodes: 3,
        ways: true,
        env: { SESSION_TTL: '120s' },
        redisArgs: fault.redisArgs ?? [],
      });
      const armed = await fault.arm(cluster);
      const population = await populate(cluster);
      await armed.mark();
      await population.change();
      population.askOn();
      await inflict(cluster, armed, late);
      const ms = await population.answered();
      console.log(`${fault.name}: answers again after ${ms.toFixed()} ms`);
      expect(await population.findings()).toEqual([]);
      expect(ms).toBeLessThan(BACK_WITHIN_MS + LOAD_MS);
      for (const { run } of cluster.nodes.slice(0, 2)) expect(run.child.exitCode).toBeNull();
    });
  }
}
