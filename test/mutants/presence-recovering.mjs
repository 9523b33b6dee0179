/** Faults that a node which comes to an end during a recovery brings to light. */
const tests = ['test/model/recoveries.test.ts'];

/** @type {readonly import('./mutant.d.ts').Mutant[]} */
export default [
  {
    name: 'a node that died during its restore is awaited too long',
    promise: 'A recovery ends one lease after a node died, whichever call it died at.',
    file: 'src/adapters/redis/lua/renew.lua',
    from: 'whole(-now - lease)',
    to: 'whole(-now - 9 * lease)',
    tests,
  },
  {
    name: 'a finding is forgotten with a lost answer',
    promise: 'A node that found a loss restores everything even where the answer to the next call was lost.',
    file: 'src/adapters/redis/redisLeases.ts',
    from: `      if (unreported.emptied.size > 0) await redises.ask((client) => client.set(SHARDS_KEY, shards.length, 'NX'));
      const { lost, emptied } = report();`,
    to: `      const { lost, emptied } = report();
      if (emptied.size > 0) await redises.ask((client) => client.set(SHARDS_KEY, shards.length, 'NX'));`,
    tests,
  },
];
