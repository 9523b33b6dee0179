#!lua flags=allow-oom
-- Drops the record of a user who was deleted, and all that is indexed of it.
-- KEYS[1] record (string)   KEYS[2] due   KEYS[3] live   KEYS[4] dirty (zsets)   KEYS[5] gone (string, see commit.lua)
-- KEYS[6] shard (hash, see renew.lua)   KEYS[7], KEYS[8] marks of the consumers of states, see markStates in shared.lua
-- KEYS[9..] on:INCARNATION (sets of users)
-- ARGV[1] user   ARGV[2] for how long `gone` is kept, in ms   ARGV[3] channel   ARGV[4] PUBLISH | SPUBLISH
-- ARGV[5] the generation that was deleted   ARGV[6] the record expected; empty: none
-- Returns 1; 0: the record moved; 2: it is of a later generation, and stays.
local record = redis.call('GET', KEYS[1])
if (record or '') ~= ARGV[6] then return 0 end
if record and tonumber(string.match(record, '^%d+|(%d+)|') or 0) > tonumber(ARGV[5]) then return 2 end
local time = redis.call('TIME')
redis.call('SET', KEYS[5], time[1] .. '.' .. time[2], 'PX', ARGV[2])
redis.call('DEL', KEYS[1])
for i = 2, 4 do redis.call('ZREM', KEYS[i], ARGV[1]) end
for i = 9, #KEYS do redis.call('SREM', KEYS[i], ARGV[1]) end
local shard = redis.call('HMGET', KEYS[6], 'mark:webhook', 'mark:stream')
markStates(KEYS[6], shard, 0, 6, ARGV[1], time, time[1] * 1000 + math.floor(time[2] / 1000))
redis.call(ARGV[4], ARGV[3], '')
return 1
