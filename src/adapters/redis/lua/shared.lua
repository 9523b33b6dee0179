-- What every script begins with. The server that runs it: another one has another replication id, after a restart as after the
-- promotion of a replica; empty where a script must not ask.
local function serverId()
  local info = redis.pcall('INFO', 'replication')
  return type(info) == 'string' and string.match(info, 'master_replid:(%w+)') or ''
end
-- Whether the server that a shard was last renewed at is that one. Where it must not be asked nothing would tell that another
-- one took over.
local function isServedBy(known, server) return server ~= '' and (not known or known == '' or known == server) end
-- What is kept first of somebody whose typing was told. In a shard that came back older than it was it is another mark: who
-- typed before may have stopped since, or hidden, and is told of anew with what they type next.
local function toldMark(begun) return begun and begun ~= '0' and begun or '1' end
-- A conversation is due when the first of its typists is; what is kept of them outlives the last by a minute.
local function scheduleTyping(typists, ends, due, conversation)
  local first = redis.call('ZRANGE', ends, 0, 0, 'WITHSCORES')[2]
  if not first then
    redis.call('ZREM', due, conversation)
    return
  end
  redis.call('ZADD', due, first, conversation)
  local lastAt = string.format('%.0f', redis.call('ZRANGE', ends, -1, -1, 'WITHSCORES')[2] + 60000)
  redis.call('PEXPIREAT', typists, lastAt)
  redis.call('PEXPIREAT', ends, lastAt)
end
