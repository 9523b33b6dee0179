-- The users of a place.
-- KEYS[1] shard (hash, see renew.lua)   KEYS[2] place (zset, see place.lua)
-- ARGV[1] limit
-- Returns {total, user, ...}; {-1}: the shard recovers, or another server holds it than at the last renewal.
local shard = redis.call('HMGET', KEYS[1], 'epoch', 'clock', 'settled', 'server')
local time = redis.call('TIME')
local now = math.max(time[1] * 1000 + math.floor(time[2] / 1000), tonumber(shard[2] or 0))
if not shard[1] or now < tonumber(shard[3]) or not isServedBy(shard[4], serverId()) then return {-1} end
local found = {redis.call('ZCARD', KEYS[2])}
if tonumber(ARGV[1]) > 0 then
  for i, user in ipairs(redis.call('ZRANGE', KEYS[2], 0, ARGV[1] - 1)) do found[i + 1] = user end
end
return found
