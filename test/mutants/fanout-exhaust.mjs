export default [
  {
    name: 'rosters-without-budget',
    promise: 'A connection that watches as many users as it may starts no roster beside them.',
    file: 'src/fanout/presenceSubscription.ts',
    from: 'checkWatched(this.budget, 1);',
    to: '',
    tests: ['test/fanout/limits.test.ts'],
  },
  {
    name: 'rosters-grow-without-end',
    promise: 'Rosters that were opened while they were short do not grow beyond what a connection may watch.',
    file: 'src/fanout/rosterFollower.ts',
    from: '.slice(0, owner.room);',
    to: ';',
    tests: ['test/fanout/limits.test.ts'],
  },
  {
    name: 'rosters-read-one-by-one',
    promise: 'A change of a roster has it read once, however many subscriptions to it are open.',
    file: 'src/fanout/sharedReader.ts',
    from: 'line.next ??= begin(key, line);',
    to: 'line.next = begin(key, line);',
    tests: ['test/fanout/limits.test.ts'],
  },
  {
    name: 'shared-readings-from-before',
    promise: 'Nobody gets a reading that began before they asked.',
    file: 'src/fanout/sharedReader.ts',
    from: 'line.next = undefined;',
    to: '',
    tests: ['test/fanout/limits.test.ts'],
  },
];
