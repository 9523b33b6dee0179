#!lua flags=allow-oom
-- Takes from the allowance of a user, on the clock of Redis. It runs while Redis is full too: what ends presence takes one.
-- A clock that was set back leaves nobody without for longer than ARGV[5] allowances take.
-- KEYS[1] the moment at which the allowance is whole again (string, ms)
-- ARGV[1] burst   ARGV[2] interval, in ms   ARGV[3] count   ARGV[4] limit, in whole allowances; empty: none
-- ARGV[5] how far ahead the moment ever moves, in whole allowances
-- Returns the ms to wait; 0: taken.
local burst, interval, count = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local most = now + ARGV[5] * burst * interval
local whole = math.min(tonumber(redis.call('GET', KEYS[1]) or 0), most)
whole = math.max(now, whole) + math.min(count, burst) * interval
if ARGV[4] ~= '' then
  local wait = whole - ARGV[4] * burst * interval - now
  if wait > 0 then return wait end
end
whole = math.min(whole, most)
redis.call('SET', KEYS[1], string.format('%.0f', whole), 'PX', string.format('%.0f', whole - now))
return 0
