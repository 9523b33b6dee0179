/** @type {readonly import('./mutant.d.ts').Mutant[]} */
export default [
  {
    name: 'every read costs one unit, in memory',
    promise: 'A read of many users spends as many units, in memory.',
    file: 'src/adapters/memory/memoryAllowance.ts',
    from: 'Math.max(now, before?.wholeAt ?? now) + Math.min(count, burst) * intervalMs',
    to: 'Math.max(now, before?.wholeAt ?? now) + intervalMs',
    tests: ['test/adapters/rateLimits.test.ts'],
  },
  {
    name: 'every read costs one unit, in Redis',
    promise: 'A read of many users spends as many units, in Redis.',
    file: 'src/adapters/redis/lua/take.lua',
    from: 'whole = math.max(now, whole) + math.min(count, burst) * interval',
    to: 'whole = math.max(now, whole) + interval',
    tests: ['test/adapters/rateLimits.test.ts'],
  },
  {
    name: 'later charges have no bound',
    promise: 'Charges made after a read delay a user by at most two whole allowances.',
    file: 'src/adapters/memory/memoryAllowance.ts',
    from: 'const wholeAt = Math.min(taken, now + MOST * burst * intervalMs);',
    to: 'const wholeAt = taken;',
    tests: ['test/adapters/rateLimits.test.ts'],
  },
];
