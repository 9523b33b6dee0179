-- A page of the users of one shard who are seen live, by id, and how many there are in all.
-- KEYS[1] shard (hash, see renew.lua)   KEYS[2] live (zset of users)
-- ARGV[1] from, as ZRANGEBYLEX takes it   ARGV[2] limit
-- Returns {total, user, ...}; {-1}: the shard recovers, or another server holds it than at the last renewal.
local shard = redis.call('HMGET', KEYS[1], 'epoch', 'clock', 'settled', 'server')
local time = redis.call('TIME')
local now = math.max(time[1] * 1000 + math.floor(time[2] / 1000), tonumber(shard[2] or 0))
if not shard[1] or now < tonumber(shard[3]) or not isServedBy(shard[4], serverId()) then return {-1} end
return {redis.call('ZCARD', KEYS[2]), unpack(redis.call('ZRANGEBYLEX', KEYS[2], ARGV[1], '+', 'LIMIT', 0, ARGV[2]))}
