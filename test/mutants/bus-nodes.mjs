export default [
  {
    name: 'subscribe-before-ready',
    promise:
      'What was subscribed to over a connection that was given up before it was ready is subscribed to over the next one.',
    file: 'src/store/connection.ts',
    from: '  enableReadyCheck: false,\n  disableClientInfo: true,\n',
    to: '',
    tests: ['test/bus/redis.test.ts'],
  },
  {
    name: 'cluster-reconnects-in-place',
    promise: 'A Cluster whose nodes hang while they are connected to is subscribed to again once they answer.',
    file: 'src/store/connection.ts',
    from: 'reconnect: () => false,',
    to: 'reconnect: (subscriber) => {\n        subscriber.disconnect(true);\n        return true;\n      },',
    tests: ['test/bus/redis.test.ts'],
  },
  {
    name: 'replaced-subscriber-starts-empty',
    promise: 'A subscriber that takes the place of another subscribes to what that one was asked for.',
    file: 'src/store/connection.ts',
    from: 'await Promise.all(channels.map(subscribeAgain));',
    to: '',
    tests: ['test/store/connection.test.ts'],
  },
  {
    name: 'attempts-pile-up',
    promise:
      'However often a connection is given up while a Cluster is away, each channel is asked for once when it is back.',
    file: 'src/store/connection.ts',
    from: '() => wanted.get(channel) === attempt,',
    to: '() => wanted.has(channel),',
    tests: ['test/store/connection.test.ts'],
  },
  {
    name: 'new-connections-are-given-up-while-they-are-made',
    promise: 'Connections that took the place of silent ones have time to be made before they count as silent.',
    file: 'src/bus/redis.ts',
    from: 'connectedAt = now + CONNECTING_MS;',
    to: 'connectedAt = now;',
    tests: ['test/bus/silence.test.ts'],
  },
];
