import { describe, expect, it } from 'vitest';
import { DEFAULT_TIMINGS, type Timings } from '../../src/presence/types.js';
import { activity, message, NOON } from '../support/unit/builders.js';
import { story } from '../support/unit/story.js';

const SECOND = 1_000;
const MINUTE = 60_000;
/** When one is last seen whose tab was closed a grace before that minute was over: as who hides then has to be. */
const GRACE_BEFORE = NOON + MINUTE - DEFAULT_TIMINGS.graceMs;

describe('INVISIBLE', () => {
  it('is one OFFLINE with the last moment seen, then silence whatever the user does', () => {
    const ana = story();
    ana.connect('tab', 'n/1', 'WEB');
    ana.set({ activities: [activity()], statusMessage: message() });
    ana.wait(MINUTE);
    ana.set({ status: 'INVISIBLE' });
    const hidden = ana.transcript.length;
    expect(ana.transcript.at(-1)).toEqual({
      at: NOON + MINUTE,
      status: 'OFFLINE',
      statusMessage: null,
      activities: [],
      devices: [],
      lastSeen: GRACE_BEFORE,
    });
    ana.wait(SECOND);
    ana.connect('phone', 'n/2', 'MOBILE');
    ana.set({ activities: [activity({ name: 'Go' })], statusMessage: message({ text: 'Secret' }) });
    ana.beat({ session: 'phone', idle: true });
    ana.host([activity({ type: 'IN_CALL' })]);
    ana.set({ status: 'OFFLINE' });
    ana.set({ status: 'INVISIBLE' });
    ana.close('n/1');
    ana.close('n/2');
    ana.wait(60 * MINUTE);
    ana.connect('tab', 'n/3');
    expect(ana.transcript.length).toBe(hidden);
    expect(ana.others().lastSeen).toBe(GRACE_BEFORE);
  });

  /** Alike until a minute has passed since they last did anything that others see. */
  const twins = (timings: Partial<Timings> = {}) => {
    const both = [story(timings), story(timings)] as const;
    for (const ana of both) {
      ana.connect();
      ana.set({ statusMessage: message(), activities: [activity()] });
      ana.wait(MINUTE);
    }
    return both;
  };

  it.each(['INVISIBLE', 'OFFLINE'] as const)(
    'shows what a user shows whose tab was closed a grace ago (%s)',
    (status) => {
      const [hides, leaves] = twins();
      leaves.close();
      for (const ana of [hides, leaves]) ana.wait(DEFAULT_TIMINGS.graceMs);
      hides.set({ status });
      for (let i = 0; i < 10; i += 1) {
        expect(hides.others()).toEqual(leaves.others());
        for (const ana of [hides, leaves]) ana.wait(i);
      }
      expect(leaves.others().lastSeen).toBe(NOON + MINUTE);
    },
  );

  it('without a grace shows what a user shows whose tab is closed now', () => {
    const [hides, leaves] = twins({ graceMs: 0 });
    hides.set({ status: 'INVISIBLE' });
    leaves.close();
    expect(hides.others()).toEqual(leaves.others());
    expect(hides.others().lastSeen).toBe(NOON + MINUTE);
  });

  it.each<[string, (ana: ReturnType<typeof story>) => void]>([
    ['a text', (ana) => ana.set({ statusMessage: message({ text: 'Bye' }) })],
    ['an activity of the host', (ana) => ana.host([activity({ name: 'Call' })])],
    ['a device', (ana) => ana.connect('phone', 'n/2', 'MOBILE')],
    ['idleness', (ana) => ana.beat({ idle: true })],
    [
      'coming back',
      (ana) => {
        ana.set({ status: 'INVISIBLE' });
        ana.set({ status: 'ONLINE' });
      },
    ],
  ])('within a grace of what others saw (%s) shows what a user shows who ends their session', (_, act) => {
    const [hides, leaves] = twins();
    for (const ana of [hides, leaves]) {
      act(ana);
      ana.wait(DEFAULT_TIMINGS.graceMs - 1);
    }
    hides.set({ status: 'INVISIBLE' });
    for (const id of leaves.sessions) leaves.end(id);
    expect(hides.others()).toEqual({ ...leaves.others(), asOf: hides.others().asOf });
    expect(hides.others().lastSeen).toBe(hides.now);
    expect(hides.others().asOf).toBe(hides.now + 1);
  });

  it('does so after a message expired too, even where that is not committed yet', () => {
    for (const late of ['pass', 'wait'] as const) {
      const ana = story();
      ana.connect();
      ana.set({ statusMessage: message({ expiresAt: NOON + MINUTE - SECOND }) });
      ana[late](MINUTE);
      ana.set({ status: 'INVISIBLE' });
      expect(ana.others().lastSeen).toBe(NOON + MINUTE);
    }
  });

  it('is not revealed by changes within the grace that others did not see', () => {
    const [hides, leaves] = twins();
    leaves.close();
    hides.beat({ connection: 'n/1' });
    hides.connect('tab', 'n/2');
    hides.set({ device: 'UNKNOWN' }, { connection: 'n/2' });
    hides.close('n/1');
    for (const ana of [hides, leaves]) ana.wait(DEFAULT_TIMINGS.graceMs);
    hides.set({ status: 'INVISIBLE', statusMessage: message({ text: 'Secret' }), activities: [] });
    expect(hides.others()).toEqual(leaves.others());
  });

  it('chosen in the grace after a tab was closed is as chosen before it', () => {
    const ana = story();
    ana.connect();
    ana.wait(MINUTE);
    ana.close();
    ana.wait(2 * SECOND);
    ana.set({ status: 'INVISIBLE' });
    const { lastSeen, asOf } = ana.others();
    expect({ lastSeen, asOf }).toEqual({ lastSeen: ana.now - DEFAULT_TIMINGS.graceMs, asOf: ana.now + 1 });
    ana.wait(MINUTE);
    expect(ana.sessions).toEqual([]);
    expect(ana.others().lastSeen).toBe(lastSeen);
  });

  it('shows to its owner, with and without sessions, with everything', () => {
    const ana = story();
    ana.connect('tab', 'n/1', 'WEB');
    ana.set({ status: 'INVISIBLE', activities: [activity()], statusMessage: message() });
    expect(ana.self()).toMatchObject({ status: 'INVISIBLE', devices: ['WEB'], statusMessage: message() });
    expect(ana.self().activities).toHaveLength(1);
    ana.end();
    expect(ana.self()).toMatchObject({ status: 'INVISIBLE', devices: [], activities: [], statusMessage: message() });
  });

  it('ends in one event, and an activity without a startedAt starts then', () => {
    const ana = story();
    ana.connect();
    ana.set({ status: 'INVISIBLE' });
    ana.wait(MINUTE);
    const given = activity({ name: 'Given', startedAt: NOON + 5 });
    ana.set({ activities: [activity({ name: 'Mine' }), given] });
    ana.host([activity({ name: 'Hosted' })]);
    ana.wait(MINUTE);
    const before = ana.transcript.length;
    ana.set({ status: 'ONLINE' });
    expect(ana.transcript.length).toBe(before + 1);
    expect(ana.others().activities.map(({ name, startedAt }) => [name, startedAt])).toEqual([
      ['Mine', NOON + 2 * MINUTE],
      ['Hosted', NOON + 2 * MINUTE],
      ['Given', NOON + 5],
    ]);
  });

  it('holds across sessions', () => {
    const ana = story();
    ana.connect();
    ana.set({ status: 'INVISIBLE' });
    ana.end();
    ana.connect('tab', 'n/2');
    ana.beat({ session: 'more' });
    expect(ana.statuses).toEqual(['ONLINE', 'OFFLINE']);
    expect(ana.record.chosen).toBe('INVISIBLE');
  });

  it('chosen without a session starts one that nobody sees', () => {
    const ana = story();
    ana.set({ status: 'INVISIBLE' });
    expect(ana.transcript).toEqual([]);
    expect(ana.self().lastSeen).toBeNull();
    expect(ana.sessions).toEqual(['new-1']);
  });

  it('moves nothing that others see: not asOf, for any facets', () => {
    const ana = story();
    ana.connect();
    ana.set({ status: 'INVISIBLE' });
    const { revisions } = ana.record;
    ana.wait(MINUTE);
    ana.set({ activities: [activity()], statusMessage: message() });
    ana.connect('phone', 'n/2');
    ana.end('phone');
    ana.end('tab');
    expect(ana.record.revisions).toEqual(revisions);
    expect(ana.others().asOf).toBe(ana.now);
    expect(ana.self().asOf).toBeGreaterThan(ana.now);
  });
});

