/** Faults that a node which comes to an end during a recovery brings to light. */
const tests = ['test/model/recoveries.test.ts'];

/** @type {readonly import('./mutant.d.ts').Mutant[]} */
export default [
  {
    name: 'who died before adding to what it put back is waited for too long',
    promise: 'A recovery ends a lease after a node died at any call of it.',
    file: 'src/store/lua/renew.lua',
    from: 'whole(-now - lease)',
    to: 'whole(-now - 9 * lease)',
    tests,
  },
  {
    name: 'what a lost answer told of a loss is told no more',
    promise: 'A node that found a loss and had no answer to what came next puts back all that it holds.',
    file: 'src/store/redisLeases.ts',
    from: `      if (failed) throw failed.reason;
      // The number of shards, which a node that starts compares with its own, was lost with the rest.
      if (untold.emptied.size > 0) await redises.ask((client) => client.set(SHARDS_KEY, shards.length, 'NX'));
      const { lost, emptied } = untold;
      untold = NO_NEWS;`,
    to: `      const { lost, emptied } = untold;
      untold = NO_NEWS;
      if (failed) throw failed.reason;
      if (emptied.size > 0) await redises.ask((client) => client.set(SHARDS_KEY, shards.length, 'NX'));`,
    tests,
  },
];
