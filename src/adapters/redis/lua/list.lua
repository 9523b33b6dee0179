-- Adds a conversation to the list of those in which a user may be typing, and drops those in which they no longer can.
-- KEYS[1] list (zset: conversation → until when it stays)
-- ARGV[1] conversation   ARGV[2] for how long it stays, in ms   ARGV[3] for how long the list is kept from now, in ms
-- Returns 1.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', string.format('%.0f', now))
redis.call('ZADD', KEYS[1], string.format('%.0f', now + ARGV[2]), ARGV[1])
return redis.call('PEXPIRE', KEYS[1], ARGV[3])
