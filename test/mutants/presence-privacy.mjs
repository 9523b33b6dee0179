/** @type {readonly import('./mutant.d.ts').Mutant[]} */
export default [
  {
    name: 'who is blocked and types uses up the allowance of reads',
    promise: 'What is left of an allowance does not tell whether somebody types who is blocked.',
    file: 'src/presence/typingVerbs.ts',
    from: 'return { result, judged: result.length };',
    to: 'return { result, judged: typists.length };',
    tests: ['test/presence/typingVerbs.test.ts'],
  },
  {
    name: 'the stop that a block brings has a name',
    promise: 'The stop of a typist who leaves the viewer’s sight has neither name nor picture.',
    file: 'src/fanout/typingWatch.ts',
    from: '!watched.allowed || blocked.has(userId);',
    to: '!watched.allowed;',
    tests: ['test/fanout/typing.test.ts'],
  },
  {
    name: 'the stop of a typist who is lost is named all the same',
    promise: 'The stop of a typist who leaves the viewer’s sight has neither name nor picture.',
    file: 'src/graphql/typing.ts',
    from: 'withheld: lost === true',
    to: 'withheld: false',
    tests: ['test/graphql/subscriptions.test.ts'],
  },
  {
    name: 'the last event of a user tells that they type',
    promise: 'The last event of a user who leaves the viewer’s sight tells no typing.',
    file: 'src/graphql/presence.ts',
    from: 'lost !== true && loaders.isTyping.load(userId)',
    to: 'loaders.isTyping.load(userId)',
    tests: ['test/graphql/subscriptions.test.ts'],
  },
  {
    name: 'nobody is asked about where nobody types',
    promise: 'Blocks and memberships are asked about also where there is nobody to ask about, in as many steps.',
    file: 'src/db/held.ts',
    from: '    const answers = await ask(',
    to: '    if (others.length === 0) return new Set();\n    const answers = await ask(',
    tests: ['test/db/held.test.ts'],
  },
];
