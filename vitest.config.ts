import { configDefaults, defineConfig } from 'vitest/config';
import { OPTIMISED_LATE } from './test/support/unit/v8Options.js';

/** Run by commands of their own, such as `npm run test:cluster:slow`, which take minutes. */
const SLOW = ['test/cluster-slow/**', 'test/install/**', 'test/scale/**', 'test/timing/**'];

/** Black-box tests of what starts without other back ends than the embedded ones, or does not start. */
const EMBEDDED_ONLY = ['test/e2e/{page,starting}.test.ts'];

/**
 * Black-box tests of the edge, of limits, of lists, and of what the rules hide: no line of it knows the back ends. `npm run test:thorough` runs them
 * on the embedded ones too.
 */
const REDIS_ONLY = [
  'test/e2e/{dialect-sockets,graphiql,history,http,http-sessions,log,me,metrics,operations,signing-in,sockets,stream}.test.ts',
  'test/e2e/{broadcast,first-subscription,invisibility,many-subscriptions,random-changes,relation-lists,roster,visibility-changes}.test.ts',
  'test/e2e/{indistinguishable,limits}-*.test.ts',
  'test/e2e/social-{counts,due,model,places,timeline,trays,worlds}.test.ts',
];
const isThorough = process.env.ROLLCALL_THOROUGH === 'on';

/** What needs more than npm brings: Redis, PostgreSQL, PGlite, nginx, the built server, or an installation. */
const BESIDE_NPM = [
  'test/app.test.ts',
  'test/{cluster,e2e,scripts}/**/*.test.ts',
  'test/adapters/!(storedMessages).test.ts',
  'test/adapters/redis/!(codec|silence).test.ts',
  'test/adapters/sql/!(accessFacts|cache|fileLock|firstAnswer|gatheredTells|listColumns|loader|membershipCache|pairLookup|rowsByKey|upsert).test.ts',
  'test/graphql/checkSchema.test.ts',
  'test/model/!(record.property).test.ts',
  'test/server/http/proxy.test.ts',
];

export default defineConfig({
  // One copy of graphql: without the alias its types come from "another module or realm".
  resolve: { alias: [{ find: /^graphql$/, replacement: 'graphql/index.js' }] },
  test: {
    testTimeout: 120_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 20_000 } },
    // Three times what a small machine has in cores: tests of what fails wait most of their time.
    maxWorkers: 6,
    // Workers keep their modules from file to file: most files run faster than they import.
    isolate: false,
    execArgv: [...OPTIMISED_LATE],
    projects: [
      {
        // `npm run test:unit`.
        extends: true,
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: [...configDefaults.exclude, ...SLOW, ...BESIDE_NPM],
        },
      },
      {
        extends: true,
        // What the page says, without a browser.
        test: {
          name: 'web',
          include: ['web/test/**/*.test.{ts,tsx}'],
          exclude: [...configDefaults.exclude, 'web/test/browser/**'],
        },
      },
      {
        extends: true,
        // The built page in Chromium.
        test: {
          name: 'browser',
          include: ['web/test/browser/**/*.test.ts'],
          globalSetup: ['web/test/browser/support/chromium.ts'],
        },
      },
      {
        extends: true,
        // The package `@rollcall/client`, beside doubles of the server and beside the built one.
        test: { name: 'client', include: ['client/test/**/*.test.{ts,tsx}'] },
      },
      {
        extends: true,
        // PGlite as the baseline compiler of V8 makes it: what optimising it costs, no test is long enough to win back.
        test: {
          name: 'main',
          include: BESIDE_NPM,
          exclude: [...configDefaults.exclude, ...(isThorough ? [] : REDIS_ONLY)],
          execArgv: ['--liftoff-only'],
          // Several processes start for many of these, and a fault takes its time; so does a busy machine.
          testTimeout: 180_000,
          globalSetup: ['test/support/cluster/sharedPostgres.ts'],
        },
      },
      {
        // The black-box suite once more, each server on a Redis and a PostgreSQL database of its own.
        extends: true,
        test: {
          name: 'redis',
          include: ['test/e2e/**/*.test.ts'],
          exclude: EMBEDDED_ONLY,
          env: { ROLLCALL_BACKENDS: 'redis' },
          globalSetup: ['test/support/cluster/sharedPostgres.ts'],
        },
      },
    ],
  },
});
