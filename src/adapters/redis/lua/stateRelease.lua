#!lua flags=allow-oom
-- Gives up the lease of a consumer's marks.
-- KEYS[1] lease (string: its holder)
-- ARGV[1] holder
-- Returns 1; 0: it is another's.
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('DEL', KEYS[1])
