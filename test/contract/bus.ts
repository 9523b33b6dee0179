import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SocialReceiver } from '../../src/adapters/socialTopics.js';
import type {
  AccessChange,
  Bus,
  CommitBus,
  PlaceMessage,
  SessionsEnded,
  TypingMessage,
  UserMessage,
} from '../../src/presence/ports/bus.js';
import type { SocialBus, SocialChange } from '../../src/social/ports/socialBus.js';
import type { Act, Counts } from '../../src/social/socialTypes.js';
import { record } from '../support/unit/builders.js';
import { createInbox } from '../support/unit/inbox.js';

/** A bus, and how what a store commits gets onto it. */
export interface BusUnderTest {
  readonly bus: Bus & SocialBus & SocialReceiver;
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

const act = (id: string, actorId: string): Act => ({
  id,
  verb: 'like',
  actorId,
  objectId: 'post',
  objectType: null,
  text: 'ä🍎 "quoted" |',
  data: null,
  audience: 'FOLLOWERS',
  at: 7,
  seq: 9,
});
const told = (id: string, actorId: string, gone = false): SocialChange & { readonly kind: 'act' } => ({
  kind: 'act',
  act: act(id, actorId),
  gone,
});
const countsOf = (objectId: string, asOf = 1): Counts => ({ objectId, all: [{ name: 'like', value: 3 }], asOf });

/** What every {@link Bus} and {@link SocialBus} must do. */
export const busContract = (name: string, makeBus: () => Promise<BusUnderTest>) =>
  describe(`bus over ${name}`, () => {
    let under: BusUnderTest;
    let bus: BusUnderTest['bus'];
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

    it('carries comings to a place to its listeners alone', async () => {
      const places = HOSTILE.map((id) => createInbox<PlaceMessage>(`comings to ${id}`));
      await Promise.all(HOSTILE.map((id, i) => bus.subscribePlace(id, (message) => places[i]?.push(message))));
      const [typing] = [await bus.subscribeTyping('ana', () => expect.unreachable())];
      for (const id of HOSTILE) commits.publishPlace({ conversationId: id, userId: `who comes to ${id}` });
      for (const [i, id] of HOSTILE.entries())
        expect(await places[i]?.next()).toEqual({ conversationId: id, userId: `who comes to ${id}` });
      expect(places.every(({ transcript }) => transcript.length === 1)).toBe(true);
      typing();
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

    it('carries acts of each actor, told or taken back, whole and in order, and records apart from them', async () => {
      const inboxes = HOSTILE.map((id) => createInbox<SocialChange>(`acts of ${id}`));
      const users = await Promise.all(HOSTILE.map(subscribeTo));
      await Promise.all(HOSTILE.map((id, i) => bus.subscribeActs(id, (change) => inboxes[i]?.push(change))));
      for (const id of HOSTILE) {
        await bus.publishSocial(told('like:1', id));
        commits.publishUser(of(id));
        await bus.publishSocial(told('like:1', id, true));
      }
      for (const [i, id] of HOSTILE.entries()) {
        expect(await inboxes[i]?.take(2)).toEqual([told('like:1', id), told('like:1', id, true)]);
        expect(await users[i]?.next()).toEqual(of(id));
      }
      expect(inboxes.every(({ transcript }) => transcript.length === 2)).toBe(true);
      expect(users.every(({ transcript }) => transcript.length === 1)).toBe(true);
    });

    it('goes on with the acts of an actor whose presence nobody listens to any more, and the reverse', async () => {
      const [acts, records] = [createInbox<SocialChange>('acts'), await subscribeTo('ana')];
      const unsubscribe = await bus.subscribeActs('ana', acts.push);
      records.unsubscribe();
      await bus.publishSocial(told('like:1', 'ana'));
      expect(await acts.next()).toEqual(told('like:1', 'ana'));
      const again = await subscribeTo('ana');
      unsubscribe();
      await bus.publishSocial(told('like:2', 'ana'));
      commits.publishUser(of('ana'));
      expect(await again.next()).toEqual(of('ana'));
      expect(acts.transcript).toHaveLength(1);
      expect(records.transcript).toEqual([]);
    });

    it('carries the moves of each tray and what its user mutes, and counts of each object', async () => {
      const trays = HOSTILE.map((id) => createInbox<SocialChange>(`tray of ${id}`));
      const counts = HOSTILE.map((id) => createInbox<Counts>(`counts of ${id}`));
      const unsubscribes = await Promise.all(
        HOSTILE.flatMap((id, i) => [
          bus.subscribeTray(id, (change) => trays[i]?.push(change)),
          bus.subscribeCounts(id, (values) => counts[i]?.push(values)),
        ]),
      );
      const changesOf = (userId: string): readonly SocialChange[] => [
        { kind: 'tray', userId, revision: 4 },
        { kind: 'mute', userId, target: { kind: 'object', id: 'post' }, muted: true },
        { kind: 'mute', userId, target: { kind: 'user', id: userId }, muted: false },
      ];
      for (const id of HOSTILE) {
        for (const change of changesOf(id)) await bus.publishSocial(change);
        await bus.publishSocial({ kind: 'counts', counts: countsOf(id) });
      }
      for (const [i, id] of HOSTILE.entries()) {
        expect(await trays[i]?.take(3)).toEqual(changesOf(id));
        expect(await counts[i]?.next()).toEqual(countsOf(id));
      }
      for (const unsubscribe of unsubscribes) unsubscribe();
      const last = createInbox<Counts>('the last');
      await bus.subscribeCounts('other', last.push);
      for (const id of HOSTILE) await bus.publishSocial({ kind: 'tray', userId: id, revision: 5 });
      await bus.publishSocial({ kind: 'counts', counts: countsOf('other') });
      await last.next();
      expect(trays.every(({ transcript }) => transcript.length === 3)).toBe(true);
      expect(counts.every(({ transcript }) => transcript.length === 1)).toBe(true);
    });

    it('says what it brought and what somebody listens to, for the reader of the social log', async () => {
      const received = createInbox<SocialChange>('received');
      const stop = bus.onSocialReceived(received.push);
      const counts = createInbox<Counts>('counts');
      expect(bus.hears('counts:post')).toBe(false);
      const unsubscribe = await bus.subscribeCounts('post', counts.push);
      expect([bus.hears('counts:post'), bus.hears('tray:post'), bus.hears('acts:post')]).toEqual([true, false, false]);
      await bus.publishSocial({ logId: '7', kind: 'counts', counts: countsOf('post') });
      expect(await received.next()).toEqual({ logId: '7', kind: 'counts', counts: countsOf('post') });
      bus.deliverSocial({ logId: '8', kind: 'counts', counts: countsOf('post', 2) });
      bus.deliverSocial({ logId: '9', kind: 'tray', userId: 'nobody listens', revision: 1 });
      expect(await counts.take(2)).toEqual([countsOf('post'), countsOf('post', 2)]);
      expect(received.transcript).toHaveLength(1);
      stop();
      unsubscribe();
      expect(bus.hears('counts:post')).toBe(false);
    });

    it('delivers an act in the order of the social log, and each of its changes once', async () => {
      const acts = createInbox<SocialChange>('acts');
      await bus.subscribeActs('ana', acts.push);
      bus.deliverSocial({ ...told('like:1', 'ana', true), logId: '12' });
      await bus.publishSocial({ ...told('like:1', 'ana'), logId: '9' });
      await bus.publishSocial({ ...told('like:1', 'ana', true), logId: '12' });
      await bus.publishSocial({ ...told('like:2', 'ana'), logId: '10' });
      await bus.publishSocial({ ...told('like:1', 'ana'), logId: '13' });
      const logIds = (await acts.take(3)).map(({ logId }) => logId);
      expect(logIds).toEqual(['12', '10', '13']);
    });
  });
