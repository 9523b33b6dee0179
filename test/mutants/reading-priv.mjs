/** @type {readonly import('./mutant.d.ts').Mutant[]} */
export default [
  {
    name: 'the journal is asked only for who is not live',
    promise: 'An answer takes the same steps whether a user who is seen offline is live or not.',
    file: 'src/node/recordReader.ts',
    from: "readAlike: (userIds, accessFacts) => read(userIds, 'all', accessFacts),",
    to: "readAlike: (userIds, accessFacts) => read(userIds, 'who is not live', accessFacts),",
    tests: ['test/service/steps.test.ts'],
  },
  {
    name: 'what is kept of later is joined with what was live before',
    promise: 'Equal `asOf` is equal content, also of somebody whose first session begins while they are read.',
    file: 'src/node/recordReader.ts',
    from: 'if (record.revision > nowOf(userId)) later.set',
    to: 'if (record.revision < 0) later.set',
    tests: ['test/service/oneInstant.test.ts'],
  },
  {
    name: 'a start of a subscription answers from what is remembered',
    promise: 'A start of a subscription asks the same questions whoever is watched, and whatever changed lately.',
    file: 'src/fanout/visibilityChanges.ts',
    from: 'readings = await readOnce(watchers, people.accessFacts);',
    to: 'readings = await readOnce(watchers, people.accessFactsToWatch);',
    tests: ['test/service/steps.test.ts'],
  },
  {
    name: 'who types nowhere is answered without a question',
    promise: '`isTyping` takes the same steps whether a user types where the viewer is not, or nowhere.',
    file: 'src/service/typingAmong.ts',
    from: '    const typing = await store.typingOf(userIds);',
    to: '    const typing = await store.typingOf(userIds);\n    if (typing.length === 0) return new Set();',
    tests: ['test/service/steps.test.ts'],
  },
  {
    name: 'refusals are remembered of conversations that exist',
    promise: 'A refusal of `setTyping` takes as long whether or not there is such a conversation.',
    file: 'src/adapters/sql/membershipCache.ts',
    from: 'if (membership && mayUseTyping(membership))',
    to: 'if (membership)',
    tests: ['test/adapters/sql/membershipCache.test.ts'],
  },
];
