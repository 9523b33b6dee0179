export default [
  {
    name: 'ready for too long without a store',
    promise: 'A node whose store hangs says within three seconds that it is not ready.',
    file: 'src/presence/node.ts',
    from: 'const ANSWERED_WITHIN_MS = 2_000;',
    to: 'const ANSWERED_WITHIN_MS = 2_500;',
    tests: ['test/presence/readiness.test.ts'],
  },
  {
    name: 'a connect that found the store away is not released',
    promise: 'A connection whose session the store may have although it did not answer is let go of when it closes.',
    file: 'src/presence/presence.ts',
    from: `        if (!isUnavailable(error)) {
          node.close(local);
          node.closed(local);
        }`,
    to: `        node.close(local);
        node.closed(local);`,
    tests: ['test/presence/presence.test.ts', 'test/store/mending.test.ts'],
  },
  {
    name: 'a lease holds by who was active last',
    promise: 'A lease that another node granted is not wiped by one that comes back.',
    file: 'src/presence/merging.ts',
    from: '({ leaseAsOf, leaseUntil, graceUntil }) => [leaseAsOf,',
    to: '({ activeAt, leaseUntil, graceUntil }) => [activeAt,',
    tests: ['test/presence/merging.test.ts', 'test/presence/memories.test.ts'],
  },
  {
    name: 'an earlier device holds',
    promise: 'Of two memories of a session the device holds that was said later.',
    file: 'src/presence/merging.ts',
    from: 'device: device.device,',
    to: 'device: a.device,',
    tests: ['test/presence/merging.test.ts', 'test/presence/memories.test.ts'],
  },
  {
    name: 'idleness of whichever comes first',
    promise: 'Of two memories of a session it is idle as it was said later.',
    file: 'src/presence/merging.ts',
    from: 'saysIdle: idleness.saysIdle,',
    to: 'saysIdle: a.saysIdle,',
    tests: ['test/presence/merging.test.ts', 'test/presence/memories.test.ts'],
  },
  {
    name: 'a reminder leaves a session without an end',
    promise: 'A session that no connection holds keeps an end, whatever others remember.',
    file: 'src/presence/merging.ts',
    from: 'endless && !isHeld ? -1 : memory.leaseAsOf',
    to: 'memory.leaseAsOf',
    tests: ['test/presence/merging.test.ts', 'test/presence/memories.test.ts'],
  },
  {
    name: 'connecting says that nothing is done',
    promise: 'Who connects again while the store has lost their session does what they did.',
    file: 'src/presence/session.ts',
    from: 'activitiesAsOf: 0,',
    to: 'activitiesAsOf: now,',
    tests: ['test/presence/memories.test.ts'],
  },
  {
    name: 'a commit wipes what was known',
    promise: 'What a node knows of a session is not forgotten when it commits into a store that lost it.',
    file: 'src/presence/remembered.ts',
    from: 'if (known && isLost(known.record, before)) lose(userId, known, now());',
    to: '',
    tests: ['test/presence/memories.test.ts'],
  },
  {
    name: 'what was said is of no moment',
    promise: 'What is said over a connection is known as of then.',
    file: 'src/presence/session.ts',
    from: 'activitiesAsOf: since(session.activitiesAsOf, now)',
    to: 'activitiesAsOf: session.activitiesAsOf',
    tests: ['test/presence/memories.test.ts', 'test/presence/record.test.ts'],
  },
];
