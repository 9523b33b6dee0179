-- Changes one user's typing in one conversation: a session starts or goes on typing, stops, all sessions stop (clear), or the
-- start is published (announce). The cost does not depend on how many others type.
-- KEYS[1] shard (hash, see renew.lua)
-- KEYS[2] typists (hash: user → publishedMark, see shared.lua, or 0; then a line for each session: until when, a blank, session)
-- KEYS[3] ends (zset: user → when the last of their sessions ends)   KEYS[4] due (zset of conversations)
-- ARGV[1] start | stop | clear | announce   ARGV[2] user   ARGV[3] session   ARGV[4] for how long, in ms
-- ARGV[5] conversation   ARGV[6] channel   ARGV[7] PUBLISH | SPUBLISH
-- Returns {1 where the start was published, until when}; {0, 0}: the user does not type.
local shard = redis.call('HMGET', KEYS[1], 'clock', 'begun')
local time = redis.call('TIME')
local now = math.max(time[1] * 1000 + math.floor(time[2] / 1000), tonumber(shard[1] or 0))
local act, user = ARGV[1], ARGV[2]
local before = redis.call('HGET', KEYS[2], user) or '0'
local mark, untilAt, lines = publishedMark(shard[2]), 0, {}
local isPublished = string.match(before, '^[^\n]*') == mark
local function types(session, at)
  lines[#lines + 1] = '\n' .. string.format('%.0f', at) .. ' ' .. session
  untilAt = math.max(untilAt, at)
end
if act ~= 'clear' then
  for at, session in string.gmatch(before, '\n(%d+) ([^\n]*)') do
    local changes = act ~= 'announce' and session == ARGV[3]
    if tonumber(at) > now and not changes then types(session, tonumber(at)) end
  end
end
if act == 'start' then types(ARGV[3], now + ARGV[4]) end
if untilAt == 0 then
  redis.call('HDEL', KEYS[2], user)
  redis.call('ZREM', KEYS[3], user)
  if isPublished then redis.call(ARGV[7], ARGV[6], '1|' .. cjson.encode({user, false})) end
else
  local isStart = act == 'announce' and not isPublished
  isPublished = isPublished or isStart
  redis.call('HSET', KEYS[2], user, (isPublished and mark or '0') .. table.concat(lines))
  redis.call('ZADD', KEYS[3], string.format('%.0f', untilAt), user)
  if isStart then redis.call(ARGV[7], ARGV[6], '1|' .. cjson.encode({user, true, untilAt})) end
end
scheduleTyping(KEYS[2], KEYS[3], KEYS[4], ARGV[5])
return {untilAt > 0 and isPublished and 1 or 0, untilAt}
