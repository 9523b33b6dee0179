export default [
  {
    name: 'rosters are outside the budget',
    promise: 'A connection that watches as many users as allowed cannot start a roster as well.',
    file: 'src/fanout/presenceSubscription.ts',
    from: 'checkWatched(this.budget, 1);',
    to: '',
    tests: ['test/fanout/limits.test.ts'],
  },
  {
    name: 'rosters grow without bound',
    promise: 'A roster that grows stays within the number of users that a connection may watch.',
    file: 'src/fanout/rosterFollower.ts',
    from: '.slice(0, owner.room);',
    to: ';',
    tests: ['test/fanout/limits.test.ts'],
  },
  {
    name: 'each subscription reads the roster itself',
    promise: 'A change of a roster is read once, however many subscriptions to it are open.',
    file: 'src/fanout/sharedReader.ts',
    from: 'line.next ??= begin(key, line);',
    to: 'line.next = begin(key, line);',
    tests: ['test/fanout/limits.test.ts'],
  },
  {
    name: 'a shared reading may be older than the request',
    promise: 'A shared reading never began before the request that it answers.',
    file: 'src/fanout/sharedReader.ts',
    from: 'line.next = undefined;',
    to: '',
    tests: ['test/fanout/limits.test.ts'],
  },
];
