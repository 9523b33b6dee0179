#!lua flags=allow-oom
-- Marks nodes whose lease ran out as lost; the mark stays until nobody is on them. Nobody is lost while the shard
-- settles or is quiet, nor before a lease was renewed after a gap.
-- KEYS[1] shard   KEYS[2] nodes (zset)   KEYS[3] lost (hash)
-- ARGV[1] lease, in ms   ARGV[2] the longest gap between renewals that is none, in ms
-- Returns {incarnation, last heard, ...}.
local shard = redis.call('HMGET', KEYS[1], 'epoch', 'clock', 'settled', 'quiet', 'swept')
if not shard[1] then return {} end
local time = redis.call('TIME')
local now = math.max(time[1] * 1000 + math.floor(time[2] / 1000), tonumber(shard[2] or 0))
if now < tonumber(shard[3]) or now < tonumber(shard[4]) or now - tonumber(shard[5]) > tonumber(ARGV[2]) then return {} end
local lapsed = redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', now, 'WITHSCORES')
for i = 1, #lapsed, 2 do
  redis.call('HSET', KEYS[3], lapsed[i], string.format('%.0f', lapsed[i + 1] - ARGV[1]))
  redis.call('ZREM', KEYS[2], lapsed[i])
end
return redis.call('HGETALL', KEYS[3])
