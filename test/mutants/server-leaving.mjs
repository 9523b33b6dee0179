/** @type {readonly import('./mutant.d.ts').Mutant[]} */
export default [
  {
    name: 'who left in line is let in',
    promise: 'A connection that closes while it stands in line takes none of its user’s places.',
    file: 'src/server/ws/webSocketConnection.ts',
    from: '      leaveGate = await gate.enter();\n      if (!this.isOpen) return false;',
    to: '      leaveGate = await gate.enter();',
    tests: ['test/server/ws/webSocketServer.test.ts'],
  },
  {
    name: 'who left while signed in has a request under way',
    promise: 'A request whose client left while it was signed in takes none of its user’s places.',
    file: 'src/server/http/graphqlHandler.ts',
    from: 'identity?.service || response.destroyed',
    to: 'identity?.service',
    tests: ['test/server/http/httpServer.test.ts'],
  },
  {
    name: 'the body of who left is waited for',
    promise: 'No body is waited for of a client that left before it was asked for.',
    file: 'src/server/http/body.ts',
    from: 'if (request.destroyed) {',
    to: 'if (false) {',
    tests: ['test/server/http/httpServer.test.ts'],
  },
  {
    name: 'a socket that closed waits for its token to run out',
    promise: 'Nothing is left of a connection that closed, however long its token is good for.',
    file: 'src/server/ws/webSocketConnection.ts',
    from: '    this.expiry?.callOff();\n',
    to: '',
    tests: ['test/server/ws/webSocketServer.test.ts'],
  },
  {
    name: 'a stream that is over waits for its token to run out',
    promise: 'Nothing is left of a stream that is over, however long its token is good for.',
    file: 'src/server/http/graphqlHandler.ts',
    from: '          cancelExpiry();\n',
    to: '',
    tests: ['test/server/http/sse.test.ts'],
  },
];
