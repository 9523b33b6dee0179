/** The resolvers of the social layer, over services that return what a test gives them. */
import { print } from 'graphql';
import { describe, expect, it } from 'vitest';
import { PresenceError } from '../../src/presence/errors.js';
import type { CursorPage } from '../../src/service/socialContract.js';
import type { Act, Counts, Here, Inbox, InboxChange, Notice } from '../../src/social/socialTypes.js';
import {
  CountsChangedDocument,
  CountsDocument,
  EnterDocument,
  HereChangedDocument,
  HereDocument,
  InboxChangedDocument,
  InboxDocument,
  LeaveDocument,
  MarkReadDocument,
  MarkSeenDocument,
  MuteDocument,
  NoticeActsDocument,
  NoticesDocument,
  PutCountsDocument,
  RetractDocument,
  TellDocument,
  TimelineChangedDocument,
  TimelineDocument,
  UnmuteDocument,
} from '../generated/operations.js';
import { ana, NOW, NOW_TEXT, setUp, view } from './operation.js';

const act = (fields: Partial<Act> = {}): Act => ({
  id: 'like:1',
  verb: 'like',
  actorId: 'bo',
  objectId: 'post',
  objectType: 'post',
  text: 'nice',
  data: '{}',
  audience: 'FOLLOWERS',
  at: NOW,
  seq: 7,
  ...fields,
});

const notice = (fields: Partial<Notice> = {}): Notice => ({
  id: 'n1',
  userId: 'ana',
  verb: 'like',
  objectId: 'post',
  objectType: 'post',
  actorIds: ['bo', 'cy'],
  actorCount: 2,
  latest: act(),
  at: NOW,
  isRead: true,
  position: 4,
  changed: 5,
  gone: false,
  ...fields,
});

const inbox: Inbox = { userId: 'ana', unread: 3, unseen: 2, revision: 9_007_199_254_740_991, asOf: NOW };
const inboxAsSent = { id: 'ana', unread: 3, unseen: 2, revision: '9007199254740991', asOf: NOW_TEXT };
const counts: Counts = { objectId: 'post', all: [{ name: 'likes', value: 3 }], asOf: NOW };
const here: Here = { conversationId: 'post', people: [view()], count: 1, approximate: false, asOf: NOW };

const pageOf = <T>(node: T): CursorPage<T> => ({
  items: [{ cursor: 'c1', node }],
  endCursor: 'c1',
  hasNextPage: true,
  hasPreviousPage: false,
});
const pageInfo = { hasNextPage: true, hasPreviousPage: false, startCursor: 'c1', endCursor: 'c1' };

/** `bo` has a name and is seen; of others there is nothing. */
const seesBo = {
  people: { profiles: async () => new Map([['bo', { id: 'bo', name: 'Bo', avatarUrl: null }]]) },
  presence: { presenceOf: async () => [view()] },
};
const named = (id: string) => ({ id, name: id === 'bo' ? 'Bo' : null, avatarUrl: null });
const shownAct = {
  id: 'like:1',
  verb: 'like',
  actor: named('bo'),
  objectId: 'post',
  objectType: 'post',
  text: 'nice',
  data: '{}',
  at: NOW_TEXT,
  gone: false,
};
const goneAct = {
  id: 'like:1',
  verb: '',
  actor: { id: '', name: null, avatarUrl: null },
  objectId: null,
  objectType: null,
  text: null,
  data: null,
  at: '1970-01-01T00:00:00.000Z',
  gone: true,
};

describe('an act', () => {
  it('is sent whole', async () => {
    const { run, calls } = setUp({
      ...seesBo,
      social: { noticeActs: async () => pageOf({ act: act(), gone: false }) },
    });
    const { data } = await run(NoticeActsDocument, { noticeId: 'n1', after: 'c0' });
    expect(data).toEqual({ noticeActs: { edges: [{ cursor: 'c1', node: shownAct }], pageInfo } });
    expect(calls[0]).toEqual({ verb: 'noticeActs', args: [ana.viewer, 'n1', { first: 20, after: 'c0' }] });
  });

  it('that is gone has an id, and nothing else', async () => {
    const { run, calls } = setUp({
      ...seesBo,
      social: { timeline: async () => pageOf({ act: act(), gone: true }) },
    });
    const { data } = await run(TimelineDocument, { first: 5 });
    const node = { ...goneAct, actor: { ...goneAct.actor, presence: null } };
    expect(data).toEqual({ timeline: { edges: [{ cursor: 'c1', node }], pageInfo } });
    expect(calls).toEqual([{ verb: 'timeline', args: [ana.viewer, { first: 5, after: null }] }]);
  });
});

