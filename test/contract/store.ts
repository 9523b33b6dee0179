import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { notFound } from '../../src/presence/errors.js';
import type { Bus, TypingMessage, UserMessage } from '../../src/presence/ports/bus.js';
import type { LiveStore } from '../../src/presence/ports/stores.js';
import * as commands from '../../src/presence/record.js';
import { nodeOf } from '../../src/presence/recovery.js';
import type { PresenceRecord, StatusMessage } from '../../src/presence/types.js';
import { activity, message, timings } from '../support/builders.js';
import { createInbox } from '../support/inbox.js';

/** A store that holds nothing, the bus that it publishes to, and its clock, if that can be moved. */
export interface StoreUnderTest {
  readonly store: LiveStore;
  readonly bus: Bus;
  /** Moves the clock of the store on. Without it, time is awaited. */
  readonly advance?: (ms: number) => void;
  readonly close?: () => Promise<void>;
}

/** Ids that break what builds keys or objects of them. */
const HOSTILE = ['__proto__', 'constructor', 'a b', 'a:b', ':', 'rc:{0}:due', '{}', '{a}b', '*', 'ä🍎', '%', '"', '\\'];

const TTL_MS = 60;
/** What is to run out in real time: longer than a busy machine takes to begin it. */
const BRIEF_MS = 250;
const TIMINGS = timings({ sessionTtlMs: TTL_MS, graceMs: 40, typingTimeoutMs: 60 });

