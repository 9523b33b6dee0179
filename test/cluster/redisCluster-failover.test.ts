/** A Redis Cluster whose slots move under hundreds of users. The other faults are in `test/cluster-slow`. */
import { testRedisCluster } from '../support/cluster/failover.js';
import { MOVED } from '../support/cluster/redisClusterFaults.js';

testRedisCluster(MOVED);
