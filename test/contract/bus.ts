import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type {
  AccessChange,
  Bus,
  CommitBus,
  SessionsEnded,
  TypingMessage,
  UserMessage,
} from '../../src/presence/ports/bus.js';
import { record } from '../support/unit/builders.js';
import { createInbox } from '../support/unit/inbox.js';

/** A bus, and how what a store commits gets onto it. */
export interface BusUnderTest {
  readonly bus: Bus;
  readonly commits: CommitBus;
  /** Resolves when all that was committed is on the bus. Without it, it is as soon as it is committed. */
  readonly settled?: () => Promise<void>;
  readonly close?: () => Promise<void>;
}

/** Ids that break what builds channels of them. */
const HOSTILE = ['__proto__', 'constructor', 'a b', 'a:b', 'a', 'b', '{}', '{a}', '*', '[ab]', 'ä🍎', '%3A'];

const of = (userId: string, revision = 1): UserMessage => ({ userId, record: record({ userId, revision }) });
const typing = (conversationId: string, userId = 'ana', isTyping = true): TypingMessage => ({
  conversationId,
  userId,
  isTyping,
  expiresAt: isTyping ? 5 : null,
});
const FACTS: readonly AccessChange[] = [
  { kind: 'relation', users: ['ana', 'bo'], mayRevoke: true },
  { kind: 'user', userId: '__proto__', mayRevoke: false, deleted: true },
  { kind: 'circle', id: 'a:b', changed: ['ana'], members: ['ana', 'bo'], mayRevoke: false },
];

