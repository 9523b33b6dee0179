import { parse } from 'graphql';
import { describe, expect, it } from 'vitest';
import type { SubscriptionIterator } from '../../src/fanout/subscription.js';
import { badInput } from '../../src/presence/errors.js';
import type { UserProfile } from '../../src/presence/ports/directory.js';
import { DEFAULT_PRIVACY } from '../../src/presence/visibility.js';
import type { MeView } from '../../src/service/contract.js';
import { MeChangedDocument, PresenceChangedDocument, TypingChangedDocument } from '../generated/operations.js';
import { ana, NOW, NOW_TEXT, refusalOf, setUp, view } from './operation.js';

/** A subscription that yields those items, then ends or fails. */
const watching = <T>(items: readonly T[], { failure, onReturn }: { failure?: Error; onReturn?: () => void } = {}) => {
  const left = [...items];
  const watch: SubscriptionIterator<T> = {
    next: async () => {
      const value = left.shift();
      if (value !== undefined) return { value, done: false };
      if (failure) throw failure;
      return { value: undefined, done: true };
    },
    return: async () => {
      onReturn?.();
      return { value: undefined, done: true };
    },
    [Symbol.asyncIterator]: () => watch,
  };
  return watch;
};

describe('presenceChanged', () => {
  it('watches the given users, each once, within the budget of the connection', async () => {
    const budget = { watched: 3, conversations: 0, objects: 0 };
    const { subscribe, calls } = setUp({ hub: { watchPresence: async () => watching([]) } }, { budget });
    await subscribe(PresenceChangedDocument, { userIds: ['bo', 'cy', 'bo'], snapshot: false });
    expect(calls[0]?.args).toEqual([
      ana.viewer,
      { userIds: ['bo', 'cy'], snapshot: false, budget: { watched: 3, conversations: 0, objects: 0 } },
    ]);
    const options = calls[0]?.args[1] as { readonly budget: unknown } | undefined;
    expect(options?.budget).toBe(budget);
  });

  it('watches the roster where userIds is left out or null, and nobody for an empty list', async () => {
    const { subscribe, calls } = setUp({ hub: { watchPresence: async () => watching([]) } });
    await subscribe(PresenceChangedDocument, {});
    await subscribe(PresenceChangedDocument, { userIds: null });
    await subscribe(PresenceChangedDocument, { userIds: [] });
    expect(calls.map(({ args }) => args[1])).toMatchObject([
      { userIds: null, snapshot: true },
      { userIds: null, snapshot: true },
      { userIds: [], snapshot: true },
    ]);
  });

  it('answers each event with what is true at that event, not at an earlier one', async () => {
    const names = ['Bo', 'Robert'];
    const { subscribe } = setUp({
      hub: { watchPresence: async () => watching([view(), view({ status: 'AWAY', asOf: NOW + 1 })]) },
      people: {
        profiles: async () =>
          new Map<string, UserProfile>([['bo', { id: 'bo', name: names.shift() ?? '', avatarUrl: null }]]),
      },
    });
    const { events } = await subscribe(PresenceChangedDocument, { userIds: ['bo'] });
    const seen = [];
    for await (const { data } of events ?? [])
      seen.push([data?.presenceChanged.status, data?.presenceChanged.user.name]);
    expect(seen).toEqual([
      ['ONLINE', 'Bo'],
      ['AWAY', 'Robert'],
    ]);
  });

  it('hides name and picture in the event that revokes visibility', async () => {
    const { subscribe, calls } = setUp({
      hub: { watchPresence: async () => watching([view({ status: 'OFFLINE', revoked: true })]) },
    });
    const { events } = await subscribe(PresenceChangedDocument, {});
    expect((await events?.next())?.value).toMatchObject({
      data: {
        presenceChanged: {
          id: 'bo',
          status: 'OFFLINE',
          user: { id: 'bo', name: null, avatarUrl: null },
          lastSeen: null,
        },
      },
    });
    expect(calls.map(({ verb }) => verb)).toEqual(['watchPresence']);
  });

  it('neither reads nor shows typing in the event that revokes visibility', async () => {
    const { subscribe, calls } = setUp({
      hub: { watchPresence: async () => watching([view({ status: 'OFFLINE', revoked: true })]) },
      presence: { typingAmong: async () => new Set(['bo']) },
    });
    const { events } = await subscribe(parse('subscription { presenceChanged { id isTyping } }'), {});
    expect((await events?.next())?.value).toEqual({ data: { presenceChanged: { id: 'bo', isTyping: false } } });
    expect(calls.map(({ verb }) => verb)).toEqual(['watchPresence']);
  });

  it('ends the subscription of the hub when the subscriber returns', async () => {
    let returned = 0;
    const { subscribe } = setUp({
      hub: {
        watchPresence: async () =>
          watching([], {
            onReturn: () => {
              returned += 1;
            },
          }),
      },
    });
    const { events } = await subscribe(PresenceChangedDocument, {});
    await events?.return();
    expect(returned).toBe(1);
  });

  it('is refused with the code of the error', async () => {
    const tooMany = async () => {
      throw badInput('You watch too many users.');
    };
    const { subscribe, calls } = setUp({ hub: { watchPresence: tooMany } });
    const refused = await subscribe(PresenceChangedDocument, { userIds: ['a'] });
    expect(refusalOf(refused)).toBe('BAD_USER_INPUT: You watch too many users.');
    expect(refused.errors?.[0]?.path).toEqual(['presenceChanged']);

    const malformed = await subscribe(PresenceChangedDocument, { userIds: ['a', '\u0000'] });
    expect(refusalOf(malformed)).toContain('BAD_USER_INPUT: userIds[1]');
    const many = await subscribe(PresenceChangedDocument, { userIds: Array(1_001).fill('a') });
    expect(refusalOf(many)).toContain('BAD_USER_INPUT: userIds has 1,001 items');
    expect(calls).toHaveLength(1);
  });
});

