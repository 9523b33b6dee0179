#!lua flags=allow-oom
-- Renews a node's lease, looks at the shard's epoch, and sends the node its probe. Begins a new epoch where the shard came
-- back empty, or older than it was. See "Recovery" in docs/architecture.md.
-- KEYS[1] shard (hash), whose fields are
--   epoch; clock: the highest given; settled: when the shard has recovered; least: the earliest that can be
--   quiet: until when nobody is lost; swept: when a lease was last renewed
--   wall: the server's own clock then; server: which server that was
--   top: the highest revision given; begun: the revisions up to which were there when an epoch began with less than there
--     had been, 0: the shard was empty; since: the same after any gap; lived: when it was last known to be served before that
-- KEYS[2] nodes (zset: incarnation → end of its lease)   KEYS[3] lost (hash: incarnation → last heard of)
-- KEYS[4] awaited (zset: node → until when, at the most, the shard recovers for it to restore what it holds; negative: it has
--   restored that, and until when for what it adds once all others have; 0: it is done)
-- KEYS[5] due (zset)   KEYS[6] live (zset)
-- ARGV[1] incarnation   ARGV[2] lease, in ms   ARGV[3] the epoch to begin
-- ARGV[4] how long a shard recovers at the least, in ms   ARGV[5] the longest interval between renewals that is no gap, in ms
-- ARGV[6] how long nobody is lost after a gap, at the least, in ms   ARGV[7] the same at the most
-- ARGV[8] probe channel   ARGV[9] PUBLISH | SPUBLISH   ARGV[10] node
-- ARGV[11] restore phase: 2: it restores what it holds; 1: it has yet to add to that; 0: done
-- ARGV[12] the epoch that it knows; empty: it just started   ARGV[13] the clock at its last renewal; 0: never
-- ARGV[14] 1: it asks for the incarnations
-- ARGV[15] the epoch in which it asked for this lease before, answered or not; empty: never
-- ARGV[16..] the nodes that it knew before
-- Returns {epoch, known | lost | new, ms until the shard has recovered, clock, since, 1 while some node still restores what
-- it holds, incarnation, ...}; {-1}: the script may not ask which server this is.
local shard = redis.call('HMGET', KEYS[1], 'epoch', 'clock', 'settled', 'quiet', 'swept', 'wall', 'server', 'top',
  'begun', 'since', 'lived', 'least')
local function number(i) return tonumber(shard[i] or 0) end
local function whole(value) return string.format('%.0f', value) end
local lease, seen = tonumber(ARGV[2]), tonumber(ARGV[13])
local time = redis.call('TIME')
local wall, clock = time[1] * 1000 + math.floor(time[2] / 1000), number(2)
local before = tonumber(shard[6] or wall)
local server = serverId()
if server == '' then return {-1} end
-- Another server holds it now, or it has forgotten a renewal: what was committed last may be gone.
local older = shard[1] and (not isServedBy(shard[7], server) or seen > clock)
clock = math.max(clock, seen)
-- The server's own clock is behind by more than it soon makes up for: it was set back, or another server took over. The
-- shard's clock then goes on by the time between renewals; otherwise all that is timed would wait for the server's to catch up.
if clock - wall > 1500 and wall > before then clock = clock + wall - before end
local now = math.max(wall, clock)
local epoch, settled, quiet, least = shard[1], number(3), number(4), number(12)
local begun, since, lived = number(9), number(10), number(11)
local begins = older or not epoch
if begins then
  epoch, quiet, least = ARGV[3], 0, now + ARGV[4]
  lived = math.max(number(5), seen)
  begun = older and math.max(now, number(8)) or 0
  since = begun
  redis.call('DEL', KEYS[4])
  -- Every node takes a new incarnation: these hold nobody any more.
  local gone = redis.call('ZRANGE', KEYS[2], 0, -1, 'WITHSCORES')
  for i = 1, #gone, 2 do redis.call('HSET', KEYS[3], gone[i], whole(gone[i + 1] - lease)) end
  redis.call('DEL', KEYS[2])
  -- Everything timed becomes due, so that every record is looked at soon; `live` is filled by the commits that follow.
  if older then
    redis.call('UNLINK', KEYS[6])
    redis.call('ZUNIONSTORE', KEYS[5], 1, KEYS[5], 'WEIGHTS', 0)
  end
else
  local gap = now - number(5)
  if gap > tonumber(ARGV[5]) then
    quiet = math.max(quiet, now + math.max(math.min(gap, tonumber(ARGV[7])), tonumber(ARGV[6])))
    since, lived = math.max(now, number(8)), number(5)
  end
end
local awaited = 0
if begins or now < settled then
  local isNews = ARGV[12] ~= '' and ARGV[12] ~= epoch
  if isNews then
    for i = 16, #ARGV do redis.call('ZADD', KEYS[4], 'NX', whole(now + lease), ARGV[i]) end
  end
  local stage = isNews and '2' or ARGV[11]
  redis.call('ZADD', KEYS[4], stage == '2' and whole(now + lease) or stage == '1' and whole(-now - lease) or 0, ARGV[10])
  local first = redis.call('ZRANGE', KEYS[4], 0, 0, 'WITHSCORES')
  local last = redis.call('ZREVRANGE', KEYS[4], 0, 0, 'WITHSCORES')
  settled = math.max(least, tonumber(last[2]), -tonumber(first[2]))
  if tonumber(last[2]) > now then awaited = 1 end
  redis.call('PEXPIRE', KEYS[4], lease * 2)
end
redis.call('HSET', KEYS[1], 'epoch', epoch, 'clock', whole(now), 'settled', whole(settled), 'quiet', whole(quiet),
  'swept', whole(now), 'wall', whole(wall), 'server', server, 'begun', whole(begun), 'since', whole(since),
  'lived', whole(lived), 'least', whole(least))
redis.call(ARGV[9], ARGV[8], '')
local state = redis.call('ZSCORE', KEYS[2], ARGV[1]) and 'known' or 'new'
-- A lease that was marked and dismissed stays lost for as long as its node asks: any of the answers may be the one that arrives.
if redis.call('HEXISTS', KEYS[3], ARGV[1]) == 1 or (state == 'new' and ARGV[15] == epoch) then state = 'lost'
else redis.call('ZADD', KEYS[2], whole(now + lease), ARGV[1]) end
local listed = ARGV[14] == '1' and redis.call('ZRANGE', KEYS[2], 0, -1) or {}
return {epoch, state, math.max(0, settled - now), now, since, awaited, unpack(listed)}
