-- Marks the next of those who are seen live for the journal, unless a node did so a moment ago, in slices: nothing else is served while
-- a script runs. Where a round over all of them ends the next begins, but not sooner than a while after it began. The marks have scores
-- later than any moment, so that users who changed something come first.
-- KEYS[1] shard (hash, see renew.lua), with more fields: marked:at, when a slice was last marked; marked:from, where the next one
--   begins, as ZRANGEBYLEX takes it, or empty; marked:round, when the round began
-- KEYS[2] live   KEYS[3] dirty (zsets of users)   KEYS[4] guard (string), by which an earlier release, which marks everybody at once, knows
--   that another node does
-- ARGV[1] limit, at most 1,000   ARGV[2] the least between two slices, in ms   ARGV[3] the least between the beginnings of two
--   rounds, in ms
-- Returns how many users are in the slice.
local shard = redis.call('HMGET', KEYS[1], 'epoch', 'clock', 'marked:at', 'marked:from', 'marked:round')
if not shard[1] then return 0 end
local time = redis.call('TIME')
local now = math.max(time[1] * 1000 + math.floor(time[2] / 1000), tonumber(shard[2] or 0))
local from, round = shard[4] or '', tonumber(shard[5] or 0)
if now - tonumber(shard[3] or 0) < tonumber(ARGV[2]) then return 0 end
if from == '' then
  if now - round < tonumber(ARGV[3]) then return 0 end
  from, round = '-', now
end
local users, last = markUnchanged(KEYS[2], KEYS[3], from, ARGV[1])
redis.call('SET', KEYS[4], '1', 'PX', 2 * ARGV[3])
redis.call('HSET', KEYS[1], 'marked:at', string.format('%.0f', now), 'marked:round', string.format('%.0f', round),
  'marked:from', last and '(' .. last or '')
return #users