/** What every {@link Store} must do. */
export const storeContract = (name: string, makeStore: () => Promise<StoreUnderTest>) =>
  describe(`store over ${name}`, () => {
    let under: StoreUnderTest;
    let store: LiveStore;
    let bus: Bus;

    beforeEach(async () => {
      under = await makeStore();
      ({ store, bus } = under);
    });
    afterEach(async () => {
      await store.close();
      await bus.close();
      await under.close?.();
    });

    /** Awaits what must hold once `ms` have passed; where the clock can be moved, it must hold at once. */
    const onceAfter = async (ms: number, holds: () => Promise<boolean>) => {
      under.advance?.(ms);
      while (!(await holds())) {
        if (under.advance) throw new Error(`${ms} ms have passed and it does not hold`);
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    };

    const restored =
      (userId: string, changes: Partial<PresenceRecord> = {}) =>
      async (): Promise<PresenceRecord> => ({
        ...commands.restoreRecord(userId, { generation: 1, persisted: null }),
        ...changes,
      });
    /** The first restoring waits for its answer; any later one has another at once. */
    const heldRestoring = (first: () => Promise<PresenceRecord>, later: () => Promise<PresenceRecord>) => {
      let begin: () => void = () => {};
      let answer: () => void = () => {};
      const begun = new Promise<void>((resolve) => {
        begin = resolve;
      });
      const answered = new Promise<void>((resolve) => {
        answer = resolve;
      });
      let times = 0;
      const restore = () => {
        times += 1;
        begin();
        return times === 1 ? answered.then(first) : later();
      };
      return { restore, begun, answer: () => answer() };
    };
    const neverRestored = () => Promise.reject(new Error('there was a record'));
    const connect = (userId: string, sessionId = 'tab', connectionId = `n/${sessionId}`) =>
      store.update(userId, restored(userId), (record, now) =>
        commands.connect(record, { connectionId, sessionId, device: 'WEB' }, now),
      );
    const sessionReference = { sessionId: 'app', connectionId: null, newSessionId: 'app' };
    const beat = (userId: string) =>
      store.update(userId, restored(userId), (record, now) =>
        commands.heartbeat(record, { idle: false, sessionReference }, now, TIMINGS),
      );
    const set = (userId: string, input: { status?: PresenceRecord['chosen']; statusMessage?: StatusMessage | null }) =>
      store.update(userId, restored(userId), (record, now) =>
        commands.setPresence(record, { ...input, sessionReference }, now, TIMINGS),
      );
    const end = (userId: string, sessionId = 'tab') =>
      store.update(userId, restored(userId), (record, now) => commands.endSession(record, sessionId, now));
    const tick = (userId: string) => store.update(userId, neverRestored, commands.tick);
    /** One more in a counter that nobody sees: whatever was not counted was lost. */
    const count = (record: PresenceRecord, now: number) => ({
      record: {
        ...record,
        revision: Math.max(record.revision, now) + 1,
        lastSeen: (record.lastSeen ?? 0) + 1,
      },
      result: record.lastSeen ?? 0,
    });

    const recordOf = async (userId: string) => (await store.read([userId])).records.get(userId);
    const dirtyIds = async () => (await store.dirty(1_000)).records.map(({ userId }) => userId);
    const cleanAll = async () => {
      const { records } = await store.dirty(1_000);
      await store.clean(records.map(({ userId, revision }) => ({ userId, revision })));
    };
    const heardOf = async (userId: string) => {
      const inbox = createInbox<UserMessage>(`messages of ${userId}`);
      await bus.subscribeUser(userId, inbox.push);
      return inbox;
    };
    const typingHeardIn = async (conversationId: string) => {
      const inbox = createInbox<TypingMessage>(`typing in ${conversationId}`);
      await bus.subscribeTyping(conversationId, inbox.push);
      return inbox;
    };
    /** Until everything published for the user has been heard: messages come in order, and this one is the last. */
    const heardAll = async (userId: string, inbox: Awaited<ReturnType<typeof heardOf>>) => {
      const marker = await set(userId, { statusMessage: message({ text: `marker ${inbox.transcript.length}` }) });
      await inbox.nextWhere(({ record }) => record?.revision === marker.record.revision);
      return inbox.transcript.slice(0, -1).map(({ record }) => record?.revision);
    };

    describe('update', () => {
      it('starts from what is restored, and answers the result, the committed record and the clock', async () => {
        const { record, result, now } = await store.update('ana', restored('ana', { generation: 7 }), (before, at) => {
          expect(before.generation).toBe(7);
          return commands.heartbeat(before, { idle: false, sessionReference }, at, TIMINGS);
        });
        expect(result).toBe('app');
        expect(record.sessions).toMatchObject([{ id: 'app' }]);
        expect(record.sessions[0]?.startedAt).toBeLessThanOrEqual(now);
        expect(await recordOf('ana')).toEqual(record);
      });

      it('starts from the live record where there is one, without restoring', async () => {
        const { record } = await connect('ana');
        await store.update('ana', neverRestored, (before) => {
          expect(before).toEqual(record);
          return { record: before, result: null };
        });
      });

      it('rejects with what restoring rejects with, holds nothing then, and may be tried again', async () => {
        const failing = store.update('ana', () => Promise.reject(notFound('No such user.')), count);
        await expect(failing).rejects.toMatchObject({ code: 'NOT_FOUND' });
        expect(await recordOf('ana')).toBeUndefined();
        expect((await connect('ana')).record.sessions).toHaveLength(1);
      });

      it('rejects with what the decision throws, and changes nothing', async () => {
        const { record } = await connect('ana');
        const failing = store.update('ana', neverRestored, () => {
          throw notFound('Not so.');
        });
        await expect(failing).rejects.toMatchObject({ code: 'NOT_FOUND' });
        expect(await recordOf('ana')).toEqual(record);
      });

      it('that decides for the very record it was given writes and publishes nothing', async () => {
        const inbox = await heardOf('ana');
        const same = (record: PresenceRecord) => ({ record, result: 'same' });
        expect((await store.update('ana', restored('ana'), same)).result).toBe('same');
        expect(await recordOf('ana')).toBeUndefined();
        expect(await dirtyIds()).toEqual([]);
        expect(await heardAll('ana', inbox)).toEqual([]);
      });

      it('loses none of 200 at once, from the first restoring on', async () => {
        const restoring = restored('ana');
        const results = await Promise.all(Array.from({ length: 200 }, () => store.update('ana', restoring, count)));
        expect(results.map(({ result }) => result).sort((a, b) => a - b)).toEqual(
          Array.from({ length: 200 }, (_, i) => i),
        );
        expect((await recordOf('ana'))?.lastSeen).toBe(200);
        expect(new Set(results.map(({ record }) => record.revision)).size).toBe(200);
      });

      it('loses none where restoring takes its time, and every caller restores for themselves', async () => {
        const answers: (() => void)[] = [];
        const slow = () =>
          new Promise<PresenceRecord>((resolve) => {
            answers.push(() => void restored('ana')().then(resolve));
          });
        const updates = Promise.all(Array.from({ length: 5 }, () => store.update('ana', slow, count)));
        const answering = setInterval(() => {
          for (const answer of answers.splice(0)) answer();
        }, 1);
        const results = await updates.finally(() => clearInterval(answering));
        expect(results.map(({ result }) => result).sort()).toEqual([0, 1, 2, 3, 4]);
      });

      it('keeps users apart, whatever their ids', async () => {
        await Promise.all(HOSTILE.map((userId) => connect(userId, `session of ${userId}`)));
        const { records } = await store.read(HOSTILE);
        expect([...records.keys()].sort()).toEqual([...HOSTILE].sort());
        for (const userId of HOSTILE) {
          expect(records.get(userId)).toMatchObject({ userId, sessions: [{ id: `session of ${userId}` }] });
        }
        expect((await store.live({ after: null, limit: 100 })).total).toBe(HOSTILE.length);
        await Promise.all(HOSTILE.map((userId) => end(userId, `session of ${userId}`)));
        await cleanAll();
        expect((await store.read([...HOSTILE, 'toString'])).records.size).toBe(0);
      });

      it('keeps everything of a record as it was committed', async () => {
        await connect('ana');
        const said = message({ text: 'At "lunch" 🍎', emoji: '🥪', expiresAt: Date.now() + 86_400_000 });
        await set('ana', { status: 'DO_NOT_DISTURB', statusMessage: said });
        const { record } = await store.update('ana', neverRestored, (before, now) =>
          commands.putActivity(before, { source: '__proto__', activities: [activity({ details: 'x' })] }, now),
        );
        expect(record.message).toEqual(said);
        expect(await recordOf('ana')).toEqual(record);
      });
    });

    describe('publishing', () => {
      it('follows every commit that shows something, in the order of the commits, with the record', async () => {
        const inbox = await heardOf('ana');
        const commits = [
          await connect('ana'),
          await set('ana', { status: 'AWAY' }),
          await set('ana', { status: 'INVISIBLE' }),
          await end('ana'),
        ];
        expect(await inbox.take(4)).toEqual(commits.map(({ record }) => ({ userId: 'ana', record })));
      });

      it('does not follow a commit that shows nothing, also not to its owner', async () => {
        await connect('ana');
        await beat('ana');
        const inbox = await heardOf('ana');
        await beat('ana');
        await beat('ana');
        expect(await heardAll('ana', inbox)).toEqual([]);
      });

      it('does not follow the first commit after a restoring that shows no more than what was restored', async () => {
        const inbox = await heardOf('ana');
        await store.update('ana', restored('ana', { lastSeen: 5 }), (record, now) => ({
          record: { ...record, revision: now + 1, generation: 2 },
          result: null,
        }));
        expect(await heardAll('ana', inbox)).toEqual([]);
      });

      it('keeps to the order of the commits also of many at once', async () => {
        const inbox = await heardOf('ana');
        const texts = Array.from({ length: 50 }, (_, i) => `text ${i}`);
        await Promise.all(texts.map((text) => set('ana', { statusMessage: message({ text }) })));
        const revisions = (await inbox.take(50)).map(({ record }) => record?.revision ?? 0);
        expect(revisions).toEqual([...revisions].sort((a, b) => a - b));
        expect((await recordOf('ana'))?.revision).toBe(revisions.at(-1));
      });
    });

    describe('what is due', () => {
      it('is listed from its moment on, and stays so until a commit reschedules it', async () => {
        await beat('ana');
        await connect('bo');
        if (under.advance) {
          under.advance(TTL_MS - 1);
          expect(await store.dueUsers(10)).toEqual([]);
        }
        await onceAfter(1, async () => (await store.dueUsers(10)).length > 0);
        expect(await store.dueUsers(10)).toEqual(['ana']);
        expect(await store.dueUsers(10)).toEqual(['ana']);
        expect((await tick('ana')).record.sessions).toEqual([]);
        expect(await store.dueUsers(10)).toEqual([]);
      });

      it('is put off by renewing', async () => {
        await beat('ana');
        under.advance?.(TTL_MS - 1);
        const { record } = await beat('ana');
        const [renewed] = record.sessions;
        await onceAfter(TTL_MS, async () => (await store.dueUsers(10)).includes('ana'));
        expect(await store.now()).toBeGreaterThanOrEqual(renewed?.leaseUntil ?? Number.POSITIVE_INFINITY);
      });

      it('is at most as much as asked for', async () => {
        await Promise.all(['a', 'b', 'c', ...HOSTILE].map(beat));
        await onceAfter(TTL_MS, async () => (await store.dueUsers(100)).length === 3 + HOSTILE.length);
        expect(await store.dueUsers(2)).toHaveLength(2);
      });
    });

    describe('who is live', () => {
      it('is paged by id, each once, with the count of all', async () => {
        const ids = Array.from({ length: 25 }, (_, i) => `u${String(i).padStart(2, '0')}`);
        await Promise.all([...ids].reverse().map((id) => connect(id)));
        const seen: string[] = [];
        for (let from: string | null = null; ; from = seen.at(-1) ?? null) {
          const page = await store.live({ after: from, limit: 10 });
          expect(page.total).toBe(25);
          if (page.userIds.length === 0) break;
          seen.push(...page.userIds);
        }
        expect(seen).toEqual(ids);
        expect((await store.live({ after: 'u10x', limit: 1 })).userIds).toEqual(['u11']);
      });

      it('leaves out who hides and who has no session', async () => {
        await Promise.all(['ana', 'bo', 'cy', 'di'].map((id) => connect(id)));
        await set('ana', { status: 'INVISIBLE' });
        await set('bo', { status: 'OFFLINE' });
        await end('cy');
        expect(await store.live({ after: null, limit: 10 })).toEqual({ userIds: ['di'], total: 1 });
        await set('ana', { status: 'ONLINE' });
        expect(await store.live({ after: null, limit: 10 })).toEqual({ userIds: ['ana', 'di'], total: 2 });
      });

      it('is found among those who are asked about, however many', async () => {
        const live = ['ana', ...HOSTILE];
        await Promise.all(live.map((id) => connect(id)));
        await connect('bo');
        await connect('cy');
        await set('cy', { status: 'INVISIBLE' });
        const others = Array.from({ length: 5_000 }, (_, i) => `nobody ${i}`);
        expect([...(await store.liveAmong([...others, 'cy', ...live]))].sort()).toEqual([...live].sort());
        expect(await store.liveAmong([])).toEqual(new Set());
      });
    });

    describe('what the journal has not got yet', () => {
      it('is listed, oldest first, until it was written at that revision', async () => {
        const { record: ana } = await connect('ana');
        await connect('bo');
        await connect('cy');
        expect(await dirtyIds()).toEqual(['ana', 'bo', 'cy']);
        expect((await store.dirty(2)).records.map(({ userId }) => userId)).toEqual(['ana', 'bo']);
        await store.clean([{ userId: 'ana', revision: ana.revision }]);
        expect(await dirtyIds()).toEqual(['bo', 'cy']);
      });

      it('stays listed where the record changed between reading and cleaning', async () => {
        await connect('ana');
        const { records } = await store.dirty(10);
        const { record } = await set('ana', { status: 'AWAY' });
        await store.clean(records);
        expect((await store.dirty(10)).records).toEqual([record]);
      });

      it('keeps a live record after it was written, and drops one in which nothing is live', async () => {
        await connect('ana');
        await connect('bo');
        await set('ana', { status: 'INVISIBLE' });
        await end('bo');
        await cleanAll();
        expect((await recordOf('ana'))?.chosen).toBe('INVISIBLE');
        expect(await recordOf('bo')).toBeUndefined();
        expect(await dirtyIds()).toEqual([]);
      });

      it('keeps who came back before it was written', async () => {
        await connect('ana');
        await end('ana');
        const { records } = await store.dirty(10);
        await connect('ana', 'again');
        await store.clean(records);
        expect((await recordOf('ana'))?.sessions).toMatchObject([{ id: 'again' }]);
        expect(await dirtyIds()).toEqual(['ana']);
      });

      it('is not what merely renews a session', async () => {
        await beat('ana');
        await cleanAll();
        await beat('ana');
        await connect('ana');
        expect(await dirtyIds()).toEqual([]);
      });

      it('is, once a while, who stays live', async () => {
        await connect('ana');
        await connect('bo');
        await end('bo');
        await cleanAll();
        await store.markLiveDirty();
        expect(await dirtyIds()).toEqual(['ana']);
      });

      it('is not confused by revisions of users who are not there', async () => {
        await store.clean([{ userId: 'nobody', revision: 1 }]);
        expect(await dirtyIds()).toEqual([]);
      });

      it('is never overwritten by what was restored before it', async () => {
        const held = heldRestoring(restored('ana'), restored('ana', { lastSeen: 100, revision: 3 }));
        const late = store.update('ana', held.restore, count);
        await held.begun;
        // Meanwhile another goes the whole way, into the journal and out of the store.
        await connect('ana');
        await end('ana');
        await cleanAll();
        expect(await recordOf('ana')).toBeUndefined();
        held.answer();
        expect((await late).result).toBe(100);
      });
    });

    describe('forget', () => {
      it('drops everything of the user, tells who listens, and leaves others alone', async () => {
        const [inbox, typing] = [await heardOf('ana'), await typingHeardIn('room')];
        await beat('ana');
        await connect('bo');
        await inbox.next();
        for (const userId of ['ana', 'bo']) {
          await store.startTyping({ conversationId: 'room', userId, sessionId: 'tab', forMs: 60_000 });
          await store.announceTyping('room', userId);
          await typing.next();
        }
        await store.forget('ana', 1);
        expect(await inbox.next()).toEqual({ userId: 'ana', record: null });
        expect(await typing.next()).toMatchObject({ userId: 'ana', isTyping: false });
        expect(await recordOf('ana')).toBeUndefined();
        expect(await store.live({ after: null, limit: 10 })).toEqual({ userIds: ['bo'], total: 1 });
        expect(await dirtyIds()).toEqual(['bo']);
        expect((await store.typing(['room'])).map(({ userId }) => userId)).toEqual(['bo']);
        await beat('cy');
        await onceAfter(TTL_MS, async () => (await store.dueUsers(10)).includes('cy'));
        expect(await store.dueUsers(10)).toEqual(['cy']);
      });

      it('leaves nobody on the nodes that held the user', async () => {
        await connect('ana');
        const [session] = (await recordOf('ana'))?.sessions ?? [];
        const [incarnation = ''] = session?.connections.map(nodeOf) ?? [];
        expect(await store.usersOn(incarnation)).toEqual(['ana']);
        expect(await store.forget('ana', 1)).toBe(true);
        expect(await store.usersOn(incarnation)).toEqual([]);
      });

      it('leaves alone what is of a later generation', async () => {
        await store.update('ana', restored('ana', { generation: 2 }), count);
        const persisted = await recordOf('ana');
        expect(await store.forget('ana', 1)).toBe(false);
        expect(await recordOf('ana')).toEqual(persisted);
        expect(await store.forget('ana', 2)).toBe(true);
        expect(await recordOf('ana')).toBeUndefined();
      });

      it('voids what is being restored', async () => {
        const held = heldRestoring(restored('ana'), restored('ana', { generation: 2 }));
        const late = store.update('ana', held.restore, count);
        await held.begun;
        await store.forget('ana', 1);
        held.answer();
        expect((await late).record.generation).toBe(2);
      });
    });

    describe('typing', () => {
      const start = (userId: string, { conversationId = 'room', sessionId = 'tab', forMs = 60_000 } = {}) =>
        store.startTyping({ conversationId, userId, sessionId, forMs });
      const announced = async (userId: string, options: Parameters<typeof start>[1] = {}) => {
        const { expiresAt } = await start(userId, options);
        await store.announceTyping(options.conversationId ?? 'room', userId);
        return expiresAt;
      };
      const typists = async (conversationId = 'room') =>
        (await store.typing([conversationId])).map(({ userId }) => userId).sort();
      /** Everything heard so far: what is published last is the start of somebody else. */
      const all = async (inbox: Awaited<ReturnType<typeof typingHeardIn>>) => {
        await announced('the last');
        await inbox.nextWhere(({ userId }) => userId === 'the last');
        return inbox.transcript.slice(0, -1).map(({ userId, isTyping }) => [userId, isTyping]);
      };

      it('is told to nobody before it is announced, and then once', async () => {
        const inbox = await typingHeardIn('room');
        const { announced: told, expiresAt } = await start('ana');
        expect(told).toBe(false);
        expect(await typists()).toEqual([]);
        expect(await store.typingOf(['ana'])).toEqual([]);
        await store.announceTyping('room', 'ana');
        await store.announceTyping('room', 'ana');
        expect(await inbox.next()).toEqual({ conversationId: 'room', userId: 'ana', isTyping: true, expiresAt });
        expect(await store.typing(['room'])).toEqual([{ conversationId: 'room', userId: 'ana', expiresAt }]);
        expect(await store.typingOf(['ana', 'bo'])).toEqual([{ conversationId: 'room', userId: 'ana', expiresAt }]);
        expect(await all(inbox)).toEqual([['ana', true]]);
      });

      it('refreshed goes on, without being told again', async () => {
        const inbox = await typingHeardIn('room');
        const first = await announced('ana');
        under.advance?.(10);
        const refreshed = await start('ana');
        expect(refreshed.announced).toBe(true);
        expect(refreshed.expiresAt).toBeGreaterThanOrEqual(first);
        expect(await store.typing(['room'])).toMatchObject([{ expiresAt: refreshed.expiresAt }]);
        expect(await all(inbox)).toEqual([['ana', true]]);
      });

      it('stops when the last session that types does', async () => {
        const inbox = await typingHeardIn('room');
        await announced('ana', { sessionId: 'tab' });
        const longest = await announced('ana', { sessionId: 'phone' });
        const stop = (sessionId: string) => store.stopTyping({ conversationId: 'room', userId: 'ana', sessionId });
        expect(await stop('tab')).toEqual({ expiresAt: longest });
        expect(await stop('unknown')).toEqual({ expiresAt: longest });
        expect(await stop('phone')).toEqual({ expiresAt: null });
        expect(await stop('phone')).toEqual({ expiresAt: null });
        expect((await inbox.take(2))[1]).toEqual({
          conversationId: 'room',
          userId: 'ana',
          isTyping: false,
          expiresAt: null,
        });
        expect(await all(inbox)).toEqual([
          ['ana', true],
          ['ana', false],
        ]);
      });

      it('runs out at its moment, and is told to have when it is swept', async () => {
        const inbox = await typingHeardIn('room');
        await announced('ana', { forMs: BRIEF_MS });
        await announced('bo', { forMs: 60_000 });
        await onceAfter(BRIEF_MS, async () => (await typists()).length === 1);
        expect(await typists()).toEqual(['bo']);
        expect(await store.typingOf(['ana'])).toEqual([]);
        expect(await store.expireTyping()).toBe(1);
        expect(await store.expireTyping()).toBe(0);
        expect((await inbox.take(3))[2]).toMatchObject({ userId: 'ana', isTyping: false });
      });

      it('that ran out and begins again before it is swept is one start, and no stop is lost', async () => {
        const inbox = await typingHeardIn('room');
        await announced('ana', { forMs: BRIEF_MS });
        await onceAfter(BRIEF_MS, async () => (await typists()).length === 0);
        await announced('ana', { forMs: 60_000 });
        await store.expireTyping();
        expect(await typists()).toEqual(['ana']);
        const told = (await all(inbox)).map(([, isTyping]) => isTyping);
        // Whoever followed what was told holds that ana types.
        expect(told.at(-1)).toBe(true);
      });

      it('of two sessions goes on until the later of the two runs out', async () => {
        await announced('ana', { sessionId: 'tab', forMs: 60_000 });
        await announced('ana', { sessionId: 'phone', forMs: BRIEF_MS });
        await onceAfter(BRIEF_MS, async () => (await store.now()) > 0 && (await store.expireTyping()) === 0);
        expect(await typists()).toEqual(['ana']);
      });

      it('is cleared in one conversation, or in all', async () => {
        const [room, hall] = [await typingHeardIn('room'), await typingHeardIn('hall')];
        await announced('ana', { conversationId: 'room' });
        await announced('ana', { conversationId: 'hall' });
        await announced('bo', { conversationId: 'hall' });
        await store.clearTyping('ana', 'room');
        expect(await typists('room')).toEqual([]);
        expect(await typists('hall')).toEqual(['ana', 'bo']);
        await store.clearTyping('ana', null);
        expect(await typists('hall')).toEqual(['bo']);
        expect((await room.take(2))[1]).toMatchObject({ userId: 'ana', isTyping: false });
        expect((await hall.take(3))[2]).toMatchObject({ userId: 'ana', isTyping: false });
      });

      it('withdrawn before it was announced is told to nobody, and cannot be announced after', async () => {
        const inbox = await typingHeardIn('room');
        await start('ana');
        await store.clearTyping('ana', null);
        await store.announceTyping('room', 'ana');
        await store.clearTyping('ana', 'room');
        await start('bo', { forMs: BRIEF_MS });
        await onceAfter(BRIEF_MS, async () => (await store.expireTyping()) === 1);
        expect(await all(inbox)).toEqual([]);
      });

      it('keeps conversations and users apart, whatever their ids', async () => {
        for (const conversationId of HOSTILE) {
          for (const userId of HOSTILE) await announced(userId, { conversationId, sessionId: conversationId });
        }
        for (const conversationId of HOSTILE) expect(await typists(conversationId)).toEqual([...HOSTILE].sort());
        await store.clearTyping('a:b', null);
        await store.clearTyping('__proto__', '{}');
        expect(await typists('{}')).toEqual(HOSTILE.filter((id) => id !== 'a:b' && id !== '__proto__').sort());
        expect(await typists('rc:{0}:due')).toEqual(HOSTILE.filter((id) => id !== 'a:b').sort());
        expect(await store.typingOf(['__proto__'])).toHaveLength(HOSTILE.length - 1);
        expect(await store.typing(['toString', 'a', 'b'])).toEqual([]);
      });

      it('knows how long ago a user typed or stopped, wherever that was, until all of it is cleared', async () => {
        expect(await store.typedMsAgo('ana')).toBeNull();
        await start('ana');
        expect(await store.typedMsAgo('ana')).toBeLessThan(5_000);
        expect(await store.typedMsAgo('bo')).toBeNull();
        await onceAfter(BRIEF_MS, async () => ((await store.typedMsAgo('ana')) ?? 0) >= 100);
        const stoppedAt = performance.now();
        await store.stopTyping({ conversationId: 'room', userId: 'ana', sessionId: 'tab' });
        await store.expireTyping();
        const stopped = (await store.typedMsAgo('ana')) ?? Number.NaN;
        // In no more than the test itself took since; clocks of milliseconds round.
        expect(stopped).toBeLessThan(performance.now() - stoppedAt + 10);
        await onceAfter(5, async () => ((await store.typedMsAgo('ana')) ?? 0) >= stopped + 5);
        await store.clearTyping('ana', 'room');
        expect(await store.typedMsAgo('ana')).not.toBeNull();
        await store.clearTyping('ana', null);
        expect(await store.typedMsAgo('ana')).toBeNull();
      });
    });

    describe('the clock', () => {
      it('never goes back, over readings and commits', async () => {
        const moments: number[] = [];
        for (let i = 0; i < 20; i += 1) {
          moments.push(await store.now());
          moments.push((await connect('ana', `s${i}`)).now);
          moments.push((await store.read(['ana'])).now);
          moments.push((await store.dirty(1)).now);
          under.advance?.(i % 2);
        }
        expect(moments).toEqual([...moments].sort((a, b) => a - b));
        expect(moments.every(Number.isInteger)).toBe(true);
      });

      it('is of one reading, however many are read', async () => {
        await connect('present');
        const userIds = Array.from({ length: 20_000 }, (_, i) => `nobody-${i}`);
        const { now, records } = await store.read([...userIds, 'present']);
        expect([...records.keys()]).toEqual(['present']);
        expect(now).toBeLessThanOrEqual(await store.now());
      });

      it('of a reading is no earlier than any commit that was answered before it, to its revision', async () => {
        const { now, record } = await connect('ana');
        const reading = await store.read(['ana']);
        expect(reading.now).toBeGreaterThanOrEqual(now);
        expect(record.revision).toBe(now + 1);
      });
    });

    describe('a node', () => {
      it('has the users who hold connections of its incarnation, each once, until they close', async () => {
        await connect('ana', 'tab', 'one/1');
        await connect('ana', 'phone', 'one/2');
        await connect('ana', 'desk', 'two/1');
        await connect('bo', 'tab', 'one/3');
        for (const userId of HOSTILE) await connect(userId, 'tab', `three/${userId}`);
        const on = async (incarnation: string) => [...(await store.usersOn(incarnation))].sort();
        expect(await on('one')).toEqual(['ana', 'bo']);
        expect(await on('two')).toEqual(['ana']);
        expect(await on('three')).toEqual([...HOSTILE].sort());
        expect(await on('four')).toEqual([]);
        expect(await store.dismiss('one')).toBe(false);
        for (const connectionId of ['one/1', 'one/2']) {
          await store.update('ana', neverRestored, (record, now) =>
            commands.disconnect(record, { connectionId, aliveAt: now }, now, TIMINGS),
          );
        }
        expect(await on('one')).toEqual(['bo']);
        await end('bo');
        expect(await on('one')).toEqual([]);
        expect(await store.dismiss('one')).toBe(true);
      });

      it('is not lost while its lease runs, and its store was not emptied', async () => {
        await store.renewLease('one');
        expect(await store.renewLease('one')).toMatchObject({ lost: false, emptied: null });
        expect(await store.lostNodes()).toEqual([]);
      });
    });

    it('holds nothing any more once everything has ended', async () => {
      const ids = ['ana', 'bo', ...HOSTILE];
      await Promise.all(ids.map((id) => beat(id)));
      await Promise.all(ids.map((id) => connect(id)));
      for (const userId of ids) {
        await store.startTyping({ conversationId: `room of ${userId}`, userId, sessionId: 'tab', forMs: BRIEF_MS });
        await store.announceTyping(`room of ${userId}`, userId);
      }
      await Promise.all(ids.map((id) => end(id)));
      await onceAfter(TTL_MS, async () => (await store.dueUsers(100)).length === ids.length);
      for (const id of await store.dueUsers(100)) await tick(id);
      await onceAfter(BRIEF_MS, async () => {
        await store.expireTyping();
        return (await store.typingOf(ids)).length === 0;
      });
      await cleanAll();
      expect((await store.read(ids)).records.size).toBe(0);
      expect(await store.live({ after: null, limit: 10 })).toEqual({ userIds: [], total: 0 });
      expect(await store.dueUsers(10)).toEqual([]);
      expect(await dirtyIds()).toEqual([]);
    });
  });
