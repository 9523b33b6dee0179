const gaps = ['test/fanout/gaps.test.ts'];

/** @type {readonly import('./mutant.d.ts').Mutant[]} */
export default [
  {
    name: 'records are not read again after a gap',
    promise: 'What changed while messages were missed is told once that is known.',
    file: 'src/fanout/hub.ts',
    from: '    records.request();\n',
    to: '',
    tests: gaps,
  },
  {
    name: 'who types is not read again after a gap',
    promise: 'Who began and who stopped to type while messages were missed is told once that is known.',
    file: 'src/fanout/hub.ts',
    from: '    for (const watch of watches) watch.reread?.();\n',
    to: '',
    tests: gaps,
  },
  {
    name: 'the gaps of the bus are not listened to',
    promise: 'What changed while messages were missed is told once that is known.',
    file: 'src/fanout/hub.ts',
    from: 'const stopHearing = bus.onGap(reread);',
    to: 'const stopHearing = () => {};',
    tests: gaps,
  },
  {
    name: 'rosters are not read again where changes of facts were missed',
    promise: 'Who came to a roster while changes of facts were missed is told once that is known.',
    file: 'src/fanout/hub.ts',
    from: 'for (const watch of [...watches]) watch.factsMissed();',
    to: '',
    tests: gaps,
  },
  {
    name: 'sight is not judged again where changes of facts were missed',
    promise: 'Who left the sight of a viewer while changes of facts were missed is told of once that is known.',
    file: 'src/fanout/hub.ts',
    from: 'sight.missed();',
    to: '',
    tests: gaps,
  },
  {
    name: 'what was being read when facts were missed is taken for the present',
    promise: 'Nobody is shown to type by facts that were read before some were missed.',
    file: 'src/fanout/typingWatch.ts',
    from: '    factsMissed() {\n      epoch += 1;',
    to: '    factsMissed() {',
    tests: gaps,
  },
  {
    name: 'the end of a month is a timer too long',
    promise: 'The end of a message that is far off is waited for, and costs nothing until then.',
    file: 'src/fanout/expiry.ts',
    from: 'Math.min(LONGEST_MS, Math.max(leastMs, endsAt - storeNow()))',
    to: 'Math.max(leastMs, endsAt - storeNow())',
    tests: ['test/fanout/expiry.test.ts'],
  },
];
