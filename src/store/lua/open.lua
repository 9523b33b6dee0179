-- One record, to be decided about. Unlike read.lua it answers while the shard settles: what is decided is not told.
-- KEYS[1] shard   KEYS[2] record   KEYS[3] gone (string: when the user's record was last dropped)
-- Returns {now, record | false, gone | false, 1 while the shard settles}, or {-1} where the shard has no epoch yet.
local shard = redis.call('HMGET', KEYS[1], 'epoch', 'clock', 'settled')
if not shard[1] then return {-1} end
local time = redis.call('TIME')
local now = math.max(time[1] * 1000 + math.floor(time[2] / 1000), tonumber(shard[2] or 0))
return {now, redis.call('GET', KEYS[2]), redis.call('GET', KEYS[3]), now < tonumber(shard[3]) and 1 or 0}
