import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { MarkPart, StateConsumer, StateMarks } from '../../src/presence/ports/stateMarks.js';
import type { LiveStore } from '../../src/presence/ports/stores.js';
import * as commands from '../../src/presence/record.js';
import type { PresenceStatus } from '../../src/presence/types.js';
import { message, timings } from '../support/unit/builders.js';

export interface MarksUnderTest {
  readonly store: LiveStore;
  readonly marks: StateMarks;
  /** Awaits that so many ms have passed for leases and registrations. */
  readonly pass: (ms: number) => Promise<void>;
  /** Loses everything, as a restart without a disk does, and recovers. Left out: the store is lost with its process alone. */
  readonly empty?: () => Promise<void>;
  readonly close?: () => Promise<void>;
}

const TIMES = { forMs: 60_000, leaseMs: 60_000 };
/** Longer than a busy machine takes for what happens under it. */
const LEASE_MS = 1_500;
const TIMINGS = timings({ graceMs: 0 });

/** The contract of every `StateMarks`. */
export const stateMarksContract = (name: string, open: () => Promise<MarksUnderTest>) =>
  describe(`state marks over ${name}`, () => {
    let under: MarksUnderTest;
    let store: LiveStore;
    let marks: StateMarks;
    beforeEach(async () => {
      under = await open();
      ({ store, marks } = under);
    });
    afterEach(() => under.close?.());

    const restored = (userId: string) => async () => commands.restoreRecord(userId, { generation: 1, persisted: null });
    const sessionReference = { sessionId: 'tab', connectionId: null, newSessionId: 'tab' };
    const connect = (userId: string) =>
      store.update(userId, restored(userId), (record, now) =>
        commands.connect(record, { connectionId: 'n/1', sessionId: 'tab', device: 'WEB' }, now),
      );
    const set = (userId: string, status: PresenceStatus) =>
      store.update(userId, restored(userId), (record, now) =>
        commands.setPresence(record, { status, sessionReference }, now, TIMINGS),
      );
    const say = (userId: string, text: string) =>
      store.update(userId, restored(userId), (record, now) =>
        commands.setPresence(record, { statusMessage: message({ text }), sessionReference }, now, TIMINGS),
      );
    const end = (userId: string) =>
      store.update(userId, restored(userId), (record, now) => commands.endSession(record, 'tab', now));

    const partsOf = (holder = 'one', consumer: StateConsumer = 'webhook'): readonly MarkPart[] =>
      Array.from({ length: marks.parts }, (_, part) => ({ consumer, part, holder }));
    const partOf = (userId: string, holder = 'one'): MarkPart => partsOf(holder)[marks.partOf(userId)]!;
    const register = (times = TIMES, holder = 'one') =>
      Promise.all(partsOf(holder).map((part) => marks.renew(part, times)));
    const take = async (limit = 100, holder = 'one') =>
      (await Promise.all(partsOf(holder).map((part) => marks.take(part, limit)))).flat().sort();
    const told = (userId: string, holder = 'one') => marks.told(partOf(userId, holder), [userId]);
    const marked = async () => (await register()).reduce((sum, each) => sum + each.marked, 0);

    it('marks nobody before the first registration, which says that everybody is to be told anew, until it is', async () => {
      await connect('ana');
      const first = await register();
      expect(first.every(({ holds, anew, marked: count }) => holds && anew && count === 0)).toBe(true);
      await Promise.all(partsOf().map((part) => marks.markLive(part)));
      await Promise.all(partsOf().map((part) => marks.toldAnew(part)));
      expect((await register()).some(({ anew }) => anew)).toBe(false);
      expect(await take()).toEqual(['ana']);
    });

    it('marks with each commit that others see, and with no other', async () => {
      await register();
      await connect('ana');
      expect(await take()).toEqual(['ana']);
      expect(await told('ana')).toBe(true);
      for (const see of [() => say('ana', 'Back at two'), () => set('ana', 'AWAY'), () => set('ana', 'INVISIBLE')]) {
        await see();
        expect(await take()).toEqual(['ana']);
        await told('ana');
      }
      await say('ana', 'Nobody sees this');
      await end('ana');
      await connect('ana');
      await set('ana', 'INVISIBLE');
      await connect('bob');
      expect(await take()).toEqual(['bob']);
    });

    it('marks nobody who hides when their record comes back from the journal', async () => {
      await register();
      const hiding = { ...(await restored('ana')()), chosen: 'INVISIBLE' as const };
      await store.update(
        'ana',
        async () => hiding,
        (record, now) => commands.connect(record, { connectionId: 'n/1', sessionId: 'tab', device: 'WEB' }, now),
      );
      expect(await marked()).toBe(0);
    });

    it('keeps the mark of who changed since it was taken, and removes any other', async () => {
      await register();
      await connect('ana');
      expect(await take()).toEqual(['ana']);
      expect(await take()).toEqual([]);
      await set('ana', 'AWAY');
      await told('ana');
      expect(await take()).toEqual(['ana']);
      await told('ana');
      expect(await marked()).toBe(0);
    });

    it('gives what the sender before took to who gains the lease, and takes nothing for anybody else', async () => {
      await register({ ...TIMES, leaseMs: LEASE_MS });
      await connect('ana');
      expect(await take()).toEqual(['ana']);
      expect(await take(100, 'two')).toEqual([]);
      expect((await register(TIMES, 'two')).some(({ holds }) => holds)).toBe(false);
      await under.pass(LEASE_MS + 1);
      expect((await register(TIMES, 'two')).every(({ holds }) => holds)).toBe(true);
      expect(await take(100, 'two')).toEqual(['ana']);
      expect((await register()).some(({ holds }) => holds)).toBe(false);
    });

    it('marks again whom a sender told that had lost its lease', async () => {
      await register({ ...TIMES, leaseMs: LEASE_MS });
      await connect('ana');
      await take();
      await under.pass(LEASE_MS + 1);
      await register(TIMES, 'two');
      await take(100, 'two');
      expect(await told('ana', 'two')).toBe(true);
      expect(await told('ana')).toBe(false);
      expect(await take(100, 'two')).toEqual(['ana']);
    });

    it('puts off who was taken, also for who gains the lease, until their time comes or they change', async () => {
      await register({ ...TIMES, leaseMs: LEASE_MS });
      const users = ['ana', 'bob', 'cem'];
      for (const userId of users) await connect(userId);
      await take();
      const postpone = (userId: string, ms: number, holder = 'one') =>
        marks.postpone(partOf(userId, holder), new Map([[userId, ms]]));
      expect(await postpone('ana', 60_000)).toBe(true);
      expect(await postpone('bob', 4 * LEASE_MS)).toBe(true);
      expect(await take()).toEqual([]);
      await marks.markBehind('webhook', users);
      expect(await take()).toEqual([]);
      await under.pass(LEASE_MS + 1);
      await register(TIMES, 'two');
      // Who was taken and not put off is found; the others wait on.
      expect(await take(100, 'two')).toEqual(['cem']);
      expect(await postpone('cem', 60_000)).toBe(false);
      await told('cem', 'two');
      await under.pass(3 * LEASE_MS);
      expect(await take(100, 'two')).toEqual(['bob']);
      await set('ana', 'AWAY');
      expect(await take(100, 'two')).toEqual(['ana']);
      // A change that nobody took yet stays.
      await set('ana', 'DO_NOT_DISTURB');
      expect(await postpone('ana', 60_000, 'two')).toBe(true);
      expect(await take(100, 'two')).toEqual(['ana']);
    });

    it('does not count who is put off as late', async () => {
      await register();
      await connect('ana');
      await take();
      await marks.postpone(partOf('ana'), new Map([['ana', 60_000]]));
      await under.pass(30);
      expect(await marks.renew(partOf('ana'), TIMES)).toMatchObject({ marked: 1, oldestMs: 0 });
    });

    it('gives up a lease for the next one at once', async () => {
      await register();
      await Promise.all(partsOf().map((part) => marks.release(part)));
      await Promise.all(partsOf('nobody').map((part) => marks.release(part)));
      expect((await register(TIMES, 'two')).every(({ holds }) => holds)).toBe(true);
      await Promise.all(partsOf().map((part) => marks.release(part)));
      expect((await register()).some(({ holds }) => holds)).toBe(false);
    });

    it('takes the oldest marks first, and who only is live after who changed', async () => {
      await register();
      const users = ['ana', 'bob', 'cem'].filter((userId, _, [first]) => marks.partOf(userId) === marks.partOf(first!));
      for (const userId of users) await connect(userId);
      await take();
      for (const userId of users) await told(userId);
      await marks.markLive(partOf('ana'));
      const last = users.at(-1)!;
      await set(last, 'AWAY');
      expect(await marks.take(partOf('ana'), 1)).toEqual([last]);
      expect([...(await marks.take(partOf('ana'), 10))].sort()).toEqual(users.slice(0, -1));
      expect(await marks.take(partOf('ana'), 10)).toEqual([]);
    });

    it('marks behind those who changed, and leaves where they are who are marked', async () => {
      await register();
      const users = ['ana', 'bob', 'cem'].filter((userId, _, [first]) => marks.partOf(userId) === marks.partOf(first!));
      const last = users.at(-1)!;
      await marks.mark('webhook', [last]);
      await marks.markBehind('webhook', users);
      expect(await marks.take(partOf('ana'), 1)).toEqual([last]);
      await marks.markBehind('webhook', users);
      expect([...(await marks.take(partOf('ana'), 10))].sort()).toEqual(users.slice(0, -1));
      expect(await marks.take(partOf('ana'), 10)).toEqual([]);
    });

    it('says how many are marked, and for how long the longest', async () => {
      await register();
      await connect('ana');
      await under.pass(30);
      const found = await marks.renew(partOf('ana'), TIMES);
      expect(found.marked).toBe(1);
      expect(found.oldestMs).toBeGreaterThanOrEqual(29);
      await take();
      expect((await marks.renew(partOf('ana'), TIMES)).oldestMs).toBeGreaterThanOrEqual(29);
      await told('ana');
      expect(await marks.renew(partOf('ana'), TIMES)).toMatchObject({ marked: 0, oldestMs: 0 });
    });

    it('marks ids of any kind, and says who is marked', async () => {
      await register();
      const hostile = ['__proto__', 'a:b', '{}', '*', 'ä🍎', '%', '12'];
      await marks.mark('webhook', hostile);
      expect([...(await marks.markedAmong('webhook', [...hostile, 'nobody']))].sort()).toEqual([...hostile].sort());
      expect(await take()).toEqual([...hostile].sort());
      expect((await marks.markedAmong('webhook', hostile)).size).toBe(hostile.length);
      expect(await marks.markedAmong('stream', hostile)).toEqual(new Set());
      expect(await marks.markedAmong('webhook', [])).toEqual(new Set());
    });

    it('marks for each consumer by itself', async () => {
      await register();
      await Promise.all(partsOf('other', 'stream').map((part) => marks.renew(part, TIMES)));
      await connect('ana');
      expect(await take()).toEqual(['ana']);
      await told('ana');
      expect(await marks.take({ ...partOf('ana', 'other'), consumer: 'stream' }, 10)).toEqual(['ana']);
    });

    it('marks who is deleted', async () => {
      await register();
      await connect('ana');
      await take();
      await told('ana');
      await store.forget('ana', 1);
      expect(await take()).toEqual(['ana']);
    });

    it('ends by itself, and drops what is marked, where nobody renews', async () => {
      await register({ ...TIMES, forMs: LEASE_MS });
      await connect('ana');
      await under.pass(LEASE_MS + 1);
      await set('ana', 'AWAY');
      expect(await marks.markedAmong('webhook', ['ana'])).toEqual(new Set());
      expect((await register()).every(({ anew, marked: count }) => anew && count === 0)).toBe(true);
    });

    it('says once more that everybody is to be told anew where the store was emptied while they were marked', async () => {
      const { empty } = under;
      if (!empty) return;
      await register();
      await Promise.all(partsOf().map((part) => marks.markLive(part)));
      await marks.mark('webhook', ['ana']);
      await empty();
      await register();
      await Promise.all(partsOf().map((part) => marks.toldAnew(part)));
      expect((await register()).every(({ holds, anew }) => holds && anew)).toBe(true);
    });

    it('says once more that everybody is to be told anew where the store came back empty', async () => {
      const { empty } = under;
      if (!empty) return;
      await register();
      await Promise.all(partsOf().map((part) => marks.markLive(part)));
      await Promise.all(partsOf().map((part) => marks.toldAnew(part)));
      expect((await register()).some(({ anew }) => anew)).toBe(false);
      await empty();
      await connect('ana');
      expect((await register()).every(({ holds, anew }) => holds && anew)).toBe(true);
    });
  });
