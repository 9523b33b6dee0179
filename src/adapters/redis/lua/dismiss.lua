-- A node's lease and its mark end, once nobody is on it.
-- KEYS[1] nodes (zset)   KEYS[2] lost (hash)   KEYS[3] on:NODE (set)   ARGV[1] incarnation
if redis.call('SCARD', KEYS[3]) > 0 then return 0 end
redis.call('ZREM', KEYS[1], ARGV[1])
redis.call('HDEL', KEYS[2], ARGV[1])
return 1
