-- Prefixed to every script.

-- The replication id of the server that runs the script: another one after a restart, and after the promotion of a replica.
-- Empty where a script may not ask.
local function serverId()
  local info = redis.pcall('INFO', 'replication')
  return type(info) == 'string' and string.match(info, 'master_replid:(%w+)') or ''
end

-- Whether a shard was last renewed at this server. False where a script may not ask: a takeover would go unnoticed.
local function isServedBy(known, server) return server ~= '' and (not known or known == '' or known == server) end

-- The first line kept of a typist whose start was published. A shard that came back older than it was has another mark:
-- typists of before may have stopped since, or hidden, and their next key publishes a start anew.
local function publishedMark(begun) return begun and begun ~= '0' and begun or '1' end

-- Marks a user whose state others see differently now, for each consumer that is registered in the shard (see stateRenew.lua).
-- `hash` is the key of the shard, `shard` has until when each is, behind `field`; KEYS has their marks behind `key`; both in the order of STATE_CONSUMERS.
-- The marks of a consumer that nobody renewed are dropped: should it come back, everybody is told anew.
local STATE_CONSUMERS = {'webhook', 'stream'}
local function markStates(hash, shard, field, key, user, time, now)
  for i = 1, #STATE_CONSUMERS do
    local till = shard[field + i]
    if till and tonumber(till) > now then
      redis.call('ZADD', KEYS[key + i], 'LT', string.format('%s%06d', time[1], time[2]), user)
    elseif till then
      redis.call('UNLINK', KEYS[key + i])
      redis.call('HDEL', hash, 'mark:' .. STATE_CONSUMERS[i])
    end
  end
end

-- Notes in `unmarked` when a node of an earlier release was last found to commit: it marks nobody. It raises `top` (see renew.lua) and
-- not `marking`, which is the same of commits that mark. `hash` is the key of the shard.
local function noteUnmarked(hash, top, marking, now)
  if not top or top == marking then return end
  redis.call('HSET', hash, 'unmarked', string.format('%.0f', now), 'marking', top)
end

-- What is added to the score of a mark that a sender took: the same mark still, and a change of the user lowers it again.
local TAKEN = 4503599627370496
-- From this score on users are marked who did not change, and, behind it by the instant in ms, who are put off until then.
local UNCHANGED = 9000000000000000

-- Marks the next of `live` (zset) in `marks` (zset) who are not marked yet, at most `limit` of up to 1,000, beginning `from`, as
-- ZRANGEBYLEX takes it. Returns them, and the last where there may be more.
local function markUnchanged(live, marks, from, limit)
  local users = redis.call('ZRANGEBYLEX', live, from, '+', 'LIMIT', 0, limit)
  local scored = {}
  for i, user in ipairs(users) do
    scored[2 * i - 1] = string.format('%.0f', UNCHANGED)
    scored[2 * i] = user
  end
  if #users > 0 then redis.call('ZADD', marks, 'NX', unpack(scored)) end
  return users, #users == tonumber(limit) and users[#users] or nil
end

-- Schedules a conversation for the end of its first typist. Its keys outlive the end of the last one by a minute.
local function scheduleTyping(typists, ends, due, conversation)
  local first = redis.call('ZRANGE', ends, 0, 0, 'WITHSCORES')[2]
  if not first then
    redis.call('ZREM', due, conversation)
    return
  end
  redis.call('ZADD', due, first, conversation)
  local lastAt = string.format('%.0f', redis.call('ZRANGE', ends, -1, -1, 'WITHSCORES')[2] + 60000)
  redis.call('PEXPIREAT', typists, lastAt)
  redis.call('PEXPIREAT', ends, lastAt)
end
