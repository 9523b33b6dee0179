import { describe, expect, it } from 'vitest';
import { changesOf, differs, MAX_A_DAY, type Step, seenIn, stepAt, stepOf } from '../../../src/doors/history/spans.js';
import type { PresenceRecord } from '../../../src/presence/types.js';
import { NOON } from '../../support/unit/builders.js';
import { createSpans } from '../../support/unit/histories.js';
import { story } from '../../support/unit/story.js';

const GRACE_MS = 5_000;
const MINUTE = 60_000;

/** The spans after all commits of a story. */
const spansOf = ({ commits }: ReturnType<typeof story>) => {
  const history = createSpans();
  for (const { before, after } of commits) {
    const step = stepOf(before, after, false);
    if (step) history.apply(changesOf(history.head, [step]));
  }
  return history.all;
};

describe('the history of a user', () => {
  it('has a span for each device, cut where others saw the status change, until the user was last seen', () => {
    const ana = story({ graceMs: GRACE_MS });
    ana.connect('tab', 'n/1', 'WEB');
    ana.pass(MINUTE);
    ana.connect('phone', 'n/2', 'MOBILE');
    ana.pass(MINUTE);
    ana.set({ status: 'DO_NOT_DISTURB' }, { session: 'tab' });
    ana.pass(MINUTE);
    ana.close('n/2');
    ana.wait(MINUTE);
    ana.close('n/1');
    ana.wait(MINUTE);
    expect(spansOf(ana)).toEqual([
      { device: 'WEB', status: 'ONLINE', from: NOON + 1, to: NOON + 2 * MINUTE + 1 },
      { device: 'MOBILE', status: 'ONLINE', from: NOON + MINUTE + 1, to: NOON + 2 * MINUTE + 1 },
      { device: 'MOBILE', status: 'DO_NOT_DISTURB', from: NOON + 2 * MINUTE + 1, to: NOON + 3 * MINUTE + GRACE_MS + 1 },
      { device: 'WEB', status: 'DO_NOT_DISTURB', from: NOON + 2 * MINUTE + 1, to: NOON + 4 * MINUTE },
    ]);
  });

  it('is the same for who hides and who leaves, and has a gap for both', () => {
    const lived = (end: (ana: ReturnType<typeof story>) => void, back: (ana: ReturnType<typeof story>) => void) => {
      const ana = story({ graceMs: GRACE_MS });
      ana.connect('tab', 'n/1', 'WEB');
      ana.wait(MINUTE);
      end(ana);
      ana.wait(2 * MINUTE - ana.now + NOON);
      back(ana);
      ana.wait(MINUTE);
      return spansOf(ana);
    };
    const left = lived(
      (ana) => {
        ana.close('n/1');
        ana.wait(GRACE_MS);
      },
      (ana) => ana.connect('tab', 'n/2', 'WEB'),
    );
    const hidden = lived(
      (ana) => {
        ana.wait(GRACE_MS);
        ana.set({ status: 'INVISIBLE' }, { session: 'tab' });
        ana.wait(MINUTE / 2);
        // Whatever happens meanwhile is nobody's business.
        ana.connect('phone', 'n/3', 'MOBILE');
        ana.end('phone');
      },
      (ana) => ana.set({ status: 'ONLINE' }, { session: 'tab' }),
    );
    expect(hidden).toEqual(left);
    expect(left).toEqual([
      { device: 'WEB', status: 'ONLINE', from: NOON + 1, to: NOON + MINUTE },
      { device: 'WEB', status: 'ONLINE', from: NOON + 2 * MINUTE + 1, to: null },
    ]);
  });

  it('knows nothing of who is invisible from the start', () => {
    const ana = story();
    ana.connect('tab', 'n/1', 'WEB');
    ana.set({ status: 'INVISIBLE' });
    ana.wait(MINUTE);
    ana.close('n/1');
    ana.wait(MINUTE);
    const hidden = story({ record: { ...ana.record, sessions: [] } });
    hidden.connect('tab', 'n/9', 'WEB');
    hidden.wait(MINUTE);
    expect(hidden.commits.length).toBeGreaterThan(0);
    expect(spansOf(hidden)).toEqual([]);
  });

  it('goes on through a grace, a reconnect, a second tab, messages and activities', () => {
    const ana = story({ graceMs: GRACE_MS });
    ana.connect('tab', 'n/1', 'WEB');
    ana.wait(MINUTE);
    ana.close('n/1');
    ana.wait(GRACE_MS - 1);
    ana.connect('tab', 'n/2', 'WEB');
    ana.wait(MINUTE);
    ana.connect('other', 'n/3', 'WEB');
    ana.set({ statusMessage: { text: 'Hi', emoji: null, expiresAt: null } });
    ana.host([{ type: 'IN_CALL', name: 'A call', details: null, startedAt: null, expiresAt: null }]);
    ana.close('n/2');
    ana.wait(MINUTE);
    expect(ana.transcript.length).toBeGreaterThan(2);
    expect(spansOf(ana)).toEqual([{ device: 'WEB', status: 'ONLINE', from: NOON + 1, to: null }]);
  });

  it('has no step where others see nothing new', () => {
    const ana = story();
    ana.connect();
    ana.beat({ session: 'tab' });
    ana.set({ statusMessage: { text: 'Hi', emoji: null, expiresAt: null } });
    const [connected, ...others] = ana.commits.map(({ before, after }) => stepOf(before, after, false));
    expect(connected).toBeDefined();
    expect(others.length).toBeGreaterThan(0);
    expect(others.filter(Boolean)).toEqual([]);
  });

  it('is not cut by a store that was lost: what a restored record was decided from, nobody saw', () => {
    const ana = story();
    ana.connect('tab', 'n/1', 'WEB');
    const history = createSpans();
    const [first] = ana.commits;
    history.apply(changesOf(history.head, [stepOf(first!.before, first!.after, false)!]));
    // From the journal: nothing is live.
    const lost: PresenceRecord = { ...ana.record, sessions: [], revision: NOON + 10, lastSeen: NOON + 9 };
    const again = story({ record: lost, at: NOON + 20 });
    again.connect('tab', 'n/2', 'WEB');
    const { before, after } = again.commits[0]!;
    const restored = stepOf(before, after, true)!;
    expect(restored.before).toBeNull();
    history.apply(changesOf(history.head, [restored]));
    expect(history.all).toEqual([{ device: 'WEB', status: 'ONLINE', from: NOON + 1, to: null }]);
  });

  it('ends with the lastSeen of the journal where the process died, and where that is unknown has no span', () => {
    const open = { device: 'WEB', status: 'ONLINE', from: NOON, to: null } as const;
    const head = { asOf: NOON, open: [open], opened: 1, day: 0 };
    const gone = (lastSeen: number | null) => stepAt({ ...story().record, revision: NOON, lastSeen }, NOON + MINUTE);
    expect(changesOf(head, [gone(NOON + 30_000)])).toMatchObject({
      written: [{ ...open, to: NOON + 30_000 }],
      removed: [],
    });
    expect(changesOf(head, [gone(null)])).toMatchObject({ written: [], removed: [open] });
    expect(changesOf(head, [gone(NOON - 1)])).toMatchObject({ written: [], removed: [open], head: { open: [] } });
  });

  it('leaves out steps of a user with too many spans on one day, until the next, and ends those that are open', () => {
    const day = Math.floor(NOON / 86_400_000);
    const open = { device: 'WEB', status: 'ONLINE', from: NOON, to: null } as const;
    const head = { asOf: NOON, open: [open], opened: MAX_A_DAY, day };
    const at = (moment: number): Step => {
      const seen = {
        status: 'AWAY',
        devices: ['WEB'],
        statusSince: moment,
        devicesSince: NOON,
        lastSeen: null,
      } as const;
      return { userId: 'ana', generation: 1, at: moment, before: null, after: seen };
    };
    const full = changesOf(head, [at(NOON + MINUTE)])!;
    expect(full).toMatchObject({ written: [{ ...open, to: NOON + MINUTE }], head: { open: [], opened: MAX_A_DAY } });
    const tomorrow = NOON + 86_400_000;
    expect(changesOf(full.head, [at(tomorrow)])).toMatchObject({
      written: [{ device: 'WEB', status: 'AWAY', from: tomorrow, to: null }],
      head: { opened: 1, day: day + 1 },
    });
  });

  it('differs from a record that shows another status, fewer devices or more', () => {
    const ana = story();
    ana.connect('tab', 'n/1', 'WEB');
    const seen = seenIn(ana.record);
    const open = { device: 'WEB', status: 'ONLINE', from: NOON, to: null } as const;
    expect(differs([open], seen)).toBe(false);
    expect(differs([{ ...open, status: 'AWAY' }], seen)).toBe(true);
    expect(differs([open, { ...open, device: 'MOBILE' }], seen)).toBe(true);
    expect(differs([], seen)).toBe(true);
    expect(differs([], seenIn(story().record))).toBe(false);
  });
});