describe('a notice', () => {
  const shown = {
    id: 'n1',
    verb: 'like',
    objectId: 'post',
    objectType: 'post',
    actors: [named('bo'), named('cy')],
    actorCount: 2,
    latest: shownAct,
    at: NOW_TEXT,
    isRead: true,
    position: '4',
    gone: false,
  };

  it('is sent whole, with the presence of those of its actors whom the caller may see', async () => {
    const { run, calls } = setUp({ ...seesBo, social: { notices: async () => pageOf(notice()) } });
    const { data } = await run(NoticesDocument, { unreadOnly: true });
    const [edge] = data?.notices.edges ?? [];
    expect(edge?.node).toMatchObject({
      ...shown,
      actors: [
        { ...named('bo'), presence: { userId: 'bo', status: 'ONLINE' } },
        { ...named('cy'), presence: null },
      ],
    });
    expect(data?.notices.pageInfo).toEqual(pageInfo);
    expect(calls[0]?.args).toEqual([ana.viewer, { first: 20, after: null, unreadOnly: true }]);
  });

  it('that is gone has an id, and names nobody', async () => {
    const change: InboxChange = {
      inbox,
      notices: [notice(), notice({ id: 'n2', gone: true, latest: act({ id: 'follow:bo:ana' }) })],
      partial: true,
    };
    const { subscribe, calls, context } = setUp({
      ...seesBo,
      hub: {
        watchInbox: async () =>
          (async function* () {
            yield change;
          })() as never,
      },
    });
    const { events } = await subscribe(InboxChangedDocument, { after: '12' });
    expect(await events?.next()).toMatchObject({
      value: {
        data: {
          inboxChanged: {
            inbox: inboxAsSent,
            notices: [
              shown,
              {
                id: 'n2',
                verb: '',
                objectId: null,
                objectType: null,
                actors: [],
                actorCount: 0,
                latest: { ...goneAct, id: '' },
                at: '1970-01-01T00:00:00.000Z',
                isRead: false,
                position: '',
                gone: true,
              },
            ],
            partial: true,
          },
        },
      },
    });
    expect(calls[0]).toEqual({
      verb: 'watchInbox',
      args: [ana.viewer, { after: '12', connectionId: 'node/7', budget: context.budget }],
    });
  });
});

describe('the presence of a user', () => {
  const actors = '{ notices { edges { node { actors { id presence { status } } } } } }';
  const many = pageOf(notice({ actorIds: ['bo', 'cy'], latest: act({ actorId: 'bo' }) }));

  it('is read once for all users of an answer, each once', async () => {
    const { run, calls } = setUp({
      ...seesBo,
      social: { notices: async () => ({ ...many, items: [...many.items, ...many.items] }) },
    });
    await run(actors);
    expect(calls.filter(({ verb }) => verb === 'presenceOf')).toEqual([
      { verb: 'presenceOf', args: [ana.viewer, ['bo', 'cy']] },
    ]);
  });

  it('is no field that others pay for: nobody asked, nobody read', async () => {
    const { run, calls } = setUp({ ...seesBo, social: { notices: async () => many } });
    await run('{ notices { edges { node { actors { id } } } } }');
    expect(calls.map(({ verb }) => verb)).toEqual(['notices']);
  });

  it('fails alone, beside what was answered', async () => {
    const { run } = setUp({
      social: { notices: async () => many },
      presence: {
        presenceOf: async () => {
          throw new PresenceError('RATE_LIMITED', 'Slow down.', { retryAfterMs: 200 });
        },
      },
    });
    const { data, errors } = await run(actors);
    expect(data).toMatchObject({ notices: { edges: [{ node: { actors: [{ id: 'bo', presence: null }, {}] } }] } });
    expect(errors?.map(({ extensions }) => extensions.code)).toEqual(['RATE_LIMITED', 'RATE_LIMITED']);
  });

  it('is null beside a presence that the caller may no longer see', async () => {
    const { run, calls } = setUp({ presence: { userPresence: async () => view({ revoked: true }) } });
    const { data } = await run('{ userPresence(userId: "bo") { user { presence { status } } } }');
    expect(data).toEqual({ userPresence: { user: { presence: null } } });
    expect(calls.map(({ verb }) => verb)).toEqual(['userPresence']);
  });
});

describe('counts', () => {
  it('are read by name, too', async () => {
    const { run, calls } = setUp({ social: { counts: async () => [counts] } });
    expect((await run(CountsDocument, { objectIds: ['post', 'x'] })).data).toEqual({
      counts: [{ id: 'post', objectId: 'post', all: [{ name: 'likes', value: 3 }], asOf: NOW_TEXT }],
    });
    expect(calls[0]?.args).toEqual([ana.viewer, ['post', 'x']]);
    const one = '{ counts(objectIds: "post") { count(name: "likes") } }';
    expect((await run(one)).data).toEqual({ counts: [{ count: 3 }] });
    const none = '{ counts(objectIds: "post") { count(name: "views") } }';
    expect((await run(none)).data).toEqual({ counts: [{ count: null }] });
  });
});

