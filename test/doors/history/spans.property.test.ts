import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { changesOf, type Step, seenIn, stepAt, stepOf } from '../../../src/doors/history/spans.js';
import { createLife, SHORT, steps } from '../../model/commands.js';
import { createSpans, expectSound, spansSeen } from '../../support/unit/histories.js';
import { story } from '../../support/unit/story.js';

/** A random life, and the steps of its commits. */
const livedBy = (all: Parameters<ReturnType<typeof createLife>>[0][]) => {
  const ana = story(SHORT);
  const first = ana.record;
  const live = createLife(ana);
  for (const next of all) live(next);
  const made = ana.commits.flatMap(({ before, after }) => stepOf(before, after, false) ?? []);
  return { ana, steps: made, records: [first, ...ana.commits.map(({ after }) => after)] };
};

/** Cuts a list into batches of those sizes. */
const cut = <T>(list: readonly T[], sizes: readonly number[]): readonly (readonly T[])[] => {
  const batches: (readonly T[])[] = [];
  for (let at = 0, i = 0; at < list.length; i += 1) {
    const size = sizes[i % sizes.length] ?? 1;
    batches.push(list.slice(at, at + size));
    at += size;
  }
  return batches;
};

const sizes = fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 4 });

/** The steps as several nodes bring them: some twice, some late, some never. */
const brought = (made: readonly Step[], fates: readonly number[]): readonly Step[] =>
  made
    .flatMap((step, i) => {
      const fate = fates[i % fates.length]!;
      if (fate === 0) return [];
      return [{ step, place: i + (fate === 1 ? 2.5 : 0) }, ...(fate === 2 ? [{ step, place: i + 3.5 }] : [])];
    })
    .sort((a, b) => a.place - b.place)
    .map(({ step }) => step);

describe('the spans of any life', () => {
  it('are what viewers saw, however the steps are batched', () => {
    fc.assert(
      fc.property(steps(), sizes, (all, batchSizes) => {
        const { steps: made, records } = livedBy(all);
        const history = createSpans();
        for (const batch of cut(made, batchSizes)) history.apply(changesOf(history.head, batch.toReversed()));
        expect(history.all).toEqual(spansSeen(records));
        expectSound(history.all);
      }),
      { numRuns: 500 },
    );
  });

  it('neither overlap nor end before they begin, whatever comes late, twice or never', () => {
    fc.assert(
      fc.property(
        steps(),
        sizes,
        fc.array(fc.nat({ max: 5 }), { minLength: 1, maxLength: 12 }),
        (all, batchSizes, fates) => {
          const { steps: made } = livedBy(all);
          const history = createSpans();
          for (const batch of cut(brought(made, fates), batchSizes)) {
            history.apply(changesOf(history.head, batch));
            expectSound(history.all);
          }
        },
      ),
      { numRuns: 500 },
    );
  });

  it('go on, after whatever was lost, as the next step or the walk finds it', () => {
    fc.assert(
      fc.property(steps(), fc.array(fc.nat({ max: 2 }), { minLength: 1, maxLength: 12 }), (all, fates) => {
        const { ana, steps: made } = livedBy(all);
        const history = createSpans();
        for (const step of brought(made, fates)) history.apply(changesOf(history.head, [step]));
        ana.wait(50);
        history.apply(changesOf(history.head, [stepAt(ana.record, ana.now + 1)]));
        const { status, devices } = seenIn(ana.record);
        const open = history.all.filter(({ to }) => to === null);
        expect(open.map((span) => span.device).sort()).toEqual(status === 'OFFLINE' ? [] : [...devices].sort());
        for (const span of open) expect(span.status).toBe(status);
        expectSound(history.all);
      }),
      { numRuns: 300 },
    );
  });

  it('lose nothing with a step that is lost, since the next one knows the state before', () => {
    fc.assert(
      fc.property(steps(), fc.nat({ max: 30 }), (all, lost) => {
        // Statuses alone: activities move the revision of the devices as well, and messages that of the status.
        const plain = all.flatMap((next) => {
          if (next.kind === 'host') return [];
          return next.kind === 'set' ? { ...next, said: { status: next.said.status ?? 'AWAY' } } : next;
        });
        const { steps: made, records } = livedBy(plain);
        fc.pre(made.length > 1);
        const missing = lost % (made.length - 1);
        const history = createSpans();
        for (const [i, step] of made.entries()) if (i !== missing) history.apply(changesOf(history.head, [step]));
        expect(history.all).toEqual(spansSeen(records));
      }),
      { numRuns: 300 },
    );
  });

  it('come out the same when all steps come a second time', () => {
    fc.assert(
      fc.property(steps(), (all) => {
        const { steps: made } = livedBy(all);
        const history = createSpans();
        for (const step of made) history.apply(changesOf(history.head, [step]));
        const once = history.all;
        for (const step of made) expect(changesOf(history.head, [step])).toBeUndefined();
        expect(history.all).toEqual(once);
      }),
      { numRuns: 100 },
    );
  });
});
