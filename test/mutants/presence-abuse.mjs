export default [
  {
    name: 'hiding-takes-content-along',
    promise: 'Hiding is free of the rate limit only with nothing beside it.',
    file: 'src/service/presenceService.ts',
    from: '  statusMessage === undefined &&\n',
    to: '',
    tests: ['test/service/presenceService.test.ts'],
  },
  {
    name: 'hidden-choices-are-free',
    promise: 'Who is hidden already and chooses to hide in another way takes a mutation for it.',
    file: 'src/service/presenceService.ts',
    from: 'isFree && isHiding(before.chosen)',
    to: 'isFree && before.chosen === input.status',
    tests: ['test/service/presenceService.test.ts'],
  },
  {
    name: 'hiding-takes-a-mutation',
    promise: 'Who is seen may always hide, whatever their allowances.',
    file: 'src/service/presenceService.ts',
    from: 'isFree && isHiding(before.chosen)',
    to: 'isFree',
    tests: ['test/service/presenceService.test.ts'],
  },
];
