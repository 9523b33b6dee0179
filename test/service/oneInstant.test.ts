/** What is live and what is kept are read one after the other, and joined: of each user as it was at one instant. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { contentFor, revisionFor } from '../../src/presence/view.js';
import { EVERYTHING } from '../../src/presence/visibility.js';
import { durable, NOON } from '../support/unit/builders.js';
import { contentOf } from '../support/unit/fanout.js';
import { setUpPresence, user } from './serviceUnderTest.js';

const viewer = { kind: 'service', userId: 'host' } as const;
const ana = user('ana');

type Fixture = ReturnType<typeof setUpPresence>;

const HAPPENINGS: Readonly<Record<string, (f: Fixture) => Promise<unknown>>> = {
  connects: (f) => f.connect('ana'),
  ends: (f) => f.presence.endSession(ana, 'tab'),
  'comes and goes': async (f) => {
    await f.connect('ana');
    await f.presence.endSession(ana, 'tab');
  },
  says: (f) => f.presence.setPresence(ana, { statusMessage: { text: `at ${f.now}`, emoji: null, expiresAt: null } }),
  hides: (f) => f.presence.setPresence(ana, { status: 'INVISIBLE' }),
  shows: (f) => f.presence.setPresence(ana, { status: 'ONLINE' }),
  'is written down': (f) => f.drain(),
  'a millisecond passes': (f) => f.wait(1),
  'a minute passes': (f) => f.wait(60_000),
};
const happenings = fc.array(fc.constantFrom(...Object.keys(HAPPENINGS)), { maxLength: 4 });

/** The service, with what happens before each question to the store and to the journal, as long as there is any. */
const setUpInterleaved = (between: readonly (readonly string[])[]) => {
  const left = [...between];
  let happens = true;
  const interleave = async () => {
    if (!happens) return;
    happens = false;
    for (const name of left.shift() ?? []) await HAPPENINGS[name]!(f);
    happens = true;
  };
  const f = setUpPresence({
    store: (store) => ({
      ...store,
      async read(userIds) {
        await interleave();
        return store.read(userIds);
      },
    }),
  });
  const { read } = f.journal.journal;
  f.journal.journal.read = async (userIds) => {
    await interleave();
    return read(userIds);
  };
  return f;
};

describe('an answer', () => {
  it('is of one instant: equal asOf is equal content, and asOf never goes back, whatever happens while it is read', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(happenings, { minLength: 1, maxLength: 12 }), async (between) => {
        const f = setUpInterleaved(between);
        const contents = new Map<number, string>();
        const shows = (asOf: number, content: unknown) => {
          const text = JSON.stringify(content);
          expect(contents.get(asOf) ?? text, `as of ${asOf - NOON}`).toBe(text);
          contents.set(asOf, text);
        };
        const answered = await f.heardOf('ana');
        let latest = 0;
        for (let i = 0; i < between.length; i += 1) {
          const [view] = await f.presence.presenceOf(viewer, ['ana']);
          if (!view) throw new Error('Nothing was answered.');
          expect(view.asOf).toBeGreaterThanOrEqual(latest);
          latest = view.asOf;
          for (const { record } of answered.splice(0)) {
            if (record) shows(revisionFor(record, EVERYTHING), contentFor(record, EVERYTHING));
          }
          shows(view.asOf, contentOf(view));
        }
      }),
      { numRuns: 500 },
    );
  });

  it('about a user whose first session begins during the read shows that session', async () => {
    const f = setUpInterleaved([[], ['connects', 'is written down']]);
    expect(await f.presence.presenceOf(viewer, ['ana'])).toMatchObject([{ status: 'ONLINE', asOf: NOON + 1 }]);
  });

  it('comes also where the journal row stays later than the clock of the store', async () => {
    const f = setUpPresence();
    const persisted = durable({ revision: NOON + 10_000, lastSeen: NOON });
    f.journal.rows.set('ana', { generation: 1, persisted });
    expect(await f.presence.presenceOf(viewer, ['ana'])).toMatchObject([
      { status: 'OFFLINE', lastSeen: NOON, asOf: NOON + 10_000 },
    ]);
  });

  it('about a user whose session begins during a reread is of one instant as well', async () => {
    const f = setUpInterleaved([[], ['connects', 'is written down']]);
    const { records } = await f.presence.readRecords(['ana']);
    expect(records.get('ana')?.sessions).toHaveLength(1);
  });
});
