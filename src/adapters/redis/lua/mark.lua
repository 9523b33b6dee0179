-- Marks all who are seen live for the journal, unless another node did so a moment ago. Their scores in `live` are later than
-- any moment, so that users who changed something come first.
-- KEYS[1] live   KEYS[2] dirty (zsets of users)   KEYS[3] guard (string)
-- ARGV[1] for how long nobody does it again, in ms
-- Returns how many users are marked now; 0: another node did it.
if not redis.call('SET', KEYS[3], '1', 'NX', 'PX', ARGV[1]) then return 0 end
return redis.call('ZUNIONSTORE', KEYS[2], 2, KEYS[2], KEYS[1], 'AGGREGATE', 'MIN')
