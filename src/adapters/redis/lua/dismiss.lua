-- Ends a lost incarnation's lease and mark, unless somebody is still on it.
-- KEYS[1] nodes (zset)   KEYS[2] lost (hash)   KEYS[3] on:INCARNATION (set of users)
-- ARGV[1] incarnation
-- Returns 1; 0: somebody is on it.
if redis.call('SCARD', KEYS[3]) > 0 then return 0 end
redis.call('ZREM', KEYS[1], ARGV[1])
redis.call('HDEL', KEYS[2], ARGV[1])
return 1
