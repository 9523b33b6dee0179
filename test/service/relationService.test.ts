import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { PresenceError } from '../../src/presence/errors.js';
import type { RateLimits } from '../../src/presence/ports/rates.js';
import type { People } from '../../src/presence/ports/stores.js';
import { DEFAULT_PRIVACY, type Viewer } from '../../src/presence/visibility.js';
import { type ConversationInput, createRelations, type Relations } from '../../src/service/relationService.js';
import { createUserQueue } from '../../src/service/userQueue.js';

const ana: Viewer = { kind: 'user', userId: 'ana' };
const host: Viewer = { kind: 'service', userId: 'host' };

const conversation = (memberIds: readonly string[], more: Partial<ConversationInput> = {}): ConversationInput => ({
  memberIds,
  open: false,
  ownerId: null,
  audience: null,
  ...more,
});

/** Relations over people who write down what they are asked, and allowances that may be used up. */
const setUp = ({ relationsByUsers = true, allowance = 100, written = Promise.resolve() } = {}) => {
  const calls: unknown[][] = [];
  const answers: Record<string, unknown> = {
    updatePrivacy: { ...DEFAULT_PRIVACY, status: 'MUTUALS', lastSeen: 'EVERYONE' },
    upsertUsers: 7,
    addFollows: 3,
    removeFollows: 2,
    deleteUser: true,
    deleteCircle: false,
    deleteConversation: true,
  };
  const people = new Proxy({} as People, {
    get:
      (_, verb: string) =>
      (...args: unknown[]) => {
        calls.push([verb, ...args]);
        return written.then(() => answers[verb]);
      },
  });
  let left = allowance;
  const rateLimits: RateLimits = {
    async count() {},
    take: async (kind, userId) => {
      calls.push(['take', kind, userId]);
      left -= 1;
      if (left < 0) throw new PresenceError('RATE_LIMITED', 'Slow down.', { retryAfterMs: 200 });
    },
  };
  const relations = createRelations({
    people,
    rateLimits,
    relationsByUsers,
    hiding: createUserQueue({ maxWaiting: 1 }),
  });
  return { relations, calls };
};

const codeOf = async (promise: Promise<unknown>): Promise<string> => {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof PresenceError) return `${error.code}: ${error.message}`;
  throw error ?? new Error('it was let through');
};

describe('mutations of a user', () => {
  const verbs = ['follow', 'unfollow', 'block', 'unblock'] as const;

  it.each(verbs)('%s takes from the allowance, writes, and answers true for any well-formed id', async (verb) => {
    const { relations, calls } = setUp();
    expect(await relations[verb](ana, 'nobody-knows')).toBe(true);
    expect(calls).toEqual([
      ['take', 'mutation', 'ana'],
      [verb, 'ana', 'nobody-knows'],
    ]);
  });

  it.each([
    ['block', 'unblock'],
    ['unblock', 'block'],
  ] as const)('%s is written before their next %s begins, and holds up nobody else', async (first, next) => {
    let end = () => {};
    const { relations, calls } = setUp({ written: new Promise<void>((resolve) => (end = resolve)) });
    const bo: Viewer = { kind: 'user', userId: 'bo' };
    const asked = [relations[first](ana, 'cem'), relations[next](ana, 'cem'), relations[first](bo, 'cem')];
    const refused = codeOf(relations[first](ana, 'cem'));
    await turn();
    const written = () => calls.filter(([verb]) => verb !== 'take');
    expect(written()).toEqual([
      [first, 'ana', 'cem'],
      [first, 'bo', 'cem'],
    ]);
    expect(await refused).toMatch(/^RATE_LIMITED: /);
    end();
    expect(await Promise.all(asked)).toEqual([true, true, true]);
    expect(written().slice(2)).toEqual([[next, 'ana', 'cem']]);
  });

  it.each(verbs)('%s refuses a hostile id before it takes from the allowance', async (verb) => {
    const { relations, calls } = setUp();
    for (const id of ['', 'x'.repeat(129), 'a\u0000', '\ud800']) {
      expect(await codeOf(relations[verb](ana, id))).toMatch(/^BAD_USER_INPUT: userId /);
    }
    expect(calls).toEqual([]);
  });

  it.each(verbs)('%s is refused to a service token, which is no user', async (verb) => {
    const { relations, calls } = setUp();
    expect(await codeOf(relations[verb](host, 'bo'))).toMatch(/^FORBIDDEN/);
    expect(calls).toEqual([]);
  });

  it.each(verbs)('%s beyond the allowance writes nothing', async (verb) => {
    const { relations, calls } = setUp({ allowance: 0 });
    expect(await codeOf(relations[verb](ana, 'bo'))).toMatch(/^RATE_LIMITED/);
    expect(calls).toEqual([['take', 'mutation', 'ana']]);
  });

  it('refuse following and blocking oneself', async () => {
    const { relations, calls } = setUp();
    expect(await codeOf(relations.follow(ana, 'ana'))).toMatch(/^BAD_USER_INPUT/);
    expect(await codeOf(relations.block(ana, 'ana'))).toMatch(/^BAD_USER_INPUT/);
    expect(calls).toEqual([]);
    expect(await relations.unfollow(ana, 'ana')).toBe(true);
    expect(await relations.unblock(ana, 'ana')).toBe(true);
  });

  it('leave follows, but not blocks, to a host with RELATIONS_BY_USERS=off', async () => {
    const { relations, calls } = setUp({ relationsByUsers: false });
    expect(await codeOf(relations.follow(ana, 'bo'))).toMatch(/^FORBIDDEN/);
    expect(await codeOf(relations.unfollow(ana, 'bo'))).toMatch(/^FORBIDDEN/);
    expect(calls).toEqual([]);
    expect(await relations.block(ana, 'bo')).toBe(true);
    expect(await relations.unblock(ana, 'bo')).toBe(true);
    expect(await relations.addFollows(host, [{ followerId: 'ana', followeeId: 'bo' }])).toBe(3);
  });
});

