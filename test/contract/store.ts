import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { nodeOf } from '../../src/presence/connectionNames.js';
import { notFound } from '../../src/presence/errors.js';
import * as placeCommands from '../../src/presence/placeCommands.js';
import type { Bus, PlaceMessage, TypingMessage, UserMessage } from '../../src/presence/ports/bus.js';
import type { LiveStore } from '../../src/presence/ports/stores.js';
import * as commands from '../../src/presence/record.js';
import type { PresenceRecord, StatusMessage } from '../../src/presence/types.js';
import { activity, message, timings } from '../support/unit/builders.js';
import { createInbox } from '../support/unit/inbox.js';

/** An empty store, the bus that it publishes to, and its clock where a test can move it. */
export interface StoreUnderTest {
  readonly store: LiveStore;
  readonly bus: Bus;
  /** Moves the clock of the store on. Without it, time is awaited. */
  readonly advance?: (ms: number) => void;
  readonly close?: () => Promise<void>;
}

/** Ids that break code which builds keys or objects from them. */
const HOSTILE = ['__proto__', 'constructor', 'a b', 'a:b', ':', 'rc:{0}:due', '{}', '{a}b', '*', 'ä🍎', '%', '"', '\\'];

const TTL_MS = 60;
/** How long something lasts that expires in real time, in ms: longer than a busy machine takes to start it. */
const BRIEF_MS = 250;
const TIMINGS = timings({ sessionTtlMs: TTL_MS, graceMs: 40, typingTimeoutMs: 60 });

