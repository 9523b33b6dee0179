/** The services of the social layer over ports that write down what they are asked. */
import { describe, expect, it } from 'vitest';
import { PresenceError } from '../../src/presence/errors.js';
import { pairKey } from '../../src/presence/pairs.js';
import type { RateLimits } from '../../src/presence/ports/rates.js';
import type { ConversationFacts, Viewer } from '../../src/presence/visibility.js';
import { createCountService } from '../../src/service/countService.js';
import { createNoticeService } from '../../src/service/noticeService.js';
import { createReadBudget } from '../../src/service/readBudget.js';
import { createTellService } from '../../src/service/tellService.js';
import { createTimelineService } from '../../src/service/timelineService.js';
import { actCursor, noticeCursor } from '../../src/social/socialCursors.js';
import type { Act, Counts, Inbox, ListPage, Notice } from '../../src/social/socialTypes.js';
import { anAct } from '../support/unit/fakeTrays.js';

const ana: Viewer = { kind: 'user', userId: 'ana' };
const host: Viewer = { kind: 'service', userId: 'host' };
const inbox: Inbox = { userId: 'ana', unread: 1, unseen: 1, revision: 4, asOf: 5 };
const notice = { id: 'n1', position: 3 } as Notice;
const input = { id: 'a', verb: 'like', actorId: 'bo', audience: 'FOLLOWERS' } as const;
const put = { objectId: 'post', counts: [{ name: 'likes', value: 1 }], version: '1' };

const setUp = ({ allowance = 10_000, usable = ['post'] }: { allowance?: number; usable?: string[] } = {}) => {
  const calls: unknown[][] = [];
  let left = allowance;
  const rateLimits: RateLimits = {
    async take(kind, userId, { count = 1 } = {}) {
      calls.push(['take', kind, userId, count]);
      left -= count;
      if (left < 0) throw new PresenceError('RATE_LIMITED', 'Slow down.', { retryAfterMs: 200 });
    },
    async count(kind, userId, count) {
      calls.push(['count', kind, userId, count]);
    },
  };
  const answer =
    <T>(verb: string, result: T) =>
    async (...args: unknown[]): Promise<T> => {
      calls.push([verb, ...args]);
      return result;
    };
  const reads = createReadBudget({ rateLimits });
  const page = <T>(...items: T[]): ListPage<T> => ({ items, hasMore: true });
  const counts = new Map<string, Counts>(
    ['post', 'hidden'].map((objectId) => [objectId, { objectId, all: [], asOf: 1 }]),
  );
  const facts = new Map<string, ConversationFacts>(
    usable.map((id) => [pairKey('ana', id), { open: true, isMember: false }]),
  );
  const tell = createTellService({ acts: { tell: answer('tell', 2), retract: answer('retract', 3) } });
  const count = createCountService({
    counts: { putCounts: answer('putCounts', 4), counts: answer('counts', counts) },
    conversations: { conversationFacts: answer('conversationFacts', facts) },
    reads,
  });
  const trays = createNoticeService({
    trays: {
      inbox: answer('inbox', inbox),
      notices: answer('notices', page(notice, { ...notice, id: 'n0' })),
      noticeActs: async (...args) => {
        calls.push(['noticeActs', ...args]);
        return args[1] === 'n1' ? page(anAct({ seq: 9 })) : null;
      },
      markSeen: answer('markSeen', inbox),
      markRead: answer('markRead', inbox),
      mute: answer('mute', undefined),
      unmute: answer('unmute', undefined),
    },
    reads,
    rateLimits,
    hiding: (userId, work) => {
      calls.push(['in turn', userId]);
      return work();
    },
  });
  const timelines = createTimelineService({
    timelines: {
      timeline: answer('timeline', { ...page<Act>(anAct({ seq: 9 }), anAct({ id: 'b', seq: 8 })), end: 3 }),
    },
    reads,
  });
  return { calls, social: { ...tell, ...count, ...trays, ...timelines } };
};

const codeOf = async (promise: Promise<unknown>): Promise<string> => {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return error instanceof PresenceError ? error.code : 'none';
};

