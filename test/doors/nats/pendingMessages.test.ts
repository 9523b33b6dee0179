import { beforeEach, describe, expect, it } from 'vitest';
import { createReadAnew, joined, keyOf, type PendingOf } from '../../../src/doors/nats/pendingMessages.js';
import { unavailable } from '../../../src/presence/errors.js';
import type { PresenceRecord } from '../../../src/presence/types.js';
import type { Notice } from '../../../src/social/socialTypes.js';
import { NOON, record, session } from '../../support/unit/builders.js';

const records = new Map<string, PresenceRecord>();
const typists: { userId: string; conversationId: string; expiresAt: number }[] = [];
const unread = new Map<string, Notice>();
let failing: ReadonlyMap<string, Error>;
let whileTypingIsRead: () => void;
beforeEach(() => {
  records.clear();
  typists.length = 0;
  unread.clear();
  failing = new Map();
  whileTypingIsRead = () => {};
});

const readAnew = createReadAnew({
  readRecords: async () => ({
    now: NOON,
    nowOf: () => NOON,
    records: new Map(records),
    unreadable: new Set<string>(),
  }),
  store: {
    async typingOf() {
      whileTypingIsRead();
      return typists;
    },
    now: async () => NOON,
  },
  trays: {
    async notices(userId) {
      const failure = failing.get(userId);
      if (failure) throw failure;
      const notice = unread.get(userId);
      return { items: notice ? [notice] : [], hasMore: false };
    },
    inbox: async (userId) => ({ userId, unread: 7, unseen: 7, revision: 9, asOf: NOON }),
  },
});

const noticeOf = (userId: string, position = 3): Notice => ({
  id: `n-${userId}`,
  userId,
  verb: 'like',
  objectId: 'post',
  objectType: null,
  actorIds: ['bo'],
  actorCount: 1,
  latest: {
    id: 'a',
    verb: 'like',
    actorId: 'bo',
    objectId: 'post',
    objectType: null,
    text: null,
    data: null,
    audience: 'NOBODY',
    at: NOON,
    seq: 1,
  },
  at: NOON,
  isRead: false,
  position,
  changed: position,
  gone: false,
});
const pendingNotice = (userId: string): PendingOf<'notice'> => ({
  kind: 'notice',
  userId,
  id: `n-${userId}`,
  position: 3,
});

