export default [
  {
    name: 'hiding-takes-content-along',
    promise: 'Hiding is free of the rate limit only with nothing beside it.',
    file: 'src/presence/presence.ts',
    from: '  statusMessage === undefined &&\n',
    to: '',
    tests: ['test/presence/presence.test.ts'],
  },
  {
    name: 'hidden-choices-are-free',
    promise: 'Who is hidden already and chooses to hide in another way takes a mutation for it.',
    file: 'src/presence/presence.ts',
    from: 'isFree && record.isHiding(before.chosen)',
    to: 'isFree && before.chosen === input.status',
    tests: ['test/presence/presence.test.ts'],
  },
  {
    name: 'hiding-takes-a-mutation',
    promise: 'Who is seen may always hide, whatever their allowances.',
    file: 'src/presence/presence.ts',
    from: 'isFree && record.isHiding(before.chosen)',
    to: 'isFree',
    tests: ['test/presence/presence.test.ts'],
  },
];
