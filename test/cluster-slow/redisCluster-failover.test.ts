/** The other faults that move a part of a Redis Cluster to another server. */
import { testRedisCluster } from '../support/cluster/failover.js';
import { BEHIND, FAILED_OVER, TAKEN_OVER } from '../support/cluster/redisClusterFaults.js';

for (const fault of [TAKEN_OVER, FAILED_OVER, BEHIND]) testRedisCluster(fault);
