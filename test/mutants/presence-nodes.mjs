export default [
  {
    name: 'commands-do-not-wait-for-their-session',
    promise: 'What a connection says, whose session the store lost, is said for that session and starts no other.',
    file: 'src/service/presenceService.ts',
    from: 'if (heldSessions.isMissing(connectionId, before)) return { record: before, result: null };',
    to: '',
    tests: ['test/node/ownRestoring.test.ts'],
  },
  {
    name: 'typing-does-not-wait-for-its-session',
    promise: 'Who types over a connection whose session the store lost is seen to type.',
    file: 'src/service/typingService.ts',
    from: 'if (heldSessions.isMissing(connectionId, record)) {',
    to: 'if (!record && heldSessions.isMissing(connectionId, record)) {',
    tests: ['test/node/ownRestoring.test.ts'],
  },
  {
    name: 'commands-wait-for-good',
    promise: 'What waits for a session that cannot be put back is UNAVAILABLE within two seconds.',
    file: 'src/node/heldSessions.ts',
    from: 'const RESTORED_WITHIN_MS = 1_200;',
    to: 'const RESTORED_WITHIN_MS = 5_000;',
    tests: ['test/node/ownRestoring.test.ts'],
  },
  {
    name: 'ended-sessions-come-back-when-spoken-of',
    promise: 'A session that was ended on purpose does not come back because its connection says something.',
    file: 'src/node/connectionRestore.ts',
    from: 'wasEnded(record) ? { record, result: null } : restoreConnection(',
    to: 'false ? { record, result: null } : restoreConnection(',
    tests: ['test/node/ownRestoring.test.ts', 'test/adapters/reconciliation.test.ts'],
  },
];