describe('what the host tells', () => {
  it('reaches the stores checked, and is not limited', async () => {
    const { social, calls } = setUp({ allowance: 0 });
    expect(await social.tell(host, [input])).toBe(2);
    expect(await social.retract(host, ['a', 'a'])).toBe(3);
    expect(await social.putCounts(host, [put])).toBe(4);
    expect(calls).toEqual([
      ['tell', [expect.objectContaining({ id: 'a', recipients: [], group: null, at: null })]],
      ['retract', ['a']],
      ['putCounts', [put]],
    ]);
  });

  it('asks nothing of the stores where there is nothing', async () => {
    const { social, calls } = setUp();
    expect([await social.tell(host, []), await social.retract(host, []), await social.putCounts(host, [])]).toEqual([
      0, 0, 0,
    ]);
    expect(calls).toEqual([]);
  });

  it('is refused to users, and where anything of it is malformed: with nothing done', async () => {
    const { social, calls } = setUp();
    for (const call of [social.tell(ana, [input]), social.retract(ana, ['a']), social.putCounts(ana, [put])]) {
      expect(await codeOf(call)).toBe('FORBIDDEN');
    }
    const malformed = [
      social.tell(host, [input, { ...input, id: 'b', verb: 'Like' }]),
      social.retract(host, ['a', '']),
      social.retract(
        host,
        Array.from({ length: 1_001 }, (_, n) => `a${n}`),
      ),
      social.putCounts(host, [put, { ...put, version: 'x' }]),
    ];
    for (const call of malformed) expect(await codeOf(call)).toBe('BAD_USER_INPUT');
    expect(calls).toEqual([]);
  });
});

describe('counts', () => {
  it('are of the objects that the viewer may use, in the order given, each once', async () => {
    const { social, calls } = setUp();
    const found = await social.counts(ana, ['hidden', 'post', 'none', 'post']);
    expect(found.map(({ objectId }) => objectId)).toEqual(['post']);
    // The values before the facts, so that no answer is older than what hides.
    expect(calls).toEqual([
      ['take', 'read', 'ana', 3],
      ['counts', ['hidden', 'post', 'none']],
      ['conversationFacts', ['hidden', 'post', 'none'].map((conversationId) => ({ userId: 'ana', conversationId }))],
    ]);
  });

  it('take the same reads, and cost the same, whether an object is hidden or unknown', async () => {
    const [hidden, unknown] = [setUp(), setUp()];
    expect(await hidden.social.counts(ana, ['hidden'])).toEqual(await unknown.social.counts(ana, ['unknown']));
    const shapeOf = (calls: unknown[][]) => JSON.stringify(calls).replaceAll(/hidden|unknown/g, 'it');
    expect(shapeOf(hidden.calls)).toBe(shapeOf(unknown.calls));
  });

  it('are all for the host, which is asked about nothing', async () => {
    const { social, calls } = setUp();
    expect((await social.counts(host, ['hidden', 'post'])).map(({ objectId }) => objectId)).toEqual(['hidden', 'post']);
    expect(calls).toEqual([['counts', ['hidden', 'post']]]);
  });

  it('are of 200 objects at most, within the allowance of reads', async () => {
    const { social, calls } = setUp({ allowance: 100 });
    const ids = (count: number) => Array.from({ length: count }, (_, n) => `o${n}`);
    expect(await codeOf(social.counts(ana, ids(201)))).toBe('BAD_USER_INPUT');
    expect(calls).toEqual([]);
    expect(await codeOf(social.counts(ana, ids(101)))).toBe('RATE_LIMITED');
    expect(calls.map(([verb]) => verb)).toEqual(['take']);
    expect(await codeOf(setUp().social.counts(ana, ids(200)))).toBe('none');
    expect(await setUp().social.counts(ana, [])).toEqual([]);
  });
});

