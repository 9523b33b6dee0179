export default [
  {
    name: 'hiding carries content past the rate limit',
    promise: 'Choosing to hide is exempt from the rate limit only without other content.',
    file: 'src/service/presenceService.ts',
    from: '  statusMessage === undefined &&\n',
    to: '',
    tests: ['test/service/presenceService.test.ts'],
  },
  {
    name: 'every choice of a hidden user is free',
    promise: 'A user who is already hidden spends allowance to hide in the other way.',
    file: 'src/service/presenceService.ts',
    from: 'isFree && isHiding(before.chosen)',
    to: 'isFree && before.chosen === input.status',
    tests: ['test/service/presenceService.test.ts'],
  },
  {
    name: 'hiding spends allowance',
    promise: 'A visible user can hide at any time, whatever their allowances.',
    file: 'src/service/presenceService.ts',
    from: 'isFree && isHiding(before.chosen)',
    to: 'isFree',
    tests: ['test/service/presenceService.test.ts'],
  },
];
