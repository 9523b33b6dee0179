const marks = ['test/adapters/redis/redisStateMarks.test.ts'];
const leases = ['test/doors/states/partLeases.test.ts'];

/** @type {readonly import('./mutant.d.ts').Mutant[]} */
export default [
  {
    name: 'each parameter of a URL is looked for among all',
    promise: 'The cost of a URL grows with its length alone, and not with its square.',
    file: 'src/server/rest/route.ts',
    from: 'Object.keys(fields)\n      .filter((name) => query.has(name))\n',
    to: '[...new Set([...Object.keys(fields), ...query.keys()])]\n      .filter((name) => query.has(name))\n',
    tests: ['test/server/rest/route.test.ts'],
  },
  {
    name: 'all who are live are marked in one step of Redis',
    promise: 'However many are live, Redis serves others while they are marked.',
    file: 'src/adapters/redis/redisStateMarks.ts',
    from: "[consumer, '', from, AT_ONCE]",
    to: "[consumer, '', from, 1_000_000]",
    tests: marks,
  },
  {
    name: 'the first slice alone is marked',
    promise: 'Everybody who is live is told anew, however many they are.',
    file: 'src/adapters/redis/redisStateMarks.ts',
    from: "from = last === undefined ? '' : `(${last}`;",
    to: "from = '';",
    tests: marks,
  },
  {
    name: 'all parts are marked at once',
    promise: 'The parts are marked one after another: the store serves others in between.',
    file: 'src/doors/states/partLeases.ts',
    from: '      await marks.markLive(at);\n    }',
    to: '      void marks.markLive(at);\n    }',
    tests: leases,
  },
  {
    name: 'changes wait for all who are told anew',
    promise: 'Who changes is told before those who are told anew.',
    file: 'src/doors/states/partLeases.ts',
    from: 'await marks.markBehind(consumer, before);',
    to: 'await marks.mark(consumer, before);',
    tests: leases,
  },
  {
    name: 'each piece of a body is kept',
    promise: 'A body that comes byte by byte takes its length in memory.',
    file: 'src/server/http/body.ts',
    from: '        piece.copy(bytes, size);\n',
    to: '        piece.copy(bytes, size);\n        ((globalThis as any).pieces ??= []).push(piece);\n',
    tests: ['test/server/http/body.test.ts'],
  },
  {
    name: 'a body is gathered in what it came in',
    promise: 'What was received is not written into.',
    file: 'src/server/http/body.ts',
    from: 'if (size + piece.length > bytes.length) {',
    to: 'if (size + piece.length > bytes.buffer.byteLength - bytes.byteOffset) {',
    tests: ['test/server/http/body.test.ts'],
  },
];
