export default [
  {
    name: 'no subscribing again after a reconnection that failed half way',
    promise:
      'A channel requested over a connection that is replaced before it is ready is subscribed over the next connection.',
    file: 'src/adapters/redis/redisConnection.ts',
    from: '  enableReadyCheck: false,\n  disableClientInfo: true,\n',
    to: '',
    tests: ['test/adapters/redis/redisBus.test.ts'],
  },
  {
    name: 'a Cluster client reconnects in place',
    promise: 'After the nodes of a Redis Cluster hung, all channels are subscribed again once they answer.',
    file: 'src/adapters/redis/redisConnection.ts',
    from: 'reconnect: () => false,',
    to: 'reconnect: (subscriber) => {\n        subscriber.disconnect(true);\n        return true;\n      },',
    tests: ['test/adapters/redis/redisBus.test.ts'],
  },
  {
    name: 'a replacement subscriber starts without channels',
    promise: 'A subscriber that replaces another one subscribes to the same channels.',
    file: 'src/adapters/redis/pubSub.ts',
    from: 'await Promise.all(channels.map(subscribeAgain));',
    to: '',
    tests: ['test/adapters/redis/redisConnection.test.ts'],
  },
  {
    name: 'subscribe attempts pile up',
    promise:
      'However many reconnections fail while a Cluster is unreachable, each channel is subscribed once when it returns.',
    file: 'src/adapters/redis/pubSub.ts',
    from: '() => wanted.get(channel) === attempt,',
    to: '() => wanted.has(channel),',
    tests: ['test/adapters/redis/redisConnection.test.ts'],
  },
  {
    name: 'a connection counts as silent while it is being made',
    promise: 'A replacement connection has time to connect before it counts as silent.',
    file: 'src/adapters/redis/gaps.ts',
    from: 'connectedAwakeMs = awakeMs + CONNECTING_MS;',
    to: 'connectedAwakeMs = awakeMs;',
    tests: ['test/adapters/redis/silence.test.ts'],
  },
];
