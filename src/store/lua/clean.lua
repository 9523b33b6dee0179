-- The journal has a record at this revision: its mark goes, and, when nothing of it is live, the record.
-- KEYS[1] record   KEYS[2] due   KEYS[3] live   KEYS[4] dirty
-- ARGV[1] user   ARGV[2] revision
local record = redis.call('GET', KEYS[1])
if not record then return redis.call('ZREM', KEYS[4], ARGV[1]) end
local revision, live = string.match(record, '^%d+|%d+|(%d+)|%d+|%d+|%d+|(%d)|')
if revision ~= ARGV[2] then return 0 end
redis.call('ZREM', KEYS[4], ARGV[1])
if live == '0' then
  redis.call('DEL', KEYS[1])
  redis.call('ZREM', KEYS[2], ARGV[1])
  redis.call('ZREM', KEYS[3], ARGV[1])
end
return 1
