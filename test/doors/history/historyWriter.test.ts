import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type HistoryWriter,
  type HistoryWriterOptions,
  startHistoryWriter,
} from '../../../src/doors/history/historyWriter.js';
import type { Records } from '../../../src/node/recordReader.js';
import { unavailable } from '../../../src/presence/errors.js';
import type { PresenceRecord } from '../../../src/presence/types.js';
import { NOON, record } from '../../support/unit/builders.js';
import { createFakeHistory } from '../../support/unit/fakeHistory.js';
import { story } from '../../support/unit/story.js';

const LATER = NOON + 600_000;

let history: ReturnType<typeof createFakeHistory>;
let records: Map<string, PresenceRecord>;
let errors: unknown[];
let dropped: number;
let writer: HistoryWriter;

/** Flushes and walks when it is told to. */
const start = (options: Partial<HistoryWriterOptions> = {}) => {
  const never = 2 ** 30;
  writer = startHistoryWriter({
    history: history.store,
    readRecords: async (): Promise<Records> => ({ now: LATER, nowOf: () => LATER, records }),
    onError: (error) => void errors.push(error),
    onDropped: (steps) => {
      dropped += steps;
    },
    everyMs: never,
    walkMs: never,
    sweepMs: never,
    ...options,
  });
  return writer;
};

beforeEach(() => {
  history = createFakeHistory();
  records = new Map();
  errors = [];
  dropped = 0;
});
afterEach(() => writer.stop());

const live = (userId: string) => {
  const user = story({ record: record({ userId }) });
  user.connect('tab', 'n/1', 'WEB');
  return user;
};
/** Commits from that one on. */
const commit = ({ commits }: ReturnType<typeof story>, from = 0) => {
  for (const { before, after } of commits.slice(from)) writer.committed(before, after, false);
};
const spansOf = (userId: string) => history.spansOf(userId).map(({ from, to }) => [from - NOON, to && to - NOON]);

