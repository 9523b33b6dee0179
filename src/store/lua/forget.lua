-- A user was deleted: nothing that was read of them before holds.
-- KEYS[1] record   KEYS[2] due   KEYS[3] live   KEYS[4] dirty   KEYS[5] gone
-- ARGV[1] user   ARGV[2] for how long what was read before may still arrive, in ms   ARGV[3] channel
-- ARGV[4] PUBLISH | SPUBLISH
local time = redis.call('TIME')
redis.call('SET', KEYS[5], time[1] .. '.' .. time[2], 'PX', ARGV[2])
redis.call('DEL', KEYS[1])
for i = 2, 4 do redis.call('ZREM', KEYS[i], ARGV[1]) end
return redis.call(ARGV[4], ARGV[3], '')