describe('what is told late', () => {
  it('is a status and an activity as they are, of users who are known', async () => {
    records.set('ana', record({ userId: 'ana', chosen: 'INVISIBLE', sessions: [session()] }));
    const pending = ['ana', 'gone'].map((userId) => ({ kind: 'status', userId, from: 'dnd' }) as const);
    const found = await readAnew.status(pending);
    expect([...found.keys()]).toEqual([pending[0]]);
    expect(JSON.parse(found.get(pending[0]!)!.payload)).toMatchObject({ status: 'offline', from: 'dnd' });
    const activities = await readAnew.activity(
      ['ana', 'gone'].map((userId) => ({ kind: 'activity', userId }) as const),
    );
    expect(activities.size).toBe(1);
  });

  it('is what was last of a user who was deleted, unless they were named again and came since', async () => {
    const last = record({ userId: 'ana', revision: NOON, lastSeen: NOON - 5 });
    const status = { kind: 'status', userId: 'ana', from: 'online', last } as const;
    const activity = { kind: 'activity', userId: 'ana', last } as const;
    const told = async () => JSON.parse([...(await readAnew.status([status])).values()][0]!.payload);
    const offline = { status: 'offline', from: 'online', last_seen: new Date(NOON - 5).toISOString() };
    expect(await told()).toMatchObject(offline);
    expect((await readAnew.activity([activity])).size).toBe(1);
    records.set('ana', record({ userId: 'ana', generation: 2, revision: 0 }));
    expect(await told()).toMatchObject(offline);
    records.set('ana', record({ userId: 'ana', generation: 2, revision: NOON + 9, sessions: [session()] }));
    expect(await told()).toMatchObject({ status: 'online' });
  });

  it('of two about the same is the later one, and what was last of a deleted user stays known', () => {
    const last = record({ userId: 'ana', revision: NOON });
    const earlier = { kind: 'status', userId: 'ana', from: 'dnd', last } as const;
    expect(joined(earlier, { kind: 'status', userId: 'ana', from: 'idle' })).toEqual(earlier);
    const activity = { kind: 'activity', userId: 'ana' } as const;
    expect(joined({ ...activity, last }, activity)).toEqual({ ...activity, last });
    expect(joined(activity, { ...activity, last })).toEqual({ ...activity, last });
  });

  it('is typing that goes on, in the very conversation', async () => {
    typists.push({ userId: 'ana', conversationId: 'room', expiresAt: NOON + 1_000 });
    records.set('ana', record({ userId: 'ana', sessions: [session()] }));
    const pending = [
      { kind: 'typing', userId: 'ana', conversationId: 'room' },
      { kind: 'typing', userId: 'ana', conversationId: 'hall' },
      { kind: 'typing', userId: 'bo', conversationId: 'room' },
    ] as const;
    expect([...(await readAnew.typing(pending)).keys()]).toEqual([pending[0]]);
    expect(new Set(pending.map(keyOf)).size).toBe(3);
  });

  it('is no typing of who is not seen live, though it is not cleared yet', async () => {
    const hidden = ['INVISIBLE', 'OFFLINE'] as const;
    for (const chosen of hidden) records.set(chosen, record({ userId: chosen, chosen, sessions: [session()] }));
    records.set('left', record({ userId: 'left', sessions: [] }));
    records.set('ana', record({ userId: 'ana', sessions: [session()] }));
    const pending = [...hidden, 'left', 'unknown', 'ana'].map(
      (userId) => ({ kind: 'typing', userId, conversationId: 'room' }) as const,
    );
    for (const { userId } of pending) typists.push({ userId, conversationId: 'room', expiresAt: NOON + 1_000 });
    expect([...(await readAnew.typing(pending)).keys()].map(({ userId }) => userId)).toEqual(['ana']);
  });

  it('is no typing of who hides while it is read', async () => {
    records.set('ana', record({ userId: 'ana', sessions: [session()] }));
    typists.push({ userId: 'ana', conversationId: 'room', expiresAt: NOON + 1_000 });
    whileTypingIsRead = () =>
      void records.set('ana', record({ userId: 'ana', chosen: 'INVISIBLE', sessions: [session()] }));
    expect((await readAnew.typing([{ kind: 'typing', userId: 'ana', conversationId: 'room' }])).size).toBe(0);
  });

  it('is a notice that is still unread at its position, with the badge of then', async () => {
    const pending = ['ana', 'read', 'moved'].map(pendingNotice);
    unread.set('ana', noticeOf('ana'));
    unread.set('moved', noticeOf('moved', 4));
    const found = await readAnew.notice(pending);
    expect([...found.keys()]).toEqual([pending[0]]);
    expect(JSON.parse(found.get(pending[0]!)!.payload).unseen).toBe(7);
  });

  it('is no notice of who is not to be disturbed by now', async () => {
    unread.set('ana', noticeOf('ana'));
    records.set('ana', record({ userId: 'ana', chosen: 'DO_NOT_DISTURB', sessions: [session()] }));
    expect((await readAnew.notice([pendingNotice('ana')])).size).toBe(0);
  });

  it('waits for a database that is away, and for nothing that never can be read', async () => {
    unread.set('ana', noticeOf('ana'));
    failing = new Map([['bo', new TypeError('a bug')]]);
    expect((await readAnew.notice(['ana', 'bo'].map(pendingNotice))).size).toBe(1);
    failing = new Map([['bo', unavailable('The database is away.')]]);
    await expect(readAnew.notice(['ana', 'bo'].map(pendingNotice))).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });
});
