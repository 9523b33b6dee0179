-- Marks users as a change of them does, see `StateMarks`.
-- KEYS[1] marks (zset: user → since when, in µs)
-- ARGV[1..] users
local time = redis.call('TIME')
local now = string.format('%s%06d', time[1], time[2])
for i = 1, #ARGV do redis.call('ZADD', KEYS[1], 'LT', now, ARGV[i]) end
return 1