/** What every {@link Bus} must do. */
export const busContract = (name: string, makeBus: () => Promise<BusUnderTest>) =>
  describe(`bus over ${name}`, () => {
    let under: BusUnderTest;
    let bus: Bus;
    let commits: CommitBus;
    beforeEach(async () => {
      under = await makeBus();
      ({ bus, commits } = under);
    });
    afterEach(async () => {
      await bus.close();
      await under.close?.();
    });

    const subscribeTo = async (userId: string) => {
      const inbox = createInbox<UserMessage>(`messages of ${userId}`);
      return { ...inbox, unsubscribe: await bus.subscribeUser(userId, inbox.push) };
    };

    it('carries everything published after the subscription, whole and in order', async () => {
      const inbox = await subscribeTo('ana');
      const sent = Array.from({ length: 100 }, (_, i) => of('ana', i));
      for (const message of sent) commits.publishUser(message);
      expect(await inbox.take(100)).toEqual(sent);
    });

    it('carries nothing published before', async () => {
      commits.publishUser(of('ana', 1));
      await under.settled?.();
      const inbox = await subscribeTo('ana');
      commits.publishUser(of('ana', 2));
      expect(await inbox.next()).toEqual(of('ana', 2));
    });

    it('carries that a user was forgotten', async () => {
      const inbox = await subscribeTo('ana');
      commits.publishUser({ userId: 'ana', record: null });
      expect(await inbox.next()).toEqual({ userId: 'ana', record: null });
    });

    it('delivers to every listener, also one that subscribed twice', async () => {
      const inbox = createInbox<UserMessage>('both');
      const unsubscribe = await bus.subscribeUser('ana', inbox.push);
      await bus.subscribeUser('ana', inbox.push);
      const other = await subscribeTo('ana');
      commits.publishUser(of('ana', 1));
      expect(await inbox.take(2)).toEqual([of('ana', 1), of('ana', 1)]);
      expect(await other.next()).toEqual(of('ana', 1));
      unsubscribe();
      unsubscribe();
      commits.publishUser(of('ana', 2));
      commits.publishUser(of('ana', 3));
      expect(await inbox.take(2)).toEqual([of('ana', 2), of('ana', 3)]);
    });

    it('delivers nothing more to a listener that unsubscribed, and goes on with the others', async () => {
      const [gone, stays] = [await subscribeTo('ana'), await subscribeTo('ana')];
      gone.unsubscribe();
      commits.publishUser(of('ana'));
      await stays.next();
      expect(gone.transcript).toEqual([]);
    });

    it('lets a listener unsubscribe, or subscribe another, during a delivery', async () => {
      const answered = createInbox<string>('deliveries to the first listener');
      const late = createInbox<UserMessage>('the late one');
      const unsubscribe = await bus.subscribeUser('ana', ({ record: received }) => {
        unsubscribe();
        void bus.subscribeUser('ana', late.push).then(() => answered.push(`once, at ${received?.revision}`));
      });
      const other = await subscribeTo('ana');
      commits.publishUser(of('ana', 1));
      expect(await answered.next()).toBe('once, at 1');
      commits.publishUser(of('ana', 2));
      expect((await other.take(2)).map(({ record: received }) => received?.revision)).toEqual([1, 2]);
      expect((await late.nextWhere(({ record: received }) => received?.revision === 2)).userId).toBe('ana');
      expect(answered.transcript).toHaveLength(1);
    });

    it('can be subscribed again after the last has gone', async () => {
      (await subscribeTo('ana')).unsubscribe();
      const again = await subscribeTo('ana');
      commits.publishUser(of('ana'));
      expect(await again.next()).toEqual(of('ana'));
    });

    it('keeps topics apart, whatever their ids, and users from conversations', async () => {
      const users = await Promise.all(HOSTILE.map(subscribeTo));
      const rooms = HOSTILE.map((id) => createInbox<TypingMessage>(`typing in ${id}`));
      await Promise.all(HOSTILE.map((id, i) => bus.subscribeTyping(id, (message) => rooms[i]?.push(message))));
      for (const id of HOSTILE) {
        commits.publishUser(of(id));
        commits.publishTyping(typing(id));
        commits.publishTyping(typing(id, '__proto__', false));
      }
      for (const [i, id] of HOSTILE.entries()) {
        expect(await users[i]?.next()).toEqual(of(id));
        expect(await rooms[i]?.take(2)).toEqual([typing(id), typing(id, '__proto__', false)]);
      }
      expect(users.every(({ transcript }) => transcript.length === 1)).toBe(true);
      expect(rooms.every(({ transcript }) => transcript.length === 2)).toBe(true);
    });

    it('carries access changes to every listener until it unsubscribes', async () => {
      const [first, second] = [createInbox<AccessChange>('first'), createInbox<AccessChange>('second')];
      const unsubscribe = await bus.subscribeAccessChanges(first.push);
      await bus.subscribeAccessChanges(second.push);
      for (const change of FACTS) await bus.publishAccessChange(change);
      expect(await first.take(3)).toEqual(FACTS);
      unsubscribe();
      await bus.publishAccessChange(FACTS[0]!);
      expect(await second.take(4)).toEqual([...FACTS, FACTS[0]]);
      expect(first.transcript).toHaveLength(3);
    });

    it('delivers a change received elsewhere to the listeners of this node', async () => {
      const inbox = createInbox<AccessChange>('facts');
      await bus.subscribeAccessChanges(inbox.push);
      bus.deliverAccessChange({ ...FACTS[0]!, logId: '7' });
      expect(await inbox.next()).toEqual({ ...FACTS[0], logId: '7' });
    });

    it('carries ends of sessions to every listener until it unsubscribes', async () => {
      const [first, second] = [createInbox<SessionsEnded>('first'), createInbox<SessionsEnded>('second')];
      const unsubscribe = await bus.subscribeEnded(first.push);
      await bus.subscribeEnded(second.push);
      const ended = { userId: '__proto__', connectionIds: ['n/1', 'n/2'] };
      await bus.publishEnded(ended);
      expect(await first.next()).toEqual(ended);
      unsubscribe();
      await bus.publishEnded({ ...ended, userId: 'bo' });
      expect((await second.take(2)).map(({ userId }) => userId)).toEqual(['__proto__', 'bo']);
      expect(first.transcript).toHaveLength(1);
    });
  });
