/** The other faults of a Redis that comes back: whole, without its latest writes, or empty. */
import { AT_ONCE, ONE_LATE, testRedis } from '../support/cluster/failover.js';
import {
  APPEND_ONLY,
  APPEND_ONLY_CUT,
  FLUSHED,
  PROMOTED,
  PROMOTED_EVEN,
  RESTARTED_EMPTY,
  SNAPSHOT,
} from '../support/cluster/redisFaults.js';

const OTHERS = [APPEND_ONLY, FLUSHED, RESTARTED_EMPTY, PROMOTED, APPEND_ONLY_CUT];

for (const fault of [PROMOTED_EVEN, SNAPSHOT, ...OTHERS]) testRedis(fault, AT_ONCE);
for (const fault of OTHERS) testRedis(fault, ONE_LATE);
