-- Marks all who are seen live for the journal, unless another node did so a moment ago. Their scores in `live` are all one,
-- later than any moment, so that they come after whoever changed something.
-- KEYS[1] live   KEYS[2] dirty   KEYS[3] guard (string)   ARGV[1] for how long nobody does it again, in ms
if not redis.call('SET', KEYS[3], '1', 'NX', 'PX', ARGV[1]) then return 0 end
return redis.call('ZUNIONSTORE', KEYS[2], 2, KEYS[2], KEYS[1], 'AGGREGATE', 'MIN')
