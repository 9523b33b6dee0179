/** @type {readonly import('./mutant.d.ts').Mutant[]} */
export default [
  {
    name: 'the lock on migrations is the session’s',
    promise: 'Behind a pooler by transaction, a node that has migrated leaves no lock for which the next waits.',
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
    promise: 'No statement is prepared that another session of a pooler would not know.',
    file: 'src/adapters/sql/postgres.ts',
    from: 'prepare: false,',
    to: 'prepare: true,',
    tests: ['test/adapters/sql/pgbouncer.test.ts'],
  },
  {
    name: 'missing settings are passed over',
    promise: 'Settings that a pooler keeps from PostgreSQL are named to the operator.',
    file: 'src/adapters/sql/sessionSettings.ts',
    from: 'found.get(name) !== value',
    to: 'false',
    tests: ['test/adapters/sql/pgbouncer.test.ts'],
  },
];
