/** Faults of a commit whose answer is lost. */

/** @type {readonly import('./mutant.d.ts').Mutant[]} */
export default [
  {
    name: 'a commit is followed by its answer alone',
    promise: 'A process alone with its PostgreSQL follows what took effect though the answer to its commit was lost.',
    file: 'src/app.ts',
    from: 'const logged = config.databaseUrl !== null;',
    to: 'const logged = config.redisUrls !== null;',
    tests: ['test/cluster/unpublished-facts.test.ts'],
  },
];