describe('typingChanged', () => {
  it('watches one conversation, or all where none is named', async () => {
    const typed = { conversationId: 'chat', userId: 'bo', isTyping: true, expiresAt: NOW };
    const { subscribe, calls } = setUp({
      hub: { watchTyping: async () => watching([typed]) },
      people: { profiles: async () => new Map() },
    });
    const { events } = await subscribe(TypingChangedDocument, { conversationId: 'chat', snapshot: false });
    expect((await events?.next())?.value).toMatchObject({ data: { typingChanged: { id: 'chat:bo', isTyping: true } } });
    await subscribe(TypingChangedDocument, {});
    await subscribe(TypingChangedDocument, { conversationId: null });
    expect(calls.filter(({ verb }) => verb === 'watchTyping').map(({ args }) => args)).toEqual([
      [ana.viewer, { conversationId: 'chat', snapshot: false, budget: { watched: 0, conversations: 0, objects: 0 } }],
      [ana.viewer, { conversationId: null, snapshot: true, budget: { watched: 0, conversations: 0, objects: 0 } }],
      [ana.viewer, { conversationId: null, snapshot: true, budget: { watched: 0, conversations: 0, objects: 0 } }],
    ]);
  });

  it('hides name and picture of a typist in the event that revokes visibility', async () => {
    const stopped = { conversationId: 'chat', userId: 'bo', isTyping: false, expiresAt: null };
    const { subscribe, calls } = setUp({
      hub: { watchTyping: async () => watching([{ ...stopped, revoked: true } as const, stopped]) },
      people: { profiles: async () => new Map([['bo', { id: 'bo', name: 'Bo', avatarUrl: null }]]) },
    });
    const { events } = await subscribe(
      parse('subscription { typingChanged { userId isTyping user { id name avatarUrl } } }'),
      {},
    );
    const expected = (name: string | null) => ({
      data: { typingChanged: { userId: 'bo', isTyping: false, user: { id: 'bo', name, avatarUrl: null } } },
    });
    expect((await events?.next())?.value).toEqual(expected(null));
    expect(calls.map(({ verb }) => verb)).toEqual(['watchTyping']);
    expect((await events?.next())?.value).toEqual(expected('Bo'));
  });

  it('refuses a malformed id before any call', async () => {
    const { subscribe, calls } = setUp();
    expect(refusalOf(await subscribe(TypingChangedDocument, { conversationId: '' }))).toContain(
      'BAD_USER_INPUT: conversationId is empty',
    );
    expect(calls).toEqual([]);
  });
});

describe('meChanged', () => {
  it('watches the caller within the budget of the connection, and answers each event', async () => {
    const budget = { watched: 3, conversations: 0, objects: 0 };
    const me: MeView = {
      userId: 'ana',
      presence: view({ userId: 'ana', status: 'INVISIBLE' }),
      chosenStatus: 'INVISIBLE',
      activities: [],
      privacy: DEFAULT_PRIVACY,
      sessions: [{ id: 'tab', device: 'WEB', idle: false, startedAt: NOW, expiresAt: NOW }],
    };
    const { subscribe, calls } = setUp({ hub: { watchMe: async () => watching([me]) } }, { budget });
    const { events } = await subscribe(MeChangedDocument, { snapshot: false });
    expect(calls[0]).toEqual({ verb: 'watchMe', args: [ana.viewer, { snapshot: false, budget }] });
    expect((await events?.next())?.value).toMatchObject({
      data: {
        meChanged: {
          userId: 'ana',
          presence: { status: 'INVISIBLE' },
          chosenStatus: 'INVISIBLE',
          sessions: [{ id: 'tab', startedAt: NOW_TEXT }],
        },
      },
    });
  });
});
