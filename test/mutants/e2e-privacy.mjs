const tests = ['test/e2e/indistinguishable-worlds.test.ts'];

/** @type {readonly import('./mutant.d.ts').Mutant[]} */
export default [
  {
    name: 'what a hidden user says is shown',
    promise: 'The whole transcript of a viewer is the same whatever an INVISIBLE user says.',
    file: 'src/presence/view.ts',
    from: 'statusMessage: isVisible || facets.self ? record.message : null,',
    to: 'statusMessage: record.message,',
    tests,
  },
  {
    name: 'sessions that end in hiding move lastSeen',
    promise: 'The whole transcript of a viewer is the same whatever sessions of an INVISIBLE user start and end.',
    file: 'src/presence/session.ts',
    from: 'const hidden = isHiding(record.chosen);',
    to: 'const hidden = false;',
    tests,
  },
  {
    name: 'who hides stays among the live of a roster',
    promise: 'The order of a roster is the same whatever an INVISIBLE user does.',
    file: 'src/presence/status.ts',
    from: 'record.sessions.length > 0 && !isHiding(record.chosen);',
    to: 'record.sessions.length > 0;',
    tests,
  },
  {
    name: 'the typing of who hides is kept',
    promise: 'The whole transcript of a viewer is the same wherever an INVISIBLE user types.',
    file: 'src/service/typingService.ts',
    from: 'return record && isSeenLive(record) ? record : undefined;',
    to: 'return record;',
    tests,
  },
  {
    name: 'a block hides nothing',
    promise: 'The whole transcript of a viewer is the same whatever a user does who blocks them.',
    file: 'src/presence/visibility.ts',
    from: 'if (accessFacts.blocked || !inAudience(',
    to: 'if (!inAudience(',
    tests,
  },
  {
    name: 'devices are shown to whom activities are not',
    promise: 'The whole transcript of a viewer is the same whatever a user does whose activities they may not see.',
    file: 'src/presence/view.ts',
    from: 'devices: showsActivity ? devicesOf(record) : NONE,',
    to: 'devices: isVisible ? devicesOf(record) : NONE,',
    tests,
  },
  {
    name: 'typing is told of wherever it is',
    promise: 'The whole transcript of a viewer is the same whatever a user types where the viewer is not.',
    file: 'src/service/typingAmong.ts',
    from: 'shared.has(conversationId) && !blocked.has(userId)',
    to: '(shared.has(conversationId) || conversationId) && !blocked.has(userId)',
    tests,
  },
  {
    name: 'lastSeen is shown to everybody',
    promise: 'Whether a connection was lost or closed is the same to whom lastSeen is not shown.',
    file: 'src/presence/view.ts',
    from: "lastSeen: facets.lastSeen && visibleToOthers === 'OFFLINE'",
    to: "lastSeen: visibleToOthers === 'OFFLINE'",
    tests,
  },
];
