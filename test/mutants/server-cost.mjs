/** @type {readonly import('./mutant.d.ts').Mutant[]} */
export default [
  {
    name: 'every read counts as one, in memory',
    promise: 'What counts for more than one takes as much, in memory.',
    file: 'src/adapters/memory/memoryAllowance.ts',
    from: 'Math.max(now, before?.wholeAt ?? now) + Math.min(count, burst) * intervalMs',
    to: 'Math.max(now, before?.wholeAt ?? now) + intervalMs',
    tests: ['test/adapters/rateLimits.test.ts'],
  },
  {
    name: 'every read counts as one, in Redis',
    promise: 'What counts for more than one takes as much, in Redis.',
    file: 'src/adapters/redis/lua/take.lua',
    from: 'whole = math.max(now, whole) + math.min(count, burst) * interval',
    to: 'whole = math.max(now, whole) + interval',
    tests: ['test/adapters/rateLimits.test.ts'],
  },
  {
    name: 'what is counted afterwards has no bound',
    promise: 'What is counted afterwards delays nobody for more than two allowances.',
    file: 'src/adapters/memory/memoryAllowance.ts',
    from: 'const wholeAt = Math.min(taken, now + MOST * burst * intervalMs);',
    to: 'const wholeAt = taken;',
    tests: ['test/adapters/rateLimits.test.ts'],
  },
];
