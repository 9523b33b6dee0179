export default [
  {
    name: 'commands do not wait for their session',
    promise: 'A command over a connection whose session the store lost applies to that session, and starts no other.',
    file: 'src/service/callerCommands.ts',
    from: 'if (heldSessions.isMissing(connectionId, before)) return { record: before, result: null };',
    to: '',
    tests: ['test/node/ownRestoring.test.ts'],
  },
  {
    name: 'typing does not wait for its session',
    promise: 'Typing over a connection whose session the store lost is shown.',
    file: 'src/service/typingService.ts',
    from: 'if (heldSessions.isMissing(connectionId, record)) {',
    to: 'if (!record && heldSessions.isMissing(connectionId, record)) {',
    tests: ['test/node/ownRestoring.test.ts'],
  },
  {
    name: 'commands wait too long for their session',
    promise: 'A command whose session cannot be restored is UNAVAILABLE within two seconds.',
    file: 'src/node/heldSessions.ts',
    from: 'const RESTORED_WITHIN_MS = 1_200;',
    to: 'const RESTORED_WITHIN_MS = 5_000;',
    tests: ['test/node/ownRestoring.test.ts'],
  },
  {
    name: 'a command restores an ended session',
    promise: 'A session that was ended on purpose does not return because its connection sends a command.',
    file: 'src/node/connectionRestore.ts',
    from: 'wasEnded(record) ? { record, result: null } : restoreConnection(',
    to: 'false ? { record, result: null } : restoreConnection(',
    tests: ['test/node/ownRestoring.test.ts', 'test/adapters/reconciliation.test.ts'],
  },
];
