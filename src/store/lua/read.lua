-- The records of users of one shard, with the clock of the same reading.
-- KEYS[1] shard (hash: epoch, clock, settled, quiet, swept)   KEYS[2..] records
-- ARGV[1] 1: also while the shard settles, for what is told to nobody
-- Returns {now, record | false, ...}; {-1} while the shard settles, or where it has no epoch yet.
local shard = redis.call('HMGET', KEYS[1], 'epoch', 'clock', 'settled')
local time = redis.call('TIME')
local now = math.max(time[1] * 1000 + math.floor(time[2] / 1000), tonumber(shard[2] or 0))
if not shard[1] or (ARGV[1] ~= '1' and now < tonumber(shard[3])) then return {-1} end
local records = redis.call('MGET', unpack(KEYS, 2))
return {now, unpack(records)}
