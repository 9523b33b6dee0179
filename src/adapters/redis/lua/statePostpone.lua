#!lua flags=allow-oom
-- Puts off users whose mark a sender took, unless they changed since: until then they are taken no more. See `StateMarks`.
-- KEYS[1] lease (string: its holder)   KEYS[2] marks (zset: user → since when, in µs)
-- ARGV[1] holder   ARGV[2], ARGV[3] a user, and for how many ms   ARGV[4], ARGV[5] the next one ...
-- Returns 1; 0: the lease is another's, and nothing is done.
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
for i = 2, #ARGV, 2 do
  local at = tonumber(redis.call('ZSCORE', KEYS[2], ARGV[i]) or 0)
  if at >= TAKEN and at < UNCHANGED then
    redis.call('ZADD', KEYS[2], string.format('%.0f', UNCHANGED + now + ARGV[i + 1]), ARGV[i])
  end
end
return 1
