-- Which of some users of one shard are seen live.
-- KEYS[1] shard (hash, see renew.lua)   KEYS[2] live (zset of users)
-- ARGV users
-- Returns {user, ...}; {-1}: the shard recovers.
local shard = redis.call('HMGET', KEYS[1], 'epoch', 'clock', 'settled')
local time = redis.call('TIME')
local now = math.max(time[1] * 1000 + math.floor(time[2] / 1000), tonumber(shard[2] or 0))
if not shard[1] or now < tonumber(shard[3]) then return {-1} end
local found = {}
for i, score in ipairs(redis.call('ZMSCORE', KEYS[2], unpack(ARGV))) do
  if score then found[#found + 1] = ARGV[i] end
end
return found
