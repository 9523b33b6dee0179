/** Every operation of schema/operations, as an SDK sends it, once against the server. */
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { getOperationAST, print } from 'graphql';
import { describe, expect, it } from 'vitest';
import * as generated from '../generated/operations.js';
import type { Variables } from '../support/http/api.js';
import { serve } from '../support/http/rollcall.js';

const rollcall = await serve({ PRESENCE_HISTORY: '1d' });
const { host } = rollcall;
const [ada, ben] = await rollcall.friends('ada', 'ben');
const room = rollcall.fresh('room');
const circle = rollcall.fresh('circle');
await host.putConversation(room, [ada.id, ben.id]);
const LIKE = { id: rollcall.fresh('like'), verb: 'like', actorId: ben.id, objectId: room, notify: [ada.id] };
await host.execute(`mutation ($acts: [ActInput!]!) { tell(acts: $acts) }`, { acts: [LIKE] });
const { notices } = await ada.execute<{ notices: { edges: { node: { id: string } }[] } }>(
  '{ notices { edges { node { id } } } }',
);
const noticeId = notices.edges[0]!.node.id;
const COUNTS = { objectId: room, counts: [{ name: 'likes', value: 1 }], version: '1' };

const ACTIVITY = { type: 'IN_STUDIO', name: 'Ardour', details: 'Mix', startedAt: null, expiresAt: null };
const FOLLOWS = [{ followerId: rollcall.fresh('one'), followeeId: rollcall.fresh('other') }];

const HISTORY = { userId: rollcall.fresh('nobody'), from: '2026-01-01T00:00:00.000Z', to: '2026-01-02T00:00:00.000Z' };

/** Who sends each operation, with what, and what comes back. */
const OF_USERS: Readonly<Record<string, readonly [Variables, unknown]>> = {
  Me: [{}, { me: { userId: ada.id, chosenStatus: 'ONLINE' } }],
  Presence: [{ userIds: [ben.id] }, { presence: [{ id: ben.id, user: { name: ben.id }, isTyping: false }] }],
  UserPresence: [{ userId: ben.id }, { userPresence: { id: ben.id } }],
  Roster: [{ first: 1 }, { roster: { edges: [{ node: { id: ben.id } }], pageInfo: { hasNextPage: false } } }],
  Following: [{}, { following: { edges: [{ node: { id: ben.id, name: ben.id } }] } }],
  Blocked: [{ first: 5 }, { blocked: { edges: [], pageInfo: { hasNextPage: false } } }],
  Typing: [{ conversationId: room }, { typing: [] }],
  SetPresence: [
    { input: { status: 'AWAY', statusMessage: { text: 'out', emoji: '🚶' }, activities: [ACTIVITY], device: 'WEB' } },
    { setPresence: { status: 'AWAY', statusMessage: { text: 'out' }, activities: [{ name: 'Ardour' }] } },
  ],
  Heartbeat: [{ input: { sessionId: 'phone', idle: true } }, { heartbeat: { sessionId: 'phone' } }],
  EndSession: [{ sessionId: 'none' }, { endSession: false }],
  SetTyping: [{ input: { conversationId: room } }, { setTyping: { conversationId: room } }],
  UpdatePrivacy: [{ input: { lastSeen: 'MUTUALS' } }, { updatePrivacy: { lastSeen: 'MUTUALS' } }],
  Follow: [{ userId: 'someone' }, { follow: true }],
  Unfollow: [{ userId: 'someone' }, { unfollow: true }],
  Block: [{ userId: 'someone' }, { block: true }],
  Unblock: [{ userId: 'someone' }, { unblock: true }],
  Inbox: [{}, { inbox: { id: ada.id, unread: 1, unseen: 1 } }],
  Notices: [{ first: 1 }, { notices: { edges: [{ node: { id: noticeId, actors: [{ presence: { id: ben.id } }] } }] } }],
  NoticeActs: [{ noticeId }, { noticeActs: { edges: [{ node: { id: LIKE.id, actor: { name: ben.id } } }] } }],
  Timeline: [{}, { timeline: { edges: [{ node: { id: LIKE.id, actor: { presence: { id: ben.id } } } }] } }],
  Counts: [{ objectIds: [room, 'none'] }, { counts: [{ id: room, all: [] }] }],
  Here: [{ conversationId: room }, { here: { id: room, count: 0 } }],
  Enter: [{ conversationId: room }, { enter: { id: room, people: [{ id: ada.id }], count: 1 } }],
  Leave: [{ conversationId: room }, { leave: true }],
  MarkSeen: [{ upTo: '1' }, { markSeen: { unread: 1, unseen: 0 } }],
  MarkRead: [{ upTo: '1', noticeIds: [noticeId] }, { markRead: { unread: 0 } }],
  Mute: [{ userId: 'someone' }, { mute: true }],
  Unmute: [{ objectId: 'something' }, { unmute: true }],
};
const OF_THE_HOST: typeof OF_USERS = {
  Online: [{ first: 1 }, { online: { edges: expect.any(Array) } }],
  PresenceHistory: [HISTORY, { presenceHistory: { edges: [], pageInfo: { hasNextPage: false } } }],
  UpsertUsers: [{ users: [{ id: 'new', name: 'New', privacy: { status: 'MUTUALS' } }] }, { upsertUsers: 1 }],
  DeleteUser: [{ userId: 'never' }, { deleteUser: false }],
  AddFollows: [{ follows: FOLLOWS }, { addFollows: 1 }],
  RemoveFollows: [{ follows: [] }, { removeFollows: 0 }],
  PutCircle: [{ id: circle, memberIds: [ada.id] }, { putCircle: true }],
  DeleteCircle: [{ id: 'none' }, { deleteCircle: false }],
  PutConversation: [{ id: rollcall.fresh('chat'), memberIds: [ada.id] }, { putConversation: true }],
  DeleteConversation: [{ id: 'none' }, { deleteConversation: false }],
  Tell: [{ acts: [{ ...LIKE, id: rollcall.fresh('like') }] }, { tell: 1 }],
  Retract: [{ actIds: ['never'] }, { retract: 0 }],
  PutCounts: [{ counts: [COUNTS] }, { putCounts: 1 }],
  PutActivity: [{ userId: ben.id, source: 'calls', activities: [ACTIVITY] }, { putActivity: true }],
};
const SUBSCRIPTIONS: typeof OF_USERS = {
  PresenceChanged: [{ userIds: [ben.id] }, { presenceChanged: { id: ben.id, user: { name: ben.id } } }],
  MeChanged: [
    {},
    { meChanged: { userId: ada.id, sessions: expect.arrayContaining([expect.objectContaining({ id: 'tab' })]) } },
  ],
  TypingChanged: [{ conversationId: room }, { typingChanged: { userId: ben.id, isTyping: true } }],
  InboxChanged: [{ after: '0' }, { inboxChanged: { inbox: { id: ada.id }, partial: false } }],
  TimelineChanged: [{}, { timelineChanged: { actor: { id: ben.id }, gone: false } }],
  CountsChanged: [{ objectIds: [room] }, { countsChanged: { id: room } }],
  HereChanged: [{ conversationId: room }, { hereChanged: { here: { id: room } } }],
};

