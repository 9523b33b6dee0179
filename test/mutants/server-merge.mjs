export default [
  {
    name: 'waits add up',
    promise:
      'A mutation is UNAVAILABLE within two seconds while the store does not answer, however often it waits for it.',
    file: 'src/server/execution/engine.ts',
    from: 'finishing.result(await executeInTime(withContext), requestId)',
    to: 'finishing.result(await execute(withContext), requestId)',
    tests: ['test/server/execution/executionTimeout.test.ts'],
  },
  {
    name: 'waits add up over HTTP',
    promise: 'So it is for what comes over HTTP the ordinary way.',
    file: 'src/server/execution/yogaPlugins.ts',
    from: 'setExecuteFn((args) => executeInTime({ ...args, options: COERCION }))',
    to: 'setExecuteFn((args) => execute({ ...args, options: COERCION }))',
    tests: ['test/server/execution/executionTimeout.test.ts'],
  },
  {
    name: 'slow operations are cut off',
    promise: 'What takes long while the store answers is not cut off.',
    file: 'src/server/execution/executionTimeout.ts',
    from: 'if (storeAnswers()) timer',
    to: 'if (false) timer',
    tests: ['test/server/execution/executionTimeout.test.ts'],
  },
];
