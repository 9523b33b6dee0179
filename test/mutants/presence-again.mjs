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
];
