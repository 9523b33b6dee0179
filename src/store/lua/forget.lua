-- A user was deleted: nothing that was read of them before holds.
-- KEYS[1] shard   KEYS[2] record   KEYS[3] due   KEYS[4] live   KEYS[5] dirty   KEYS[6] gone
-- ARGV[1] user   ARGV[2] for how long what was read before may still arrive, in ms   ARGV[3] channel
-- ARGV[4] PUBLISH | SPUBLISH
local clock = redis.call('HGET', KEYS[1], 'clock')
local time = redis.call('TIME')
local now = math.max(time[1] * 1000 + math.floor(time[2] / 1000), tonumber(clock or 0))
redis.call('SET', KEYS[6], string.format('%.0f', now), 'PX', ARGV[2])
redis.call('DEL', KEYS[2])
for i = 3, 5 do redis.call('ZREM', KEYS[i], ARGV[1]) end
redis.call(ARGV[4], ARGV[3], '')
return now
