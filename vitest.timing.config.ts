import { defineConfig } from 'vitest/config';

/** What the time of an answer tells, measured on Redis and PostgreSQL: it wants a machine that does nothing else. */
export default defineConfig({
  resolve: { alias: [{ find: /^graphql$/, replacement: 'graphql/index.js' }] },
  test: {
    include: ['test/timing/**/*.test.ts'],
    hookTimeout: 60_000,
    env: { ROLLCALL_BACKENDS: 'redis' },
    globalSetup: ['test/support/cluster/sharedPostgres.ts'],
  },
});
