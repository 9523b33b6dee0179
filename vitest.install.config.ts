import { defineConfig } from 'vitest/config';

/** The installs that the documentation names, made for real: npm unpacks some 30,000 files for them. */
export default defineConfig({
  test: {
    include: ['test/install/**/*.test.ts'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