describe('privacy', () => {
  it('changes the given audiences, and answers those in effect, never wider than status', async () => {
    const { relations, calls } = setUp();
    expect(await relations.updatePrivacy(ana, { lastSeen: 'EVERYONE', activity: undefined })).toEqual({
      status: 'MUTUALS',
      lastSeen: 'MUTUALS',
      activity: 'MUTUALS',
    });
    expect(calls).toEqual([
      ['take', 'mutation', 'ana'],
      ['updatePrivacy', 'ana', { lastSeen: 'EVERYONE' }],
    ]);
  });

  it('cannot be cleared', async () => {
    const { relations, calls } = setUp();
    expect(await codeOf(relations.updatePrivacy(ana, { activity: null }))).toBe(
      'BAD_USER_INPUT: input.activity is null. Name an audience, or leave it out to keep it.',
    );
    expect(await codeOf(relations.updatePrivacy(host, { activity: 'NOBODY' }))).toMatch(/^FORBIDDEN/);
    expect(calls).toEqual([]);
  });
});

describe('mutations of the host', () => {
  const everything: readonly [string, (relations: Relations, viewer: Viewer) => Promise<unknown>][] = [
    ['upsertUsers', (r, v) => r.upsertUsers(v, [{ id: 'bo' }])],
    ['deleteUser', (r, v) => r.deleteUser(v, 'bo')],
    ['addFollows', (r, v) => r.addFollows(v, [])],
    ['removeFollows', (r, v) => r.removeFollows(v, [])],
    ['putCircle', (r, v) => r.putCircle(v, 'team', ['bo'])],
    ['deleteCircle', (r, v) => r.deleteCircle(v, 'team')],
    ['putConversation', (r, v) => r.putConversation(v, 'chat', conversation(['bo']))],
    ['deleteConversation', (r, v) => r.deleteConversation(v, 'chat')],
  ];

  it.each(everything)('%s is refused to users, and never limited for the host', async (_, verb) => {
    const { relations, calls } = setUp({ allowance: 0 });
    expect(await codeOf(verb(relations, ana))).toMatch(/^FORBIDDEN/);
    expect(calls).toEqual([]);
    await verb(relations, host);
    expect(calls.filter(([name]) => name === 'take')).toEqual([]);
  });

  it('upsert keeps what is left out and clears a name or picture that is null', async () => {
    const { relations, calls } = setUp();
    const users = [
      { id: 'bo', name: 'Bo', avatarUrl: null, privacy: { status: 'NOBODY', lastSeen: undefined } as const },
      { id: 'cy', name: null, avatarUrl: undefined },
    ];
    expect(await relations.upsertUsers(host, users)).toBe(7);
    expect(calls).toEqual([
      [
        'upsertUsers',
        [
          { id: 'bo', name: 'Bo', avatarUrl: null, privacy: { status: 'NOBODY' } },
          { id: 'cy', name: null },
        ],
      ],
    ]);
  });

  it('upsert refuses invalid items, by their index, and writes nothing', async () => {
    const { relations, calls } = setUp();
    const refusals = [
      [{ id: '' }, 'users[1].id is empty'],
      [{ id: 'bo', name: 'x'.repeat(129) }, 'users[1].name is 129'],
      [{ id: 'bo', avatarUrl: 'javascript:1' }, 'users[1].avatarUrl is not'],
      [{ id: 'bo', privacy: null }, 'users[1].privacy is null'],
      [{ id: 'bo', privacy: { lastSeen: null } }, 'users[1].privacy.lastSeen is null'],
    ] as const;
    for (const [user, message] of refusals) {
      expect(await codeOf(relations.upsertUsers(host, [{ id: 'ok' }, user]))).toContain(`BAD_USER_INPUT: ${message}`);
    }
    expect(calls).toEqual([]);
  });

  it('take 1,000 items in a bulk call, and not one more', async () => {
    const { relations } = setUp();
    const users = Array.from({ length: 1_000 }, (_, n) => ({ id: `u${n}` }));
    const follows = users.map(({ id }) => ({ followerId: id, followeeId: 'bo' }));
    const oneMore = [{ followerId: 'x', followeeId: 'bo' }];
    expect(await relations.upsertUsers(host, users)).toBe(7);
    expect(await codeOf(relations.upsertUsers(host, [...users, { id: 'x' }]))).toContain('users has 1,001 items');
    expect(await relations.addFollows(host, follows)).toBe(3);
    expect(await codeOf(relations.addFollows(host, [...follows, ...oneMore]))).toContain('follows has 1,001 items');
    expect(await relations.removeFollows(host, follows)).toBe(2);
    expect(await codeOf(relations.removeFollows(host, [...follows, ...oneMore]))).toContain('follows has 1,001 items');
  });

  it('write each follow once, and none of a user to themselves', async () => {
    const { relations, calls } = setUp();
    const pair = { followerId: 'a', followeeId: 'b' };
    const back = { followerId: 'b', followeeId: 'a' };
    await relations.addFollows(host, [pair, back, pair]);
    expect(calls).toEqual([['addFollows', [pair, back]]]);
    const self = { followerId: 'a', followeeId: 'a' };
    expect(await codeOf(relations.addFollows(host, [pair, self]))).toContain('follows[1]');
    expect(await codeOf(relations.addFollows(host, [{ followerId: 'a', followeeId: '' }]))).toContain(
      'follows[0].followeeId is empty',
    );
  });

  it('take 5,000 members, each once, and not one more', async () => {
    const { relations, calls } = setUp();
    const members = Array.from({ length: 5_000 }, (_, n) => `u${n}`);
    expect(await relations.putCircle(host, 'team', members)).toBe(true);
    expect(await codeOf(relations.putCircle(host, 'team', [...members, 'x']))).toContain('memberIds has 5,001 items');
    expect(await codeOf(relations.putConversation(host, 'chat', conversation([...members, 'x'])))).toContain('5,001');
    expect(await codeOf(relations.putCircle(host, '', []))).toContain('id is empty');
    expect(await relations.putConversation(host, 'chat', conversation(['a', 'b', 'a'], { open: true }))).toBe(true);
    expect(calls).toEqual([
      ['putCircle', 'team', members],
      ['putConversation', 'chat', ['a', 'b'], true],
    ]);
  });

  it('give a conversation an owner, with an audience or without', async () => {
    const { relations, calls } = setUp();
    await relations.putConversation(host, 'post', conversation([], { ownerId: 'bo', audience: 'FOLLOWERS' }));
    await relations.putConversation(host, 'post', conversation([], { ownerId: 'bo' }));
    expect(calls).toEqual([
      ['putConversation', 'post', [], false, { userId: 'bo', audience: 'FOLLOWERS' }],
      ['putConversation', 'post', [], false, { userId: 'bo', audience: null }],
    ]);
    const put = (options: Partial<ConversationInput>) =>
      codeOf(relations.putConversation(host, 'post', conversation([], options)));
    expect(await put({ audience: 'EVERYONE' })).toContain('audience is given without ownerId');
    expect(await put({ ownerId: '' })).toContain('ownerId is empty');
    expect(calls).toHaveLength(2);
  });

  it('delete, and answer whether there was anything', async () => {
    const { relations, calls } = setUp();
    expect(await relations.deleteUser(host, 'bo')).toBe(true);
    expect(await relations.deleteCircle(host, 'team')).toBe(false);
    expect(await relations.deleteConversation(host, 'chat')).toBe(true);
    expect(calls).toEqual([
      ['deleteUser', 'bo'],
      ['deleteCircle', 'team'],
      ['deleteConversation', 'chat'],
    ]);
    expect(await codeOf(relations.deleteUser(host, '\u0000'))).toContain('userId holds a control');
  });
});
