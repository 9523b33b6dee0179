import { describe, expect, it } from 'vitest';
import { badInput, forbidden, notFound } from '../../src/presence/errors.js';
import { DEFAULT_PRIVACY } from '../../src/presence/visibility.js';
import type { MeView } from '../../src/service/contract.js';
import {
  MeDocument,
  OnlineDocument,
  PresenceDocument,
  RosterDocument,
  TypingDocument,
  UserPresenceDocument,
} from '../generated/operations.js';
import { ana, host, NOW, NOW_TEXT, refusalOf, setUp, view } from './operation.js';

const nobody = async () => new Map();
const full = view({
  status: 'AWAY',
  statusMessage: { text: 'lunch', emoji: null, expiresAt: NOW },
  activities: [{ type: 'IN_STUDIO', name: 'Live', details: 'x', startedAt: NOW, expiresAt: null }],
  devices: ['WEB', 'PLUGIN'],
});

describe('a presence', () => {
  it('is the view of the domain, with the name and picture from the host', async () => {
    const { run, calls } = setUp({
      presence: { userPresence: async () => full, typingAmong: async () => new Set(['bo']) },
      people: { profiles: async () => new Map([['bo', { id: 'bo', name: 'Bo', avatarUrl: 'https://a.example' }]]) },
    });
    expect(await run(UserPresenceDocument, { userId: 'bo' })).toEqual({
      data: {
        userPresence: {
          id: 'bo',
          userId: 'bo',
          user: { id: 'bo', name: 'Bo', avatarUrl: 'https://a.example' },
          status: 'AWAY',
          statusMessage: { text: 'lunch', emoji: null, expiresAt: NOW_TEXT },
          activities: [{ type: 'IN_STUDIO', name: 'Live', details: 'x', startedAt: NOW_TEXT, expiresAt: null }],
          devices: ['WEB', 'PLUGIN'],
          lastSeen: null,
          isTyping: true,
          asOf: NOW_TEXT,
        },
      },
      errors: undefined,
    });
    expect(calls).toContainEqual({ verb: 'userPresence', args: [ana.viewer, 'bo'] });
  });

  it('of a user whom the host did not describe has no name', async () => {
    const { run } = setUp({
      presence: {
        userPresence: async () => view({ lastSeen: NOW, status: 'OFFLINE' }),
        typingAmong: async () => new Set(),
      },
      people: { profiles: nobody },
    });
    expect((await run(UserPresenceDocument, { userId: 'bo' })).data?.userPresence).toMatchObject({
      user: { id: 'bo', name: null, avatarUrl: null },
      lastSeen: NOW_TEXT,
      isTyping: false,
    });
  });

  it('that the caller may not see, or that does not exist, is null', async () => {
    const { run } = setUp({ presence: { userPresence: async () => null } });
    expect(await run(UserPresenceDocument, { userId: 'bo' })).toEqual({
      data: { userPresence: null },
      errors: undefined,
    });
  });

  it('loads neither names nor typing for a document that does not ask for them', async () => {
    const { run, calls } = setUp({ presence: { userPresence: async () => view() } });
    expect((await run('{ userPresence(userId: "bo") { user { id } status } }')).errors).toBeUndefined();
    expect(calls.map(({ verb }) => verb)).toEqual(['userPresence']);
  });
});

describe('many presences', () => {
  it('of given users are one call, and one each for names and for typing', async () => {
    const { run, calls } = setUp({
      presence: {
        presenceOf: async (_, userIds) => userIds.map((userId) => view({ userId })),
        typingAmong: async () => new Set(['cy']),
      },
      people: { profiles: nobody },
    });
    const { data } = await run(PresenceDocument, { userIds: ['bo', 'cy', 'di'] });
    expect(data?.presence.map(({ id, isTyping }) => [id, isTyping])).toEqual([
      ['bo', false],
      ['cy', true],
      ['di', false],
    ]);
    expect(calls).toEqual([
      { verb: 'presenceOf', args: [ana.viewer, ['bo', 'cy', 'di']] },
      { verb: 'profiles', args: [['bo', 'cy', 'di']] },
      { verb: 'typingAmong', args: [ana.viewer, ['bo', 'cy', 'di']] },
    ]);
  });

  it('are those of the roster where userIds is left out or null, and none for an empty list', async () => {
    const { run, calls } = setUp({ presence: { presenceOfRoster: async () => [], presenceOf: async () => [] } });
    await run(PresenceDocument, {});
    await run(PresenceDocument, { userIds: null });
    await run(PresenceDocument, { userIds: [] });
    expect(calls).toEqual([
      { verb: 'presenceOfRoster', args: [ana.viewer] },
      { verb: 'presenceOfRoster', args: [ana.viewer] },
      { verb: 'presenceOf', args: [ana.viewer, []] },
    ]);
  });

  it('accept ids that are written as numbers, and refuse a null among them', async () => {
    const { run, calls } = setUp({ presence: { presenceOf: async () => [] } });
    await run('{ presence(userIds: [7, "8"]) { id } }');
    expect(calls[0]?.args[1]).toEqual(['7', '8']);
    expect(refusalOf(await run('{ presence(userIds: ["8", null]) { id } }'))).toMatch(/^BAD_USER_INPUT/);
  });

  it('beyond the limit are refused with the error of the domain', async () => {
    const { run } = setUp({
      presence: {
        presenceOf: async () => {
          throw badInput('userIds has 1,001 items; at most 1,000 are allowed.');
        },
      },
    });
    const result = await run(PresenceDocument, { userIds: ['a'] });
    expect(refusalOf(result)).toBe('BAD_USER_INPUT: userIds has 1,001 items; at most 1,000 are allowed.');
    expect(result.errors?.[0]?.path).toEqual(['presence']);
  });
});

