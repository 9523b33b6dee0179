import { describe, expect, it, vi } from 'vitest';
import { unavailable } from '../../src/presence/errors.js';
import { collect, createFanout, createValve, untilIdle } from '../support/unit/fanout.js';

const start = async (options: Parameters<typeof createFanout>[0] = {}) => {
  const f = await createFanout(options);
  await f.users('me', 'ann', 'bob', 'cem');
  await f.follow('me', 'ann');
  await f.connect('ann');
  await f.connect('bob');
  await f.connect('cem');
  return f;
};
const projection = (events: readonly { readonly userId: string; readonly status: string }[]) =>
  events.map(({ userId, status }) => `${userId} ${status}`);

describe('a subscription to the roster', () => {
  it('starts with followed users and members of circles', async () => {
    const f = await start();
    await f.people.putCircle('team', ['me', 'bob']);
    const mine = await f.collect('me', null);
    expect(projection(await mine.news())).toEqual(['ann ONLINE', 'bob ONLINE']);
  });

  it('grows with a follow and a circle, and shrinks when they end', async () => {
    const f = await start();
    const mine = await f.collect('me', null);
    await mine.news();
    await f.people.follow('me', 'bob');
    expect(projection(await mine.news())).toEqual(['bob ONLINE']);
    await f.say('bob', 'hello');
    expect(await mine.news()).toMatchObject([{ userId: 'bob', statusMessage: { text: 'hello' } }]);
    await f.people.putCircle('team', ['cem', 'me']);
    expect(projection(await mine.news())).toEqual(['cem ONLINE']);
    await f.people.unfollow('me', 'bob');
    expect(projection(await mine.news())).toEqual(['bob OFFLINE']);
    await f.people.deleteCircle('team');
    expect(projection(await mine.news())).toEqual(['cem OFFLINE']);
    await f.say('bob', 'unheard');
    expect(await mine.news()).toEqual([]);
    expect(f.hub.size().topics).toBe(1);
  });

  it('sends nothing of a user who leaves it and stays visible', async () => {
    const f = await start();
    await f.people.updatePrivacy('ann', { status: 'EVERYONE', lastSeen: 'EVERYONE', activity: 'EVERYONE' });
    const mine = await f.collect('me', null);
    await mine.news();
    await f.people.unfollow('me', 'ann');
    expect(await mine.news()).toEqual([]);
    await f.say('ann', 'unheard');
    expect(await mine.news()).toEqual([]);
  });

  it('sends nothing when the visible facets change of a user who left it', async () => {
    const f = await start();
    await f.people.updatePrivacy('ann', { status: 'EVERYONE', lastSeen: 'EVERYONE', activity: 'EVERYONE' });
    await f.play('ann', 'chess');
    const mine = await f.collect('me', null);
    await mine.news();
    await f.people.unfollow('me', 'ann');
    expect(await mine.news()).toEqual([]);
    await f.people.updatePrivacy('ann', { activity: 'NOBODY' });
    expect(await mine.news()).toEqual([]);
    await f.people.follow('me', 'ann');
    expect(await mine.news()).toMatchObject([{ userId: 'ann', status: 'ONLINE', activities: [] }]);
  });

  it('sends one event of a user who left it and is no longer visible later', async () => {
    const f = await start();
    await f.people.updatePrivacy('ann', { status: 'EVERYONE', lastSeen: 'EVERYONE', activity: 'EVERYONE' });
    const mine = await f.collect('me', null);
    await mine.news();
    await f.people.unfollow('me', 'ann');
    await f.people.updatePrivacy('ann', { status: 'NOBODY' });
    expect(await mine.news()).toMatchObject([{ userId: 'ann', status: 'OFFLINE', revoked: true }]);
    await f.say('ann', 'unheard');
    expect(await mine.news()).toEqual([]);
  });

  it('sends nothing of a user who returns to it unchanged', async () => {
    const f = await start();
    await f.people.updatePrivacy('ann', { status: 'EVERYONE', lastSeen: 'EVERYONE', activity: 'EVERYONE' });
    const mine = await f.collect('me', null);
    await mine.news();
    await f.people.unfollow('me', 'ann');
    await f.people.follow('me', 'ann');
    expect(await mine.news()).toEqual([]);
    await f.people.unfollow('me', 'ann');
    await f.say('ann', 'missed');
    await f.people.follow('me', 'ann');
    expect(await mine.news()).toMatchObject([{ userId: 'ann', statusMessage: { text: 'missed' } }]);
  });

  it('sends one event of a user who leaves it by deletion', async () => {
    const f = await start();
    const mine = await f.collect('me', null);
    await mine.news();
    await f.people.deleteUser('ann');
    expect(await mine.news()).toMatchObject([{ userId: 'ann', status: 'OFFLINE', revoked: true }]);
    expect(f.hub.size().topics).toBe(0);
  });

  it('grows with a followed user who did not exist, when they appear', async () => {
    const f = await start();
    await f.people.follow('me', 'later');
    const mine = await f.collect('me', null);
    await mine.news();
    await f.users('later');
    expect(projection(await mine.news())).toEqual(['later OFFLINE']);
    await f.connect('later');
    expect(projection(await mine.news())).toEqual(['later ONLINE']);
  });

  it('sends the revocation of a user whose leaving the roster is being read', async () => {
    const valve = createValve();
    const f = await start({ gate: valve.gate });
    await f.people.updatePrivacy('ann', { status: 'EVERYONE' });
    const mine = await f.collect('me', null);
    await mine.news();
    valve.hold('people.accessFacts');
    await f.people.unfollow('me', 'ann');
    await untilIdle();
    await f.people.block('ann', 'me');
    for (await untilIdle(); valve.waiting('people.accessFacts') > 0; await untilIdle())
      valve.releaseNext('people.accessFacts');
    expect(await mine.news()).toMatchObject([{ userId: 'ann', status: 'OFFLINE', revoked: true }]);
    expect(f.hub.size().topics).toBe(0);
  });

  it('sends a slow reader the revocation of a user who left it and is no longer visible by one change', async () => {
    const f = await start();
    await f.people.putCircle('team', ['me', 'bob']);
    const subscription = await f.subscription('me', null);
    expect([(await subscription.next()).value.userId, (await subscription.next()).value.userId]).toEqual([
      'ann',
      'bob',
    ]);
    await f.people.deleteCircle('team');
    await untilIdle();
    expect(await collect(subscription).news()).toMatchObject([{ userId: 'bob', status: 'OFFLINE', revoked: true }]);
    await subscription.return();
  });

  it('sends a slow reader the revocation of a user whose return to it ended with a block', async () => {
    const valve = createValve();
    const f = await start({ gate: valve.gate });
    await f.people.putCircle('team', ['me', 'bob']);
    const subscription = await f.subscription('me', null);
    expect([(await subscription.next()).value.userId, (await subscription.next()).value.userId]).toEqual([
      'ann',
      'bob',
    ]);
    await f.people.deleteCircle('team');
    await untilIdle();
    valve.hold('people.accessFacts');
    await f.people.putCircle('team', ['me', 'bob']);
    await untilIdle();
    await f.people.block('bob', 'me');
    valve.release('people.accessFacts');
    await untilIdle();
    expect(await collect(subscription).news()).toMatchObject([{ userId: 'bob', status: 'OFFLINE', revoked: true }]);
    await subscription.return();
  });

  it('retries while the roster cannot be read', async () => {
    const valve = createValve();
    const f = await start({ gate: valve.gate });
    const mine = await f.collect('me', null);
    await mine.news();
    valve.fail('people.roster', unavailable('The database is away.'));
    await f.people.follow('me', 'bob');
    expect(await mine.news()).toEqual([]);
    expect(f.errors.length).toBeGreaterThan(0);
    valve.repair('people.roster');
    await vi.waitFor(() => expect(projection(mine.events)).toEqual(['bob ONLINE']), { timeout: 10_000 });
    await mine.end();
  });

  it('watches the first 5,000 by id, never fails for size, and moves up when one of them leaves', async () => {
    const f = await createFanout();
    const ids = Array.from({ length: 5_003 }, (_, i) => `user-${String(i).padStart(5, '0')}`);
    await f.users('me', ...ids);
    await f.people.putCircle('all', ['me', ...ids]);
    const budget = { watched: 0, conversations: 0, objects: 0 };
    const mine = await f.collect('me', null, { budget });
    expect((await mine.news()).map(({ userId }) => userId)).toEqual(ids.slice(0, 5_000));
    expect(budget.watched).toBe(5_000);
    await f.connect(ids[4_999]!);
    await f.connect(ids[5_000]!);
    expect(projection(await mine.news())).toEqual([`${ids[4_999]} ONLINE`]);
    await f.people.putCircle('all', ['me', ...ids.slice(1)]);
    expect(projection(await mine.news())).toEqual([`${ids[5_000]} ONLINE`]);
    expect(budget.watched).toBe(5_000);
    await mine.end();
    expect(budget.watched).toBe(0);
  });

  it('is empty for a service token, which is no user', async () => {
    const f = await start();
    const host = await f.collect({ kind: 'service', userId: 'me' }, null);
    expect(await host.news()).toEqual([]);
    expect(f.hub.size().topics).toBe(0);
  });
});
