/** Faults of what comes back, and what does not, with a store that lost something, which tests have to notice. */
const older = ['test/store/olderStore.test.ts'];
const pure = ['test/presence/recovery.test.ts'];
const late = ['test/presence/emptied.test.ts'];
const letGo = ['test/presence/letGo.test.ts'];

export default [
  {
    name: 'typing of before a loss is shown',
    promise: 'In a store that came back older nobody is shown to type who may have stopped, or hidden, since.',
    file: 'src/store/lua/shared.lua',
    from: "begun ~= '0' and begun or '1'",
    to: "begun ~= '0' and '1' or '1'",
    tests: older,
  },
  {
    name: 'typing is not told anew after a loss',
    promise: 'Who types on after the store came back older is seen to type with the next key.',
    file: 'src/store/lua/type.lua',
    from: "local isTold = string.match(before, '^[^\\n]*') == mark",
    to: "local isTold = before ~= '0'",
    tests: older,
  },
  {
    name: 'the list of who is live comes back',
    promise: 'In a store that came back older nobody is listed as live who had hidden or left since.',
    file: 'src/store/lua/renew.lua',
    from: "redis.call('UNLINK', KEYS[6])",
    to: '',
    tests: older,
  },
  {
    name: 'leases of an older store are looked at in their time',
    promise: 'All that was timed in a store that came back older is looked at as soon as it has recovered.',
    file: 'src/store/lua/renew.lua',
    from: "redis.call('ZUNIONSTORE', KEYS[5], 1, KEYS[5], 'WEIGHTS', 0)",
    to: '',
    tests: older,
  },
  {
    name: 'sessions of an older store count whatever the journal knows',
    promise: 'A session in an older store does not come back where the journal knows of a later commit.',
    file: 'src/presence/recovery.ts',
    from: 'if (row.kept.revision <= found.revision) return joined',
    to: 'if (row.kept.revision > 0) return joined',
    tests: pure,
  },
  {
    name: 'a connection is held twice',
    promise: 'A connection that is put back replaces its earlier name, under which nobody would close it.',
    file: 'src/presence/recovery.ts',
    from: 'present.connections.filter((id) => !isSameConnection(id, connectionId))',
    to: 'present.connections.filter((id) => id !== connectionId)',
    tests: pure,
  },
  {
    name: 'the end of a connected session is not remembered',
    promise:
      'A session that was ended on purpose stays ended, also where the node of its connection did not hear of it.',
    file: 'src/presence/remembered.ts',
    from: 'const withdrawn = connections.filter((connectionId) => isWithdrawn(after, connectionId));',
    to: 'const withdrawn = connections.filter(() => false);',
    tests: letGo,
  },
  {
    name: 'what another connection resumed ends with what was ended',
    promise: 'A session that another connection took since it was ended goes on.',
    file: 'src/presence/recovery.ts',
    from: '!session.connections.every(wasWithdrawn) ||',
    to: 'session.connections.length > 9 ||',
    tests: pure,
  },
  {
    name: 'a connection of a deleted user is put back',
    promise: 'Nothing of a deleted user comes back for who was named again.',
    file: 'src/presence/holding.ts',
    from: ' || isOfAnother(record);',
    to: ';',
    tests: letGo,
  },
  {
    name: 'a node that comes late adds what it knows',
    promise:
      'A node that finds out when the store has recovered brings back no lease: it may have run out or been ended.',
    file: 'src/presence/node.ts',
    from: '    rest.comeLate();',
    to: '',
    tests: [...late, ...older],
  },
  {
    name: 'a node that comes late puts back who is silent',
    promise: 'Of a node that finds out when the store has recovered only those come back who answer.',
    file: 'src/presence/node.ts',
    from: '    holding.comeLate();',
    to: '',
    tests: late,
  },
  {
    name: 'a server that does not tell which it is is taken for the same',
    promise: 'Nothing is read or committed where it may not be asked which server Redis is.',
    file: 'src/store/lua/shared.lua',
    from: "return server ~= '' and (not known or",
    to: "return server == '' or (not known or",
    tests: older,
  },
  {
    name: 'a lease is renewed at a server that does not tell which it is',
    promise: 'No node goes on as if all were well where it may not be asked which server Redis is.',
    file: 'src/store/lua/renew.lua',
    from: "if server == '' then return {-1} end",
    to: '',
    tests: older,
  },
  {
    name: 'a start does not ask which server Redis is',
    promise: 'A start where Redis may not be asked which server it is stops with a sentence.',
    file: 'src/store/live.ts',
    from: 'await reached(client, reach, checkTellsWhich);',
    to: 'void checkTellsWhich;',
    tests: ['test/store/connection.test.ts'],
  },
];
