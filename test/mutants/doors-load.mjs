const marks = ['test/adapters/redis/redisStateMarks.test.ts'];
const leases = ['test/doors/states/partLeases.test.ts'];

/** @type {readonly import('./mutant.d.ts').Mutant[]} */
export default [
  {
    name: 'each parameter of a URL is looked for among all',
    promise: 'The cost of a URL grows with its length alone, and not with its square.',
    file: 'src/server/rest/route.ts',
    from: 'Object.keys(fields)\n      .filter((name) => query.has(name))\n',
    to: '[...new Set([...Object.keys(fields), ...query.keys()])]\n      .filter((name) => query.has(name))\n',
    tests: ['test/server/rest/route.test.ts'],
  },
  {
    name: 'all who are live are marked in one step of Redis',
    promise: 'However many are live, Redis serves others while they are marked.',
    file: 'src/adapters/redis/redisStateMarks.ts',
    from: "[consumer, '', from, AT_ONCE]",
    to: "[consumer, '', from, 1_000_000]",
    tests: marks,
  },
  {
    name: 'the first slice alone is marked',
    promise: 'Everybody who is live is told anew, however many they are.',
    file: 'src/adapters/redis/redisStateMarks.ts',
    from: "from = last === undefined ? '' : `(${last}`;",
    to: "from = '';",
    tests: marks,
  },
  {
    name: 'all parts are marked at once',
    promise: 'The parts are marked one after another: the store serves others in between.',
    file: 'src/doors/states/partLeases.ts',
    from: '      await marks.markLive(at);\n    }',
    to: '      void marks.markLive(at);\n    }',
    tests: leases,
  },
  {
    name: 'changes wait for all who are told anew',
    promise: 'Who changes is told before those who are told anew.',
    file: 'src/doors/states/partLeases.ts',
    from: 'await marks.markBehind(consumer, before);',
    to: 'await marks.mark(consumer, before);',
    tests: leases,
  },
  {
    name: 'each piece of a body is kept',
    promise: 'A body that comes byte by byte takes its length in memory.',
    file: 'src/server/http/body.ts',
    from: '        piece.copy(bytes, size);\n',
    to: '        piece.copy(bytes, size);\n        ((globalThis as any).pieces ??= []).push(piece);\n',
    tests: ['test/server/http/body.test.ts'],
  },
  {
    name: 'a body is gathered in what it came in',
    promise: 'What was received is not written into.',
    file: 'src/server/http/body.ts',
    from: 'if (size + piece.length > bytes.length) {',
    to: 'if (size + piece.length > bytes.buffer.byteLength - bytes.byteOffset) {',
    tests: ['test/server/http/body.test.ts'],
  },
  {
    name: 'everybody is marked with each renewal',
    promise: 'While the database is away, everybody is marked once more after growing waits, and not every 2.5 s.',
    file: 'src/doors/states/partLeases.ts',
    from: ' && now() >= anewFrom',
    to: '',
    tests: leases,
  },
  {
    name: 'a wait for the database never grows short again',
    promise: 'Once everybody was marked, the next failure waits as the first one.',
    file: 'src/doors/states/partLeases.ts',
    from: '          failures = 0;',
    to: '          failures += 0;',
    tests: leases,
  },
  {
    name: 'each node reads who was told to be live',
    promise: 'Who was told to be live is read, in pages, by nodes that send the part alone.',
    file: 'src/doors/states/partLeases.ts',
    from: 'if (found.holds && found.anew) anew.push(known.at);',
    to: 'if (found.anew) anew.push(known.at);',
    tests: leases,
  },
  {
    name: 'who changes while others are marked anew is left to nobody',
    promise: 'No change is lost, however slowly the store answers.',
    file: 'src/doors/states/batchDelivery.ts',
    from: 'changed.length > 0; changed = users.filter(hasChanged)) {',
    to: 'changed.length > 0; changed = []) {',
    tests: ['test/doors/states/stateSender.test.ts'],
  },
  {
    name: 'what is due is done before the doors open, and until they are closed',
    promise: 'Of what comes due while a node starts or stops its doors hear.',
    file: 'src/app.ts',
    from: `    doors = opened;
    stopping.push(() => opened.refuse());
    // Before what stops first: while clients are sent away, \`/ready\` there says no.
    const metricsPort = await startMetrics(start, node, hub, edge, shared === undefined);
    keepLease(start, backEnds, node, edge, startDue(start, backEnds, node, happenings));
`,
    to: `    const metricsPort = await startMetrics(start, node, hub, edge, shared === undefined);
    keepLease(start, backEnds, node, edge, startDue(start, backEnds, node, happenings));
    stopping.push(() => opened.refuse().then(() => opened.stop()));
`,
    tests: ['test/cluster/nats-due.test.ts'],
  },
];
