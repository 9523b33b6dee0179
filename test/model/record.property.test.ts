import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { tick } from '../../src/presence/record.js';
import { nextDue } from '../../src/presence/scheduling.js';
import { STATUSES } from '../../src/presence/types.js';
import { contentFor, revisionFor, sameContent } from '../../src/presence/view.js';
import { EVERYTHING, type Facets, SELF } from '../../src/presence/visibility.js';
import { story } from '../support/unit/story.js';
import { createLife, lasting, SHORT, step, steps } from './commands.js';
import { createOracle } from './oracle.js';

const OTHERS: readonly Facets[] = [true, false].flatMap((lastSeen) =>
  [true, false].map((activity) => ({ self: false, status: true, lastSeen, activity })),
);
const VIEWERS: readonly Facets[] = [...OTHERS, SELF];

describe('any life of a record', () => {
  it('shows the status, sessions and lastSeen of the oracle', () => {
    fc.assert(
      fc.property(steps(), fc.constantFrom(0, SHORT.graceMs), (all, graceMs) => {
        const timings = { ...SHORT, graceMs };
        const ana = story(timings);
        const oracle = createOracle(timings);
        const live = createLife(ana, oracle.happens);
        for (const next of all) {
          live(next);
          const { status, lastSeen } = ana.others();
          const { chosen } = ana.record;
          expect({ status, chosen, lastSeen, sessions: [...ana.sessions].sort() }).toEqual(oracle.seenAt(ana.now));
        }
      }),
      { numRuns: 1_000 },
    );
  });

  it('ends with nothing live and nothing due, once all connections are closed', () => {
    fc.assert(
      fc.property(steps(), (all) => {
        const ana = story(SHORT);
        const live = createLife(ana);
        for (const next of all) live(next);
        for (let i = 0; i < 8; i += 1) live({ kind: 'close', which: i, heardMsAgo: 0 });
        for (const { connections } of ana.record.sessions) for (const connection of connections) ana.close(connection);
        ana.wait(100);
        expect(ana.record).toMatchObject({ sessions: [], hostProvided: [] });
        expect(nextDue(ana.record)).toBeNull();
      }),
      { numRuns: 300 },
    );
  });

  it('has a status that is a function of the set of sessions and the choice, in any order', () => {
    fc.assert(
      fc.property(steps(), fc.constantFrom(...STATUSES), (all, chosen) => {
        const ana = story(SHORT);
        const live = createLife(ana);
        for (const next of all) live(next);
        const reordered = { ...ana.record, sessions: [...ana.record.sessions].reverse(), chosen };
        const { status, devices } = contentFor(reordered, EVERYTHING);
        expect(contentFor({ ...ana.record, chosen }, EVERYTHING)).toMatchObject({ status, devices });
      }),
      { numRuns: 200 },
    );
  });

  it('has a lastSeen that is never later than now, never goes back, and is frozen while seen offline', () => {
    fc.assert(
      fc.property(steps(), (all) => {
        const ana = story(SHORT);
        const live = createLife(ana);
        let latest = 0;
        let frozen: number | null | undefined;
        for (const next of all) {
          const before = ana.transcript.length;
          live(next);
          for (const { status, lastSeen, at } of ana.transcript.slice(before)) {
            if (status === 'OFFLINE') {
              if (frozen !== undefined) expect(lastSeen).toBe(frozen);
              expect(lastSeen).not.toBeNull();
              expect(lastSeen).toBeLessThanOrEqual(at);
              expect(lastSeen).toBeGreaterThanOrEqual(latest);
              latest = lastSeen ?? latest;
            } else expect(lastSeen).toBeNull();
            frozen = status === 'OFFLINE' ? lastSeen : undefined;
          }
        }
      }),
      { numRuns: 300 },
    );
  });

  it('has moved the revision of facets wherever what they show has changed', () => {
    fc.assert(
      fc.property(steps(), (all) => {
        const ana = story(SHORT);
        const live = createLife(ana);
        for (const next of all) {
          const before = ana.record;
          live(next);
          for (const facets of VIEWERS) {
            const moved = revisionFor(before, facets) !== revisionFor(ana.record, facets);
            const same = JSON.stringify(contentFor(before, facets)) === JSON.stringify(contentFor(ana.record, facets));
            // A facet whose revision stayed shows the same.
            if (!moved && !facets.self) expect(same).toBe(true);
          }
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe('asOf', () => {
  it('never goes back, and where it is equal so is the content, however late what is due is done', () => {
    const arbitrary = fc.array(fc.tuple(step(), fc.boolean(), fc.boolean()), { maxLength: 40 });
    fc.assert(
      fc.property(arbitrary, (all) => {
        const ana = story(SHORT);
        const live = createLife(ana);
        const latest = new Map<Facets, { asOf: number; content: string }>();
        const answered = (facets: Facets, asOf: number, content: string) => {
          const before = latest.get(facets);
          expect(asOf).toBeGreaterThanOrEqual(before?.asOf ?? 0);
          if (before?.asOf === asOf) expect(content).toBe(before.content);
          latest.set(facets, { asOf, content });
        };
        for (const [next, late, ticks] of all) {
          const before = ana.record;
          live(next, { late });
          if (ticks) ana.tick();
          for (const facets of VIEWERS) {
            // First the event of the commit, where this viewer gets one; then an answer.
            if (revisionFor(ana.record, facets) > (latest.get(facets)?.asOf ?? 0) && ana.record !== before) {
              answered(facets, revisionFor(ana.record, facets), JSON.stringify(contentFor(ana.record, facets)));
            }
            const { asOf, userId, ...content } = ana.others(facets);
            answered(facets, asOf, JSON.stringify(content));
          }
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe('a commit', () => {
  it('of a command said again in the same moment shows nothing more', () => {
    fc.assert(
      fc.property(steps(), step(), (all, last) => {
        fc.pre(last.kind !== 'connect' && last.kind !== 'wait');
        const ana = story(SHORT);
        const live = createLife(ana);
        for (const next of all) live(lasting(next));
        live(lasting(last));
        const before = { sessions: ana.sessions, revisions: ana.record.revisions, self: contentFor(ana.record, SELF) };
        live(lasting(last));
        expect({
          sessions: ana.sessions,
          revisions: ana.record.revisions,
          self: contentFor(ana.record, SELF),
        }).toEqual(before);
      }),
      { numRuns: 300 },
    );
  });

  it('of a connection that is back within the grace is not seen', () => {
    fc.assert(
      fc.property(steps(), fc.nat({ max: SHORT.graceMs - 1 }), fc.nat(), (all, gapMs, which) => {
        const ana = story(SHORT);
        const idle = story(SHORT);
        const lives = [createLife(ana), createLife(idle)];
        for (const next of all.map(lasting)) for (const live of lives) live(next);
        const held = ana.record.sessions.filter(({ connections }) => connections.length > 0);
        const session = held[which % Math.max(1, held.length)];
        fc.pre(session !== undefined);
        for (const connection of session?.connections ?? []) ana.close(connection);
        ana.wait(gapMs);
        ana.connect(session?.id, 'back/1');
        idle.wait(gapMs);
        expect(ana.transcript).toEqual(idle.transcript);
        expect(sameContent(ana.others(), idle.others())).toBe(true);
      }),
      { numRuns: 300 },
    );
  });
});

describe('what is due', () => {
  it('is all that is timed: out of turn there is nothing to do, and done once it is done', () => {
    fc.assert(
      fc.property(steps(), fc.nat({ max: 40 }), (all, aheadMs) => {
        const ana = story(SHORT);
        const live = createLife(ana);
        for (const next of all) {
          live(next);
          expect(tick(ana.record, ana.now).record).toBe(ana.record);
          const due = nextDue(ana.record);
          const at = ana.now + aheadMs;
          const ticked = tick(ana.record, at).record;
          if (due === null || at < due) expect(ticked).toBe(ana.record);
          else {
            expect(ticked).not.toBe(ana.record);
            expect(tick(ticked, at).record).toBe(ticked);
          }
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe('an invisible user', () => {
  it('is the same to others whatever that user does, to the millisecond', () => {
    fc.assert(
      fc.property(steps(), steps(['INVISIBLE']), (before, hidden) => {
        const [busy, still] = [story(SHORT), story(SHORT)];
        const [liveBusy, liveStill] = [createLife(busy), createLife(still)];
        for (const ana of [busy, still]) {
          const live = ana === busy ? liveBusy : liveStill;
          for (const next of before) live(next);
          ana.set({ status: 'INVISIBLE' });
        }
        const from = still.transcript.length;
        for (const next of hidden) {
          liveBusy(next);
          if (next.kind === 'wait') liveStill(next);
          expect(busy.record.revisions).toEqual(still.record.revisions);
          for (const facets of OTHERS) {
            expect(JSON.stringify(busy.others(facets))).toBe(JSON.stringify(still.others(facets)));
          }
        }
        expect(busy.transcript.slice(from)).toEqual([]);
        expect(still.transcript.slice(from)).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  it('who comes back shows no start that nobody gave from before that moment', () => {
    fc.assert(
      fc.property(
        steps(['INVISIBLE']),
        fc.constantFrom('ONLINE', 'AWAY', 'DO_NOT_DISTURB' as const),
        (hidden, status) => {
          const ana = story(SHORT);
          const live = createLife(ana);
          ana.set({ status: 'INVISIBLE' });
          for (const next of hidden) live(next);
          const before = ana.transcript.length;
          ana.set({ status });
          expect(ana.transcript.length).toBe(before + 1);
          for (const { startedAt } of ana.others().activities) expect(startedAt).toBe(ana.now);
        },
      ),
      { numRuns: 200 },
    );
  });
});
