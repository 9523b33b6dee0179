-- Puts a user into the index of a place, or takes them out, as of the revision of their record. What is known as of a later
-- revision stays, so that two nodes may do this in any order: a user who is there is never missing.
-- KEYS[1] place (zset: user → revision)
-- ARGV[1] user   ARGV[2] revision   ARGV[3] 1: seen there   ARGV[4] channel   ARGV[5] PUBLISH | SPUBLISH
-- Returns 1; 0: nothing changed.
local known = tonumber(redis.call('ZSCORE', KEYS[1], ARGV[1]) or -1)
local revision = tonumber(ARGV[2])
if ARGV[3] ~= '1' then
  if known > revision then return 0 end
  return redis.call('ZREM', KEYS[1], ARGV[1])
end
if known >= revision then return 0 end
redis.call('ZADD', KEYS[1], ARGV[2], ARGV[1])
redis.call(ARGV[5], ARGV[4], '1|' .. cjson.encode({ARGV[1]}))
return 1
