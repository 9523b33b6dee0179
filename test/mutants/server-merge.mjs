export default [
  {
    name: 'waits add up over WebSocket',
    promise: 'An operation is UNAVAILABLE within two seconds while the store hangs, however often it waits for it.',
    file: 'src/server/execution/engine.ts',
    from: 'finishing.result(await executeInTime(withContext), requestId)',
    to: 'finishing.result(await execute(withContext), requestId)',
    tests: ['test/server/execution/executionTimeout.test.ts'],
  },
  {
    name: 'waits add up over HTTP',
    promise: 'An operation through graphql-yoga is UNAVAILABLE within two seconds while the store hangs.',
    file: 'src/server/execution/yogaPlugins.ts',
    from: 'setExecuteFn((args) => executeInTime({ ...args, options: COERCION }))',
    to: 'setExecuteFn((args) => execute({ ...args, options: COERCION }))',
    tests: ['test/server/execution/executionTimeout.test.ts'],
  },
  {
    name: 'slow operations are cut off',
    promise: 'A slow operation is not cut off while the store answers.',
    file: 'src/server/execution/executionTimeout.ts',
    from: 'if (storeAnswers()) timer',
    to: 'if (false) timer',
    tests: ['test/server/execution/executionTimeout.test.ts'],
  },
];
