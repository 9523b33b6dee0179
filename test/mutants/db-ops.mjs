/** @type {readonly import('./mutant.d.ts').Mutant[]} */
export default [
  {
    name: 'the migration lock belongs to the session',
    promise: 'Behind a pooler in transaction mode, a node leaves no migration lock that would block the next one.',
    file: 'src/adapters/sql/postgres.ts',
    from: 'select pg_advisory_xact_lock(',
    to: 'select pg_advisory_lock(',
    tests: ['test/adapters/sql/pgbouncer.test.ts'],
  },
  {
    name: 'refused start-up parameters end the start',
    promise: 'A pooler that refuses start-up parameters is used without them.',
    file: 'src/adapters/sql/sessionSettings.ts',
    from: 'if (isRefused(error)) return await tryWith({});',
    to: '',
    tests: ['test/adapters/sql/pgbouncer.test.ts'],
  },
  {
    name: 'statements are prepared',
    promise: 'No prepared statement is used, since another session of a pooler would not know it.',
    file: 'src/adapters/sql/postgres.ts',
    from: 'prepare: false,',
    to: 'prepare: true,',
    tests: ['test/adapters/sql/pgbouncer.test.ts'],
  },
  {
    name: 'missing settings are not reported',
    promise: 'The operator is told which PostgreSQL settings a pooler drops.',
    file: 'src/adapters/sql/sessionSettings.ts',
    from: 'found.get(name) !== value',
    to: 'false',
    tests: ['test/adapters/sql/pgbouncer.test.ts'],
  },
];
