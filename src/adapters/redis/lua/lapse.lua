#!lua flags=allow-oom
-- Ends the typing that ran out in a conversation, and publishes each stop. Beyond the limit the rest ends when it is due next.
-- KEYS[1] shard (hash, see renew.lua)   KEYS[2] typists (hash, see type.lua)   KEYS[3] ends (zset)
-- KEYS[4] due (zset of conversations)
-- ARGV[1] conversation   ARGV[2] channel   ARGV[3] PUBLISH | SPUBLISH   ARGV[4] limit
-- Returns how many users stopped.
local shard = redis.call('HMGET', KEYS[1], 'clock', 'begun')
local time = redis.call('TIME')
local now = math.max(time[1] * 1000 + math.floor(time[2] / 1000), tonumber(shard[1] or 0))
local ended = redis.call('ZRANGEBYSCORE', KEYS[3], '-inf', string.format('%.0f', now), 'LIMIT', 0, ARGV[4])
for _, user in ipairs(ended) do
  local isPublished = string.match(redis.call('HGET', KEYS[2], user) or '', '^[^\n]*') == publishedMark(shard[2])
  redis.call('HDEL', KEYS[2], user)
  redis.call('ZREM', KEYS[3], user)
  if isPublished then redis.call(ARGV[3], ARGV[2], '1|' .. cjson.encode({user, false})) end
end
scheduleTyping(KEYS[2], KEYS[3], KEYS[4], ARGV[1])
return #ended
