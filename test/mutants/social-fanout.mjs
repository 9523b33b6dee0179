const counts = ['test/fanout/counts.test.ts'];

/** @type {readonly import('./mutant.d.ts').Mutant[]} */
export default [
  {
    name: 'an older reading of counts holds',
    promise: 'Where a message about counts and a reading race, the later instant holds.',
    file: 'src/fanout/countsKind.ts',
    from: 'if (received.asOf > known.asOf) return received;',
    to: 'if (received.asOf !== known.asOf) return received;',
    tests: counts,
  },
  {
    name: 'a reading that found no counts holds against values',
    promise: 'A put is not lost to a reading that began before it was committed.',
    file: 'src/fanout/countsKind.ts',
    from: 'if (received.all.length === 0) return undefined;',
    to: '',
    tests: counts,
  },
  {
    name: 'the first put is older than nothing',
    promise: 'The first put of an object is sent, whenever the subscription found nothing.',
    file: 'src/fanout/countsKind.ts',
    from: 'return known.all.length === 0 ? { ...received, asOf: known.asOf + 1 } : undefined;',
    to: 'return undefined;',
    tests: counts,
  },
  {
    name: 'the owner of before decides while the new one is read',
    promise: 'A block by the new owner of an object holds, also while it is read who owns it.',
    file: 'src/fanout/countsFanout.ts',
    from: 'if (topic) sights.forgetOwner(topic);',
    to: '',
    tests: counts,
  },
  {
    name: 'each follow rereads all objects',
    promise: 'A follow or block rereads the objects of the two users alone.',
    file: 'src/fanout/countsSights.ts',
    from: 'userOf: (key) => topics.get(key)?.ownerId,',
    to: 'userOf: () => undefined,',
    tests: counts,
  },
  {
    name: 'a change of an object is not followed',
    promise: 'Who may no longer use an object hears no more of its counts.',
    file: 'src/fanout/countsSights.ts',
    from: "const topic = change.kind === 'conversation' ? topics.get(change.id) : undefined;",
    to: 'const topic = undefined;',
    tests: counts,
  },
  {
    name: 'counts of a deleted object stay',
    promise: 'An object that was deleted and made anew shows the counts that were put since.',
    file: 'src/fanout/countsSights.ts',
    from: 'reading.topic.forget();',
    to: 'void reading;',
    tests: counts,
  },
  {
    name: 'any number of objects',
    promise: 'One connection watches at most 1,000 objects, unknown ones included.',
    file: 'src/fanout/budget.ts',
    from: 'if (objects + count <= MAX_OBJECTS) return;',
    to: 'if (objects <= MAX_OBJECTS) return;',
    tests: counts,
  },
];
