const gaps = ['test/fanout/gaps.test.ts'];

/** @type {readonly import('./mutant.d.ts').Mutant[]} */
export default [
  {
    name: 'records are not read again after a gap',
    promise: 'After missed bus messages, presence is brought up to date as soon as the gap is known.',
    file: 'src/fanout/hub.ts',
    from: '    records.request();\n',
    to: '',
    tests: gaps,
  },
  {
    name: 'typing is not read again after a gap',
    promise: 'After missed bus messages, typing is brought up to date as soon as the gap is known.',
    file: 'src/fanout/hub.ts',
    from: '    for (const subscription of subscriptions) subscription.reread?.();\n',
    to: '',
    tests: gaps,
  },
  {
    name: 'gaps of the bus are ignored',
    promise: 'After missed bus messages, presence is brought up to date as soon as the gap is known.',
    file: 'src/fanout/hub.ts',
    from: 'const stopListening = bus.onGap(reread);',
    to: 'const stopListening = () => {};',
    tests: gaps,
  },
  {
    name: 'rosters are not read again after missed access changes',
    promise: 'After missed access changes, users who came to a roster are shown as soon as the gap is known.',
    file: 'src/fanout/hub.ts',
    from: 'for (const subscription of [...subscriptions]) subscription.accessChangesMissed();',
    to: '',
    tests: gaps,
  },
  {
    name: 'visibility is not checked again after missed access changes',
    promise: 'After missed access changes, lost visibility is revoked as soon as the gap is known.',
    file: 'src/fanout/hub.ts',
    from: 'visibilityChanges.accessChangesMissed();',
    to: '',
    tests: gaps,
  },
  {
    name: 'readings under way survive missed access changes',
    promise: 'No typist is shown by access facts that were read before changes of them were missed.',
    file: 'src/fanout/typingSubscription.ts',
    from: 'accessChangesMissed(): void {\n    this.epoch += 1;',
    to: 'accessChangesMissed(): void {',
    tests: gaps,
  },
  {
    name: 'the end of a month overflows the timer',
    promise: 'A message that expires in weeks expires on time, and costs nothing until then.',
    file: 'src/fanout/expiry.ts',
    from: 'Math.min(MAX_WAIT_MS, Math.max(leastMs, expiresAt - storeNow()))',
    to: 'Math.max(leastMs, expiresAt - storeNow())',
    tests: ['test/fanout/expiry.test.ts'],
  },
];
