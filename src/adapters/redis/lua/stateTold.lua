#!lua flags=allow-oom
-- Removes the marks of users of whom a consumer was told, unless they changed since their mark was taken. See `StateMarks`.
-- KEYS[1] lease (string: its holder)   KEYS[2] marks (zset: user → since when, in µs)
-- ARGV[1] holder   ARGV[2..] users
-- Returns 1; 0: the lease is another's, and they are marked.
if redis.call('GET', KEYS[1]) ~= ARGV[1] then
  local time = redis.call('TIME')
  local now = string.format('%s%06d', time[1], time[2])
  for i = 2, #ARGV do redis.call('ZADD', KEYS[2], 'LT', now, ARGV[i]) end
  return 0
end
for i = 2, #ARGV do
  local at = tonumber(redis.call('ZSCORE', KEYS[2], ARGV[i]) or 0)
  if at >= TAKEN and at < UNCHANGED then redis.call('ZREM', KEYS[2], ARGV[i]) end
end
return 1
