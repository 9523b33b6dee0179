import { describe, expect, it, vi } from 'vitest';
import { unavailable } from '../../src/presence/errors.js';
import type { TypingView } from '../../src/service/contract.js';
import { createFanout, createValve, untilIdle } from '../support/unit/fanout.js';

const start = async (options: Parameters<typeof createFanout>[0] = {}) => {
  const f = await createFanout(options);
  await f.users('me', 'ann', 'bob', 'stranger');
  for (const userId of ['me', 'ann', 'bob', 'stranger']) await f.connect(userId);
  await f.people.putConversation('chat', ['me', 'ann', 'bob'], false);
  return f;
};
const summary = (events: readonly TypingView[]) =>
  events.map(({ conversationId, userId, isTyping }) => `${conversationId}: ${userId} ${isTyping ? 'types' : 'stops'}`);

describe('a subscription to the typing of one conversation', () => {
  it('starts with the present typists, then sends starts and stops, never a refresh, never the caller', async () => {
    const f = await start();
    await f.type('ann', 'chat');
    await f.type('me', 'chat');
    const mine = await f.collectTyping('me', 'chat');
    const [first] = await mine.news();
    expect(first).toMatchObject({ conversationId: 'chat', userId: 'ann', isTyping: true });
    expect(first?.expiresAt).toBeGreaterThan(0);
    await f.type('ann', 'chat');
    await f.type('bob', 'chat');
    await f.type('me', 'chat', false);
    await f.type('ann', 'chat', false);
    const events = await mine.news();
    expect(summary(events)).toEqual(['chat: bob types', 'chat: ann stops']);
    expect(events[1]?.expiresAt).toBeNull();
  });

  it('starts with nothing where the snapshot is left out, and then sends the stop', async () => {
    const f = await start();
    await f.type('ann', 'chat');
    const mine = await f.collectTyping('me', 'chat', { snapshot: false });
    expect(await mine.news()).toEqual([]);
    await f.type('ann', 'chat', false);
    expect(summary(await mine.news())).toEqual(['chat: ann stops']);
  });

  it('stops only when the last device does', async () => {
    const f = await start();
    await f.connect('ann', 'phone');
    const mine = await f.collectTyping('me', 'chat');
    await f.type('ann', 'chat', true, 'tab');
    await f.type('ann', 'chat', true, 'phone');
    await f.type('ann', 'chat', false, 'tab');
    expect(summary(await mine.news())).toEqual(['chat: ann types']);
    await f.type('ann', 'chat', false, 'phone');
    expect(summary(await mine.news())).toEqual(['chat: ann stops']);
  });

  it('sends the stop when nothing refreshes the typing', async () => {
    let now = 1_700_000_000_000;
    const f = await start({ clock: () => now });
    const mine = await f.collectTyping('me', 'chat');
    await f.type('ann', 'chat');
    now += 4_000;
    await f.type('ann', 'chat');
    now += 4_000;
    await f.store.expireTyping();
    expect(summary(await mine.news())).toEqual(['chat: ann types']);
    now += 1_001;
    await f.store.expireTyping();
    expect(summary(await mine.news())).toEqual(['chat: ann stops']);
  });

  it('sends the stop when the typist is no longer seen live, and nothing of a hidden typist', async () => {
    const f = await start();
    const mine = await f.collectTyping('me', 'chat');
    await f.type('ann', 'chat');
    await f.set('ann', { status: 'INVISIBLE' });
    expect(summary(await mine.news())).toEqual(['chat: ann types', 'chat: ann stops']);
    await f.type('ann', 'chat');
    expect(await mine.news()).toEqual([]);
    await f.type('bob', 'chat');
    await f.leave('bob');
    expect(summary(await mine.news())).toEqual(['chat: bob types', 'chat: bob stops']);
  });

  it('is NOT_FOUND for strangers, for no such conversation, and for a service token', async () => {
    const f = await start();
    for (const [viewer, id] of [
      ['stranger', 'chat'],
      ['me', 'none'],
      [{ kind: 'service', userId: 'me' }, 'chat'],
    ] as const) {
      await expect(f.watchTyping(viewer, id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    }
    await expect(f.watchTyping('me', '')).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
    expect(f.hub.size().subscriptions).toBe(0);
    expect(f.bus.size).toBe(0);
  });

  it('sends the stop to the blocked of two viewers only', async () => {
    const f = await start();
    const mine = await f.collectTyping('me', 'chat');
    const theirs = await f.collectTyping('bob', 'chat');
    await f.type('ann', 'chat');
    await mine.news();
    await theirs.news();
    await f.people.block('ann', 'me');
    const stopped = await mine.news();
    expect(summary(stopped)).toEqual(['chat: ann stops']);
    expect(stopped).toMatchObject([{ revoked: true }]);
    await f.type('ann', 'chat', false);
    await f.type('ann', 'chat');
    expect(await mine.news()).toEqual([]);
    const seen = await theirs.news();
    expect(summary(seen)).toEqual(['chat: ann stops', 'chat: ann types']);
    for (const event of seen) expect(event).not.toHaveProperty('lost');
    await f.people.unblock('ann', 'me');
    expect(summary(await mine.news())).toEqual(['chat: ann types']);
  });

  it('asks about each typist once, blocked or not, and about nobody else', async () => {
    let asked = 0;
    const f = await start({
      gate: async (call, answered) => {
        if (call === 'people.blockedAmong' && !answered) asked += 1;
      },
    });
    const queriesOf = async (work: () => Promise<unknown>) => {
      const before = asked;
      await work();
      await untilIdle();
      return asked - before;
    };
    await f.people.block('bob', 'me');
    const mine = await f.collectTyping('me', 'chat');
    expect(await queriesOf(() => f.type('ann', 'chat'))).toBe(1);
    expect(await queriesOf(() => f.type('bob', 'chat'))).toBe(1);
    for (const userId of ['ann', 'bob', 'me']) {
      expect(await queriesOf(() => f.type(userId, 'chat', false))).toBe(0);
      expect(await queriesOf(() => f.type(userId, 'chat'))).toBe(0);
    }
    expect(summary(await mine.news())).toEqual(['chat: ann types', 'chat: ann stops', 'chat: ann types']);
  });

  it('shows known typists while the database is down, and others when it is back', async () => {
    const valve = createValve();
    const f = await start({ gate: valve.gate });
    const mine = await f.collectTyping('me', 'chat');
    await f.type('ann', 'chat');
    await f.type('ann', 'chat', false);
    await mine.news();
    valve.fail('people.blockedAmong', unavailable('The database is away.'));
    await f.type('bob', 'chat');
    await f.type('ann', 'chat');
    expect(summary(await mine.news())).toEqual(['chat: ann types']);
    valve.repair('people.blockedAmong');
    await vi.waitFor(() => expect(summary(mine.events)).toEqual(['chat: bob types']), { timeout: 10_000 });
    await mine.end();
  });

  it('ignores an answer from before the block', async () => {
    const valve = createValve();
    const f = await start({ gate: valve.gate });
    const mine = await f.collectTyping('me', 'chat');
    valve.hold('people.blockedAmong');
    await f.type('ann', 'chat');
    await untilIdle();
    // Released once, the call has its answer, and is held again before it gives it.
    valve.release('people.blockedAmong');
    valve.hold('people.blockedAmong');
    await untilIdle();
    await f.people.block('ann', 'me');
    valve.release('people.blockedAmong');
    expect(await mine.news()).toEqual([]);
    await f.people.unblock('ann', 'me');
    expect(summary(await mine.news())).toEqual(['chat: ann types']);
  });

  it('sends the expiry of the last refresh where typing is shown again', async () => {
    let now = 1_700_000_000_000;
    const f = await start({ clock: () => now });
    const mine = await f.collectTyping('me', 'chat');
    await f.type('ann', 'chat');
    await f.people.block('me', 'ann');
    await mine.news();
    for (let i = 0; i < 5; i += 1) {
      now += 3_000;
      await f.type('ann', 'chat');
    }
    await f.people.unblock('me', 'ann');
    expect(await mine.news()).toMatchObject([{ userId: 'ann', isTyping: true, expiresAt: now + 5_000 }]);
  });

  it('sends no start that was pending when a block came', async () => {
    const f = await start();
    const subscription = await f.watchTyping('me', 'chat');
    await f.type('ann', 'chat');
    await f.people.block('ann', 'me');
    await f.type('bob', 'chat');
    await untilIdle();
    expect((await subscription.next()).value).toMatchObject({ userId: 'bob' });
    await subscription.return();
  });

  it('sends a removed member the stops, then nothing, and the starts again on their return', async () => {
    const f = await start();
    const mine = await f.collectTyping('me', 'chat');
    await f.type('ann', 'chat');
    await f.type('bob', 'chat');
    await mine.news();
    await f.people.putConversation('chat', ['ann', 'bob'], false);
    const stopped = await mine.news();
    expect(summary(stopped).sort()).toEqual(['chat: ann stops', 'chat: bob stops']);
    for (const event of stopped) expect(event).toMatchObject({ revoked: true });
    await f.type('ann', 'chat', false);
    await f.type('ann', 'chat');
    expect(await mine.news()).toEqual([]);
    expect(mine.ended).toBe(false);
    await f.people.putConversation('chat', ['me', 'ann', 'bob'], false);
    expect(summary(await mine.news()).sort()).toEqual(['chat: ann types', 'chat: bob types']);
    await f.type('bob', 'chat', false);
    expect(summary(await mine.news())).toEqual(['chat: bob stops']);
  });

  it('sends the stop of a typist who is removed', async () => {
    const f = await start();
    const mine = await f.collectTyping('me', 'chat');
    await f.type('ann', 'chat');
    expect(summary(await mine.news())).toEqual(['chat: ann types']);
    await f.people.putConversation('chat', ['me', 'bob'], false);
    expect(summary(await mine.news())).toEqual(['chat: ann stops']);
  });

  it('follows a conversation that opens to everybody and closes again', async () => {
    const f = await start();
    await f.people.putConversation('chat', ['me', 'ann'], true);
    const theirs = await f.collectTyping('stranger', 'chat');
    await f.type('ann', 'chat');
    expect(summary(await theirs.news())).toEqual(['chat: ann types']);
    await f.people.putConversation('chat', ['me', 'ann'], false);
    expect(summary(await theirs.news())).toEqual(['chat: ann stops']);
    await f.type('ann', 'chat', false);
    await f.type('ann', 'chat');
    expect(await theirs.news()).toEqual([]);
    await f.people.putConversation('chat', ['me', 'ann'], true);
    expect(summary(await theirs.news())).toEqual(['chat: ann types']);
  });

  it('sends the stops when the conversation is deleted', async () => {
    const f = await start();
    const mine = await f.collectTyping('me', 'chat');
    await f.type('ann', 'chat');
    expect(summary(await mine.news())).toEqual(['chat: ann types']);
    await f.people.deleteConversation('chat');
    expect(summary(await mine.news())).toEqual(['chat: ann stops']);
    expect(mine.ended).toBe(false);
    await mine.end();
    expect(f.bus.size).toBe(0);
  });

  describe('with an owner', () => {
    /** `post` is bob's, for those who follow bob: me and ann do. */
    const startPost = async () => {
      const f = await start();
      await f.people.deleteConversation('chat');
      await f.people.putCircle('circle', ['ann', 'bob']);
      for (const follower of ['me', 'ann']) await f.people.follow(follower, 'bob');
      await f.people.putConversation('post', [], false, { userId: 'bob', audience: 'FOLLOWERS' });
      const mine = await f.collectTyping('me', 'post');
      await f.type('ann', 'post');
      expect(summary(await mine.news())).toEqual(['post: ann types']);
      return { f, mine };
    };
    type People = Awaited<ReturnType<typeof start>>['people'];

    it.each([
      ['unfollow', (people: People) => people.unfollow('me', 'bob'), (people: People) => people.follow('me', 'bob')],
      ['block', (people: People) => people.block('bob', 'me'), (people: People) => people.unblock('bob', 'me')],
      [
        'narrower audience',
        (people: People) => people.putConversation('post', [], false, { userId: 'bob', audience: 'MUTUALS' }),
        (people: People) => people.putCircle('team', ['me', 'bob']),
      ],
      [
        'other owner',
        (people: People) => people.putConversation('post', [], false, { userId: 'ann', audience: 'FOLLOWERS' }),
        (people: People) => people.putConversation('post', ['me'], false, { userId: 'ann', audience: null }),
      ],
    ] as const)('ends by a stop with an %s, and goes on where that is made good', async (_, lose, gain) => {
      const { f, mine } = await startPost();
      await lose(f.people);
      expect(summary(await mine.news())).toEqual(['post: ann stops']);
      await f.type('ann', 'post', false);
      await f.type('ann', 'post');
      expect(await mine.news()).toEqual([]);
      await gain(f.people);
      expect(summary(await mine.news())).toEqual(['post: ann types']);
    });

    it('ends with the owner, who is deleted', async () => {
      const f = await start();
      await f.people.follow('me', 'bob');
      await f.people.putConversation('post', ['ann'], false, { userId: 'bob', audience: 'FOLLOWERS' });
      const mine = await f.collectTyping('me', 'post');
      await f.type('ann', 'post');
      expect(summary(await mine.news())).toEqual(['post: ann types']);
      await f.people.deleteUser('bob');
      expect(summary(await mine.news())).toEqual(['post: ann stops']);
      await f.type('ann', 'post', false);
      await f.type('ann', 'post');
      expect(await mine.news()).toEqual([]);
    });

    it('ends with one to whom it was given while it was read', async () => {
      const valve = createValve();
      const f = await start({ gate: valve.gate });
      const give = (userId: string) =>
        f.people.putConversation('post', ['ann'], false, { userId, audience: 'FOLLOWERS' });
      for (const owner of ['bob', 'stranger']) await f.people.follow('me', owner);
      await give('bob');
      const mine = await f.collectTyping('me', 'post');
      const step = async () => {
        valve.releaseNext('people.conversation');
        await untilIdle();
      };
      valve.hold('people.conversation');
      await f.people.follow('bob', 'me');
      // The reading has the former owner, and its answer comes after the change; the next one has the owner, and its answer comes after
      // the deletion.
      await step();
      await give('stranger');
      await step();
      await step();
      await f.people.deleteUser('stranger');
      valve.release('people.conversation');
      await untilIdle();
      await f.type('ann', 'post');
      expect(await mine.news()).toEqual([]);
    });

    it('is among the conversations of a member until the owner blocks them', async () => {
      const { f } = await startPost();
      await f.people.putConversation('post', ['me'], false, { userId: 'bob', audience: 'FOLLOWERS' });
      const mine = await f.collectTyping('me', null);
      expect(summary(await mine.news())).toEqual(['post: ann types']);
      await f.people.block('bob', 'me');
      expect(summary(await mine.news())).toEqual(['post: ann stops']);
      await f.people.unblock('bob', 'me');
      expect(summary(await mine.news())).toEqual(['post: ann types']);
    });
  });

  it('keeps a stop that it receives while it reads the typists', async () => {
    const valve = createValve();
    const f = await start({ gate: valve.gate });
    await f.type('ann', 'chat');
    await f.type('bob', 'chat');
    const mine = f.collectTyping('me', 'chat');
    // Released once, the call has read the typists, and is held again before it gives them.
    valve.hold('store.typing');
    await untilIdle();
    expect(valve.waiting('store.typing')).toBe(1);
    valve.release('store.typing');
    valve.hold('store.typing');
    await untilIdle();
    await f.type('ann', 'chat', false);
    valve.release('store.typing');
    expect(summary(await (await mine).news())).toEqual(['chat: bob types']);
  });
});

describe('a subscription to the typing of all conversations', () => {
  it('follows the caller’s conversations as they come and go', async () => {
    const f = await start();
    await f.people.putConversation('square', ['ann'], true);
    const mine = await f.collectTyping('me', null);
    await f.type('ann', 'chat');
    await f.type('ann', 'square');
    expect(summary(await mine.news())).toEqual(['chat: ann types']);
    await f.people.putConversation('square', ['ann', 'me'], true);
    expect(summary(await mine.news())).toEqual(['square: ann types']);
    await f.people.putConversation('square', ['ann'], true);
    expect(summary(await mine.news())).toEqual(['square: ann stops']);
    await f.type('ann', 'square', false);
    await f.type('ann', 'square');
    expect(await mine.news()).toEqual([]);
    await f.people.putConversation('new', ['bob', 'me'], false);
    await f.type('bob', 'new');
    expect(summary(await mine.news())).toEqual(['new: bob types']);
    await f.people.deleteConversation('chat');
    expect(summary(await mine.news())).toEqual(['chat: ann stops']);
    expect(f.bus.size).toBe(1);
    await mine.end();
    expect(f.bus.size).toBe(0);
  });

  it('is empty for a service token, whatever its subject', async () => {
    const f = await start();
    const host = await f.collectTyping({ kind: 'service', userId: 'me' }, null);
    await f.type('ann', 'chat');
    expect(await host.news()).toEqual([]);
    await host.end();
  });

  it.each(['people.conversationsOf', 'bus.subscribeTyping', 'store.typing', 'people.blockedAmong'])(
    'shows typists of a new conversation also where %s failed at first',
    async (call) => {
      const valve = createValve();
      const f = await start({ gate: valve.gate });
      const mine = await f.collectTyping('me', null);
      await f.people.putConversation('new', ['bob', 'ann'], false);
      await f.type('bob', 'new');
      valve.fail(call, unavailable('It is away.'));
      await f.people.putConversation('new', ['bob', 'ann', 'me'], false);
      expect(await mine.news()).toEqual([]);
      expect(f.errors.length).toBeGreaterThan(0);
      valve.repair(call);
      await vi.waitFor(() => expect(summary(mine.events)).toEqual(['new: bob types']), { timeout: 10_000 });
      mine.events.length = 0;
      await f.type('ann', 'new');
      expect(summary(await mine.news())).toEqual(['new: ann types']);
      await mine.end();
      expect(f.bus.size).toBe(0);
    },
  );

  it('suspends starts while it cannot be known who is blocked, and sends stops', async () => {
    const valve = createValve();
    const f = await start({ gate: valve.gate });
    const mine = await f.collectTyping('me', null);
    await f.type('ann', 'chat');
    await mine.news();
    valve.fail('people.blockedAmong', unavailable('The database is away.'));
    await f.people.block('bob', 'me');
    await f.type('bob', 'chat');
    await f.type('ann', 'chat', false);
    await f.type('ann', 'chat');
    expect(summary(await mine.news())).toEqual(['chat: ann stops']);
    valve.repair('people.blockedAmong');
    await vi.waitFor(() => expect(summary(mine.events)).toEqual(['chat: ann types']), { timeout: 10_000 });
    await mine.end();
  });
});
