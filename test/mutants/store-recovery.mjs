/** Faults of what nodes and the journal know of different revisions, after a store lost something. */
const recovering = ['test/adapters/redis/recovering.test.ts'];

export default [
  {
    name: 'a later revision alone counts as written',
    promise: 'A node remembers what it committed until the journal has that, and not only a later revision without it.',
    file: 'src/node/unjournaled.ts',
    from: `row.revision >= persisted.revision &&
  row.chosenAsOf >= persisted.chosenAsOf &&
  row.messageAsOf >= persisted.messageAsOf;`,
    to: 'row.revision >= persisted.revision;',
    tests: recovering,
  },
  {
    name: 'the journal takes the message of the later revision',
    promise: 'The journal keeps the message that is known as of later, whichever row has the later revision.',
    file: 'src/adapters/sql/sqlJournal.ts',
    from: "${later('message_as_of', 'message_text')}",
    to: 'message_text = excluded.message_text',
    tests: ['test/adapters/sql/pglite.test.ts'],
  },
  {
    name: 'a row of both is as of one of them',
    promise: 'What the journal joins of two rows has a later revision than either.',
    file: 'src/adapters/sql/sqlJournal.ts',
    from: 'then stored.revision + 1',
    to: 'then stored.revision',
    tests: ['test/adapters/sql/pglite.test.ts'],
  },
  {
    name: 'what a node knows besides is added before the others are back',
    promise: 'What one node knows of a session that another holds is added to it, however late that finds out.',
    file: 'src/node/node.ts',
    from: "(restorePhase() === 'again' && !awaited)",
    to: "restorePhase() === 'again'",
    tests: recovering,
  },
  {
    name: 'what was found and not told is said to be put back',
    promise: 'A shard that found less than it had recovers also where another could not be asked at the same moment.',
    file: 'src/adapters/redis/redisLeases.ts',
    from: "unreported.emptied.size > 0 ? 'first' :",
    to: "false ? 'first' :",
    tests: ['test/adapters/leases.test.ts'],
  },
];
