import { describe, expect, it } from 'vitest';
import { Outbox } from '../../src/fanout/outbox.js';
import type { SubscriptionIterator } from '../../src/fanout/subscription.js';
import type { PresenceView } from '../../src/presence/view.js';
import { contentOf, countByUser, createFanout, untilIdle } from '../support/unit/fanout.js';

/** All that is pending. Ends the subscription. */
const drain = async (subscription: SubscriptionIterator<PresenceView>): Promise<PresenceView[]> => {
  const events: PresenceView[] = [];
  let waiting = true;
  while (waiting) {
    let arrived = false;
    const next = subscription.next().then((result) => {
      arrived = true;
      if (!result.done) events.push(result.value);
    });
    await untilIdle();
    waiting = arrived;
    if (arrived) await next;
    else await subscription.return();
  }
  return events;
};

const USERS = Array.from({ length: 20 }, (_, i) => `user-${i}`);

const start = async () => {
  const f = await createFanout();
  await f.users('me', ...USERS);
  await f.follow('me', ...USERS);
  for (const userId of USERS) await f.connect(userId);
  return f;
};

describe('a slow reader', () => {
  it('gets the present state of each user, once, after thousands of changes', async () => {
    const f = await start();
    const subscription = await f.subscription('me', USERS);
    await subscription.next();
    for (let i = 0; i < 5_000; i += 1) await f.say(USERS[i % USERS.length]!, `${i}`);
    await f.people.block(USERS[7]!, 'me');
    await untilIdle();
    const events = await drain(subscription);
    // Bounded: the collapsed items, and one queue's length at most after that.
    expect(events.length).toBeLessThanOrEqual(USERS.length + 512);
    const last = new Map<string, PresenceView>();
    for (const event of events) {
      expect(event.asOf).toBeGreaterThan(last.get(event.userId)?.asOf ?? 0);
      last.set(event.userId, event);
    }
    const seen = await f.seen('me', USERS);
    for (const [userId, view] of seen) expect(contentOf(last.get(userId)!)).toEqual(contentOf(view));
    expect(last.has(USERS[7]!)).toBe(false);
  });

  it('gets each user once where the queue was just collapsed', async () => {
    const f = await start();
    const subscription = await f.subscription('me', USERS, { snapshot: false });
    for (let i = 0; i < 513; i += 1) await f.say(USERS[i % USERS.length]!, `${i}`);
    const events = await drain(subscription);
    expect([...countByUser(events).values()]).toEqual(USERS.map(() => 1));
  });

  it('gets a change back to what was collapsed away', async () => {
    const f = await start();
    const subscription = await f.subscription('me', ['user-0'], { snapshot: false });
    for (let i = 0; i <= 512; i += 1) await f.say('user-0', `${i}`);
    expect((await subscription.next()).value).toMatchObject({ statusMessage: { text: '512' } });
    await f.say('user-0', 'next');
    await f.say('user-0', '512');
    expect((await subscription.next()).value).toMatchObject({ statusMessage: { text: 'next' } });
    expect((await subscription.next()).value).toMatchObject({ statusMessage: { text: '512' } });
    await subscription.return();
  });

  it('gets no change older than the present state that it was just sent', async () => {
    const f = await start();
    const subscription = await f.subscription('me', ['user-0']);
    await f.say('user-0', 'earlier');
    await f.say('user-0', 'present');
    expect((await drain(subscription)).map(({ statusMessage }) => statusMessage?.text)).toEqual(['present']);
  });

  it('gets every change of a user in order while it keeps up', async () => {
    const f = await start();
    const subscription = await f.subscription('me', ['user-0'], { snapshot: false });
    for (let i = 0; i < 400; i += 1) await f.say('user-0', `${i}`);
    const events = await drain(subscription);
    expect(events.map(({ statusMessage }) => statusMessage?.text)).toEqual(
      Array.from({ length: 400 }, (_, i) => `${i}`),
    );
  });
});

describe('an outbox', () => {
  it('never collapses more than twice what could not be collapsed, and nothing while it is short', async () => {
    const sizes: number[] = [];
    const outbox = new Outbox<{ readonly key: number }, number>({
      authorize: ({ key }) => key,
      collapse(items) {
        sizes.push(items.length);
        return [...new Map(items.map((item) => [item.key, item])).values()];
      },
      onReturn: () => {},
    });
    for (let i = 0; i < 512; i += 1) outbox.put({ key: i % 700 });
    expect(sizes).toEqual([]);
    for (let i = 512; i < 20_000; i += 1) outbox.put({ key: i % 700 });
    expect(Math.max(...sizes)).toBeLessThanOrEqual(2 * 700 + 1);
    let count = 0;
    while (count < 700) {
      expect((await outbox.next()).done).toBe(false);
      count += 1;
    }
    await outbox.return();
    expect(await outbox.next()).toEqual({ done: true, value: undefined });
  });

  it('ends a pending `next`, ends once, and takes nothing more', async () => {
    let ends = 0;
    const outbox = new Outbox<{ readonly key: number }, number>({
      authorize: ({ key }) => key,
      collapse: (items) => items,
      onReturn: () => {
        ends += 1;
      },
    });
    const pending = outbox.next();
    await outbox.return();
    await outbox.return();
    outbox.put({ key: 1 });
    expect(await pending).toEqual({ done: true, value: undefined });
    expect(await outbox.next()).toEqual({ done: true, value: undefined });
    expect(ends).toBe(1);
  });
});
