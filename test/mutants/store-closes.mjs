/** Faults of what is put back into a store once more, which tests have to notice. */
export default [
  {
    name: 'the second phase restores ended sessions',
    promise: 'A session whose end one node knows is not restored by another that knows only its grace.',
    file: 'src/presence/recovery.ts',
    from: 'if (!present) return again || session',
    to: 'if (!present) return (again && false) || session',
    tests: ['test/adapters/redis/recovering.test.ts'],
  },
  {
    name: 'the second phase forgets ends',
    promise: 'A session that another node restores after its end ends again in the second phase.',
    file: 'src/node/restore.ts',
    from: '{ known: knownAt(now), persisted, ends },',
    to: '{ known: knownAt(now), persisted, ends: again ? new Map() : ends },',
    tests: ['test/adapters/redis/recovering.test.ts'],
  },
];
