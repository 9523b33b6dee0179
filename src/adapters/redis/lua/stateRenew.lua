#!lua flags=allow-oom
-- Registers a consumer of states in one shard, and takes or prolongs the lease of its marks where it is free. See `StateMarks`.
-- KEYS[1] shard (hash, see renew.lua), with more fields for each consumer
--   mark:CONSUMER: until when commits mark   known:CONSUMER: the epoch in which it was registered
--   anew:CONSUMER: the epoch in which everybody is to be told anew
--   unmarked:CONSUMER: the `unmarked` (see shared.lua) for which everybody was to be told anew
-- KEYS[2] lease (string: its holder)   KEYS[3] marks (zset: user → since when, in µs)
-- ARGV[1] consumer   ARGV[2] holder   ARGV[3] for how long it is registered, in ms   ARGV[4] the lease, in ms
-- Returns {1: it holds the lease, epoch in which everybody is to be told anew | '', how many are marked, the age of the oldest mark of a
-- change in ms}; {-1}: the shard has no epoch, or another server holds it than at the last renewal.
local mark, known, anew = 'mark:' .. ARGV[1], 'known:' .. ARGV[1], 'anew:' .. ARGV[1]
local toldOf = 'unmarked:' .. ARGV[1]
local shard = redis.call('HMGET', KEYS[1], 'epoch', 'clock', 'server', mark, known, anew, 'top', 'marking', toldOf)
if not shard[1] or not isServedBy(shard[3], serverId()) then return {-1} end
local time = redis.call('TIME')
local now = math.max(time[1] * 1000 + math.floor(time[2] / 1000), tonumber(shard[2] or 0))
local lapsed = not shard[4] or tonumber(shard[4]) <= now
local tellAnew = shard[6] or ''
if lapsed then redis.call('UNLINK', KEYS[3]) end
noteUnmarked(KEYS[1], shard[7], shard[8], now)
local unmarked = tonumber(redis.call('HGET', KEYS[1], 'unmarked') or 0)
-- Once a minute after the last of them: as long as there are nodes of both releases, more may come.
local isMissed = unmarked > tonumber(shard[9] or 0) and now >= unmarked + 60000
if lapsed or isMissed then redis.call('HSET', KEYS[1], toldOf, string.format('%.0f', unmarked)) end
if lapsed or isMissed or shard[5] ~= shard[1] then tellAnew = shard[1] end
redis.call('HSET', KEYS[1], mark, string.format('%.0f', now + ARGV[3]), known, shard[1], anew, tellAnew)
local holder = redis.call('GET', KEYS[2])
if not holder then
  redis.call('SET', KEYS[2], ARGV[2], 'PX', ARGV[4])
  -- What the sender before took and did not say that it was told.
  local left = redis.call('ZRANGEBYSCORE', KEYS[3], TAKEN, '(' .. UNCHANGED, 'WITHSCORES')
  for i = 1, #left, 2 do redis.call('ZADD', KEYS[3], string.format('%.0f', left[i + 1] - TAKEN), left[i]) end
elseif holder == ARGV[2] then
  redis.call('PEXPIRE', KEYS[2], ARGV[4])
end
local first = redis.call('ZRANGE', KEYS[3], 0, 0, 'WITHSCORES')[2]
local taken = redis.call('ZRANGEBYSCORE', KEYS[3], TAKEN, '(' .. UNCHANGED, 'WITHSCORES', 'LIMIT', 0, 1)[2]
local oldest = math.min(tonumber(first or UNCHANGED), taken and taken - TAKEN or UNCHANGED)
local age = oldest < TAKEN and math.max(0, math.floor((time[1] * 1000000 + time[2] - oldest) / 1000)) or 0
return {(not holder or holder == ARGV[2]) and 1 or 0, tellAnew, redis.call('ZCARD', KEYS[3]), age}
