/**
 * A Redis that goes and comes back: with all it had, or without the last of it (docs/operations.md, "When something
 * fails"). The other ways are in `test/cluster-slow`.
 */
import { ONE_LATE, testRedis } from '../support/failover.js';
import { PROMOTED_EVEN, SNAPSHOT } from '../support/redisFaults.js';

for (const fault of [PROMOTED_EVEN, SNAPSHOT]) testRedis(fault, ONE_LATE);
