-- Members of a schedule whose moment has passed. None while the shard recovers, nor after a gap before a lease was renewed: a
-- shard that was away proves nothing about anybody.
-- KEYS[1] shard (hash, see renew.lua)   KEYS[2] schedule (zset: member → when)
-- ARGV[1] limit   ARGV[2] the longest interval between renewals that is no gap, in ms   ARGV[3] how many are passed over
-- Returns {now, member, when, ...}, earliest first; {}: none.
local shard = redis.call('HMGET', KEYS[1], 'epoch', 'clock', 'settled', 'swept')
if not shard[1] then return {} end
local time = redis.call('TIME')
local now = math.max(time[1] * 1000 + math.floor(time[2] / 1000), tonumber(shard[2] or 0))
if now < tonumber(shard[3]) or now - tonumber(shard[4]) > tonumber(ARGV[2]) then return {} end
local found = redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', now, 'WITHSCORES', 'LIMIT', ARGV[3], ARGV[1])
table.insert(found, 1, now)
return found
