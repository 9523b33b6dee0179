#!lua flags=allow-oom
-- Renews a node's lease, looks at the shard's epoch, and proves the node's subscriptions alive.
-- KEYS[1] shard (`wall` is Redis' own clock at the last renewal)
-- KEYS[2] nodes (zset: incarnation → end of its lease)   KEYS[3] lost (hash: incarnation → last heard)
-- ARGV[1] incarnation   ARGV[2] lease, in ms   ARGV[3] the epoch to begin where there is none
-- ARGV[4] how long a shard settles, in ms   ARGV[5] the longest gap between renewals that is none, in ms
-- ARGV[6] how long nobody is lost or due after a gap, at the least, in ms
-- ARGV[7] probe channel   ARGV[8] PUBLISH | SPUBLISH   ARGV[9] 1: the node still puts back what it holds
-- ARGV[10] the same at the most, in ms: what nothing that is timed had left before the gap
-- ARGV[11] the epoch in which the node asked for this lease before, whether or not it got an answer; empty: never
-- Returns {epoch, known | lost | new, ms until it has settled}.
local shard = redis.call('HMGET', KEYS[1], 'epoch', 'clock', 'settled', 'quiet', 'swept', 'wall')
local time = redis.call('TIME')
local wall, clock = time[1] * 1000 + math.floor(time[2] / 1000), tonumber(shard[2] or 0)
local before = tonumber(shard[6] or wall)
-- Redis' own clock is behind by more than is soon made up for (it was set back, or another server took over): the
-- shard's goes on by what passes between renewals, since what is timed would wait otherwise until it had caught up.
if clock - wall > 1500 and wall > before then clock = clock + wall - before end
local now = math.max(wall, clock)
local epoch, settled, quiet = shard[1], tonumber(shard[3] or 0), tonumber(shard[4] or 0)
if not epoch then
  epoch = ARGV[3]
  settled = now + ARGV[4]
  quiet = settled + ARGV[6]
else
  local gap = now - tonumber(shard[5])
  if gap > tonumber(ARGV[5]) then
    quiet = math.max(quiet, now + math.max(math.min(gap, tonumber(ARGV[10])), tonumber(ARGV[6])))
  end
end
-- It settles until all have put back what they hold; the quiet of those who hold nothing any more comes after that.
if ARGV[9] == '1' and now < settled then
  quiet = quiet - settled
  settled = math.max(settled, now + tonumber(ARGV[4]))
  quiet = quiet + settled
end
local function whole(number) return string.format('%.0f', number) end
redis.call('HSET', KEYS[1], 'epoch', epoch, 'clock', whole(now), 'settled', whole(settled), 'quiet', whole(quiet),
  'swept', whole(now), 'wall', whole(wall))
redis.call(ARGV[8], ARGV[7], '')
local left = math.max(0, settled - now)
if redis.call('HEXISTS', KEYS[3], ARGV[1]) == 1 then return {epoch, 'lost', left} end
local known = redis.call('ZSCORE', KEYS[2], ARGV[1])
-- It was marked and dismissed: it is lost for as long as it asks, since nobody knows which of the answers arrives.
if not known and ARGV[11] == epoch then return {epoch, 'lost', left} end
redis.call('ZADD', KEYS[2], whole(now + ARGV[2]), ARGV[1])
return {epoch, known and 'known' or 'new', left}
