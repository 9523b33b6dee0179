/** @type {readonly import('./mutant.d.ts').Mutant[]} */
export default [
  {
    name: 'the planner may scan',
    promise: 'No query that answers users reads a table whole, whatever the statistics say.',
    file: 'src/db/postgres.ts',
    from: "enable_seqscan: 'off'",
    to: "enable_seqscan: 'on'",
    tests: ['test/db/skew.test.ts'],
  },
];
