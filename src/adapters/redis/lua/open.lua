-- One record to decide about. Unlike read.lua it answers while the shard recovers too: nothing of it is shown.
-- KEYS[1] shard (hash, see renew.lua)   KEYS[2] record (string)   KEYS[3] gone (string, see commit.lua)
-- Returns {now, record | false, gone | false, 1 while the shard recovers, begun, since, lived, epoch}; {-1}: the shard has no
-- epoch, or another server holds it than at the last renewal.
local shard = redis.call('HMGET', KEYS[1], 'epoch', 'clock', 'settled', 'server', 'begun', 'since', 'lived')
if not shard[1] or not isServedBy(shard[4], serverId()) then return {-1} end
local time = redis.call('TIME')
local now = math.max(time[1] * 1000 + math.floor(time[2] / 1000), tonumber(shard[2] or 0), tonumber(shard[6] or 0))
return {now, redis.call('GET', KEYS[2]), redis.call('GET', KEYS[3]), now < tonumber(shard[3]) and 1 or 0,
  shard[5] or 0, shard[6] or 0, shard[7] or 0, shard[1]}
