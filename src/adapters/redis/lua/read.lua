-- Records of one shard, and its clock in the same reading.
-- KEYS[1] shard (hash, see renew.lua)   KEYS[2..] records (strings)
-- ARGV[1] 1: also while the shard recovers, for what is shown to nobody
-- Returns {now, begun, since, lived, record | false, ...}; {-1}: the shard recovers, has no epoch, or another server holds it
-- than at the last renewal.
local shard = redis.call('HMGET', KEYS[1], 'epoch', 'clock', 'settled', 'server', 'begun', 'since', 'lived')
local time = redis.call('TIME')
local now = math.max(time[1] * 1000 + math.floor(time[2] / 1000), tonumber(shard[2] or 0), tonumber(shard[6] or 0))
if not shard[1] or not isServedBy(shard[4], serverId()) then return {-1} end
if ARGV[1] ~= '1' and now < tonumber(shard[3]) then return {-1} end
local records = redis.call('MGET', unpack(KEYS, 2))
return {now, shard[5] or 0, shard[6] or 0, shard[7] or 0, unpack(records)}
