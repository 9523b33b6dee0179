const counts = ['test/fanout/counts.test.ts'];
const places = ['test/service/placeService.test.ts'];

/** @type {readonly import('./mutant.d.ts').Mutant[]} */
export default [
  {
    name: 'counts of a lost database stay',
    promise: 'Who watches counts ends at what the database has, also where that is from an older backup.',
    file: 'src/fanout/countsKind.ts',
    from: 'this.forget();\n    this.observe({ ...read, asOf: state.asOf + 1 });',
    to: 'this.observe(read);',
    tests: counts,
  },
  {
    name: 'the instant of counts goes back with the database',
    promise: 'The instant of counts never goes back for who watches, also where the database is from an older backup.',
    file: 'src/fanout/countsKind.ts',
    from: 'this.observe({ ...read, asOf: state.asOf + 1 });',
    to: 'this.observe(read);',
    tests: counts,
  },
  {
    name: 'a put is taken for lost by a reading that began before it',
    promise: 'A put is not lost to a reading that began before it was committed.',
    file: 'src/fanout/countsKind.ts',
    from: 'state === before && state !== undefined &&',
    to: 'state !== undefined &&',
    tests: counts,
  },
  {
    name: 'typing outlives missed changes',
    promise: 'After missed access changes typing ends of who may not use the conversation any more.',
    file: 'src/service/accessChangeService.ts',
    from: 'untilDone(() => endTypingOf(userIds)), ',
    to: '',
    tests: ['test/service/typingService.test.ts'],
  },
  {
    name: 'places outlive missed changes',
    promise: 'After missed access changes who may not use a place any more is not there.',
    file: 'src/service/accessChangeService.ts',
    from: ', untilDone(() => lostPlaces.endOf(userIds))',
    to: '',
    tests: places,
  },
  {
    name: 'changes missed while places are looked through are not looked for',
    promise: 'Access changes that are missed while the node looks for what earlier ones ended are looked for, too.',
    file: 'src/service/accessChangeService.ts',
    from: '          next = undefined;\n          underWay',
    to: '          underWay',
    tests: places,
  },
  {
    name: 'who is deleted keeps others at their places',
    promise: 'Who is deleted while places are ended hinders the end of no other place.',
    file: 'src/service/lostPlaces.ts',
    from: '.catch(unlessOfOthers)',
    to: '',
    tests: places,
  },
];
