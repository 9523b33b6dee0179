-- Who types in conversations of one shard, as far as starts were published: of the users named, or of all.
-- KEYS[1] shard (hash, see renew.lua)   KEYS[2..] for each conversation: typists (hash, see type.lua), ends (zset)
-- ARGV for each conversation: its id, how many users are named (0: all), and these
-- Returns {conversation, user, until when, ...}; {-1}: the shard recovers, or another server holds it than at the last renewal.
local shard = redis.call('HMGET', KEYS[1], 'epoch', 'clock', 'settled', 'server', 'begun')
local time = redis.call('TIME')
local now = math.max(time[1] * 1000 + math.floor(time[2] / 1000), tonumber(shard[2] or 0))
if not shard[1] or now < tonumber(shard[3]) or not isServedBy(shard[4], serverId()) then return {-1} end
local found, at, mark = {}, 1, publishedMark(shard[5])
for i = 2, #KEYS, 2 do
  local typists, ends, conversation, named = KEYS[i], KEYS[i + 1], ARGV[at], tonumber(ARGV[at + 1])
  local function add(user, untilAt)
    if untilAt <= now or string.match(redis.call('HGET', typists, user) or '', '^[^\n]*') ~= mark then return end
    for _, each in ipairs({conversation, user, untilAt}) do found[#found + 1] = each end
  end
  for j = at + 2, at + 1 + named do add(ARGV[j], tonumber(redis.call('ZSCORE', ends, ARGV[j]) or 0)) end
  if named == 0 then
    local all = redis.call('ZRANGE', ends, 0, -1, 'WITHSCORES')
    for j = 1, #all, 2 do add(all[j], tonumber(all[j + 1])) end
  end
  at = at + 2 + named
end
return found
