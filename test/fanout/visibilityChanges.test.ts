import { describe, expect, it, vi } from 'vitest';
import { unavailable } from '../../src/presence/errors.js';
import { NOT_VISIBLE, type PresenceView, sameContent } from '../../src/presence/view.js';
import { contentOf, createFanout, createValve, untilIdle } from '../support/unit/fanout.js';

const start = async (options: Parameters<typeof createFanout>[0] = {}) => {
  const f = await createFanout(options);
  await f.users('me', 'ann', 'bob');
  await f.follow('me', 'ann');
  await f.connect('ann');
  await f.say('ann', 'hello');
  return f;
};

const expectRevoked = (event: PresenceView | undefined) => {
  expect(event?.revoked).toBe(true);
  expect(contentOf(event!)).toEqual(NOT_VISIBLE);
};

describe('revoked visibility', () => {
  it.each([
    ['a block by the viewer', (f) => f.people.block('me', 'ann')],
    ['a block by the user', (f) => f.people.block('ann', 'me')],
    ['an unfollow', (f) => f.people.unfollow('me', 'ann')],
    ['narrower privacy', (f) => f.people.updatePrivacy('ann', { status: 'NOBODY' })],
    ['a deletion', (f) => f.people.deleteUser('ann')],
  ] satisfies [string, (f: Awaited<ReturnType<typeof start>>) => Promise<unknown>][])(
    'by %s is one last event, OFFLINE with nothing else, and then silence',
    async (_, command) => {
      const f = await start();
      const mine = await f.collect('me', ['ann']);
      await mine.news();
      await command(f);
      const events = await mine.news();
      expect(events).toHaveLength(1);
      expectRevoked(events[0]);
      await f.say('ann', 'are you there?').catch(() => {});
      await f.leave('ann').catch(() => {});
      expect(await mine.news()).toEqual([]);
    },
  );

  it('by a circle and by a conversation is one event as well, and so is granted visibility', async () => {
    const f = await start();
    await f.connect('bob');
    const mine = await f.collect('me', ['bob']);
    const theirs = await f.collect('bob', ['me']);
    for (const [put, remove] of [
      [() => f.people.putCircle('team', ['me', 'bob']), () => f.people.putCircle('team', ['bob'])],
      [() => f.people.putCircle('team', ['me', 'bob']), () => f.people.deleteCircle('team')],
      [() => f.people.putConversation('chat', ['me', 'bob'], false), () => f.people.deleteConversation('chat')],
      [
        () => f.people.putConversation('chat', ['me', 'bob'], false),
        () => f.people.putConversation('chat', ['me', 'bob'], true),
      ],
    ] as const) {
      await put();
      expect((await mine.news()).map(({ status }) => status)).toEqual(['ONLINE']);
      await remove();
      const events = await mine.news();
      expect(events).toHaveLength(1);
      expectRevoked(events[0]);
    }
    // OFFLINE without `lastSeen` is all that a revocation shows: after the snapshot there is nothing to send.
    expect((await theirs.news()).map(({ status }) => status)).toEqual(['OFFLINE']);
  });

  it('sends nothing where the user showed just that', async () => {
    const f = await start();
    await f.follow('me', 'bob');
    const mine = await f.collect('me', ['bob']);
    expect((await mine.news()).map(contentOf)).toEqual([NOT_VISIBLE]);
    await f.people.block('bob', 'me');
    expect(await mine.news()).toEqual([]);
    await f.people.unblock('bob', 'me');
    expect(await mine.news()).toEqual([]);
  });

  it('sends nothing where nothing was delivered, and nothing that was pending', async () => {
    const f = await start();
    const subscription = await f.subscription('me', ['ann']);
    await f.say('ann', 'secret');
    await f.people.block('ann', 'me');
    await untilIdle();
    let ended = false;
    const next = subscription.next().then(() => {
      ended = true;
    });
    await untilIdle();
    expect(ended).toBe(false);
    await subscription.return();
    await next;
  });

  it('sends nothing that was pending when a block came, and the revocation once', async () => {
    const f = await start();
    const subscription = await f.subscription('me', ['ann']);
    expect((await subscription.next()).value).toMatchObject({ statusMessage: { text: 'hello' } });
    for (let i = 0; i < 20; i += 1) await f.say('ann', `secret ${i}`);
    await f.people.block('ann', 'me');
    const { value } = await subscription.next();
    expectRevoked(value);
    await untilIdle();
    await f.people.unblock('ann', 'me');
    expect((await subscription.next()).value).toMatchObject({ statusMessage: { text: 'secret 19' } });
    await subscription.return();
  });

  it('sends nothing where it is granted again before the reader reads', async () => {
    const f = await start();
    const subscription = await f.subscription('me', ['ann']);
    await subscription.next();
    await f.people.block('ann', 'me');
    await untilIdle();
    await f.people.unblock('ann', 'me');
    await untilIdle();
    await f.say('ann', 'next');
    expect((await subscription.next()).value).toMatchObject({ statusMessage: { text: 'next' } });
    await subscription.return();
  });

  it('of one facet shows the other facets at once', async () => {
    const f = await start({ broadcastIntervalMs: 60_000 });
    await f.play('ann', 'chess');
    const mine = await f.collect('me', ['ann']);
    await f.people.updatePrivacy('ann', { activity: 'NOBODY' });
    const events = await mine.news();
    expect(events.map(({ activities, devices }) => [activities.length, devices.length])).toEqual([
      [1, 1],
      [0, 0],
    ]);
    await f.people.updatePrivacy('ann', { activity: 'EVERYONE' });
    expect(await mine.news()).toMatchObject([{ status: 'ONLINE', activities: [{ name: 'chess' }] }]);
  });

  it('leaves the other viewers of the user alone', async () => {
    const f = await start();
    await f.follow('bob', 'ann');
    const theirs = await f.collect('bob', ['ann']);
    await theirs.news();
    await f.people.block('ann', 'me');
    await f.say('ann', 'only for bob');
    expect(await theirs.news()).toMatchObject([{ statusMessage: { text: 'only for bob' } }]);
  });

  it('keeps asOf increasing and consecutive events different, however often it happens', async () => {
    const f = await start({ clock: () => 1_700_000_000_000 });
    const mine = await f.collect('me', ['ann']);
    for (let i = 0; i < 10; i += 1) {
      await f.people.block('ann', 'me');
      if (i % 2) await untilIdle();
      await f.say('ann', `round ${i}`);
      await f.people.unblock('ann', 'me');
      if (i % 3) await untilIdle();
    }
    const events = await mine.news();
    expect(events.length).toBeGreaterThan(5);
    events.slice(1).forEach((event, i) => {
      expect(event.asOf).toBeGreaterThan(events[i]!.asOf);
      expect(sameContent(event, events[i]!)).toBe(false);
    });
    expect(contentOf(events.at(-1)!)).toEqual(contentOf((await f.seen('me', ['ann'])).get('ann')!));
  });
});

