/** Faults of what is left half done by a node that dies or an answer that is lost, which tests have to notice. */
const tests = ['test/model/deaths.test.ts'];

export default [
  {
    name: 'a repeated choice to hide is not written',
    promise: 'A choice to hide is in the journal before it is answered, even where the first answer was lost.',
    file: 'src/node/recordWriter.ts',
    from: "const hides = cause === 'hides' && isHiding(record.chosen);",
    to: 'const hides = false;',
    tests,
  },
  {
    name: 'a repeated choice to hide leaves typing',
    promise:
      'A user who was answered that they are hidden is not shown typing, even where the first attempt failed half way.',
    file: 'src/node/recordWriter.ts',
    from: 'if (hides || (isSeenLive(before) && !isSeenLive(record))) await',
    to: 'if (isSeenLive(before) && !isSeenLive(record)) await',
    tests,
  },
  {
    name: 'a repeated command is not remembered',
    promise: 'An acknowledged command survives the loss of the store, even where its first answer was lost.',
    file: 'src/node/recordWriter.ts',
    from: "if (hides || cause === 'durable') recentCommits.noteDurable(record);",
    to: '',
    tests,
  },
  {
    name: 'a repeated end is not announced',
    promise: 'A session whose end was acknowledged is not restored by a node that still remembers it.',
    file: 'src/service/presenceService.ts',
    from: 'if (!result) await',
    to: 'if (result === null) await',
    tests,
  },
  {
    name: 'a repeated end leaves connections in place',
    promise: 'A session whose end was acknowledged is not restored by a node that was declared lost.',
    file: 'src/node/node.ts',
    from: 'if (ended.revoked?.heldToo) heldSessions.endSessions(ended.userId, ended.revoked);',
    to: '',
    tests,
  },
  {
    name: 'a repeated end ends newer sessions',
    promise: 'Repeating the end of a session leaves connections of a newer session alone.',
    file: 'src/node/heldSessions.ts',
    from: 'known !== undefined && known.revision < revision &&',
    to: 'known !== undefined &&',
    tests: ['test/service/release.test.ts'],
  },
  {
    name: 'marks are removed before the journal is written',
    promise: 'When a node dies while it writes the journal, another node finishes.',
    file: 'src/node/writeBehind.ts',
    from: `        await journal.write(records.map((record) => durableOf(record, now)));
        recentCommits?.journaled(records);
        await store.clean(`,
    to: `        void store.clean(records.map(({ userId, revision }) => ({ userId, revision })));
        await journal.write(records.map((record) => durableOf(record, now)));
        recentCommits?.journaled(records);
        await store.clean(`,
    tests,
  },
  {
    name: 'a lost node is dismissed before its users are',
    promise: 'When a node dies while it handles a lost node, another node finishes: nobody stays live.',
    file: 'src/adapters/redis/lua/dismiss.lua',
    from: "if redis.call('SCARD', KEYS[3]) > 0 then return 0 end",
    to: '',
    tests: [...tests, 'test/adapters/leases.test.ts'],
  },
];
