-- Who types in a conversation, as far as it was told.
-- KEYS[1] shard   KEYS[2] typing (hash)
-- Returns {user, until, ...}, or {-1} while the shard recovers, or another server holds it than at the last renewal.
local shard = redis.call('HMGET', KEYS[1], 'epoch', 'clock', 'settled', 'server')
local time = redis.call('TIME')
local now = math.max(time[1] * 1000 + math.floor(time[2] / 1000), tonumber(shard[2] or 0))
if not shard[1] or now < tonumber(shard[3]) or not isServedBy(shard[4], serverId()) then return {-1} end
local all, untilOf, told, found = redis.call('HGETALL', KEYS[2]), {}, {}, {}
for i = 1, #all, 2 do
  local user, session = string.match(all[i], '^([^\n]*)\n(.*)$')
  local at = tonumber(all[i + 1])
  if session == '' then told[#told + 1] = user
  elseif at > now then untilOf[user] = math.max(untilOf[user] or 0, at) end
end
for _, user in ipairs(told) do
  if untilOf[user] then
    found[#found + 1] = user
    found[#found + 1] = untilOf[user]
  end
end
return found
