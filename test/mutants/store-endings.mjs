/** Faults by which a recovery would not end, which tests have to notice. */
const recovering = ['test/adapters/redis/recovering.test.ts'];
const endings = ['test/model/endings.property.test.ts'];

export default [
  {
    name: 'a node stays in the second phase',
    promise: 'A recovery ends one lease after the last event of a node or the journal.',
    file: 'src/node/restore.ts',
    from: "return again.size > 0 ? 'again' : 'done';",
    to: "return 'again';",
    tests: ['test/node/renewing.test.ts'],
  },
  {
    name: 'an absent node is awaited for ever',
    promise: 'A recovery waits for an absent node for one lease at the most.',
    file: 'src/adapters/redis/lua/renew.lua',
    from: "redis.call('ZADD', KEYS[4], 'NX', whole(now + lease), ARGV[i])",
    to: "redis.call('ZADD', KEYS[4], 'NX', whole(now + 1000 * lease), ARGV[i])",
    tests: endings,
  },
  {
    name: 'an unreadable record is retried for ever',
    promise: 'A remembered session whose record cannot be read holds up no recovery.',
    file: 'src/node/restore.ts',
    from: 'return !isTemporary(error);',
    to: "return (error as { code?: string }).code !== 'UNAVAILABLE';",
    tests: recovering,
  },
  {
    name: 'a connection is restored into an unreadable record for ever',
    promise: "A connection whose user's record cannot be read holds up no recovery.",
    file: 'src/node/connectionRestore.ts',
    from: 'if (!isTemporary(error)) markRegistered(connection, name);',
    to: "if ((error as { code?: string }).code !== 'UNAVAILABLE') markRegistered(connection, name);",
    tests: recovering,
  },
  {
    name: 'a close is retried on an unreadable record for ever',
    promise: "Closing a connection whose user's record cannot be read ends at once.",
    file: 'src/service/connectionService.ts',
    from: 'if (isTemporary(error)) throw error;',
    to: "if ((error as { code?: string }).code === 'UNAVAILABLE') throw error;",
    tests: recovering,
  },
  {
    name: 'a deleted user has connections to end',
    promise: 'A connection that closes after its user was deleted has nothing to end, which is no error.',
    file: 'src/server/ws/sessionHold.ts',
    from: 'if (isNotFound(error)) return;',
    to: '',
    tests: ['test/server/ws/sessionHold.test.ts'],
  },
];
