const trays = ['test/model/trays.property.test.ts'];
const nodes = ['test/model/nodes.property.test.ts'];
const here = ['test/fanout/here.property.test.ts'];
const world = ['test/e2e/social-model.test.ts'];

/** Faults in what the models of the social layer hold: independent oracles beside random lives. */
/** @type {readonly import('./mutant.d.ts').Mutant[]} */
export default [
  {
    name: 'what was seen becomes unseen',
    promise: 'Marking as seen up to an earlier revision changes nothing.',
    file: 'src/adapters/sql/trayMarks.ts',
    from: ' and judged.new > judged.seen',
    to: '',
    tests: ['test/adapters/sql/trays.test.ts'],
  },
  {
    name: 'hidden notices are read along',
    promise: 'Marking all as read reads no notice that its owner does not see.',
    file: 'src/adapters/sql/trayMarks.ts',
    from: 'read_at is null and actors > 0\n      and position <= ${upTo}::bigint',
    to: 'read_at is null\n      and position <= ${upTo}::bigint',
    tests: trays,
  },
  {
    name: 'what was seen is counted as unseen',
    promise: 'The badge counts unread notices that came after what was seen.',
    file: 'src/adapters/sql/noticeRows.ts',
    from: 'position > ${position} and ${isThere}',
    to: 'position >= ${position} and ${isThere}',
    tests: trays,
  },
  {
    name: 'a notice is about an act that is hidden',
    promise: 'The latest act of a notice is one that its owner sees.',
    file: 'src/adapters/sql/underRemoval.ts',
    from: 'lastOfActors: latestActs(sql`placed.latest`, 3),',
    to: 'lastOfActors: latestActs(sql`true`, 3),',
    tests: trays,
  },
  {
    name: 'who is hidden and shown again is not named',
    promise: 'What was hidden and is shown again is in the very same notice, of the very same actors.',
    file: 'src/adapters/sql/shownActs.ts',
    from: 'if (rows.length > 0 || everyStep) await write(tx, rows, sql`latest = ${latest}`);',
    to: '',
    tests: trays,
  },
  {
    name: 'a mute reaches what comes later alone',
    promise: 'Muting takes out of the tray what was told before.',
    file: 'src/adapters/sql/sqlTrays.ts',
    from: 'const revisions = await changeSightOfTarget(tx, userId, target, false);',
    to: 'const revisions = new Map<string, number>();',
    tests: trays,
  },
  {
    name: 'who leaves a place stays in its index',
    promise: 'The index of a place follows who leaves it.',
    file: 'src/adapters/redis/redisPlaces.ts',
    from: 'put(move, revision, isSeenAt(record, move.conversationId))',
    to: 'put(move, revision, true)',
    tests: nodes,
  },
  {
    name: 'who is there already comes again',
    promise: 'Who is seen at a place already comes to it by no other change.',
    file: 'src/adapters/redis/recordCommits.ts',
    from: ': placesMoved(stored, next);',
    to: ': unionOf(placesMoved(stored, next), seenPlacesOf(next));',
    tests: nodes,
  },
  {
    name: 'who is unblocked stays away',
    promise: 'Who may be seen again is seen at the place where they are.',
    file: 'src/fanout/hereSubscription.ts',
    from: 'sight.suspended ||= mayRevoke;\n    this.deps.sights.ask(this, userId);',
    to: 'sight.suspended ||= mayRevoke;',
    tests: here,
  },
  {
    name: 'counts that come late hold',
    promise: 'Counts end at the highest version, in whichever order they are put.',
    file: 'src/social/registers.ts',
    from: 'if (present && present.version >= version) continue;',
    to: '',
    tests: world,
  },
  {
    name: 'who lost the right to a place stays there',
    promise: 'Who may no longer use a place is removed from it.',
    file: 'src/service/lostPlaces.ts',
    from: '!mayUse(facts.get(pairKey(userId, conversationId)), userId)',
    to: '!facts.has(pairKey(userId, conversationId))',
    tests: world,
  },
];
