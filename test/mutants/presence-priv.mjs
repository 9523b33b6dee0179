/** @type {readonly import('./mutant.d.ts').Mutant[]} */
export default [
  {
    name: 'hiding sets lastSeen to now',
    promise:
      'A user who hides shows the `lastSeen` of a closed tab where nothing was seen of them within the last grace.',
    file: 'src/presence/record.ts',
    from: 'return wasSeenToChange(record, closedAt, now) ? now : closedAt;',
    to: 'return now;',
    tests: ['test/service/chosen.test.ts'],
  },
  {
    name: 'hiding sets lastSeen before a visible change',
    promise: 'A user who hides right after a visible change shows that moment as `lastSeen`.',
    file: 'src/presence/record.ts',
    from: 'return wasSeenToChange(record, closedAt, now) ? now : closedAt;',
    to: 'return closedAt;',
    tests: ['test/service/chosen.test.ts'],
  },
  {
    name: 'hidden changes count as seen',
    promise: 'Changes that others cannot see do not move the `lastSeen` of a user who hides.',
    file: 'src/presence/record.ts',
    from: '  revisionFor(record, EVERYTHING) > since ||',
    to: '  record.revision > since ||',
    tests: ['test/service/chosen.test.ts'],
  },
  {
    name: 'typing does not count as seen',
    promise: 'A user who hides while others see them type shows that moment as `lastSeen`.',
    file: 'src/service/presenceService.ts',
    from: 'return typedMsAgo !== null && typedMsAgo < closedMsAgo ? 0 : closedMsAgo;',
    to: 'return closedMsAgo;',
    tests: ['test/node/departures.test.ts'],
  },
  {
    name: 'the delay of closed tabs is not learned',
    promise: 'The `lastSeen` of a user who hides lags as much as that of users who close their tabs.',
    file: 'src/node/departures.ts',
    from: '      seen += 1;',
    to: '      late.length = 0;',
    tests: ['test/node/departures.test.ts'],
  },
  {
    name: 'all who leave are committed at one instant',
    promise: 'The instant of an OFFLINE event does not tell leaving from hiding.',
    file: 'src/node/sweeper.ts',
    from: 'if (spreadMs > 0 && due.length < BATCH)',
    to: 'if (due.length < 0)',
    tests: ['test/node/sweeper.test.ts'],
  },
];
