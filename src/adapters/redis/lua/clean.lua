#!lua flags=allow-oom
-- The journal has records of one shard at these revisions: removes their marks, and each record of which nothing is live.
-- KEYS[1] due (zset)   KEYS[2] live (zset)   KEYS[3] dirty (zset)   KEYS[4..] for each user: record, gone (strings)
-- ARGV[1] for how long `gone` is kept, in ms, see commit.lua   ARGV[2..] for each user: user, revision
-- Returns how many marks it removed.
local cleaned = 0
for i = 2, #ARGV, 2 do
  local user, record, gone = ARGV[i], KEYS[i + 2], KEYS[i + 3]
  local text = redis.call('GET', record)
  local revision, live
  if text then revision, live = string.match(text, '^%d+|%d+|(%d+)|%d+|%d+|%d+|(%d)|') end
  if not text or revision == ARGV[i + 1] then
    cleaned = cleaned + redis.call('ZREM', KEYS[3], user)
    if live == '0' then
      local time = redis.call('TIME')
      redis.call('SET', gone, time[1] .. '.' .. time[2], 'PX', ARGV[1])
      redis.call('DEL', record)
      redis.call('ZREM', KEYS[1], user)
      redis.call('ZREM', KEYS[2], user)
    end
  end
end
return cleaned
