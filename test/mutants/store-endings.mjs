/** Faults by which a recovery would not end, which tests have to notice. */
const recovering = ['test/adapters/redis/recovering.test.ts'];
const endings = ['test/model/endings.property.test.ts'];

export default [
  {
    name: 'a node goes on to say that it has something to add',
    promise: 'A recovery ends a lease after the last that happened to a node or to the journal.',
    file: 'src/node/restore.ts',
    from: "return again.size > 0 ? 'again' : null;",
    to: "return 'again';",
    tests: ['test/node/renewing.test.ts'],
  },
  {
    name: 'who is waited for is never let go of',
    promise: 'A node that does not come back is waited for as long as a lease, and no longer.',
    file: 'src/adapters/redis/lua/renew.lua',
    from: "redis.call('ZADD', KEYS[4], 'NX', whole(now + lease), ARGV[i])",
    to: "redis.call('ZADD', KEYS[4], 'NX', whole(now + 1000 * lease), ARGV[i])",
    tests: endings,
  },
  {
    name: 'a node puts back for ever what it cannot read',
    promise: 'A session that a node remembers of a user whose record it cannot read keeps nobody waiting.',
    file: 'src/node/restore.ts',
    from: 'return !passes(error);',
    to: "return (error as { code?: string }).code !== 'UNAVAILABLE';",
    tests: recovering,
  },
  {
    name: 'a connection is put back for ever into what cannot be read',
    promise: 'A connection of a user whose record its node cannot read keeps nobody waiting.',
    file: 'src/node/connectionRestore.ts',
    from: 'if (!passes(error)) markRegistered(connection, name);',
    to: "if ((error as { code?: string }).code !== 'UNAVAILABLE') markRegistered(connection, name);",
    tests: recovering,
  },
  {
    name: 'a connection closes for ever in what cannot be read',
    promise: 'A connection that closes, of a user whose record its node cannot read, keeps nobody waiting.',
    file: 'src/service/connectionService.ts',
    from: 'if (passes(error)) throw error;',
    to: "if ((error as { code?: string }).code === 'UNAVAILABLE') throw error;",
    tests: recovering,
  },
];
