-- One record, to be decided about. Unlike read.lua it answers while the shard recovers: what is decided is not told.
-- KEYS[1] shard   KEYS[2] record   KEYS[3] gone (string: when the user's record was last dropped)
-- Returns {now, record | false, gone | false, 1 while the shard recovers, begun, since, lived, epoch}, see renew.lua; {-1} where
-- the shard has no epoch yet, or another server holds it than at the last renewal.
local shard = redis.call('HMGET', KEYS[1], 'epoch', 'clock', 'settled', 'server', 'begun', 'since', 'lived')
if not shard[1] or not isServedBy(shard[4], serverId()) then return {-1} end
local time = redis.call('TIME')
local now = math.max(time[1] * 1000 + math.floor(time[2] / 1000), tonumber(shard[2] or 0), tonumber(shard[6] or 0))
return {now, redis.call('GET', KEYS[2]), redis.call('GET', KEYS[3]), now < tonumber(shard[3]) and 1 or 0,
  shard[5] or 0, shard[6] or 0, shard[7] or 0, shard[1]}
