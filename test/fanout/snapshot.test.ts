import { describe, expect, it } from 'vitest';
import { contentOf, createFanout } from '../support/unit/fanout.js';

const host = { kind: 'service', userId: 'host' } as const;

const start = async () => {
  const f = await createFanout();
  await f.users('me', 'ann', 'bob', 'stranger');
  await f.follow('me', 'ann', 'bob');
  await f.connect('ann');
  return f;
};

describe('the snapshot of a subscription to presence', () => {
  it('is the present state of each visible user, as in a query, once, in the order given', async () => {
    const f = await start();
    await f.connect('stranger');
    const mine = await f.collect('me', ['bob', 'ann', 'bob', 'stranger', 'nobody', 'ann']);
    const events = await mine.news();
    expect(events.map(({ userId, status }) => [userId, status])).toEqual([
      ['bob', 'OFFLINE'],
      ['ann', 'ONLINE'],
    ]);
    const seen = await f.seen('me', ['ann', 'bob']);
    for (const event of events) expect(contentOf(event)).toEqual(contentOf(seen.get(event.userId)!));
    expect(f.hub.size().topics).toBe(4);
  });

  it('is left out on request; every change follows', async () => {
    const f = await start();
    const mine = await f.collect('me', ['ann', 'bob'], { snapshot: false });
    expect(await mine.news()).toEqual([]);
    await f.connect('bob');
    await f.leave('ann');
    expect((await mine.news()).map(({ userId, status }) => [userId, status])).toEqual([
      ['bob', 'ONLINE'],
      ['ann', 'OFFLINE'],
    ]);
  });

  it('being left out, a revocation is still sent: the viewer may know the user from a query', async () => {
    const f = await start();
    const mine = await f.collect('me', ['ann'], { snapshot: false });
    await f.people.block('ann', 'me');
    expect(await mine.news()).toMatchObject([{ userId: 'ann', status: 'OFFLINE', revoked: true }]);
  });

  it('leaves out content that expired and is not committed yet, and so updates those who watch already', async () => {
    let now = 1_700_000_000_000;
    const f = await createFanout({ clock: () => now });
    await f.users('me', 'ann');
    await f.follow('me', 'ann');
    await f.connect('ann');
    await f.set('ann', { statusMessage: { text: 'brb', emoji: null, expiresAt: now + 1_000 } });
    // A user who is not live is never due: this expiry is never committed.
    await f.set('me', { statusMessage: { text: 'mine', emoji: null, expiresAt: now + 1_000 }, sessionId: 'phone' });
    await f.leave('me', 'phone');
    const before = await f.collect('me', ['ann', 'me']);
    expect((await before.news()).map(({ statusMessage }) => statusMessage?.text)).toEqual(['brb', 'mine']);
    now += 1_000;
    const after = await f.collect('me', ['ann', 'me']);
    expect((await after.news()).map(({ statusMessage }) => statusMessage)).toEqual([null, null]);
    expect((await before.news()).map(({ statusMessage }) => statusMessage)).toEqual([null, null]);
    now += 50;
    await f.presence.tick('ann');
    expect([...(await before.news()), ...(await after.news())]).toEqual([]);
    await f.say('ann', 'back');
    expect([...(await before.news()), ...(await after.news())]).toMatchObject([
      { statusMessage: { text: 'back' } },
      { statusMessage: { text: 'back' } },
    ]);
  });

  it('is empty for an empty list, which stays open', async () => {
    const f = await start();
    const mine = await f.collect('me', []);
    await f.say('ann', 'hello');
    await f.people.block('ann', 'me');
    expect(await mine.news()).toEqual([]);
    expect(mine.ended).toBe(false);
    await mine.end();
    expect(mine.ended || (await mine.news()).length === 0).toBe(true);
  });

  it('is followed by users who did not exist, when they appear', async () => {
    const f = await start();
    await f.people.follow('me', 'later');
    const mine = await f.collect('me', ['later']);
    expect(await mine.news()).toEqual([]);
    await f.users('later');
    expect(await mine.news()).toMatchObject([{ userId: 'later', status: 'OFFLINE', lastSeen: null }]);
    await f.connect('later');
    expect(await mine.news()).toMatchObject([{ userId: 'later', status: 'ONLINE' }]);
  });

  it('shows the viewer to themselves as INVISIBLE, and always with the message', async () => {
    const f = await start();
    await f.connect('me');
    const mine = await f.collect('me', ['me']);
    const theirs = await f.collect(host, ['me']);
    await f.set('me', { status: 'INVISIBLE', statusMessage: { text: 'hidden', emoji: null, expiresAt: null } });
    expect((await mine.news()).map(({ status, statusMessage }) => [status, statusMessage?.text])).toEqual([
      ['ONLINE', undefined],
      ['INVISIBLE', 'hidden'],
    ]);
    await f.leave('me');
    await f.say('me', 'still hidden');
    const after = await mine.news();
    expect(after.at(-1)).toMatchObject({ status: 'INVISIBLE', statusMessage: { text: 'still hidden' } });
    // A service token sees everybody, and INVISIBLE as OFFLINE.
    expect((await theirs.news()).map(({ status }) => status)).toEqual(['ONLINE', 'OFFLINE']);
  });

  it('is followed by nothing of an invisible user, whatever they do', async () => {
    const f = await start();
    const mine = await f.collect('me', ['ann']);
    await f.set('ann', { status: 'INVISIBLE' });
    await mine.news();
    await f.say('ann', 'psst');
    await f.play('ann', 'chess');
    await f.connect('ann', 'other');
    await f.leave('ann', 'tab');
    expect(await mine.news()).toEqual([]);
  });

  it('is the same on two nodes of one bus', async () => {
    const f = await start();
    const other = await f.addHub();
    const here = await f.collect('me', ['ann', 'bob']);
    const there = await f.collect('me', ['ann', 'bob'], {}, other);
    await f.connect('bob');
    await f.say('ann', 'hello');
    await f.people.block('bob', 'me');
    await f.people.updatePrivacy('ann', { activity: 'NOBODY' });
    await f.play('ann', 'chess');
    await f.leave('ann');
    const [receivedHere, receivedThere] = [await here.news(), await there.news()];
    expect(receivedHere.length).toBeGreaterThan(5);
    expect(receivedThere.map(({ asOf, ...rest }) => rest)).toEqual(receivedHere.map(({ asOf, ...rest }) => rest));
  });
});
