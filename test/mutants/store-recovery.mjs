/** Faults of what nodes and the journal know of different revisions, after a store lost something. */
const recovering = ['test/adapters/redis/recovering.test.ts'];

export default [
  {
    name: 'a later revision alone counts as persisted',
    promise: 'A node remembers a commit until the journal has its content, not only a later revision.',
    file: 'src/node/unjournaled.ts',
    from: `row.revision >= persisted.revision &&
  row.chosenAsOf >= persisted.chosenAsOf &&
  row.messageAsOf >= persisted.messageAsOf;`,
    to: 'row.revision >= persisted.revision;',
    tests: recovering,
  },
  {
    name: 'the later revision decides the message',
    promise: 'The journal keeps the newer message, whichever row has the later revision.',
    file: 'src/adapters/sql/sqlJournal.ts',
    from: "${later('message_as_of', 'message_text')}",
    to: 'message_text = excluded.message_text',
    tests: ['test/adapters/sql/pglite.test.ts'],
  },
  {
    name: 'a merged row keeps an old revision',
    promise: 'A journal row merged from two has a later revision than either.',
    file: 'src/adapters/sql/sqlJournal.ts',
    from: 'then stored.revision + 1',
    to: 'then stored.revision',
    tests: ['test/adapters/sql/pglite.test.ts'],
  },
  {
    name: 'the second phase does not wait for awaited connections',
    promise: "What one node knows of another node's session is added to it, however late the other restores it.",
    file: 'src/node/node.ts',
    from: "(restorePhase() === 'again' && !awaited)",
    to: "restorePhase() === 'again'",
    tests: recovering,
  },
  {
    name: 'a finding counts as restored before it was reported',
    promise: 'A shard that lost data recovers even where another shard failed at the same moment.',
    file: 'src/adapters/redis/redisLeases.ts',
    from: "unreported.emptied.size > 0 ? 'first' :",
    to: "false ? 'first' :",
    tests: ['test/adapters/leases.test.ts'],
  },
];
