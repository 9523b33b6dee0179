/** A Redis Cluster whose slots move under hundreds of users. The other faults are in `test/cluster-slow`. */
import { testRedisCluster } from '../support/failover.js';
import { MOVED } from '../support/redisClusterFaults.js';

testRedisCluster(MOVED);