describe('places', () => {
  it('list presences', async () => {
    const { run, calls } = setUp({ ...seesBo, presence: { here: async () => here } });
    expect((await run(HereDocument, { conversationId: 'post' })).data).toMatchObject({
      here: {
        id: 'post',
        conversationId: 'post',
        people: [{ id: 'bo' }],
        count: 1,
        approximate: false,
        asOf: NOW_TEXT,
      },
    });
    expect(calls[0]?.args).toEqual([ana.viewer, 'post']);
  });

  it('are entered and left by a session', async () => {
    const { run, calls } = setUp({ ...seesBo, presence: { enter: async () => here, leave: async () => false } });
    expect((await run(EnterDocument, { conversationId: 'post' })).data).toMatchObject({ enter: { count: 1 } });
    expect((await run(LeaveDocument, { conversationId: 'post', sessionId: 'tab' })).data).toEqual({ leave: false });
    expect(calls.filter(({ verb }) => verb !== 'profiles').map(({ args }) => args)).toEqual([
      [ana, { conversationId: 'post' }],
      [ana, { conversationId: 'post', sessionId: 'tab' }],
    ]);
  });
});

describe('the other fields call one verb each', () => {
  const { run, calls } = setUp({
    social: {
      inbox: async () => inbox,
      markSeen: async () => inbox,
      markRead: async () => inbox,
      mute: async () => true,
      unmute: async () => true,
      tell: async () => 1,
      retract: async () => 2,
      putCounts: async () => 3,
    },
  });
  const put = { objectId: 'post', counts: [{ name: 'likes', value: -1 }], version: '12' };

  it.each([
    [InboxDocument, {}, [], { inbox: inboxAsSent }],
    [MarkSeenDocument, { upTo: '3' }, ['3'], { markSeen: inboxAsSent }],
    [MarkReadDocument, { upTo: '3' }, ['3', null], { markRead: inboxAsSent }],
    [MarkReadDocument, { upTo: '3', noticeIds: [] }, ['3', []], { markRead: inboxAsSent }],
    [MuteDocument, { userId: 'bo' }, [{ userId: 'bo', objectId: null }], { mute: true }],
    [UnmuteDocument, { objectId: 'post' }, [{ userId: null, objectId: 'post' }], { unmute: true }],
    [RetractDocument, { actIds: ['a'] }, [['a']], { retract: 2 }],
    [PutCountsDocument, { counts: [put] }, [[put]], { putCounts: 3 }],
    [
      TellDocument,
      { acts: [{ id: 'a', verb: 'like', actorId: 'bo' }] },
      [[{ id: 'a', verb: 'like', actorId: 'bo', audience: 'FOLLOWERS' }]],
      { tell: 1 },
    ],
  ])('$definitions.0.name.value %#', async (document, variables, args, data) => {
    calls.length = 0;
    expect(await run(print(document), variables)).toEqual({ data, errors: undefined });
    expect(calls.map((call) => call.args)).toEqual([[ana.viewer, ...args]]);
  });
});

describe('subscriptions', () => {
  const once = <T>(value: T) =>
    (async function* () {
      yield value;
    })() as never;

  it('watch through the hub, in the budget of the connection', async () => {
    const { subscribe, calls, context } = setUp({
      ...seesBo,
      hub: {
        watchTimeline: async () => once({ act: act(), gone: false }),
        watchCounts: async () => once(counts),
        watchHere: async () => once({ here, came: [view()], went: ['cy'] }),
      },
    });
    const { budget } = context;
    const first = async (document: Parameters<typeof subscribe>[0], variables: Record<string, unknown>) =>
      (await (await subscribe(document, variables)).events?.next())?.value;
    expect(await first(TimelineChangedDocument as never, {})).toEqual({ data: { timelineChanged: shownAct } });
    expect(await first(CountsChangedDocument as never, { objectIds: ['post'] })).toMatchObject({
      data: { countsChanged: { id: 'post' } },
    });
    expect(await first(HereChangedDocument as never, { conversationId: 'post' })).toMatchObject({
      data: { hereChanged: { here: { count: 1 }, came: [{ id: 'bo' }], went: ['cy'] } },
    });
    expect(calls.filter(({ verb }) => verb.startsWith('watch'))).toEqual([
      { verb: 'watchTimeline', args: [ana.viewer, { budget }] },
      { verb: 'watchCounts', args: [ana.viewer, { objectIds: ['post'], budget }] },
      { verb: 'watchHere', args: [ana.viewer, { conversationId: 'post', budget }] },
    ]);
  });
});
