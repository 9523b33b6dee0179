/**
 * A Redis that fails and comes back: whole, or without its latest writes (docs/operations.md, "When something fails"). The
 * other faults are in `test/cluster-slow`.
 */
import { ONE_LATE, testRedis } from '../support/cluster/failover.js';
import { PROMOTED_EVEN, SNAPSHOT } from '../support/cluster/redisFaults.js';

for (const fault of [PROMOTED_EVEN, SNAPSHOT]) testRedis(fault, ONE_LATE);
