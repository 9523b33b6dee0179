-- For telling everybody anew: marks all who are seen live, or notes that all who are to be told are marked. See `StateMarks`.
-- KEYS[1] shard (hash, see renew.lua)   KEYS[2] marks   KEYS[3] live (zsets of users)
-- ARGV[1] consumer   ARGV[2] the epoch in which everybody is to be told anew, when they are marked; empty: marks them
-- Returns 1.
if ARGV[2] == '' then
  redis.call('ZUNIONSTORE', KEYS[2], 2, KEYS[2], KEYS[3], 'AGGREGATE', 'MIN')
elseif redis.call('HGET', KEYS[1], 'anew:' .. ARGV[1]) == ARGV[2] then
  redis.call('HDEL', KEYS[1], 'anew:' .. ARGV[1])
end
return 1