type Document = TypedDocumentNode<unknown, Variables>;
/** By the name of the operation. Fragments are no documents of their own. */
const documents = new Map(
  Object.values(generated as unknown as Record<string, Document>)
    .map((document) => [getOperationAST(document)?.name?.value, document] as const)
    .filter((entry): entry is readonly [string, Document] => entry[0] !== undefined),
);
const textOf = (name: string): string => print(documents.get(name)!);

describe('the operations of schema/operations', () => {
  it('are each tried here', () => {
    const tried = [OF_USERS, OF_THE_HOST, SUBSCRIPTIONS].flatMap((each) => Object.keys(each));
    expect(tried.sort()).toEqual([...documents.keys()].sort());
  });

  it.each(Object.entries(OF_USERS))('%s is answered to a user', async (name, [variables, answer]) => {
    const { body, status } = await ada.ask(textOf(name), variables);
    expect(body).toMatchObject({ data: answer as object });
    expect(body).not.toHaveProperty('errors');
    expect(status).toBe(200);
  });

  it.each(Object.entries(OF_THE_HOST))('%s is answered to the host alone', async (name, [variables, answer]) => {
    const { body } = await host.ask(textOf(name), variables);
    expect(body).toMatchObject({ data: answer as object });
    expect(body).not.toHaveProperty('errors');
    expect((await ada.ask(textOf(name), variables)).body).toMatchObject({
      errors: [{ extensions: { code: 'FORBIDDEN' } }],
    });
  });

  it.each(Object.entries(SUBSCRIPTIONS))('%s brings an event', async (name, [variables, event]) => {
    const watcher = await rollcall.person(ada.id).connect({ sessionId: 'tab' });
    const typist = await ben.connect({ sessionId: 'tab' });
    await typist.setTyping(room);
    const events = watcher.subscribe<object>(textOf(name), variables);
    await watcher.me();
    await host.execute(textOf('Tell'), { acts: [{ ...LIKE, id: rollcall.fresh('like') }] });
    expect(await events.next()).toMatchObject(event as object);
    await watcher.close();
    await typist.close();
  });
});
