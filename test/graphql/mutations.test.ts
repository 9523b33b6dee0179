import { print } from 'graphql';
import { describe, expect, it } from 'vitest';
import { PresenceError } from '../../src/presence/errors.js';
import { DEFAULT_PRIVACY } from '../../src/presence/visibility.js';
import type { HeartbeatView, TypingView } from '../../src/service/contract.js';
import {
  AddFollowsDocument,
  BlockDocument,
  DeleteCircleDocument,
  DeleteConversationDocument,
  DeleteUserDocument,
  EndSessionDocument,
  FollowDocument,
  HeartbeatDocument,
  PutActivityDocument,
  PutCircleDocument,
  PutConversationDocument,
  RemoveFollowsDocument,
  SetPresenceDocument,
  SetTypingDocument,
  UnblockDocument,
  UnfollowDocument,
  UpdatePrivacyDocument,
  UpsertUsersDocument,
} from '../generated/operations.js';
import { ana, host, NOW, NOW_TEXT, refusalOf, setUp, view } from './operation.js';

const nobody = async () => new Map();

describe('setPresence', () => {
  const set = async (input: Parameters<ReturnType<typeof setUp>['run']>[1]) => {
    const { run, calls } = setUp({ presence: { setPresence: async () => view() }, people: { profiles: nobody } });
    const { errors } = await run(SetPresenceDocument, { input: input ?? {} });
    expect(errors).toBeUndefined();
    expect(calls[0]?.args[0]).toBe(ana);
    return calls[0]?.args[1];
  };

  it('passes on the given fields alone', async () => {
    expect(await set({})).toStrictEqual({});
    expect(await set({ status: 'DO_NOT_DISTURB' })).toStrictEqual({ status: 'DO_NOT_DISTURB' });
    expect(await set({ sessionId: 's', device: 'MOBILE' })).toStrictEqual({ sessionId: 's', device: 'MOBILE' });
  });

  it('clears what is null: the choice of status, and the activities', async () => {
    expect(await set({ status: null, statusMessage: null, activities: null })).toStrictEqual({
      status: 'ONLINE',
      statusMessage: null,
      activities: [],
    });
  });

  it('treats a null session or device as left out', async () => {
    expect(await set({ sessionId: null, device: null })).toStrictEqual({});
  });

  it('writes null for omitted fields of a message or activity', async () => {
    expect(
      await set({ statusMessage: { text: 'x' }, activities: [{ type: 'CUSTOM', name: 'y', startedAt: null }] }),
    ).toStrictEqual({
      statusMessage: { text: 'x', emoji: null, expiresAt: null },
      activities: [{ type: 'CUSTOM', name: 'y', details: null, startedAt: null, expiresAt: null }],
    });
    expect(
      await set({
        statusMessage: { text: 'x', emoji: '🎹', expiresAt: NOW_TEXT },
        activities: [{ type: 'CUSTOM', name: 'y', details: 'z', startedAt: NOW_TEXT, expiresAt: NOW_TEXT }],
      }),
    ).toStrictEqual({
      statusMessage: { text: 'x', emoji: '🎹', expiresAt: NOW },
      activities: [{ type: 'CUSTOM', name: 'y', details: 'z', startedAt: NOW, expiresAt: NOW }],
    });
  });

  it('accepts a single activity as a list of one', async () => {
    expect(await set({ activities: { type: 'CUSTOM', name: 'y' } })).toMatchObject({ activities: [{ name: 'y' }] });
  });

  it('beyond the rate limit tells when to try again', async () => {
    const { run, logged } = setUp({
      presence: {
        setPresence: async () => {
          throw new PresenceError('RATE_LIMITED', 'Try again in 5 s.', { retryAfterMs: 5_000 });
        },
      },
    });
    const { errors } = await run(SetPresenceDocument, { input: {} });
    expect(errors?.[0]?.toJSON()).toEqual({
      message: 'Try again in 5 s.',
      path: ['setPresence'],
      locations: [expect.anything()],
      extensions: { code: 'RATE_LIMITED', retryAfterMs: 5_000 },
    });
    expect(logged).toEqual([]);
  });

  it('refuses fields and values that the schema does not have', async () => {
    const { run, calls } = setUp();
    for (const input of ['{ status: BUSY }', '{ mood: "x" }', '{ statusMessage: {} }', 'null', '{ sessionId: true }']) {
      expect(refusalOf(await run(`mutation { setPresence(input: ${input}) { id } }`))).toMatch(/^BAD_USER_INPUT/);
    }
    expect(calls).toEqual([]);
  });
});

describe('heartbeat', () => {
  const beat: HeartbeatView = { sessionId: 's', expiresAt: NOW, intervalSeconds: 30, places: ['post'] };

  it('without an input reports an active device', async () => {
    for (const document of [
      'mutation { heartbeat { sessionId } }',
      'mutation { heartbeat(input: {}) { sessionId } }',
    ]) {
      const { run, calls } = setUp({ presence: { heartbeat: async () => beat } });
      expect((await run(document)).data).toEqual({ heartbeat: { sessionId: 's' } });
      expect(calls[0]?.args).toStrictEqual([ana, { idle: false }]);
    }
  });

  it('passes on session, device and idleness, and treats null as left out', async () => {
    const { run, calls } = setUp({ presence: { heartbeat: async () => beat } });
    expect((await run(HeartbeatDocument, { input: { sessionId: 's', device: 'MOBILE', idle: true } })).data).toEqual({
      heartbeat: { sessionId: 's', expiresAt: NOW_TEXT, intervalSeconds: 30, places: ['post'] },
    });
    await run(HeartbeatDocument, { input: { sessionId: null, device: null } });
    expect(calls.map(({ args }) => args[1])).toStrictEqual([
      { sessionId: 's', device: 'MOBILE', idle: true },
      { idle: false },
    ]);
  });
});

