export default [
  {
    name: 'subscribe-before-ready',
    promise:
      'What was subscribed to over a connection that was given up before it was ready is subscribed to over the next one.',
    file: 'src/adapters/redis/redisConnection.ts',
    from: '  enableReadyCheck: false,\n  disableClientInfo: true,\n',
    to: '',
    tests: ['test/adapters/redis/redisBus.test.ts'],
  },
  {
    name: 'cluster-reconnects-in-place',
    promise: 'A Cluster whose nodes hang while they are connected to is subscribed to again once they answer.',
    file: 'src/adapters/redis/redisConnection.ts',
    from: 'reconnect: () => false,',
    to: 'reconnect: (subscriber) => {\n        subscriber.disconnect(true);\n        return true;\n      },',
    tests: ['test/adapters/redis/redisBus.test.ts'],
  },
  {
    name: 'replaced-subscriber-starts-empty',
    promise: 'A subscriber that takes the place of another subscribes to what that one was asked for.',
    file: 'src/adapters/redis/pubSub.ts',
    from: 'for (const channels of inPieces([...wanted], SUBSCRIBE_AT_ONCE)) await Promise.all(channels.map(subscribe));',
    to: '',
    tests: ['test/adapters/redis/redisConnection.test.ts'],
  },
];
