/** A Redis Cluster whose slots move under users of every kind. The other faults are in `test/cluster-slow`. */
import { testRedisCluster } from '../support/cluster/failover.js';
import { MOVED } from '../support/cluster/redisClusterFaults.js';

testRedisCluster(MOVED);
