/** @type {readonly import('./mutant.d.ts').Mutant[]} */
export default [
  {
    name: 'the planner may scan whole tables',
    promise: "No query on the path of a user's request scans a whole table, whatever the statistics say.",
    file: 'src/adapters/sql/postgres.ts',
    from: "enable_seqscan: 'off'",
    to: "enable_seqscan: 'on'",
    tests: ['test/adapters/sql/skew.test.ts'],
  },
  {
    name: 'a deletion removes newer rows',
    promise: 'Deleting a user keeps rows that were written about the same id after the deletion.',
    file: 'src/adapters/sql/deletions.ts',
    from: ' and coalesce(${since}, 0) < ${before}::bigint',
    to: '',
    tests: ['test/adapters/sql/deletions.test.ts'],
  },
  {
    name: 'a user is named again before the clean-up ended',
    promise: 'A deleted user can be named again only when all their old relations are gone.',
    file: 'src/adapters/sql/sqlDirectory.ts',
    from: 'if (left.length > 0) {',
    to: 'if (left.length > 1e9) {',
    tests: ['test/adapters/sql/deletions.test.ts'],
  },
  {
    name: 'an old row stands for a new one',
    promise: 'A relation added after a deletion stays, even where the same relation existed before.',
    file: 'src/adapters/sql/deletions.ts',
    from: 'coalesce(${since}, 0) < before)`',
    to: 'false)`',
    tests: ['test/adapters/sql/deletions.test.ts'],
  },
  {
    name: 'trimming scans the whole change log',
    promise: 'Trimming the change log costs in proportion to the rows removed, not to the length of the log.',
    file: 'src/adapters/sql/changeLog.ts',
    from: '= any(array(${oldest}))',
    to: 'in (${oldest})',
    tests: ['test/adapters/sql/plans.test.ts'],
  },
];