describe('OFFLINE chosen', () => {
  const offline = () => {
    const ana = story();
    ana.connect('tab', 'n/1');
    ana.wait(MINUTE);
    ana.set({ status: 'OFFLINE' });
    return ana;
  };

  it('shows OFFLINE also to its owner, who still reads the message; and ends no session', () => {
    const ana = offline();
    ana.set({ statusMessage: message() }, { connection: 'n/1' });
    expect(ana.others()).toMatchObject({ status: 'OFFLINE', lastSeen: GRACE_BEFORE, statusMessage: null });
    expect(ana.self()).toMatchObject({ status: 'OFFLINE', statusMessage: message(), devices: [] });
    expect(ana.sessions).toEqual(['tab']);
  });

  it('starts no session', () => {
    const ana = story();
    ana.set({ status: 'OFFLINE' });
    ana.set({ status: 'OFFLINE', activities: [activity()] }, { session: 'tab' });
    expect(ana.sessions).toEqual([]);
    expect(ana.transcript).toEqual([]);
  });

  it('holds while sessions that were live when it was set are used, idle, close and return', () => {
    const ana = offline();
    ana.beat({ connection: 'n/1' });
    ana.set({ activities: [activity()] }, { connection: 'n/1' });
    ana.close();
    ana.wait(3 * SECOND);
    ana.connect('tab', 'n/2');
    ana.wait(60 * MINUTE);
    expect(ana.record.chosen).toBe('OFFLINE');
    expect(ana.others()).toMatchObject({ status: 'OFFLINE', lastSeen: GRACE_BEFORE });
  });

  it('ends when a session starts: of a connection, of a heartbeat, of a setPresence', () => {
    for (const start of [
      (ana: ReturnType<typeof story>) => ana.connect('phone', 'n/2'),
      (ana: ReturnType<typeof story>) => ana.beat({ session: 'phone' }),
      (ana: ReturnType<typeof story>) => ana.set({ activities: [] }, { session: 'phone' }),
    ]) {
      const ana = offline();
      start(ana);
      expect(ana.others().status).toBe('ONLINE');
      expect(ana.record.chosen).toBe('ONLINE');
    }
  });

  it('is not ended by a session that starts in the background', () => {
    const ana = offline();
    ana.beat({ session: 'phone', idle: true });
    ana.beat({ session: 'phone', idle: false });
    expect(ana.others().status).toBe('OFFLINE');
    expect(ana.sessions).toEqual(['tab', 'phone']);
  });

  it('ends when a session that was over since starts again under its old id', () => {
    const ana = offline();
    ana.end();
    expect(ana.others()).toMatchObject({ status: 'OFFLINE', lastSeen: GRACE_BEFORE });
    ana.connect('tab', 'n/2');
    expect(ana.others().status).toBe('ONLINE');
  });
});

describe('AWAY and DO_NOT_DISTURB', () => {
  it('hold until changed, across sessions', () => {
    for (const status of ['AWAY', 'DO_NOT_DISTURB'] as const) {
      const ana = story();
      ana.connect();
      ana.set({ status });
      ana.end();
      ana.wait(MINUTE);
      ana.connect('tab', 'n/2');
      expect(ana.others().status).toBe(status);
      ana.set({ status: 'ONLINE' });
      expect(ana.statuses).toEqual(['ONLINE', status, 'OFFLINE', status, 'ONLINE']);
    }
  });
});
