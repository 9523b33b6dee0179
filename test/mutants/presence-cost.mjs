/** @type {readonly import('./mutant.d.ts').Mutant[]} */
export default [
  {
    name: 'a page reads the whole roster',
    promise: 'A page of a roster reads only as many users as the page holds.',
    file: 'src/service/rosterQuery.ts',
    from: 'const page = rest.slice(0, first);',
    to: 'const page = rest;',
    tests: ['test/service/rosterQuery.test.ts'],
  },
  {
    name: 'a page asks for the live state of hidden users',
    promise: 'A page of a roster takes the same steps whatever users do whom the viewer may not see.',
    file: 'src/service/rosterQuery.ts',
    from: 'const seen = [...accessFacts.keys()].filter((userId) => maySee(facetsFor(viewer, userId, accessFacts.get(userId))));',
    to: 'const seen = [...accessFacts.keys()];',
    tests: ['test/service/rosterQuery.test.ts'],
  },
  {
    name: 'rosters of 50,000',
    promise: 'A roster has at most its first 5,000 users by id.',
    file: 'src/service/rosterQuery.ts',
    from: 'people.rosterAccessFacts(viewer.userId, MAX_ROSTER)',
    to: 'people.rosterAccessFacts(viewer.userId, 10 * MAX_ROSTER)',
    tests: ['test/service/rosterQuery.test.ts'],
  },
  {
    name: 'lists are read before they are limited',
    promise: 'A list beyond the allowance is refused before any of it is read.',
    file: 'src/service/readBudget.ts',
    from: `      await take(viewer.userId, count, kind);
      return count > LARGE ? queued(viewer.userId, read) : read();`,
    to: `      const result = await (count > LARGE ? queued(viewer.userId, read) : read());
      await take(viewer.userId, count, kind);
      return result;`,
    tests: ['test/service/readBudget.test.ts'],
  },
  {
    name: 'large reads run at the same time',
    promise: 'Large reads of one user run one after another.',
    file: 'src/service/readBudget.ts',
    from: 'count > LARGE ? queued(viewer.userId, read) : read()',
    to: 'read()',
    tests: ['test/service/readBudget.test.ts'],
  },
  {
    name: 'the queue goes on while nothing answers',
    promise: 'When a read fails as UNAVAILABLE, those queued behind it fail with it.',
    file: 'src/service/userQueue.ts',
    from: 'if (isUnavailable(error)) throw error;',
    to: '',
    tests: ['test/service/readBudget.test.ts'],
  },
  {
    name: 'starts take nothing in advance',
    promise: 'A user who spent the allowance of reads can still start a subscription.',
    file: 'src/service/readBudget.ts',
    from: "ahead: kind === 'start'",
    to: 'ahead: false',
    tests: ['test/service/readBudget.test.ts'],
  },
];
