-- For telling everybody anew: marks the next of those who are seen live, or notes that all who are to be told are marked. In slices:
-- nothing else is served while a script runs. See `StateMarks`.
-- KEYS[1] shard (hash, see renew.lua)   KEYS[2] marks   KEYS[3] live (zsets of users)
-- ARGV[1] consumer   ARGV[2] the epoch in which everybody is to be told anew, when they are marked; empty: marks some
-- ARGV[3] from whom on, as ZRANGEBYLEX takes it   ARGV[4] limit, at most 1,000
-- Returns {the last of them}; {}: there are no more.
if ARGV[2] == '' then
  local _, last = markUnchanged(KEYS[3], KEYS[2], ARGV[3], ARGV[4])
  return {last}
end
if redis.call('HGET', KEYS[1], 'anew:' .. ARGV[1]) == ARGV[2] then redis.call('HDEL', KEYS[1], 'anew:' .. ARGV[1]) end
return {}
