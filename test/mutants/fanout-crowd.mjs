/** @type {readonly import('./mutant.d.ts').Mutant[]} */
export default [
  {
    name: 'who is blocked is shown to type',
    promise: 'Who types is shown once it is known that no block stands between the two.',
    file: 'src/fanout/typingWatch.ts',
    from: 'blocked.set(userId, found.has(userId))',
    to: 'blocked.set(userId, false)',
    tests: ['test/fanout/typing.test.ts'],
  },
  {
    name: 'a first start is never asked about',
    promise: 'Who is heard to type for the first time is asked about then.',
    file: 'src/fanout/typingWatch.ts',
    from: '      judging.request();\n',
    to: '',
    tests: ['test/fanout/typing.test.ts'],
  },
  {
    name: 'a subscription to typing forgets whom it knew',
    promise: 'Who was seen to type goes on being shown while the database is away.',
    file: 'src/fanout/typingWatch.ts',
    from: 'if (!isTyping && (unjudged.has(userId) || blocked.size > MAX_JUDGED)) forgetUnlessTyping(userId);',
    to: 'if (!isTyping) blocked.delete(userId);',
    tests: ['test/fanout/typing.test.ts'],
  },
];
