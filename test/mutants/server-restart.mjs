/** @type {readonly import('./mutant.d.ts').Mutant[]} */
export default [
  {
    name: 'who was sent away has the grace of a closed tab',
    promise: 'Who was sent away by a restart is not seen offline for as long as the crowd may take to be let in again.',
    file: 'src/presence/record.ts',
    from: 'graceOf(timings, options.returnsWithinMs ?? 0)',
    to: 'timings.graceMs',
    tests: ['test/presence/session.test.ts'],
  },
  {
    name: 'who was sent away is waited for without a bound',
    promise: 'Who was sent away and stays away is offline no later than if the node had died.',
    file: 'src/presence/record.ts',
    from: 'graceMs + Math.min(returnsWithinMs, heartbeatTimeoutMs)',
    to: 'graceMs + returnsWithinMs',
    tests: ['test/presence/session.test.ts'],
  },
  {
    name: 'a restart brings back a grace that is turned off',
    promise: 'A grace that is turned off stays off for who was sent away.',
    file: 'src/presence/record.ts',
    from: 'graceMs === 0 ? 0 : graceMs + Math',
    to: 'graceMs + Math',
    tests: ['test/presence/session.test.ts'],
  },
  {
    name: 'who closed before is waited for as who was sent away',
    promise: 'Who left before a stopping node told them to come back has the grace of a closed tab.',
    file: 'src/server/ws/webSocketConnection.ts',
    from: 'if (this.isOpen) this.returnsWithinMs',
    to: 'this.returnsWithinMs',
    tests: ['test/server/ws/webSocketServer.test.ts'],
  },
  {
    name: 'a large crowd has no more time than a small one',
    promise: 'The more a node sends away, the longer they may take to come back.',
    file: 'src/server/ws/restartSpread.ts',
    from: 'ATTEMPTS_MS + sockets * ADMISSION_MS',
    to: 'ATTEMPTS_MS',
    tests: ['test/server/ws/webSocketServer.test.ts'],
  },
  {
    name: 'the store does not learn who was sent away',
    promise:
      'Nobody who was sent away by a node that stops is seen offline when the grace is over before the crowd is back.',
    file: 'src/service/connectionService.ts',
    from: 'aliveAt: Math.floor(now - lastReceivedMsAgo), returnsWithinMs }',
    to: 'aliveAt: Math.floor(now - lastReceivedMsAgo) }',
    tests: ['test/cluster/restart-grace.test.ts'],
  },
  {
    name: 'calls do not wait for the query before them',
    promise:
      'A process that was just started, or a busy database, gets fewer and larger queries instead of more at once.',
    file: 'src/adapters/sql/loader.ts',
    from: 'underWay > 0 ? PATIENCE_MS : SPACING_MS',
    to: 'SPACING_MS',
    tests: ['test/adapters/sql/loader.test.ts'],
  },
  {
    name: 'an answer does not send the next query',
    promise: 'Calls that wait for the answer of a query go out with it.',
    file: 'src/adapters/sql/loader.ts',
    from: '    clearTimeout(timer);\n    timer = undefined;\n    schedule();',
    to: '',
    tests: ['test/adapters/sql/loader.test.ts'],
  },
];
