/** @type {readonly import('./mutant.d.ts').Mutant[]} */
export default [
  {
    name: 'an event shows a message that had expired',
    promise: 'An event shows no message whose `expiresAt` is at or before its `asOf`.',
    file: 'src/fanout/cohort.ts',
    from: 'const now = latest.at(asOf);',
    to: 'const now = latest;',
    tests: ['test/fanout/ended.test.ts'],
  },
  {
    name: 'a snapshot shows a message that had expired',
    promise: 'A snapshot shows no message that had expired by the reading it comes from.',
    file: 'src/fanout/watcher.ts',
    from: 'const now = latest.at(asOf);',
    to: 'const now = latest;',
    tests: ['test/fanout/ended.test.ts'],
  },
];
