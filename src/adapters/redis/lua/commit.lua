-- Commits a record if it is still the one that was decided about: stores, schedules, indexes and publishes in one step, so
-- that the order of events is the order of commits.
-- KEYS[1] shard (hash, see renew.lua)   KEYS[2] record (string)   KEYS[3] due (zset: user → when)
-- KEYS[4] live (zset of users)   KEYS[5] dirty (zset: user → since when, in µs)
-- KEYS[6] gone (string: when the user's record was last dropped)
-- KEYS[7] nodes (zset: incarnation → end of its lease)   KEYS[8] moved (zset: mark → when, see moved.lua)
-- KEYS[9], KEYS[10] marks of the consumers of states (zsets: user → since when, in µs), see markStates in shared.lua
-- KEYS[11..] on:INCARNATION (sets of users)
-- ARGV[1] the head expected, up to and including the revision; empty: no record
-- ARGV[2] `gone` as it was when no record was found
-- ARGV[3] format and generation, as 'F|G|'   ARGV[4] the revision that was decided about
-- ARGV[5..7] revisions of status, lastSeen and activity; empty: moved by this commit
-- ARGV[8] body   ARGV[9] when due; empty: never   ARGV[10] 1: seen live   ARGV[11] 1: something of it is live
-- ARGV[12] 1: for the journal   ARGV[13] channel; empty: nobody sees a difference   ARGV[14] PUBLISH | SPUBLISH
-- ARGV[15] user   ARGV[16] the clock up to which a restored record may be committed: `gone` is kept for as long
-- ARGV[17], ARGV[18] `since` and epoch of the shard as they were when the record was read; an empty epoch: any
-- ARGV[19] how long after the revision another node takes up the mark of a place, in ms
-- ARGV[20] 1: others see a difference   ARGV[21] how many marks of places there are
-- ARGV[22..] these; then for each of KEYS[11..] the incarnation that is joined; empty: it is left
-- Returns {1, now, revision}; {0}: the record moved, or the shard was away since; {-2}: an incarnation that is joined has no
-- lease, so that nobody would ever find it lost; {-1}: the shard has no epoch, or another server holds it than at the last
-- renewal.
local shard = redis.call('HMGET', KEYS[1], 'epoch', 'clock', 'settled', 'server', 'since', 'top', 'mark:webhook',
  'mark:stream', 'marking')
if not shard[1] or not isServedBy(shard[4], serverId()) then return {-1} end
local since = tonumber(shard[5] or 0)
if since ~= tonumber(ARGV[17]) or (ARGV[18] ~= '' and ARGV[18] ~= shard[1]) then return {0} end
local current = redis.call('GET', KEYS[2])
if current then
  if ARGV[1] == '' or string.sub(current, 1, #ARGV[1]) ~= ARGV[1] then return {0} end
elseif ARGV[1] ~= '' then
  return {0}
else
  -- The restored record may be older than one that came and went in the meantime.
  if (redis.call('GET', KEYS[6]) or '') ~= ARGV[2] then return {0} end
end
local marks = tonumber(ARGV[21])
for i = 11, #KEYS do
  local joined = ARGV[11 + marks + i]
  if joined ~= '' and not redis.call('ZSCORE', KEYS[7], joined) then return {-2} end
end
local time = redis.call('TIME')
local now = math.max(time[1] * 1000 + math.floor(time[2] / 1000), tonumber(shard[2] or 0), since)
if not current and now > tonumber(ARGV[16]) then return {0} end
local revision = string.format('%.0f', math.max(tonumber(ARGV[4]), now) + 1)
local function moved(at) if at == '' then return revision end return at end
local record = ARGV[3] .. revision .. '|' .. moved(ARGV[5]) .. '|' .. moved(ARGV[6]) .. '|' .. moved(ARGV[7])
  .. '|' .. ARGV[11] .. '|' .. ARGV[8]
-- What fails for want of memory must fail before anybody is told.
redis.call('SET', KEYS[2], record)
noteUnmarked(KEYS[1], shard[6], shard[9], now)
if tonumber(revision) > tonumber(shard[6] or 0) then redis.call('HSET', KEYS[1], 'top', revision, 'marking', revision) end
local user = ARGV[15]
if ARGV[9] == '' then redis.call('ZREM', KEYS[3], user) else redis.call('ZADD', KEYS[3], ARGV[9], user) end
if ARGV[10] == '1' then redis.call('ZADD', KEYS[4], '9000000000000000', user) else redis.call('ZREM', KEYS[4], user) end
if ARGV[12] == '1' then redis.call('ZADD', KEYS[5], 'LT', string.format('%s%06d', time[1], time[2]), user) end
if ARGV[20] == '1' then markStates(KEYS[1], shard, 6, 8, user, time, now) end
for i = 22, 21 + marks do redis.call('ZADD', KEYS[8], string.format('%.0f', revision + ARGV[19]), ARGV[i]) end
for i = 11, #KEYS do
  if ARGV[11 + marks + i] ~= '' then redis.call('SADD', KEYS[i], user) else redis.call('SREM', KEYS[i], user) end
end
if ARGV[13] ~= '' and now >= tonumber(shard[3]) then redis.call(ARGV[14], ARGV[13], record) end
return {1, now, revision}
