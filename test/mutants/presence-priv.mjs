/** @type {readonly import('./mutant.d.ts').Mutant[]} */
export default [
  {
    name: 'who hides is last seen at that very moment',
    promise:
      'Who hides shows the `lastSeen` of one whose tab was closed a grace ago, where nothing was seen of them since.',
    file: 'src/presence/record.ts',
    from: 'return wasSeenToChange(record, closedAt, now) ? now : closedAt;',
    to: 'return now;',
    tests: ['test/service/chosen.test.ts'],
  },
  {
    name: 'who hides is last seen before what others saw of them',
    promise: 'Who hides right after others saw something change is last seen at that moment, as after `endSession`.',
    file: 'src/presence/record.ts',
    from: 'return wasSeenToChange(record, closedAt, now) ? now : closedAt;',
    to: 'return closedAt;',
    tests: ['test/service/chosen.test.ts'],
  },
  {
    name: 'what others did not see counts as seen',
    promise: 'What others did not see in the grace before hiding moves no `lastSeen`.',
    file: 'src/presence/record.ts',
    from: '  revisionFor(record, EVERYTHING) > since ||',
    to: '  record.revision > since ||',
    tests: ['test/service/chosen.test.ts'],
  },
  {
    name: 'who types and hides was last seen a grace ago',
    promise: 'Who hides while others see them type is last seen at that moment.',
    file: 'src/service/presenceService.ts',
    from: 'return typedMsAgo !== null && typedMsAgo < closedMsAgo ? 0 : closedMsAgo;',
    to: 'return closedMsAgo;',
    tests: ['test/node/departures.test.ts'],
  },
  {
    name: 'who hides is never late',
    promise: 'The `lastSeen` of who hides is as late before it as that of those whose tabs were closed.',
    file: 'src/node/departures.ts',
    from: '      seen += 1;',
    to: '      late.length = 0;',
    tests: ['test/node/departures.test.ts'],
  },
  {
    name: 'all who leave are committed at the instant of a sweep',
    promise: 'Who leaves is not known from who hides by the instant of a sweep.',
    file: 'src/node/sweeper.ts',
    from: 'if (spreadMs > 0 && due.length < BATCH)',
    to: 'if (due.length < 0)',
    tests: ['test/node/sweeper.test.ts'],
  },
];
