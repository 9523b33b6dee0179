const gathered = ['test/adapters/sql/gatheredTells.test.ts'];
const contract = ['test/adapters/sql/trays.test.ts'];
const races = ['test/adapters/sql/socialRaces.test.ts'];

/** @type {readonly import('./mutant.d.ts').Mutant[]} */
export default [
  {
    name: 'what two tell at once is new for both',
    promise: 'An act that two calls tell in one transaction is new for one of them.',
    file: 'src/adapters/sql/gatheredTells.ts',
    from: 'uncounted.delete(id)',
    to: 'uncounted.has(id)',
    tests: gathered,
  },
  {
    name: 'one call that fails takes others along',
    promise: 'A call that cannot be told fails alone, also where it shared a transaction.',
    file: 'src/adapters/sql/gatheredTells.ts',
    from: 'if (told === null) {',
    to: "if (told === null) throw unavailable('Together.');\n      if (told === null) {",
    tests: contract,
  },
  {
    name: 'what may have been told is told again',
    promise: 'A call whose commit was lost is answered as such, and not with a count of nothing.',
    file: 'src/adapters/sql/sqlActs.ts',
    from: '        isTelling = false;\n',
    to: '',
    tests: races,
  },
  {
    name: 'a slow transaction holds up the others',
    promise: 'A tell waits for no transaction that is slow.',
    file: 'src/adapters/sql/gatheredTells.ts',
    from: 'const late = setTimeout(next, LATE_MS);',
    to: 'const late = setTimeout(() => {}, LATE_MS);',
    tests: gathered,
  },
  {
    name: 'calls wait without a deadline',
    promise: 'A tell is answered within the deadline of the database, however long it waited for others.',
    file: 'src/adapters/sql/gatheredTells.ts',
    from: 'deadlineMs === undefined ? undefined : setTimeout(giveUp, deadlineMs)',
    to: 'undefined',
    tests: gathered,
  },
  {
    name: 'a shared transaction waits for a locked tray',
    promise: 'Who tells somebody else does not wait for a tray that is locked.',
    file: 'src/adapters/sql/sqlActs.ts',
    from: '        await tx.execute(sql`set local lock_timeout = ${sql.raw(String(LOCK_MS))}`);\n',
    to: '',
    tests: races,
  },
  {
    name: 'a push is told before it is marked',
    promise: 'The host hears of a position of a notice at most once, also where the node dies as it tells.',
    file: 'src/adapters/sql/pushQueue.ts',
    from: '    const marked = await mark([...wanted, ...unwanted], leases);\n',
    to: '    await tell(wanted);\n    const marked = await mark([...wanted, ...unwanted], leases);\n',
    tests: contract,
  },
  {
    name: 'a node tells what another took since',
    promise: 'A node that decides for longer than its lease tells nothing that another told.',
    file: 'src/adapters/sql/pushQueue.ts',
    from: 'const own = wanted.filter(({ notice }) => marked.has(notice.id));',
    to: 'const own = wanted;',
    tests: contract,
  },
];
