#!lua flags=allow-oom
-- Marks incarnations whose lease ran out as lost; a mark stays until it is dismissed. Nobody is lost while the shard
-- recovers or is quiet, nor after a gap before a lease was renewed.
-- KEYS[1] shard (hash, see renew.lua)   KEYS[2] nodes (zset: incarnation → end of its lease)
-- KEYS[3] lost (hash: incarnation → last heard of)
-- ARGV[1] lease, in ms   ARGV[2] the longest interval between renewals that is no gap, in ms
-- Returns all marks: {incarnation, last heard of, ...}.
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
