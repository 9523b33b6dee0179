-- Commits records of one shard, each if it is still the one that was decided about: stores, schedules, indexes and publishes it in
-- one step, so that the order of events is the order of commits. Of several, each is committed, refused or fails by itself.
-- KEYS[1] shard (hash, see renew.lua)   KEYS[2] due (zset: user → when)   KEYS[3] live (zset of users)
-- KEYS[4] dirty (zset: user → since when, in µs)   KEYS[5] nodes (zset: incarnation → end of its lease)
-- KEYS[6] moved (zset: mark → when, see moved.lua)
-- KEYS[7], KEYS[8] marks of the consumers of states (zsets: user → since when, in µs), see markStates in shared.lua
-- For each commit: record (string), gone (string: when the user's record was last dropped), on:INCARNATION... (sets of users)
-- ARGV[1] PUBLISH | SPUBLISH   ARGV[2] how long after the revision another node takes up the mark of a place, in ms
-- For each commit: terms, user, body, channel (empty: nobody sees a difference), marks of places..., and for each on:INCARNATION
-- the incarnation that is joined; empty: it is left. The terms, each followed by a space:
--   1 the head expected, up to and including the revision; empty: no record   2 `gone` as it was when no record was found
--   3 format and generation, as 'F|G|'   4 the revision that was decided about
--   5 to 7 revisions of status, lastSeen and activity; empty: moved by this commit   8 when due; empty: never
--   9 1: seen live   10 1: something of it is live   11 1: for the journal   12 1: others see a difference
--   13 the clock up to which a restored record may be committed: `gone` is kept for as long
--   14, 15 `since` and epoch of the shard as they were when the record was read; an empty epoch: any
--   16 how many marks of places there are   17 how many incarnations
-- Returns {-1}: the shard has no epoch, or another server holds it than at the last renewal. Else for each commit {user, answer}:
-- {1, now, revision}; {0}: the record moved, or the shard was away since; {-2}: an incarnation that is joined has no lease, so that
-- nobody would ever find it lost; or the error with which it failed. One commit that fails alone is an error.
local shard = redis.call('HMGET', KEYS[1], 'epoch', 'clock', 'settled', 'server', 'since', 'top', 'mark:webhook',
  'mark:stream', 'marking')
if not shard[1] or not isServedBy(shard[4], serverId()) then return {-1} end
local since = tonumber(shard[5] or 0)
local time = redis.call('TIME')
local now = math.max(time[1] * 1000 + math.floor(time[2] / 1000), tonumber(shard[2] or 0), since)
local TERMS = string.rep('([^ ]*) ', 17)

-- KEYS[key + 1] is the record, ARGV[arg + 1] the terms.
local function commit(term, key, arg, marks, nodes)
  if since ~= tonumber(term[14]) or (term[15] ~= '' and term[15] ~= shard[1]) then return {0} end
  local current = redis.call('GET', KEYS[key + 1])
  if current then
    if term[1] == '' or string.sub(current, 1, #term[1]) ~= term[1] then return {0} end
  elseif term[1] ~= '' then
    return {0}
  else
    -- The restored record may be older than one that came and went in the meantime.
    if (redis.call('GET', KEYS[key + 2]) or '') ~= term[2] then return {0} end
  end
  local firstJoined = arg + 4 + marks
  for i = 1, nodes do
    local joined = ARGV[firstJoined + i]
    if joined ~= '' and not redis.call('ZSCORE', KEYS[5], joined) then return {-2} end
  end
  if not current and now > tonumber(term[13]) then return {0} end
  local revision = string.format('%.0f', math.max(tonumber(term[4]), now) + 1)
  local function moved(at) if at == '' then return revision end return at end
  local record = term[3] .. revision .. '|' .. moved(term[5]) .. '|' .. moved(term[6]) .. '|' .. moved(term[7])
    .. '|' .. term[10] .. '|' .. ARGV[arg + 3]
  -- What fails for want of memory must fail before anybody is told.
  redis.call('SET', KEYS[key + 1], record)
  noteUnmarked(KEYS[1], shard[6], shard[9], now)
  shard[9] = shard[6]
  if tonumber(revision) > tonumber(shard[6] or 0) then
    redis.call('HSET', KEYS[1], 'top', revision, 'marking', revision)
    shard[6], shard[9] = revision, revision
  end
  local user = ARGV[arg + 2]
  if term[8] == '' then redis.call('ZREM', KEYS[2], user) else redis.call('ZADD', KEYS[2], term[8], user) end
  if term[9] == '1' then redis.call('ZADD', KEYS[3], '9000000000000000', user) else redis.call('ZREM', KEYS[3], user) end
  if term[11] == '1' then redis.call('ZADD', KEYS[4], 'LT', string.format('%s%06d', time[1], time[2]), user) end
  if term[12] == '1' then markStates(KEYS[1], shard, 6, 6, user, time, now) end
  for i = arg + 5, firstJoined do redis.call('ZADD', KEYS[6], string.format('%.0f', revision + ARGV[2]), ARGV[i]) end
  for i = 1, nodes do
    if ARGV[firstJoined + i] ~= '' then redis.call('SADD', KEYS[key + 2 + i], user)
    else redis.call('SREM', KEYS[key + 2 + i], user) end
  end
  local channel = ARGV[arg + 4]
  if channel ~= '' and now >= tonumber(shard[3]) then redis.call(ARGV[1], channel, record) end
  return {1, now, revision}
end

local answers = {}
local key, arg = 8, 2
while arg < #ARGV do
  local term = {string.match(ARGV[arg + 1], TERMS)}
  local marks, nodes = tonumber(term[16]), tonumber(term[17])
  local isAlone = #answers == 0 and arg + 4 + marks + nodes == #ARGV
  local done, answer
  if isAlone then done, answer = true, commit(term, key, arg, marks, nodes)
  else done, answer = pcall(commit, term, key, arg, marks, nodes) end
  if not done and type(answer) ~= 'table' then answer = {err = answer} end
  answers[#answers + 1] = {ARGV[arg + 2], answer}
  key, arg = key + 2 + nodes, arg + 4 + marks + nodes
end
return answers
