-- One user's typing in one conversation changes: a session goes on typing, stops, all of them stop, or it is told.
-- KEYS[1] shard   KEYS[2] typing (hash: 'user\nsession' → until; 'user\n' → 1 when it was told)   KEYS[3] due (zset)
-- ARGV[1] start | stop | clear | announce   ARGV[2] user   ARGV[3] session   ARGV[4] for how long, in ms
-- ARGV[5] conversation   ARGV[6] channel   ARGV[7] PUBLISH | SPUBLISH
-- Returns {told, until}: 0 where the user does not type.
local clock = redis.call('HGET', KEYS[1], 'clock')
local time = redis.call('TIME')
local now = math.max(time[1] * 1000 + math.floor(time[2] / 1000), tonumber(clock or 0))
local act, told = ARGV[1], ARGV[2] .. '\n'
local all = redis.call('HGETALL', KEYS[2])
local wasTold, untilAt, last = false, 0, 0
if act == 'start' then redis.call('HSET', KEYS[2], told .. ARGV[3], string.format('%.0f', now + ARGV[4])) end
for i = 1, #all, 2 do
  local field, at = all[i], tonumber(all[i + 1])
  local own = string.sub(field, 1, #told) == told
  if field == told then
    wasTold = true
  elseif own and (at <= now or act == 'clear' or (act ~= 'announce' and field == told .. ARGV[3])) then
    if not (act == 'start' and field == told .. ARGV[3]) then redis.call('HDEL', KEYS[2], field) end
  elseif own then
    untilAt = math.max(untilAt, at)
  end
end
if act == 'start' then untilAt = math.max(untilAt, now + ARGV[4]) end
if wasTold and untilAt == 0 then
  redis.call('HDEL', KEYS[2], told)
  redis.call(ARGV[7], ARGV[6], '1|' .. cjson.encode({ARGV[2], false}))
elseif act == 'announce' and untilAt > 0 and not wasTold then
  redis.call('HSET', KEYS[2], told, '1')
  wasTold = true
  redis.call(ARGV[7], ARGV[6], '1|' .. cjson.encode({ARGV[2], true, untilAt}))
end
-- When the first of all sessions runs out, whoever's it is.
local first = 0
for i, value in ipairs(redis.call('HGETALL', KEYS[2])) do
  local at = tonumber(value)
  if i % 2 == 0 and at and at > 1 and (first == 0 or at < first) then first = at end
  if i % 2 == 0 and at and at > last then last = at end
end
if first == 0 then
  redis.call('DEL', KEYS[2])
  redis.call('ZREM', KEYS[3], ARGV[5])
else
  redis.call('ZADD', KEYS[3], string.format('%.0f', first), ARGV[5])
  redis.call('PEXPIREAT', KEYS[2], string.format('%.0f', last + 60000))
end
return {wasTold and untilAt > 0 and 1 or 0, untilAt}
