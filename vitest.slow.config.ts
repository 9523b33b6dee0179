import { defineConfig } from 'vitest/config';

/** The failures that are worth a run with the timings as they are by default, and variants of others: it takes minutes. */
export default defineConfig({
  resolve: { alias: [{ find: /^graphql$/, replacement: 'graphql/index.js' }] },
  test: {
    include: ['test/cluster-slow/**/*.test.ts'],
    env: { ROLLCALL_THOROUGH: 'on' },
    testTimeout: 180_000,
    hookTimeout: 60_000,
    globalSetup: ['test/support/cluster/sharedPostgres.ts'],
    maxWorkers: 2,
  },
});
