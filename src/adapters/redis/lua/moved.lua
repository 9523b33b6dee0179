#!lua flags=allow-oom
-- The index of places has followed these marks: removes them, except where a later commit set them anew.
-- KEYS[1] moved (zset: mark → when another node takes it up)
-- ARGV for each mark: mark, when, as it was
-- Returns 1 or 0 for each mark: whether it was removed.
local removed = {}
for i = 1, #ARGV, 2 do
  local at = redis.call('ZSCORE', KEYS[1], ARGV[i])
  local same = at and tonumber(at) == tonumber(ARGV[i + 1])
  removed[#removed + 1] = same and redis.call('ZREM', KEYS[1], ARGV[i]) or 0
end
return removed
