/** @type {readonly import('./mutant.d.ts').Mutant[]} */
export default [
  {
    name: 'the journal is read for offline users only',
    promise: 'An answer takes the same steps whether an offline user has sessions that the viewer may not see.',
    file: 'src/node/recordReader.ts',
    from: "readAlike: (userIds, accessFacts) => read(userIds, 'all', accessFacts),",
    to: "readAlike: (userIds, accessFacts) => read(userIds, 'who is not live', accessFacts),",
    tests: ['test/service/steps.test.ts'],
  },
  {
    name: 'a later journal row is joined with an older record',
    promise: 'Equal `asOf` is equal content, even for a user whose first session begins during the read.',
    file: 'src/node/recordReader.ts',
    from: 'if (record.revision > nowOf(userId)) later.set',
    to: 'if (record.revision < 0) later.set',
    tests: ['test/service/oneInstant.test.ts'],
  },
  {
    name: 'a start answers from the cache',
    promise: 'The start of a subscription runs the same queries whoever is watched and whatever changed lately.',
    file: 'src/fanout/visibilityChanges.ts',
    from: 'readings = await readOnce(watchers, true);',
    to: 'readings = await readOnce(watchers, false);',
    tests: ['test/service/steps.test.ts'],
  },
  {
    name: 'a user who types nowhere costs no query',
    promise: '`isTyping` takes the same steps whether the user types in a foreign conversation or nowhere.',
    file: 'src/service/typingAmong.ts',
    from: '    const typing = await store.typingOf(userIds);',
    to: '    const typing = await store.typingOf(userIds);\n    if (typing.length === 0) return new Set();',
    tests: ['test/service/steps.test.ts'],
  },
  {
    name: 'refusals are cached for conversations that exist',
    promise: 'A refused `setTyping` takes as long whether or not the conversation exists.',
    file: 'src/adapters/sql/membershipCache.ts',
    from: 'if (membership && !membership.owner && mayUse(membership, userId))',
    to: 'if (membership)',
    tests: ['test/adapters/sql/membershipCache.test.ts'],
  },
];
