/** @type {readonly import('./mutant.d.ts').Mutant[]} */
export default [
  {
    name: 'a page reads the whole roster',
    promise: 'A page of a roster reads as many as the page holds.',
    file: 'src/service/rosterQuery.ts',
    from: 'const page = rest.slice(0, first);',
    to: 'const page = rest;',
    tests: ['test/service/rosterQuery.test.ts'],
  },
  {
    name: 'a page asks who is live among the hidden',
    promise: 'A page takes the same steps whatever those do whom the viewer may not see.',
    file: 'src/service/rosterQuery.ts',
    from: 'const seen = [...accessFacts.keys()].filter((userId) => maySee(facetsFor(viewer, userId, accessFacts.get(userId))));',
    to: 'const seen = [...accessFacts.keys()];',
    tests: ['test/service/rosterQuery.test.ts'],
  },
  {
    name: 'a roster of ten times as many',
    promise: 'A roster is its first 5,000 by id.',
    file: 'src/service/rosterQuery.ts',
    from: 'people.rosterAccessFacts(viewer.userId, MAX_ROSTER)',
    to: 'people.rosterAccessFacts(viewer.userId, 10 * MAX_ROSTER)',
    tests: ['test/service/rosterQuery.test.ts'],
  },
  {
    name: 'a list is read before it is limited',
    promise: 'A list is refused before anything of it is read.',
    file: 'src/service/readBudget.ts',
    from: `      await take(viewer.userId, count, kind);
      return count > LARGE ? queued(viewer.userId, read) : read();`,
    to: `      const result = await (count > LARGE ? queued(viewer.userId, read) : read());
      await take(viewer.userId, count, kind);
      return result;`,
    tests: ['test/service/readBudget.test.ts'],
  },
  {
    name: 'large readings at once',
    promise: 'Large readings of one user follow one another.',
    file: 'src/service/readBudget.ts',
    from: 'count > LARGE ? queued(viewer.userId, read) : read()',
    to: 'read()',
    tests: ['test/service/readBudget.test.ts'],
  },
  {
    name: 'a line goes on where nothing answers',
    promise: 'Who waited for a reading that nothing could answer is refused with it.',
    file: 'src/service/userQueue.ts',
    from: 'if (isUnavailable(error)) throw error;',
    to: '',
    tests: ['test/service/readBudget.test.ts'],
  },
  {
    name: 'a start takes nothing ahead',
    promise: 'Who used up their reads can still start watching again.',
    file: 'src/service/readBudget.ts',
    from: "ahead: kind === 'start'",
    to: 'ahead: false',
    tests: ['test/service/readBudget.test.ts'],
  },
];
