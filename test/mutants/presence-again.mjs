export default [
  {
    name: 'a put-back of before the second loss counts',
    promise: 'A connection that was put back just before the store lost it again is waited for.',
    file: 'src/presence/holding.ts',
    from: 'if (name === nameOf(connection.local)) connection.forgotten = false;',
    to: 'connection.forgotten = false;',
    tests: ['test/presence/renewing.test.ts'],
  },
  {
    name: 'who cannot be put back is tried first every time',
    promise: 'A part of the store that is away keeps nobody of another part from being put back.',
    file: 'src/presence/rest.ts',
    from: '      const isOwed = todo.delete(userId);\n      if (isBack) then?.add(userId);\n      else {',
    to: '      const isOwed = false;\n      if (isBack) {\n        todo.delete(userId);\n        then?.add(userId);\n      } else {',
    tests: ['test/presence/emptied.test.ts'],
  },
  {
    name: 'a second loss takes what is not back yet for what the host cleared',
    promise: 'What the host put outlives a second loss of the store before all was put back.',
    file: 'src/presence/remembered.ts',
    from: 'const isWhole = !losses.some((ofWhom) => ofWhom(record.userId));',
    to: 'const isWhole = true;',
    tests: ['test/presence/recovery.test.ts'],
  },
  {
    name: 'a memory of earlier is forgotten with a second loss',
    promise: 'What the host put outlives a second loss of the store before all was put back.',
    file: 'src/presence/remembered.ts',
    from: 'isFresh ? laterOf(hostedIn(record), earlier?.hosted ?? null) : null',
    to: 'isFresh ? hostedIn(record) : null',
    tests: ['test/presence/recovery.test.ts'],
  },
];
