/** What holds for iterated subscriptions holds for pushed ones, most of which are synced. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Delivery, Projection } from '../../src/fanout/delivery.js';
import type { PresenceTypes } from '../../src/fanout/presenceKind.js';
import { createFanout, mode, untilIdle, userViewer } from '../support/unit/fanout.js';

/** Evaluates a file of tests once more: it may have been evaluated already, for itself. */
const again = async (file: string): Promise<void> => void (await import(/* @vite-ignore */ `./${file}.test.ts?pushed`));

describe('pushed as well as iterated', () => {
  beforeAll(() => {
    mode.pushed = true;
  });
  afterAll(() => {
    mode.pushed = false;
  });
  describe('snapshots', () => again('snapshot'));
  describe('visibility changes', () => again('visibilityChanges'));
  describe('rosters', () => again('roster'));
  describe('limits', () => again('limits'));
  describe('the broadcast interval', () => again('pace'));
  describe('hygiene', () => again('hygiene'));
  describe('counts', () => again('counts'));
  describe('timelines', () => again('timeline'));
});

describe('synced subscriptions', () => {
  let f: Awaited<ReturnType<typeof createFanout>>;
  const streams: { return(): Promise<unknown> }[] = [];

  beforeEach(async () => {
    f = await createFanout();
    await f.users('ann', 'me', 'you', 'slow');
    await f.people.updatePrivacy('ann', { status: 'EVERYONE', lastSeen: 'EVERYONE', activity: 'EVERYONE' });
    await f.connect('ann');
  });
  afterEach(async () => {
    for (const stream of streams.splice(0)) await stream.return();
    expect(f.hub.size()).toEqual({ topics: 0, watchers: 0, subscriptions: 0 });
  });

  /** The deliveries to one viewer, until `mayTake` says that it can take no more. */
  const follow = async (viewer: string, mayTake = () => true) => {
    const stream = await f.hub.watchPresence(userViewer(viewer), {
      userIds: ['ann'],
      snapshot: true,
      budget: { watched: 0, conversations: 0, objects: 0 },
    });
    streams.push(stream);
    const delivered: Delivery<Projection<PresenceTypes>>[] = [];
    stream.flow({
      take(each) {
        delivered.push(each);
        return mayTake();
      },
    });
    return {
      delivered,
      texts: () => delivered.map(({ projection }) => projection.content.statusMessage?.text),
      resume: () => stream.resume(),
    };
  };

  it('get one delivery, made and compared once', async () => {
    const [me, you] = [await follow('me'), await follow('you')];
    await f.say('ann', 'one');
    await f.say('ann', 'two');
    expect(me.texts()).toEqual([undefined, 'one', 'two']);
    expect(me.delivered[2]).toBe(you.delivered[2]);
  });

  it('are synced again after a rereading, and after visibility was revoked and granted', async () => {
    const [me, you] = [await follow('me'), await follow('you')];
    await f.follow('me', 'ann');
    await f.people.block('me', 'ann');
    await untilIdle();
    await f.say('ann', 'not for me');
    await f.people.unblock('me', 'ann');
    await untilIdle();
    await f.say('ann', 'for both');
    expect(me.delivered.map(({ projection }) => projection.revoked)).toEqual([false, true, false, false]);
    expect(me.texts()).toEqual([undefined, undefined, 'not for me', 'for both']);
    expect(me.delivered.at(-1)).toBe(you.delivered.at(-1));
    expect([...me.delivered].sort((a, b) => a.asOf - b.asOf)).toEqual(me.delivered);
  });

  it('leave out one that can take no more, until it was sent what they were', async () => {
    let full = false;
    const [me, slow] = [await follow('me'), await follow('slow', () => !full)];
    full = true;
    for (const text of ['one', 'two', 'three']) await f.say('ann', text);
    expect(me.texts()).toEqual([undefined, 'one', 'two', 'three']);
    expect(slow.texts()).toEqual([undefined, 'one']);
    full = false;
    slow.resume();
    expect(slow.texts()).toEqual([undefined, 'one', 'two', 'three']);
    await f.say('ann', 'four');
    expect(slow.delivered.at(-1)).toBe(me.delivered.at(-1));
  });
});
