export default [
  {
    name: 'a put-back of before the second loss counts',
    promise: 'A connection that was put back just before the store lost it again is waited for.',
    file: 'src/node/connectionRestore.ts',
    from: 'if (name === nameOf(connection.local)) connection.lostByStore = false;',
    to: 'connection.lostByStore = false;',
    tests: ['test/node/renewing.test.ts'],
  },
  {
    name: 'who cannot be put back is tried first every time',
    promise: 'A part of the store that is away keeps nobody of another part from being put back.',
    file: 'src/node/restore.ts',
    from: '      const isRequired = users.delete(userId);\n      if (isRestored) next?.add(userId);\n      else {',
    to: '      const isRequired = false;\n      if (isRestored) {\n        users.delete(userId);\n        next?.add(userId);\n      } else {',
    tests: ['test/node/emptied.test.ts'],
  },
  {
    name: 'a second loss takes what is not back yet for what the host cleared',
    promise: 'What the host put outlives a second loss of the store before all was put back.',
    file: 'src/node/recentCommits.ts',
    from: 'const isWhole = !losses.some((emptied) => emptied(userId));',
    to: 'const isWhole = true;',
    tests: ['test/presence/recovery.test.ts'],
  },
  {
    name: 'a memory of earlier is forgotten with a second loss',
    promise: 'What the host put outlives a second loss of the store before all was put back.',
    file: 'src/node/recentCommits.ts',
    from: 'isFresh ? laterOf(hostMemoryOf(record), earlier?.hostProvided ?? null) : null',
    to: 'isFresh ? hostMemoryOf(record) : null',
    tests: ['test/presence/recovery.test.ts'],
  },
];
