#!lua flags=allow-oom
-- What ran out in a conversation ends, and is told.
-- KEYS[1] shard   KEYS[2] typing (hash)   KEYS[3] due (zset)
-- ARGV[1] conversation   ARGV[2] channel   ARGV[3] PUBLISH | SPUBLISH
-- Returns how many users stopped.
local clock = redis.call('HGET', KEYS[1], 'clock')
local time = redis.call('TIME')
local now = math.max(time[1] * 1000 + math.floor(time[2] / 1000), tonumber(clock or 0))
local all, types, stopped, told, first, ended = redis.call('HGETALL', KEYS[2]), {}, {}, {}, 0, 0
for i = 1, #all, 2 do
  local user, session = string.match(all[i], '^([^\n]*)\n(.*)$')
  local at = tonumber(all[i + 1])
  if session == '' then
    told[#told + 1] = user
  elseif at <= now then
    redis.call('HDEL', KEYS[2], all[i])
    stopped[user] = true
  else
    types[user] = true
    if first == 0 or at < first then first = at end
  end
end
for _, user in ipairs(told) do
  if not types[user] then
    redis.call('HDEL', KEYS[2], user .. '\n')
    redis.call(ARGV[3], ARGV[2], '1|' .. cjson.encode({user, false}))
  end
end
for user in pairs(stopped) do
  if not types[user] then ended = ended + 1 end
end
if first == 0 then redis.call('ZREM', KEYS[3], ARGV[1])
else redis.call('ZADD', KEYS[3], string.format('%.0f', first), ARGV[1]) end
return ended
