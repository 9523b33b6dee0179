-- Marks users as a change of them does, or who are to be told anew behind those who changed. See `StateMarks`.
-- KEYS[1] marks (zset: user → since when, in µs)
-- ARGV[1] 1: as a change; 0: behind, unless they are marked   ARGV[2..] users
local time = redis.call('TIME')
local isChange = ARGV[1] == '1'
local score = isChange and string.format('%s%06d', time[1], time[2]) or string.format('%.0f', UNCHANGED)
for i = 2, #ARGV do redis.call('ZADD', KEYS[1], isChange and 'LT' or 'NX', score, ARGV[i]) end
return 1