describe('a tray', () => {
  it('is read in pages whose cursors lead on, each item one read', async () => {
    const { social, calls } = setUp();
    const after = noticeCursor({ position: 7, id: 'n9' });
    const page = await social.notices(ana, { first: 2, after, unreadOnly: true });
    expect(page).toEqual({
      items: [
        { cursor: noticeCursor({ position: 3, id: 'n1' }), node: notice },
        { cursor: noticeCursor({ position: 3, id: 'n0' }), node: { ...notice, id: 'n0' } },
      ],
      endCursor: noticeCursor({ position: 3, id: 'n0' }),
      hasNextPage: true,
      hasPreviousPage: true,
    });
    expect(calls).toEqual([
      ['take', 'read', 'ana', 1],
      ['notices', 'ana', { first: 2, after: { position: 7, id: 'n9' }, unreadOnly: true }],
      ['count', 'read', 'ana', 1],
    ]);
  });

  it('has the acts of its notices; of any other there is none', async () => {
    const { social, calls } = setUp();
    const page = await social.noticeActs(ana, 'n1', { first: 100, after: null });
    expect(page.items).toEqual([{ cursor: actCursor('noticeActs', 9), node: { act: anAct({ seq: 9 }), gone: false } }]);
    expect(page.hasPreviousPage).toBe(false);
    expect(await codeOf(social.noticeActs(ana, 'of-another', { first: 1, after: null }))).toBe('NOT_FOUND');
    expect(calls.filter(([verb]) => verb === 'noticeActs')).toEqual([
      ['noticeActs', 'ana', 'n1', { first: 100, after: null }],
      ['noticeActs', 'ana', 'of-another', { first: 1, after: null }],
    ]);
  });

  it('is marked and muted within the allowance of mutations', async () => {
    const { social, calls } = setUp();
    expect(await social.inbox(ana)).toBe(inbox);
    expect(await social.markSeen(ana, '3')).toBe(inbox);
    await social.markRead(ana, '3', null);
    await social.markRead(ana, '3', ['b', 'a', 'b']);
    expect(await social.mute(ana, { userId: 'never-heard-of', objectId: null })).toBe(true);
    expect(await social.mute(ana, { userId: 'ana', objectId: null })).toBe(true);
    expect(await social.unmute(ana, { userId: null, objectId: 'post' })).toBe(true);
    const mutation = ['take', 'mutation', 'ana', 1];
    expect(calls).toEqual([
      ['take', 'read', 'ana', 1],
      ['inbox', 'ana'],
      mutation,
      ['markSeen', 'ana', 3],
      mutation,
      ['markRead', 'ana', 3, null],
      mutation,
      ['markRead', 'ana', 3, ['b', 'a']],
      mutation,
      ['in turn', 'ana'],
      ['mute', 'ana', { kind: 'user', id: 'never-heard-of' }],
      mutation,
      ['in turn', 'ana'],
      ['mute', 'ana', { kind: 'user', id: 'ana' }],
      mutation,
      ['in turn', 'ana'],
      ['unmute', 'ana', { kind: 'object', id: 'post' }],
    ]);
  });

  const everything = (social: ReturnType<typeof setUp>['social'], viewer: Viewer) => [
    social.inbox(viewer),
    social.notices(viewer, { first: 1, after: null, unreadOnly: false }),
    social.noticeActs(viewer, 'n1', { first: 1, after: null }),
    social.markSeen(viewer, '1'),
    social.markRead(viewer, '1', null),
    social.mute(viewer, { userId: 'bo', objectId: null }),
    social.unmute(viewer, { userId: 'bo', objectId: null }),
    social.timeline(viewer, { first: 1, after: null }),
  ];

  it('is for users alone', async () => {
    const { social, calls } = setUp();
    for (const call of everything(social, host)) expect(await codeOf(call)).toBe('FORBIDDEN');
    expect(calls).toEqual([]);
  });

  it('beyond the allowance is neither read nor changed', async () => {
    const { social, calls } = setUp({ allowance: 0 });
    for (const call of everything(social, ana)) expect(await codeOf(call)).toBe('RATE_LIMITED');
    expect(calls.every(([verb]) => verb === 'take')).toBe(true);
  });

  it('refuses what is malformed before anything is taken', async () => {
    const { social, calls } = setUp();
    const ids = Array.from({ length: 1_001 }, (_, n) => `n${n}`);
    const malformed = [
      social.notices(ana, { first: 0, after: null, unreadOnly: false }),
      social.notices(ana, { first: 101, after: null, unreadOnly: false }),
      social.notices(ana, { first: 1, after: actCursor('timeline', 1), unreadOnly: false }),
      social.noticeActs(ana, '', { first: 1, after: null }),
      social.noticeActs(ana, 'n1', { first: 101, after: null }),
      social.noticeActs(ana, 'n1', { first: 1, after: actCursor('timeline', 1) }),
      social.timeline(ana, { first: 101, after: null }),
      social.timeline(ana, { first: 1, after: actCursor('noticeActs', 1) }),
      social.markSeen(ana, 'now'),
      social.markRead(ana, '-1', null),
      social.markRead(ana, '1', ids),
      social.markRead(ana, '1', ['']),
      social.mute(ana, { userId: null, objectId: null }),
      social.unmute(ana, { userId: 'a', objectId: 'b' }),
    ];
    for (const call of malformed) expect(await codeOf(call)).toBe('BAD_USER_INPUT');
    expect(calls).toEqual([]);
    expect(await codeOf(social.markRead(ana, '1', ids.slice(1)))).toBe('none');
  });
});

describe('a timeline', () => {
  it('is read in pages, each at the price of what is asked for, and goes on where a page ended', async () => {
    const { social, calls } = setUp();
    const page = await social.timeline(ana, { first: 100, after: actCursor('timeline', 12) });
    expect(page.items.map(({ cursor, node }) => [cursor, node.act.id, node.gone])).toEqual([
      [actCursor('timeline', 9), 'like:1', false],
      [actCursor('timeline', 8), 'b', false],
    ]);
    expect([page.hasNextPage, page.hasPreviousPage]).toEqual([true, true]);
    expect(page.endCursor).toBe(actCursor('timeline', 3));
    expect(calls).toEqual([
      ['take', 'read', 'ana', 100],
      ['timeline', 'ana', { first: 100, after: 12 }],
    ]);
  });
});
