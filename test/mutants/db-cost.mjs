/** @type {readonly import('./mutant.d.ts').Mutant[]} */
export default [
  {
    name: 'the planner may scan',
    promise: 'No query that answers users reads a table whole, whatever the statistics say.',
    file: 'src/adapters/sql/postgres.ts',
    from: "enable_seqscan: 'off'",
    to: "enable_seqscan: 'on'",
    tests: ['test/adapters/sql/skew.test.ts'],
  },
  {
    name: 'a deletion removes what came after it',
    promise: 'What is written about a deleted user after the deletion stays.',
    file: 'src/adapters/sql/deletions.ts',
    from: ' and coalesce(${since}, 0) < ${before}::bigint',
    to: '',
    tests: ['test/adapters/sql/deletions.test.ts'],
  },
  {
    name: 'a user comes back to what they had',
    promise: 'Nobody is named again before what they had is gone.',
    file: 'src/adapters/sql/sqlDirectory.ts',
    from: 'if (left.length > 0) {',
    to: 'if (left.length > 1e9) {',
    tests: ['test/adapters/sql/deletions.test.ts'],
  },
  {
    name: 'what was there stands for what is written',
    promise: 'A relation written after the deletion stays, also where the same was there before.',
    file: 'src/adapters/sql/deletions.ts',
    from: 'coalesce(${since}, 0) < before)`',
    to: 'false)`',
    tests: ['test/adapters/sql/deletions.test.ts'],
  },
  {
    name: 'the log is read whole to shorten it',
    promise: 'Deleting what is old in the log of changes costs what is deleted, however long the log.',
    file: 'src/adapters/sql/changeLog.ts',
    from: '= any(array(${oldest}))',
    to: 'in (${oldest})',
    tests: ['test/adapters/sql/plans.test.ts'],
  },
];
