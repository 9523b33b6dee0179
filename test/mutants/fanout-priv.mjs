/** @type {readonly import('./mutant.d.ts').Mutant[]} */
export default [
  {
    name: 'an event shows what ended before its commit',
    promise: 'An event shows no message whose `expiresAt` is not after its `asOf`.',
    file: 'src/fanout/cohort.ts',
    from: 'const now = latest.at(asOf);',
    to: 'const now = latest;',
    tests: ['test/fanout/ended.test.ts'],
  },
  {
    name: 'a present state shows what ended before the reading',
    promise: 'A present state shows no message that ended by the reading that it comes of.',
    file: 'src/fanout/watcher.ts',
    from: 'const now = latest.at(asOf);',
    to: 'const now = latest;',
    tests: ['test/fanout/ended.test.ts'],
  },
];
