/** Faults of a commit whose answer is lost. */

/** @type {readonly import('./mutant.d.ts').Mutant[]} */
export default [
  {
    name: 'without Redis no change log is written',
    promise: 'A change whose COMMIT took effect but whose answer was lost still reaches open subscriptions.',
    file: 'src/app.ts',
    from: 'const logged = config.databaseUrl !== null;',
    to: 'const logged = config.redisUrls !== null;',
    tests: ['test/cluster/unpublished-facts.test.ts'],
  },
];
