-- The journal has a record at this revision: its mark goes, and, when nothing of it is live, the record.
-- KEYS[1] record   KEYS[2] due   KEYS[3] live   KEYS[4] dirty   KEYS[5] gone
-- ARGV[1] user   ARGV[2] revision   ARGV[3] for how long what was read before may still arrive, in ms
local record = redis.call('GET', KEYS[1])
if not record then return redis.call('ZREM', KEYS[4], ARGV[1]) end
local revision, live = string.match(record, '^%d+|%d+|(%d+)|%d+|%d+|%d+|(%d)|')
if revision ~= ARGV[2] then return 0 end
redis.call('ZREM', KEYS[4], ARGV[1])
if live == '0' then
  local time = redis.call('TIME')
  redis.call('SET', KEYS[5], time[1] .. '.' .. time[2], 'PX', ARGV[3])
  redis.call('DEL', KEYS[1])
  redis.call('ZREM', KEYS[2], ARGV[1])
  redis.call('ZREM', KEYS[3], ARGV[1])
end
return 1