describe('setTyping', () => {
  const typed: TypingView = { conversationId: 'chat', userId: 'ana', isTyping: false, expiresAt: null };

  it('starts typing by default', async () => {
    const { run, calls } = setUp({ presence: { setTyping: async () => typed }, people: { profiles: nobody } });
    const { data } = await run(SetTypingDocument, { input: { conversationId: 'chat' } });
    expect(data?.setTyping).toMatchObject({ id: 'chat:ana', isTyping: false, expiresAt: null });
    await run(SetTypingDocument, { input: { conversationId: 'chat', isTyping: false, sessionId: 's' } });
    await run(SetTypingDocument, { input: { conversationId: 'chat', sessionId: null } });
    expect(calls.filter(({ verb }) => verb === 'setTyping').map(({ args }) => args)).toStrictEqual([
      [ana, { conversationId: 'chat', isTyping: true }],
      [ana, { conversationId: 'chat', isTyping: false, sessionId: 's' }],
      [ana, { conversationId: 'chat', isTyping: true }],
    ]);
  });
});

describe('the other mutations call one verb each', () => {
  const privacy = { ...DEFAULT_PRIVACY, status: 'NOBODY' } as const;
  const { run, calls } = setUp(
    {
      presence: { endSession: async () => false, putActivity: async () => true },
      relations: {
        updatePrivacy: async () => privacy,
        follow: async () => true,
        unfollow: async () => true,
        block: async () => true,
        unblock: async () => true,
        upsertUsers: async () => 2,
        deleteUser: async () => false,
        addFollows: async () => 1,
        removeFollows: async () => 1,
        putCircle: async () => true,
        deleteCircle: async () => false,
        putConversation: async () => true,
        deleteConversation: async () => true,
      },
    },
    { caller: host },
  );
  const follows = [{ followerId: 'a', followeeId: 'b' }];
  const users = [{ id: 'a', name: null, privacy: { status: 'NOBODY' } }, { id: 'b' }] as const;

  it.each([
    [EndSessionDocument, { sessionId: 's' }, [host, 's'], { endSession: false }],
    [
      UpdatePrivacyDocument,
      { input: { status: 'NOBODY' } },
      [host.viewer, { status: 'NOBODY' }],
      { updatePrivacy: privacy },
    ],
    [UpdatePrivacyDocument, { input: { status: null } }, [host.viewer, { status: null }], { updatePrivacy: privacy }],
    [FollowDocument, { userId: 'a' }, [host.viewer, 'a'], { follow: true }],
    [UnfollowDocument, { userId: 'a' }, [host.viewer, 'a'], { unfollow: true }],
    [BlockDocument, { userId: 'a' }, [host.viewer, 'a'], { block: true }],
    [UnblockDocument, { userId: 'a' }, [host.viewer, 'a'], { unblock: true }],
    [UpsertUsersDocument, { users }, [host.viewer, users], { upsertUsers: 2 }],
    [DeleteUserDocument, { userId: 'a' }, [host.viewer, 'a'], { deleteUser: false }],
    [AddFollowsDocument, { follows }, [host.viewer, follows], { addFollows: 1 }],
    [RemoveFollowsDocument, { follows }, [host.viewer, follows], { removeFollows: 1 }],
    [PutCircleDocument, { id: 'c', memberIds: ['a'] }, [host.viewer, 'c', ['a']], { putCircle: true }],
    [DeleteCircleDocument, { id: 'c' }, [host.viewer, 'c'], { deleteCircle: false }],
    [
      PutConversationDocument,
      { id: 'c', memberIds: [] },
      [host.viewer, 'c', { memberIds: [], open: false, ownerId: null, audience: null }],
      { putConversation: true },
    ],
    [
      PutConversationDocument,
      { id: 'c', memberIds: ['a'], open: true, ownerId: 'o', audience: 'MUTUALS' },
      [host.viewer, 'c', { memberIds: ['a'], open: true, ownerId: 'o', audience: 'MUTUALS' }],
      { putConversation: true },
    ],
    [DeleteConversationDocument, { id: 'c' }, [host.viewer, 'c'], { deleteConversation: true }],
    [
      PutActivityDocument,
      { userId: 'a', source: 'calls', activities: [{ type: 'IN_CALL', name: 'x' }] },
      [host.viewer, 'a', 'calls', [{ type: 'IN_CALL', name: 'x', details: null, startedAt: null, expiresAt: null }]],
      { putActivity: true },
    ],
  ])('$definitions.0.name.value', async (document, variables, args, data) => {
    calls.length = 0;
    expect(await run(print(document), variables)).toEqual({ data, errors: undefined });
    expect(calls.map((call) => call.args)).toEqual([args]);
  });
});
