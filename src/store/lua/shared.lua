-- What every script begins with. The server that runs it, as far as it may be asked: another one has another replication
-- id, after a restart as after the promotion of a replica; empty where a script must not ask.
local function serverId()
  local info = redis.pcall('INFO', 'replication')
  return type(info) == 'string' and string.match(info, 'master_replid:(%w+)') or ''
end
-- Whether the server that a shard was last renewed at is that one, as far as both are known.
local function isServedBy(known, server) return not known or known == '' or server == '' or known == server end
