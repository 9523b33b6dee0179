-- The beginnings of records of one shard: which states they are, see commit.lua.
-- KEYS[1] shard (hash, see renew.lua)   KEYS[2..] records (strings)
-- Returns {since, beginning | '', ...}; {-1}: the shard recovers, has no epoch, or another server holds it than at the last renewal.
local shard = redis.call('HMGET', KEYS[1], 'epoch', 'clock', 'settled', 'server', 'since')
local time = redis.call('TIME')
local now = math.max(time[1] * 1000 + math.floor(time[2] / 1000), tonumber(shard[2] or 0), tonumber(shard[5] or 0))
if not shard[1] or now < tonumber(shard[3]) or not isServedBy(shard[4], serverId()) then return {-1} end
local found = {shard[5] or '0'}
for i = 2, #KEYS do found[i] = redis.call('GETRANGE', KEYS[i], 0, 47) end
return found
