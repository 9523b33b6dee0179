export default [
  {
    name: 'full-redis-keeps-who-leaves',
    promise: 'Users can leave, and hide, while Redis is full.',
    file: 'src/store/redis.ts',
    from: '() => body.length <= encodeBody(base).length + SLACK_CHARS,',
    to: '() => false,',
    tests: ['test/store/full.test.ts'],
  },
  {
    name: 'full-redis-takes-everything',
    promise: 'A Redis that is full takes in nothing new.',
    file: 'src/store/redis.ts',
    from: '() => body.length <= encodeBody(base).length + SLACK_CHARS,',
    to: '() => true,',
    tests: ['test/store/full.test.ts'],
  },
  {
    name: 'full-redis-renews-nothing',
    promise: 'Leases are renewed while Redis is full.',
    file: 'src/store/lua/renew.lua',
    from: '#!lua flags=allow-oom\n',
    to: '',
    tests: ['test/store/full.test.ts'],
  },
  {
    name: 'full-redis-keeps-what-the-journal-has',
    promise: 'What the journal has, and is not live, leaves a Redis that is full.',
    file: 'src/store/lua/clean.lua',
    from: '#!lua flags=allow-oom\n',
    to: '',
    tests: ['test/store/full.test.ts'],
  },
];
