-- Lists a conversation among those in which a user may be typing.
-- KEYS[1] list (set)   ARGV[1] conversation   ARGV[2] how long the list outlives this, in ms
redis.call('SADD', KEYS[1], ARGV[1])
return redis.call('PEXPIRE', KEYS[1], ARGV[2])