describe('a page', () => {
  const page = {
    items: [
      { cursor: 'c1', view: view({ userId: 'bo' }) },
      { cursor: 'c2', view: view({ userId: 'cy' }) },
    ],
    hasNextPage: true,
    hasPreviousPage: false,
  };

  it('of the roster has cursors at its ends', async () => {
    const { run, calls } = setUp({ presence: { roster: async () => page }, people: { profiles: nobody } });
    const { data } = await run(RosterDocument, { first: 2, after: 'c0', statuses: ['ONLINE', 'AWAY'] });
    expect(data?.roster.pageInfo).toEqual({
      hasNextPage: true,
      hasPreviousPage: false,
      startCursor: 'c1',
      endCursor: 'c2',
    });
    expect(data?.roster.edges.map(({ cursor, node }) => [cursor, node.id])).toEqual([
      ['c1', 'bo'],
      ['c2', 'cy'],
    ]);
    expect(calls[0]?.args).toEqual([ana.viewer, { first: 2, after: 'c0', statuses: ['ONLINE', 'AWAY'] }]);
  });

  it('has 50 items of the roster, or 100 of those online, by default', async () => {
    const { run, calls } = setUp({
      presence: {
        roster: async () => ({ items: [], hasNextPage: false, hasPreviousPage: false }),
        online: async () => ({ items: [], hasNextPage: false, hasPreviousPage: false, totalCount: 0 }),
      },
    });
    const { data } = await run('{ roster { pageInfo { startCursor endCursor } } }');
    expect(data).toEqual({ roster: { pageInfo: { startCursor: null, endCursor: null } } });
    await run('{ online(after: null) { totalCount } }');
    expect(calls.map(({ args }) => args[1])).toEqual([
      { first: 50, after: null, statuses: null },
      { first: 100, after: null },
    ]);
  });

  it('of everybody online has the total, for the host alone', async () => {
    const online = async ({ kind }: { readonly kind: string }) => {
      if (kind !== 'service') throw forbidden('online takes a service token.');
      return { ...page, totalCount: 12 };
    };
    const answers = { presence: { online }, people: { profiles: nobody } };
    const { data } = await setUp(answers, { caller: host }).run(OnlineDocument, {});
    expect(data?.online.totalCount).toBe(12);
    expect(refusalOf(await setUp(answers).run(OnlineDocument, {}))).toBe('FORBIDDEN: online takes a service token.');
  });
});

describe('me', () => {
  it('is the view of the caller that the domain returns', async () => {
    const me: MeView = {
      userId: 'ana',
      presence: view({ userId: 'ana', status: 'INVISIBLE' }),
      chosenStatus: 'INVISIBLE',
      activities: [],
      privacy: DEFAULT_PRIVACY,
      sessions: [{ id: 's', device: 'WEB', idle: false, startedAt: NOW, expiresAt: NOW }],
    };
    const { run, calls } = setUp({ presence: { me: async () => me }, people: { profiles: nobody } });
    const { data } = await run(MeDocument);
    expect(data?.me).toMatchObject({
      userId: 'ana',
      presence: { id: 'ana', status: 'INVISIBLE' },
      chosenStatus: 'INVISIBLE',
      privacy: DEFAULT_PRIVACY,
      sessions: [{ id: 's', device: 'WEB', idle: false, startedAt: NOW_TEXT, expiresAt: NOW_TEXT }],
    });
    expect(calls[0]).toEqual({ verb: 'me', args: [ana] });
  });
});

describe('typing', () => {
  it('has an id made of its conversation and user, percent-encoded', async () => {
    const { run, calls } = setUp({
      presence: {
        typing: async () => [{ conversationId: 'a:b/ü', userId: 'c d', isTyping: true, expiresAt: NOW }],
      },
      people: { profiles: nobody },
    });
    const { data } = await run(TypingDocument, { conversationId: 'a:b/ü' });
    expect(data?.typing).toEqual([
      {
        id: 'a%3Ab%2F%C3%BC:c%20d',
        conversationId: 'a:b/ü',
        userId: 'c d',
        user: { id: 'c d', name: null, avatarUrl: null },
        isTyping: true,
        expiresAt: NOW_TEXT,
      },
    ]);
    expect(calls[0]).toEqual({ verb: 'typing', args: [ana.viewer, 'a:b/ü'] });
  });

  it('is NOT_FOUND to a caller who is not a member', async () => {
    const { run } = setUp({
      presence: {
        typing: async () => {
          throw notFound('There is no such conversation.');
        },
      },
    });
    expect(refusalOf(await run(TypingDocument, { conversationId: 'x' }))).toBe(
      'NOT_FOUND: There is no such conversation.',
    );
  });
});