/** The contract of every `RecordStore` and `TypingStore`. */
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
    const subscribeTo = async (userId: string) => {
      const inbox = createInbox<UserMessage>(`messages of ${userId}`);
      await bus.subscribeUser(userId, inbox.push);
      return inbox;
    };
    const subscribeToTyping = async (conversationId: string) => {
      const inbox = createInbox<TypingMessage>(`typing in ${conversationId}`);
      await bus.subscribeTyping(conversationId, inbox.push);
      return inbox;
    };
    /** Everything published for the user so far: messages come in order, and this one is the last. */
    const allReceived = async (userId: string, inbox: Awaited<ReturnType<typeof subscribeTo>>) => {
      const marker = await set(userId, { statusMessage: message({ text: `marker ${inbox.transcript.length}` }) });
      await inbox.nextWhere(({ record }) => record?.revision === marker.record.revision);
      return inbox.transcript.slice(0, -1).map(({ record }) => record?.revision);
    };

    describe('update', () => {
      it('starts from the restored record, and resolves to the result, the committed record and the clock', async () => {
        const { record, result, now } = await store.update('ana', restored('ana', { generation: 7 }), (before, at) => {
          expect(before.generation).toBe(7);
          return commands.heartbeat(before, { idle: false, sessionReference }, at, TIMINGS);
        });
        expect(result).toBe('app');
        expect(record.sessions).toMatchObject([{ id: 'app' }]);
        expect(record.sessions[0]?.startedAt).toBeLessThanOrEqual(now);
        expect(await recordOf('ana')).toEqual(record);
      });

      it('starts from the live record where there is one, without a call of restore', async () => {
        const { record } = await connect('ana');
        await store.update('ana', neverRestored, (before) => {
          expect(before).toEqual(record);
          return { record: before, result: null };
        });
      });

      it('rejects with the error of restore, stores nothing, and may be tried again', async () => {
        const failing = store.update('ana', () => Promise.reject(notFound('No such user.')), count);
        await expect(failing).rejects.toMatchObject({ code: 'NOT_FOUND' });
        expect(await recordOf('ana')).toBeUndefined();
        expect((await connect('ana')).record.sessions).toHaveLength(1);
      });

      it('rejects with the error of the decision, and changes nothing', async () => {
        const { record } = await connect('ana');
        const failing = store.update('ana', neverRestored, () => {
          throw notFound('Not so.');
        });
        await expect(failing).rejects.toMatchObject({ code: 'NOT_FOUND' });
        expect(await recordOf('ana')).toEqual(record);
      });

      it('with a decision for the very record that it got writes and publishes nothing', async () => {
        const inbox = await subscribeTo('ana');
        const same = (record: PresenceRecord) => ({ record, result: 'same' });
        expect((await store.update('ana', restored('ana'), same)).result).toBe('same');
        expect(await recordOf('ana')).toBeUndefined();
        expect(await dirtyIds()).toEqual([]);
        expect(await allReceived('ana', inbox)).toEqual([]);
      });

      it('loses none of 200 at once, from the first restore on', async () => {
        const restoring = restored('ana');
        const results = await Promise.all(Array.from({ length: 200 }, () => store.update('ana', restoring, count)));
        expect(results.map(({ result }) => result).sort((a, b) => a - b)).toEqual(
          Array.from({ length: 200 }, (_, i) => i),
        );
        expect((await recordOf('ana'))?.lastSeen).toBe(200);
        expect(new Set(results.map(({ record }) => record.revision)).size).toBe(200);
      });

      it('loses none where restore is slow, and every caller calls its own', async () => {
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

      it('stores every field of a record as it was committed', async () => {
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
      it('delivers the record of every commit with a visible difference, in the order of the commits', async () => {
        const inbox = await subscribeTo('ana');
        const commits = [
          await connect('ana'),
          await set('ana', { status: 'AWAY' }),
          await set('ana', { status: 'INVISIBLE' }),
          await end('ana'),
        ];
        expect(await inbox.take(4)).toEqual(commits.map(({ record }) => ({ userId: 'ana', record })));
      });

      it('delivers no commit without a visible difference, to its owner neither', async () => {
        await connect('ana');
        await beat('ana');
        const inbox = await subscribeTo('ana');
        await beat('ana');
        await beat('ana');
        expect(await allReceived('ana', inbox)).toEqual([]);
      });

      it('delivers no first commit that shows no more than the restored record', async () => {
        const inbox = await subscribeTo('ana');
        await store.update('ana', restored('ana', { lastSeen: 5 }), (record, now) => ({
          record: { ...record, revision: now + 1, generation: 2 },
          result: null,
        }));
        expect(await allReceived('ana', inbox)).toEqual([]);
      });

      it('keeps the order of the commits also of many at once', async () => {
        const inbox = await subscribeTo('ana');
        const texts = Array.from({ length: 50 }, (_, i) => `text ${i}`);
        await Promise.all(texts.map((text) => set('ana', { statusMessage: message({ text }) })));
        const revisions = (await inbox.take(50)).map(({ record }) => record?.revision ?? 0);
        expect(revisions).toEqual([...revisions].sort((a, b) => a - b));
        expect((await recordOf('ana'))?.revision).toBe(revisions.at(-1));
      });
    });

    describe('a due user', () => {
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

      it('is due later after a renewal', async () => {
        await beat('ana');
        under.advance?.(TTL_MS - 1);
        const { record } = await beat('ana');
        const [renewed] = record.sessions;
        await onceAfter(TTL_MS, async () => (await store.dueUsers(10)).includes('ana'));
        expect(await store.now()).toBeGreaterThanOrEqual(renewed?.leaseUntil ?? Number.POSITIVE_INFINITY);
      });

      it('is one of at most `limit`', async () => {
        await Promise.all(['a', 'b', 'c', ...HOSTILE].map(beat));
        await onceAfter(TTL_MS, async () => (await store.dueUsers(100)).length === 3 + HOSTILE.length);
        expect(await store.dueUsers(2)).toHaveLength(2);
      });
    });

    describe('a user seen live', () => {
      it('is listed once, in pages by id, with the count of all', async () => {
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

      it('is listed in the order of the bytes of ids, whatever they are, each once', async () => {
        // In units of UTF-16 the apple is before the others.
        const ids = ['z', '\uff5e', '\uff5ea', '🍎', '🍎a'];
        await Promise.all(ids.map((id) => connect(id)));
        expect((await store.live({ after: null, limit: 10 })).userIds).toEqual(ids);
        for (const [place, id] of ids.entries()) {
          const { userIds } = await store.live({ after: ids[place - 1] ?? null, limit: 1 });
          expect(userIds).toEqual([id]);
        }
      });

      it('neither hides nor lacks a session', async () => {
        await Promise.all(['ana', 'bo', 'cy', 'di'].map((id) => connect(id)));
        await set('ana', { status: 'INVISIBLE' });
        await set('bo', { status: 'OFFLINE' });
        await end('cy');
        expect(await store.live({ after: null, limit: 10 })).toEqual({ userIds: ['di'], total: 1 });
        await set('ana', { status: 'ONLINE' });
        expect(await store.live({ after: null, limit: 10 })).toEqual({ userIds: ['ana', 'di'], total: 2 });
      });

      it('is found among the given users, however many', async () => {
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

    describe('a record marked for the journal', () => {
      it('has a head with its generation and revision', async () => {
        const { record } = await connect('ana');
        const heads = await store.heads(['ana', 'bo']);
        expect([...heads.keys()]).toEqual(['ana']);
        expect(heads.get('ana')).toMatchObject({ generation: 1, revision: record.revision });
      });

      it('is listed, the oldest mark first, until it was written at that revision', async () => {
        const { record: ana } = await connect('ana');
        await connect('bo');
        await connect('cy');
        expect(await dirtyIds()).toEqual(['ana', 'bo', 'cy']);
        expect((await store.dirty(2)).records).toHaveLength(2);
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

      it('stays in the store after the write while it is live, and is dropped otherwise', async () => {
        await connect('ana');
        await connect('bo');
        await set('ana', { status: 'INVISIBLE' });
        await end('bo');
        await cleanAll();
        expect((await recordOf('ana'))?.chosen).toBe('INVISIBLE');
        expect(await recordOf('bo')).toBeUndefined();
        expect(await dirtyIds()).toEqual([]);
      });

      it('stays in the store where its user came back before the write', async () => {
        await connect('ana');
        await end('ana');
        const { records } = await store.dirty(10);
        await connect('ana', 'again');
        await store.clean(records);
        expect((await recordOf('ana'))?.sessions).toMatchObject([{ id: 'again' }]);
        expect(await dirtyIds()).toEqual(['ana']);
      });

      it('is not marked by a mere renewal of a session', async () => {
        await beat('ana');
        await cleanAll();
        await beat('ana');
        await connect('ana');
        expect(await dirtyIds()).toEqual([]);
      });

      it('is marked by markLiveDirty while it is live', async () => {
        await connect('ana');
        await connect('bo');
        await end('bo');
        await cleanAll();
        await store.markLiveDirty();
        expect(await dirtyIds()).toEqual(['ana']);
      });

      it('is not affected by written revisions of missing users', async () => {
        await store.clean([{ userId: 'nobody', revision: 1 }]);
        expect(await dirtyIds()).toEqual([]);
      });

      it('is never overwritten by an older record that was being restored', async () => {
        const held = heldRestoring(restored('ana'), restored('ana', { lastSeen: 100, revision: 3 }));
        const late = store.update('ana', held.restore, count);
        await held.begun;
        // Meanwhile another update is committed, journaled and dropped from the store.
        await connect('ana');
        await end('ana');
        await cleanAll();
        expect(await recordOf('ana')).toBeUndefined();
        held.answer();
        expect((await late).result).toBe(100);
      });
    });

    describe('forget', () => {
      it('drops everything of the user, publishes that, and leaves others alone', async () => {
        const [inbox, typing] = [await subscribeTo('ana'), await subscribeToTyping('room')];
        await beat('ana');
        await connect('bo');
        await inbox.next();
        for (const userId of ['ana', 'bo']) {
          await store.startTyping({ conversationId: 'room', userId, sessionId: 'tab', forMs: 60_000 });
          await store.announceTyping('room', userId);
          await typing.next();
        }
        const live = await recordOf('ana');
        expect(await store.forget('ana', 1)).toEqual({ record: live, now: expect.any(Number) });
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

      it('removes the user from the nodes with their connections', async () => {
        await connect('ana');
        const [session] = (await recordOf('ana'))?.sessions ?? [];
        const [incarnation = ''] = session?.connections.map(nodeOf) ?? [];
        expect(await store.usersOn(incarnation)).toEqual(['ana']);
        await store.forget('ana', 1);
        expect(await store.usersOn(incarnation)).toEqual([]);
      });

      it('says to one of those who call what was dropped', async () => {
        await connect('ana');
        const live = await recordOf('ana');
        const answers = await Promise.all(Array.from({ length: 4 }, () => store.forget('ana', 1)));
        expect(answers.map((answer) => answer?.record).filter((found) => found !== null)).toEqual([live]);
      });

      it('leaves a record of a later generation', async () => {
        await store.update('ana', restored('ana', { generation: 2 }), count);
        const persisted = await recordOf('ana');
        expect(await store.forget('ana', 1)).toBeNull();
        expect(await recordOf('ana')).toEqual(persisted);
        expect(await store.forget('ana', 2)).toMatchObject({ record: { generation: 2 } });
        expect(await recordOf('ana')).toBeUndefined();
      });

      it('voids a restore under way', async () => {
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
      /** Everything received so far: the last message is the start of another user. */
      const all = async (inbox: Awaited<ReturnType<typeof subscribeToTyping>>) => {
        await announced('the last');
        await inbox.nextWhere(({ userId }) => userId === 'the last');
        return inbox.transcript.slice(0, -1).map(({ userId, isTyping }) => [userId, isTyping]);
      };

      it('is published when it is announced, once, and not before', async () => {
        const inbox = await subscribeToTyping('room');
        const { announced, expiresAt } = await start('ana');
        expect(announced).toBe(false);
        expect(await typists()).toEqual([]);
        expect(await store.typingOf(['ana'])).toEqual([]);
        await store.announceTyping('room', 'ana');
        await store.announceTyping('room', 'ana');
        expect(await inbox.next()).toEqual({ conversationId: 'room', userId: 'ana', isTyping: true, expiresAt });
        expect(await store.typing(['room'])).toEqual([{ conversationId: 'room', userId: 'ana', expiresAt }]);
        expect(await store.typingOf(['ana', 'bo'])).toEqual([{ conversationId: 'room', userId: 'ana', expiresAt }]);
        expect(await all(inbox)).toEqual([['ana', true]]);
      });

      it('goes on after a refresh, which is not published', async () => {
        const inbox = await subscribeToTyping('room');
        const first = await announced('ana');
        under.advance?.(10);
        const refreshed = await start('ana');
        expect(refreshed.announced).toBe(true);
        expect(refreshed.expiresAt).toBeGreaterThanOrEqual(first);
        expect(await store.typing(['room'])).toMatchObject([{ expiresAt: refreshed.expiresAt }]);
        expect(await all(inbox)).toEqual([['ana', true]]);
      });

      it('stops when the last session that types does', async () => {
        const inbox = await subscribeToTyping('room');
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

      it('expires at its moment, and its stop is published by the sweep', async () => {
        const inbox = await subscribeToTyping('room');
        await announced('ana', { forMs: BRIEF_MS });
        await announced('bo', { forMs: 60_000 });
        await onceAfter(BRIEF_MS, async () => (await typists()).length === 1);
        expect(await typists()).toEqual(['bo']);
        expect(await store.typingOf(['ana'])).toEqual([]);
        expect(await store.expireTyping()).toBe(1);
        expect(await store.expireTyping()).toBe(0);
        expect((await inbox.take(3))[2]).toMatchObject({ userId: 'ana', isTyping: false });
      });

      it('that expired and starts again before the sweep ends with a published start', async () => {
        const inbox = await subscribeToTyping('room');
        await announced('ana', { forMs: BRIEF_MS });
        await onceAfter(BRIEF_MS, async () => (await typists()).length === 0);
        await announced('ana', { forMs: 60_000 });
        await store.expireTyping();
        expect(await typists()).toEqual(['ana']);
        const published = (await all(inbox)).map(([, isTyping]) => isTyping);
        // By the messages, ana types.
        expect(published.at(-1)).toBe(true);
      });

      it('of two sessions goes on until the later of the two expires', async () => {
        await announced('ana', { sessionId: 'tab', forMs: 60_000 });
        await announced('ana', { sessionId: 'phone', forMs: BRIEF_MS });
        await onceAfter(BRIEF_MS, async () => (await store.now()) > 0 && (await store.expireTyping()) === 0);
        expect(await typists()).toEqual(['ana']);
      });

      it('is cleared in one conversation, or in all', async () => {
        const [room, hall] = [await subscribeToTyping('room'), await subscribeToTyping('hall')];
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

      it('stopped before it was announced is never published, and cannot be announced after', async () => {
        const inbox = await subscribeToTyping('room');
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

      it('has how long ago a user typed or stopped, in any conversation, until all of it is cleared', async () => {
        expect(await store.typedMsAgo('ana')).toBeNull();
        await start('ana');
        expect(await store.typedMsAgo('ana')).toBeLessThan(5_000);
        expect(await store.typedMsAgo('bo')).toBeNull();
        await onceAfter(BRIEF_MS, async () => ((await store.typedMsAgo('ana')) ?? 0) >= 100);
        const stoppedAt = performance.now();
        await store.stopTyping({ conversationId: 'room', userId: 'ana', sessionId: 'tab' });
        await store.expireTyping();
        const stopped = (await store.typedMsAgo('ana')) ?? Number.NaN;
        // No more than the test took since; millisecond clocks round.
        expect(stopped).toBeLessThan(performance.now() - stoppedAt + 10);
        await onceAfter(5, async () => ((await store.typedMsAgo('ana')) ?? 0) >= stopped + 5);
        await store.clearTyping('ana', 'room');
        expect(await store.typedMsAgo('ana')).not.toBeNull();
        await store.clearTyping('ana', null);
        expect(await store.typedMsAgo('ana')).toBeNull();
      });
    });

    describe('a place', () => {
      const enter = (userId: string, conversationId = 'post', sessionId = 'tab') =>
        store.update(userId, restored(userId), (record, now) =>
          placeCommands.enterPlace(
            record,
            { conversationId, sessionReference: { sessionId, connectionId: null, newSessionId: sessionId } },
            now,
            TIMINGS,
          ),
        );
      const leave = (userId: string, conversationId = 'post', sessionId = 'tab') =>
        store.update(userId, restored(userId), (record, now) =>
          placeCommands.leavePlace(
            record,
            { conversationId, sessionReference: { sessionId, connectionId: null, newSessionId: sessionId } },
            now,
          ),
        );
      const there = async (conversationId = 'post') => [...(await store.usersAt(conversationId, 1_000)).userIds].sort();
      const subscribeToPlace = async (conversationId: string) => {
        const inbox = createInbox<PlaceMessage>(`comings to ${conversationId}`);
        await bus.subscribePlace(conversationId, inbox.push);
        return inbox;
      };

      it('has who is seen there, once however many of their sessions are, until the last one leaves or ends', async () => {
        await connect('ana', 'tab');
        await connect('ana', 'phone');
        expect(await store.usersAt('post', 10)).toEqual({ userIds: [], total: 0 });
        await enter('ana', 'post', 'tab');
        await enter('ana', 'post', 'phone');
        await enter('ana', 'track', 'phone');
        expect(await store.usersAt('post', 10)).toEqual({ userIds: ['ana'], total: 1 });
        await leave('ana', 'post', 'tab');
        expect(await there()).toEqual(['ana']);
        await end('ana', 'phone');
        expect([await there(), await there('track')]).toEqual([[], []]);
      });

      it('lists at most as many as were asked for, and counts all', async () => {
        for (const userId of ['ana', 'bo', 'cy']) await enter(userId);
        const { userIds, total } = await store.usersAt('post', 2);
        expect([userIds.length, total]).toEqual([2, 3]);
        expect(await store.usersAt('post', 0)).toEqual({ userIds: [], total: 3 });
      });

      it('keeps places and users apart, whatever their ids', async () => {
        for (const userId of HOSTILE) {
          await enter(userId, userId);
          await enter(userId, 'all');
        }
        for (const id of HOSTILE) expect(await there(id)).toEqual([id]);
        expect(await there('all')).toEqual([...HOSTILE].sort());
        await leave('a:b', 'all');
        expect(await there('all')).toEqual(HOSTILE.filter((id) => id !== 'a:b').sort());
        expect(await there('a:b')).toEqual(['a:b']);
      });

      it('lacks who hides, and has them again with all their places when they come back', async () => {
        await enter('ana', 'post', 'app');
        await set('ana', { status: 'INVISIBLE' });
        await enter('ana', 'track', 'app');
        expect([await there(), await there('track')]).toEqual([[], []]);
        await set('ana', { status: 'ONLINE' });
        expect([await there(), await there('track')]).toEqual([['ana'], ['ana']]);
      });

      it('publishes who comes, after their record, and nobody who hides', async () => {
        const comings = await subscribeToPlace('post');
        const records = await subscribeTo('ana');
        await set('bo', { status: 'INVISIBLE' });
        await enter('bo', 'post', 'app');
        const { record } = await enter('ana');
        expect(await comings.next()).toEqual({ conversationId: 'post', userId: 'ana' });
        expect(records.transcript.at(-1)?.record?.revision).toBe(record.revision);
        // A second session of hers is no coming; nor is a repetition.
        await connect('ana', 'phone');
        await enter('ana', 'post', 'phone');
        await enter('ana');
        await leave('ana', 'post', 'phone');
        await leave('ana');
        await enter('cy');
        expect(await comings.next()).toEqual({ conversationId: 'post', userId: 'cy' });
      });

      it('loses who was deleted, at once', async () => {
        await enter('ana');
        await enter('bo');
        await store.forget('ana', 1);
        expect(await there()).toEqual(['bo']);
      });

      it('has who came and went many times at once as their record has them', async () => {
        const acts = Array.from({ length: 20 }, (_, i) => (i % 3 === 2 ? leave('ana') : enter('ana')));
        await Promise.all([...acts, ...Array.from({ length: 20 }, () => enter('bo')).map((act) => act)]);
        await Promise.all(Array.from({ length: 20 }, (_, i) => (i % 2 === 0 ? leave('bo') : enter('bo'))));
        const expected = [];
        for (const userId of ['ana', 'bo']) {
          const at = (await recordOf(userId))?.sessions.flatMap(({ places }) => places) ?? [];
          if (at.length > 0) expected.push(userId);
        }
        await store.indexPlaces();
        expect(await there()).toEqual(expected);
      });

      it('is put right again from the records', async () => {
        await enter('ana');
        await store.reindexPlaces(['ana', 'nobody']);
        await store.checkPlace('post', ['ana', 'nobody']);
        expect(await there()).toEqual(['ana']);
        expect(await store.indexPlaces()).toBe(0);
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

      it('of a reading is no earlier than the revision of any commit that resolved before it', async () => {
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

    it('is empty once everything has ended', async () => {
      const ids = ['ana', 'bo', ...HOSTILE];
      await Promise.all(ids.map((id) => beat(id)));
      await Promise.all(ids.map((id) => connect(id)));
      for (const userId of ids) {
        await store.startTyping({ conversationId: `room of ${userId}`, userId, sessionId: 'tab', forMs: BRIEF_MS });
        await store.announceTyping(`room of ${userId}`, userId);
        await store.update(userId, neverRestored, (record, now) =>
          placeCommands.enterPlace(record, { conversationId: `room of ${userId}`, sessionReference }, now, TIMINGS),
        );
      }
      await Promise.all(ids.map((id) => end(id)));
      await onceAfter(TTL_MS, async () => (await store.dueUsers(100)).length === ids.length);
      for (const id of await store.dueUsers(100)) await tick(id);
      await onceAfter(BRIEF_MS, async () => {
        await store.expireTyping();
        return (await store.typingOf(ids)).length === 0;
      });
      await cleanAll();
      for (const userId of ids) expect(await store.usersAt(`room of ${userId}`, 1)).toEqual({ userIds: [], total: 0 });
      expect(await store.indexPlaces()).toBe(0);
      expect((await store.read(ids)).records.size).toBe(0);
      expect(await store.live({ after: null, limit: 10 })).toEqual({ userIds: [], total: 0 });
      expect(await store.dueUsers(10)).toEqual([]);
      expect(await dirtyIds()).toEqual([]);
    });
  });