describe('while the access facts cannot be read', () => {
  it('what may be revoked is suspended, and resumes as the facts allow once they can be read', async () => {
    const valve = createValve();
    const f = await start({ gate: valve.gate });
    await f.people.putCircle('team', ['me', 'ann']);
    const mine = await f.collect('me', ['ann']);
    await mine.news();
    valve.fail('people.accessFacts', unavailable('The database is away.'));
    await f.people.unfollow('me', 'ann');
    await f.say('ann', 'suspended for now');
    expect(await mine.news()).toEqual([]);
    expect(f.errors.length).toBeGreaterThan(0);
    valve.repair('people.accessFacts');
    await vi.waitFor(() => expect(mine.events).toHaveLength(1), { timeout: 10_000 });
    expect(await mine.news()).toMatchObject([{ status: 'ONLINE', statusMessage: { text: 'suspended for now' } }]);
    await mine.end();
  });

  it('what may only be granted goes on', async () => {
    const valve = createValve();
    const f = await start({ gate: valve.gate });
    const mine = await f.collect('me', ['ann']);
    await mine.news();
    valve.fail('people.accessFacts', unavailable('The database is away.'));
    await f.people.follow('ann', 'me');
    await f.say('ann', 'still received');
    expect(await mine.news()).toMatchObject([{ statusMessage: { text: 'still received' } }]);
    await mine.end();
  });

  it('the latest change decides, in whatever order the answers to the earlier ones come', async () => {
    const valve = createValve();
    const f = await start({ gate: valve.gate });
    const mine = await f.collect('me', ['ann']);
    await mine.news();
    valve.hold('people.accessFacts');
    await f.people.block('ann', 'me');
    await untilIdle();
    await f.people.unblock('ann', 'me');
    await untilIdle();
    await f.people.block('me', 'ann');
    await f.say('ann', 'secret');
    await untilIdle();
    for (let i = 0; i < 3; i += 1) {
      valve.release('people.accessFacts');
      await untilIdle();
    }
    const events = await mine.news();
    expect(events).toHaveLength(1);
    expectRevoked(events[0]);
  });
});
