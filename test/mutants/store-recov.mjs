/** Faults of a store that comes back with less than it had, which tests have to notice. */
const recovering = ['test/store/recovering.test.ts'];

export default [
  {
    name: 'recovery waits for nobody',
    promise: 'A shard recovers until every node of before has put back what it holds.',
    file: 'src/store/lua/renew.lua',
    from: 'settled = math.max(least, tonumber(last[2]), -tonumber(first[2]))',
    to: 'settled = least',
    tests: recovering,
  },
  {
    name: 'an older store is taken as it is',
    promise: 'A shard whose clock went back begins a new epoch.',
    file: 'src/store/lua/renew.lua',
    from: 'or seen > clock)',
    to: 'or false)',
    tests: recovering,
  },
  {
    name: 'another server is read from at once',
    promise: 'Nothing is read from another server before a lease was renewed there.',
    file: 'src/store/lua/read.lua',
    from: 'if not shard[1] or not isServedBy(shard[4], serverId()) then',
    to: 'if not shard[1] then',
    tests: recovering,
  },
  {
    name: 'a doubtful record is shown',
    promise: 'A record of before the store came back older is compared with the journal before it is shown.',
    file: 'src/store/redis.ts',
    from: 'revision <= begun;',
    to: 'revision < 0 * begun;',
    tests: recovering,
  },
  {
    name: 'who restores first decides what was chosen',
    promise: 'Choices and messages are merged by when they changed, whichever node comes first.',
    file: 'src/presence/recovery.ts',
    from: 'const there = withoutEnded(kept ? withKept(current, kept) : current, ends);',
    to: 'const there = withoutEnded(current, ends);',
    tests: recovering,
  },
  {
    name: 'sessions that ended come back',
    promise: 'A session that had ended is not there again in a store that comes back a little older.',
    file: 'src/presence/recovery.ts',
    from: 'const there = withoutEnded(kept ? withKept(current, kept) : current, ends);',
    to: 'const there = kept ? withKept(current, kept) : current;',
    tests: recovering,
  },
  {
    name: 'a node says that it is done while connections have to answer',
    promise: 'A recovery ends when what is held has answered, or is known to be gone.',
    file: 'src/presence/node.ts',
    from: "holding.awaiting || rest.owing ? 'first'",
    to: "holding.puttingBack || rest.owing ? 'first'",
    tests: recovering,
  },
];
