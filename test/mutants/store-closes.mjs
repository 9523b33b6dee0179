/** Faults of what is put back into a store once more, which tests have to notice. */
export default [
  {
    name: 'what had ended is put back once more',
    promise: 'A session whose end one node knows of is not put back by another that knows only of its grace.',
    file: 'src/presence/recovery.ts',
    from: 'if (!present) return again || session',
    to: 'if (!present) return (again && false) || session',
    tests: ['test/adapters/redis/recovering.test.ts'],
  },
  {
    name: 'ends are forgotten once more',
    promise: 'What was put back after a node had ended it ends when that node puts back once more.',
    file: 'src/node/restore.ts',
    from: '{ known: knownAt(now), persisted, ends },',
    to: '{ known: knownAt(now), persisted, ends: again ? new Map() : ends },',
    tests: ['test/adapters/redis/recovering.test.ts'],
  },
];
