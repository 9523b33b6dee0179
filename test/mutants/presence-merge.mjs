export default [
  {
    name: 'ready for too long without a store',
    promise: 'A node whose store hangs says within three seconds that it is not ready.',
    file: 'src/presence/node.ts',
    from: 'const ANSWERED_WITHIN_MS = 2_000;',
    to: 'const ANSWERED_WITHIN_MS = 2_500;',
    tests: ['test/presence/readiness.test.ts'],
  },
];
