#!lua flags=allow-oom
-- Takes marks: first of users who changed, the oldest first; none of users who are put off. See `StateMarks`.
-- KEYS[1] lease (string: its holder)   KEYS[2] marks (zset: user → since when, in µs)
-- ARGV[1] holder   ARGV[2] limit
-- Returns {user, ...}; {}: the lease is another's.
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return {} end
local users = {}
local changed = redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', '(' .. TAKEN, 'WITHSCORES', 'LIMIT', 0, ARGV[2])
for i = 1, #changed, 2 do
  redis.call('ZADD', KEYS[2], string.format('%.0f', changed[i + 1] + TAKEN), changed[i])
  users[#users + 1] = changed[i]
end
if #users < tonumber(ARGV[2]) then
  local time = redis.call('TIME')
  local taken = string.format('%.0f', time[1] * 1000000 + time[2] + TAKEN)
  local due = string.format('%.0f', UNCHANGED + time[1] * 1000 + math.floor(time[2] / 1000))
  for _, user in ipairs(redis.call('ZRANGEBYSCORE', KEYS[2], UNCHANGED, due, 'LIMIT', 0, ARGV[2] - #users)) do
    redis.call('ZADD', KEYS[2], taken, user)
    users[#users + 1] = user
  end
end
return users
