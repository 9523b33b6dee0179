import { defineConfig } from 'vitest/config';

export default defineConfig({
  // One copy of graphql: without the alias its types come from "another module or realm".
  resolve: { alias: [{ find: /^graphql$/, replacement: 'graphql/index.js' }] },
  test: {
    testTimeout: 120_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 20_000 } },
    // One more than a small machine has cores: tests of what fails wait most of their time.
    maxWorkers: 3,
    projects: [
      {
        extends: true,
        // By `npm run test:cluster:slow` and its like, which take minutes.
        test: {
          name: 'main',
          include: ['test/**/*.test.ts'],
          exclude: ['test/cluster-slow/**', 'test/scale/**', 'test/timing/**'],
        },
      },
      {
        // The black-box suite once more, each server on a Redis and a PostgreSQL database of its own.
        extends: true,
        test: {
          name: 'redis',
          include: ['test/e2e/**/*.test.ts'],
          // What a process starts with, and refuses to: of the embedded database, or of neither.
          exclude: ['test/e2e/starting.test.ts'],
          env: { ROLLCALL_BACKENDS: 'redis' },
          globalSetup: ['test/support/sharedPostgres.ts'],
        },
      },
    ],
  },
});
