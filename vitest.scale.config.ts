import { defineConfig } from 'vitest/config';

/** What answering users costs with a million of them, on a PostgreSQL of its own: making them takes minutes. */
export default defineConfig({
  resolve: { alias: [{ find: /^graphql$/, replacement: 'graphql/index.js' }] },
  test: {
    include: ['test/scale/**/*.test.ts'],
    testTimeout: 600_000,
    hookTimeout: 900_000,
  },
});
