const tests = ['test/e2e/indistinguishable-worlds.test.ts'];

/** @type {readonly import('./mutant.d.ts').Mutant[]} */
export default [
  {
    name: "an invisible user's message is shown",
    promise: "A viewer's transcript is the same whatever an INVISIBLE user writes into their status.",
    file: 'src/presence/view.ts',
    from: 'statusMessage: isVisible || facets.self ? record.message : null,',
    to: 'statusMessage: record.message,',
    tests,
  },
  {
    name: 'sessions that end while hidden move lastSeen',
    promise: "A viewer's transcript is the same whatever sessions of an INVISIBLE user start and end.",
    file: 'src/presence/session.ts',
    from: 'const hidden = isHiding(record.chosen);',
    to: 'const hidden = false;',
    tests,
  },
  {
    name: 'an invisible user stays among the live of a roster',
    promise: 'The order of a roster is the same whatever an INVISIBLE user does.',
    file: 'src/presence/status.ts',
    from: 'record.sessions.length > 0 && !isHiding(record.chosen);',
    to: 'record.sessions.length > 0;',
    tests,
  },
  {
    name: "an invisible user's typing is stored",
    promise: "A viewer's transcript is the same wherever an INVISIBLE user types.",
    file: 'src/service/typingService.ts',
    from: 'return record && isSeenLive(record) ? record : undefined;',
    to: 'return record;',
    tests,
  },
  {
    name: 'a block hides nothing',
    promise: "A viewer's transcript is the same whatever a user does who blocks them.",
    file: 'src/presence/visibility.ts',
    from: 'if (accessFacts.blocked || !inAudience(',
    to: 'if (!inAudience(',
    tests,
  },
  {
    name: 'devices are shown outside the activity audience',
    promise: "A viewer's transcript is the same whatever activities and devices they may not see.",
    file: 'src/presence/view.ts',
    from: 'devices: showsActivity ? devicesOf(record) : NONE,',
    to: 'devices: isVisible ? devicesOf(record) : NONE,',
    tests,
  },
  {
    name: 'typing shows in foreign conversations',
    promise: "A viewer's transcript is the same whatever a user types in conversations without the viewer.",
    file: 'src/service/typingAmong.ts',
    from: 'shared.has(conversationId) && !blocked.has(userId)',
    to: '(shared.has(conversationId) || conversationId) && !blocked.has(userId)',
    tests,
  },
  {
    name: 'lastSeen is shown to everybody',
    promise: 'Viewers without the lastSeen facet cannot tell a lost connection from a closed one.',
    file: 'src/presence/view.ts',
    from: "lastSeen: facets.lastSeen && visibleToOthers === 'OFFLINE'",
    to: "lastSeen: visibleToOthers === 'OFFLINE'",
    tests,
  },
];
