export default [
  {
    name: 'a restore of before the second loss counts',
    promise: 'A recovery waits for connections that were restored just before the store was lost again.',
    file: 'src/node/connectionRestore.ts',
    from: 'if (name === nameOf(connection.local)) connection.lostByStore = false;',
    to: 'connection.lostByStore = false;',
    tests: ['test/node/renewing.test.ts'],
  },
  {
    name: 'users who cannot be restored are retried first',
    promise: 'While one part of the store is unavailable, users of other parts are restored.',
    file: 'src/node/restore.ts',
    from: '      const isRequired = users.delete(userId);\n      if (isRestored) next?.add(userId);\n      else {',
    to: '      const isRequired = false;\n      if (isRestored) {\n        users.delete(userId);\n        next?.add(userId);\n      } else {',
    tests: ['test/node/emptied.test.ts'],
  },
  {
    name: 'a second loss turns missing activities into cleared ones',
    promise: 'Host-provided activities survive a second loss of the store during a restore.',
    file: 'src/node/recentCommits.ts',
    from: 'const isWhole = !losses.some((emptied) => emptied(userId));',
    to: 'const isWhole = true;',
    tests: ['test/presence/recovery.test.ts'],
  },
  {
    name: 'a second loss forgets the earlier memory',
    promise: 'Host-provided activities survive a second loss of the store during a restore.',
    file: 'src/node/recentCommits.ts',
    from: 'isFresh ? laterOf(hostMemoryOf(record), earlier?.hostProvided ?? null) : null',
    to: 'isFresh ? hostMemoryOf(record) : null',
    tests: ['test/presence/recovery.test.ts'],
  },
];
