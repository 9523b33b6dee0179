/** @type {readonly import('./mutant.d.ts').Mutant[]} */
export default [
  {
    name: 'a connection that closed while queued is admitted',
    promise: "A connection that closes while it waits for admission takes none of its user's places.",
    file: 'src/server/ws/webSocketConnection.ts',
    from: '      leaveGate = await gate.enter();\n      if (!this.isOpen) return undefined;',
    to: '      leaveGate = await gate.enter();',
    tests: ['test/server/ws/webSocketServer.test.ts'],
  },
  {
    name: 'a client that left during sign-in is counted',
    promise: "A request whose client left during sign-in takes none of its user's places.",
    file: 'src/server/http/requests.ts',
    from: 'identity?.service || response.destroyed',
    to: 'identity?.service',
    tests: ['test/server/http/httpServer.test.ts'],
  },
  {
    name: 'the body of a client that left is awaited',
    promise: 'The server waits for no body of a client that already left.',
    file: 'src/server/http/body.ts',
    from: 'if (request.destroyed) {',
    to: 'if (false) {',
    tests: ['test/server/http/httpServer.test.ts'],
  },
  {
    name: 'a closed socket keeps its expiry timer',
    promise: 'A closed connection leaves nothing behind, however long its token is valid.',
    file: 'src/server/ws/webSocketConnection.ts',
    from: '    this.expiry?.callOff();\n',
    to: '',
    tests: ['test/server/ws/webSocketServer.test.ts'],
  },
  {
    name: 'an ended stream keeps its expiry timer',
    promise: 'An ended event stream leaves nothing behind, however long its token is valid.',
    file: 'src/server/http/graphqlHandler.ts',
    from: '          cancelExpiry();\n',
    to: '',
    tests: ['test/server/http/sse.test.ts'],
  },
];