describe('the writer of the history', () => {
  it('writes what waits, once, and begins nothing for what nobody saw', async () => {
    start();
    const ana = live('ana');
    ana.beat({ session: 'tab' });
    commit(ana);
    await writer.flush();
    await writer.flush();
    expect(history.written).toHaveLength(1);
    expect(spansOf('ana')).toEqual([[1, null]]);
  });

  it.each([false, true])('tries again what the database did not take, or took without an answer (%s)', async (late) => {
    start();
    const ana = live('ana');
    commit(ana);
    history.failures.push({ error: unavailable('away'), late });
    await expect(writer.flush()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    const tried = history.written.length;
    await writer.flush();
    expect(history.written).toHaveLength(tried + 1);
    expect(spansOf('ana')).toEqual([[1, null]]);
    ana.pass(1_000);
    ana.end();
    commit(ana, 1);
    await writer.flush();
    expect(spansOf('ana')).toEqual([[1, 1_000]]);
    expect(dropped).toBe(0);
  });

  it('gives up a user whose history cannot be written, and none of the others', async () => {
    start();
    for (const userId of ['ana', 'bad', 'cem']) commit(live(userId));
    history.failures.push({ error: new Error('a constraint'), of: 'bad' });
    await writer.flush();
    expect([spansOf('ana'), spansOf('bad'), spansOf('cem')]).toEqual([[[1, null]], [], [[1, null]]]);
    expect(errors).toHaveLength(1);
    expect(dropped).toBe(1);
  });

  it('holds a bounded number of users, drops who waited the longest, and says so', async () => {
    start({ maxWaiting: 2 });
    for (const userId of ['ana', 'bob', 'cem']) commit(live(userId));
    expect(dropped).toBe(1);
    await writer.flush();
    expect([spansOf('ana'), spansOf('bob'), spansOf('cem')]).toEqual([[], [[1, null]], [[1, null]]]);
  });

  it('holds a bounded number of steps of a user, the latest among them', async () => {
    start();
    const ana = live('ana');
    for (let i = 0; i < 100; i += 1) {
      ana.pass(1_000);
      ana.set({ status: i % 2 ? 'ONLINE' : 'AWAY' }, { session: 'tab' });
    }
    ana.pass(1_000);
    ana.end();
    commit(ana);
    expect(dropped).toBe(102 - 32);
    await writer.flush();
    expect(spansOf('ana').at(-1)![1]).toBe(101_000);
    expect(history.spansOf('ana').every(({ to }) => to !== null)).toBe(true);
  });

  it('knows from the next commit what a node that died half way had not written', async () => {
    start();
    const ana = live('ana');
    commit(ana);
    await writer.flush();
    ana.pass(1_000);
    ana.end();
    const unwritten = ana.commits.length;
    ana.pass(1_000);
    ana.connect('tab', 'n/2', 'WEB');
    commit(ana, unwritten);
    await writer.flush();
    expect(spansOf('ana')).toEqual([
      [1, 1_000],
      [2_001, null],
    ]);
  });

  it('ends by its walk what a node that died half way left open, and leaves alone what goes on', async () => {
    start();
    const [ana, bob] = [live('ana'), live('bob')];
    commit(ana);
    commit(bob);
    await writer.flush();
    ana.pass(1_000);
    ana.end();
    for (const user of [ana, bob]) records.set(user.record.userId, user.record);
    const before = history.written.length;
    await writer.walk();
    expect(spansOf('ana')).toEqual([[1, 1_000]]);
    expect(spansOf('bob')).toEqual([[1, null]]);
    await writer.walk();
    expect(history.written).toHaveLength(before + 1);
    // The step that was thought lost comes after all.
    commit(ana, 1);
    await writer.flush();
    expect(spansOf('ana')).toEqual([[1, 1_000]]);
  });

  it('ends by its walk, at the lastSeen of the journal, what was open when all live state was lost', async () => {
    start();
    const ana = live('ana');
    commit(ana);
    await writer.flush();
    records.set('ana', record({ userId: 'ana', revision: NOON + 1, lastSeen: NOON + 60_000 }));
    await writer.walk();
    expect(spansOf('ana')).toEqual([[1, 60_000]]);
  });

  it('leaves a commit of a moment ago to the node that made it', async () => {
    start({ readRecords: async () => ({ now: NOON + 2_000, nowOf: () => NOON + 2_000, records }) });
    const ana = live('ana');
    commit(ana);
    await writer.flush();
    ana.pass(1_000);
    ana.end();
    records.set('ana', ana.record);
    await writer.walk();
    expect(spansOf('ana')).toEqual([[1, null]]);
  });

  it('walks through all of many open spans, and begins anew', async () => {
    start();
    const users = Array.from({ length: 1_200 }, (_, i) => live(`u${1_000 + i}`));
    for (const user of users) commit(user);
    await writer.flush();
    // Of who goes on there is more than one step of the walk.
    const leaving = users.slice(600);
    for (const user of leaving) {
      user.pass(1_000);
      user.end();
    }
    for (const user of users) records.set(user.record.userId, user.record);
    let walks = 1;
    while (walks < 10 && (await writer.walk())) walks += 1;
    expect(walks).toBe(3);
    expect(leaving.every(({ record: { userId } }) => spansOf(userId)[0]?.[1] === 1_000)).toBe(true);
    expect(users.slice(0, 600).every(({ record: { userId } }) => spansOf(userId)[0]?.[1] === null)).toBe(true);
  });

  it('writes what waits before it stops', async () => {
    start();
    commit(live('ana'));
    await writer.stop();
    await writer.stop();
    expect(spansOf('ana')).toEqual([[1, null]]);
  });

  it('stops in time while the database hangs', async () => {
    start({ history: { ...history.store, write: () => new Promise(() => {}) } });
    commit(live('ana'));
    const before = performance.now();
    await writer.stop();
    expect(performance.now() - before).toBeLessThan(4_500);
    expect(errors).toMatchObject([{ code: 'UNAVAILABLE' }]);
  });

  it('takes nothing of a later generation for the earlier one', async () => {
    start();
    const ana = live('ana');
    commit(ana);
    await writer.flush();
    const next = story({ record: record({ userId: 'ana', generation: 2 }), at: NOON + 5_000 });
    next.connect('tab', 'n/9', 'MOBILE');
    writer.committed(ana.record, next.record, false);
    await writer.flush();
    expect(history.spansOf('ana')).toEqual([{ device: 'MOBILE', status: 'ONLINE', from: NOON + 5_001, to: null }]);
  });
});
