/** Faults of what is left half done by a node that dies or an answer that is lost, which tests have to notice. */
const tests = ['test/model/deaths.test.ts'];

export default [
  {
    name: 'who hides once more is not written',
    promise: 'A choice to hide is in the journal before it is answered, also where the first answer was lost.',
    file: 'src/presence/records.ts',
    from: "const hides = cause === 'hides' && isHiding(record.chosen);",
    to: 'const hides = false;',
    tests,
  },
  {
    name: 'who hides once more goes on typing',
    promise: 'Whoever was answered that they hide is not shown to type, also where the first attempt failed half way.',
    file: 'src/presence/records.ts',
    from: 'if (hides || (isSeenLive(before) && !isSeenLive(record))) await',
    to: 'if (isSeenLive(before) && !isSeenLive(record)) await',
    tests,
  },
  {
    name: 'what was said once more is not remembered',
    promise: 'What was acknowledged holds when the store is lost, also where the first answer was lost.',
    file: 'src/presence/records.ts',
    from: "if (hides || cause === 'says') remembered.said(record);",
    to: '',
    tests,
  },
  {
    name: 'an end that is repeated is told to nobody',
    promise: 'A session whose end was acknowledged does not come back from a node that still remembers it.',
    file: 'src/presence/presence.ts',
    from: 'if (!result) {',
    to: 'if (result === null) {',
    tests,
  },
  {
    name: 'an end that is repeated leaves connections alone',
    promise: 'A session whose end was acknowledged does not come back from a node that was taken for lost.',
    file: 'src/presence/node.ts',
    from: 'if (message.withdrawn?.heldToo) holding.endSessions(message.userId, message.withdrawn);',
    to: '',
    tests,
  },
  {
    name: 'an end that is repeated ends what began since',
    promise: 'A connection goes on whose session began after it was found that there was none.',
    file: 'src/presence/holding.ts',
    from: 'known !== undefined && known.revision < revision &&',
    to: 'known !== undefined &&',
    tests: ['test/presence/letGo.test.ts'],
  },
  {
    name: 'marks go before the journal has what they mark',
    promise: 'What waits for the journal is written by another node where one dies on the way.',
    file: 'src/presence/writeBehind.ts',
    from: `        await journal.write(records.map((record) => durableOf(record, now)));
        remembered?.journaled(records);
        await store.clean(`,
    to: `        void store.clean(records.map(({ userId, revision }) => ({ userId, revision })));
        await journal.write(records.map((record) => durableOf(record, now)));
        remembered?.journaled(records);
        await store.clean(`,
    tests,
  },
  {
    name: 'a lost node is let go of before its users are',
    promise: 'Nobody stays behind on a lost node where whoever found it lost dies on the way.',
    file: 'src/store/lua/dismiss.lua',
    from: "if redis.call('SCARD', KEYS[3]) > 0 then return 0 end",
    to: '',
    tests: [...tests, 'test/store/leases.test.ts'],
  },
];
