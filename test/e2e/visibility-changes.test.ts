import { describe, expect, it } from 'vitest';
import type { Presence } from '../support/http/api.js';
import type { Person } from '../support/http/rollcall.js';
import { serve } from '../support/http/rollcall.js';
import type { SubscriptionIterator } from '../support/http/socket.js';

const rollcall = await serve({ PRESENCE_OFFLINE_DEBOUNCE: '0' });
const { host } = rollcall;

const NOTHING = { status: 'OFFLINE', statusMessage: null, activities: [], devices: [], lastSeen: null };
const SOMETHING = { status: 'ONLINE', statusMessage: { text: 'here' }, devices: ['WEB'], activities: [{ name: 'Go' }] };

/** Live, with everything that can be seen. */
async function appear(bob: Person): Promise<void> {
  const socket = await bob.connect({ device: 'WEB', sessionId: 'tab' });
  await socket.setPresence({ statusMessage: { text: 'here' }, activities: [{ type: 'PLAYING', name: 'Go' }] });
}

/** Alice, who watches Bob and Carol (her friend, who proves the silence of Bob), with Bob's and Carol's snapshots read. */
async function watched(
  bob: Person,
  alice: Person,
): Promise<{ watching: SubscriptionIterator<Presence>; silence: () => Promise<void> }> {
  const [carol] = await rollcall.strangers('carol');
  await alice.follow(carol.id);
  const watching = (await alice.lurk()).watch([bob.id, carol.id]);
  const silence = async () => {
    await carol.say(rollcall.fresh('word'));
    expect((await watching.next()).id).toBe(carol.id);
  };
  await watching.nextWhere((seen) => seen.id === carol.id);
  await carol.connect();
  await watching.nextWhere((seen) => seen.id === carol.id && seen.status === 'ONLINE');
  return { watching, silence };
}

describe.concurrent('an open subscription', () => {
  it('hides both from each other at a block, and shows again what was at its end', async () => {
    const [alice, bob] = await rollcall.friends('alice', 'bob');
    await appear(alice);
    await appear(bob);
    const ofBob = (await alice.lurk()).watch([bob.id]);
    const ofAlice = (await bob.lurk()).watch([alice.id]);
    expect(await ofBob.next()).toMatchObject(SOMETHING);
    expect(await ofAlice.next()).toMatchObject(SOMETHING);

    await alice.block(bob.id);
    expect(await alice.userPresence(bob.id)).toBeNull();
    expect(await bob.userPresence(alice.id)).toBeNull();
    expect(await ofBob.next()).toMatchObject({ id: bob.id, ...NOTHING });
    expect(await ofAlice.next()).toMatchObject({ id: alice.id, ...NOTHING });

    await bob.say('unheard');
    await alice.say('unheard');
    await alice.unblock(bob.id);
    expect(await ofBob.next()).toMatchObject({ ...SOMETHING, statusMessage: { text: 'unheard' } });
    expect(await ofAlice.next()).toMatchObject({ ...SOMETHING, statusMessage: { text: 'unheard' } });
  });

  it('is silent about who is blocked, whatever they do', async () => {
    const [alice, bob] = await rollcall.friends('alice', 'bob');
    await appear(bob);
    const { watching, silence } = await watched(bob, alice);
    await bob.block(alice.id);
    expect(await watching.next()).toMatchObject({ id: bob.id, ...NOTHING });
    await bob.say('unheard');
    await bob.endSession('tab');
    await bob.connect();
    await silence();
  });

  it('says nothing at the loss of somebody who showed nothing', async () => {
    const [alice, bob] = await rollcall.friends('alice', 'bob');
    const { silence } = await watched(bob, alice);
    await bob.block(alice.id);
    await silence();
    await bob.unblock(alice.id);
    await silence();
  });

  it('takes back the lastSeen of somebody offline when they are lost', async () => {
    const [alice, bob] = await rollcall.friends('alice', 'bob');
    await appear(bob);
    await bob.endSession('tab');
    const watching = (await alice.lurk()).watch([bob.id]);
    const before = await watching.next();
    expect(before.lastSeen).not.toBeNull();
    await bob.block(alice.id);
    const lost = await watching.next();
    expect(lost).toMatchObject(NOTHING);
    expect(lost.asOf > before.asOf).toBe(true);
    await bob.unblock(alice.id);
    expect(await watching.next()).toMatchObject({ status: 'OFFLINE', lastSeen: before.lastSeen });
  });

  it('follows a follow and its end', async () => {
    const [alice, bob] = await rollcall.strangers('alice', 'bob');
    await appear(bob);
    const { watching, silence } = await watched(bob, alice);
    await silence();
    await alice.follow(bob.id);
    expect(await watching.next()).toMatchObject({ id: bob.id, ...SOMETHING });
    await alice.unfollow(bob.id);
    expect(await watching.next()).toMatchObject({ id: bob.id, ...NOTHING });
    await bob.say('unheard');
    await silence();
  });

  it('follows the follows that the host makes in bulk', async () => {
    const [alice, bob] = await rollcall.strangers('alice', 'bob');
    await appear(bob);
    const { watching } = await watched(bob, alice);
    const follows = [{ followerId: alice.id, followeeId: bob.id }];
    expect(await host.addFollows(follows)).toBe(1);
    expect(await host.addFollows(follows)).toBe(0);
    expect(await watching.next()).toMatchObject({ id: bob.id, ...SOMETHING });
    expect(await host.removeFollows(follows)).toBe(1);
    expect(await watching.next()).toMatchObject({ id: bob.id, ...NOTHING });
  });

  it('follows the privacy of the user, facet by facet', async () => {
    const [alice, bob] = await rollcall.friends('alice', 'bob');
    await appear(bob);
    const { watching, silence } = await watched(bob, alice);
    await bob.updatePrivacy({ activity: 'NOBODY' });
    expect(await watching.next()).toMatchObject({
      id: bob.id,
      status: 'ONLINE',
      statusMessage: { text: 'here' },
      activities: [],
      devices: [],
    });
    await bob.setPresence({ activities: [] });
    await silence();
    await bob.updatePrivacy({ status: 'NOBODY' });
    expect(await watching.next()).toMatchObject({ id: bob.id, ...NOTHING });
    await bob.updatePrivacy({ status: 'EVERYONE', activity: 'EVERYONE' });
    expect(await watching.next()).toMatchObject({ id: bob.id, status: 'ONLINE', devices: ['WEB'] });
  });

  it('follows the lastSeen audience of somebody offline', async () => {
    const [alice, bob] = await rollcall.friends('alice', 'bob');
    await appear(bob);
    await bob.endSession('tab');
    const { watching } = await watched(bob, alice);
    await bob.updatePrivacy({ lastSeen: 'NOBODY' });
    expect(await watching.next()).toMatchObject({ id: bob.id, ...NOTHING });
    await bob.updatePrivacy({ lastSeen: 'FOLLOWERS' });
    expect((await watching.next()).lastSeen).not.toBeNull();
  });

  it('follows the members of a circle', async () => {
    const [alice, bob] = await rollcall.strangers('alice', 'bob');
    await appear(bob);
    const { watching, silence } = await watched(bob, alice);
    const circle = rollcall.fresh('circle');
    await host.putCircle(circle, [alice.id, bob.id]);
    expect(await watching.next()).toMatchObject({ id: bob.id, ...SOMETHING });
    await host.putCircle(circle, [alice.id]);
    expect(await watching.next()).toMatchObject({ id: bob.id, ...NOTHING });
    await host.putCircle(circle, [alice.id, bob.id]);
    expect(await watching.next()).toMatchObject({ id: bob.id, ...SOMETHING });
    await host.deleteCircle(circle);
    expect(await watching.next()).toMatchObject({ id: bob.id, ...NOTHING });
    await bob.say('unheard');
    await silence();
  });

  it('follows the members of a conversation, but not of an open one', async () => {
    const [alice, bob] = await rollcall.strangers('alice', 'bob');
    await appear(bob);
    const { watching, silence } = await watched(bob, alice);
    const room = rollcall.fresh('room');
    await host.putConversation(room, [alice.id, bob.id], true);
    await silence();
    await host.putConversation(room, [alice.id, bob.id], false);
    expect(await watching.next()).toMatchObject({ id: bob.id, ...SOMETHING });
    await host.putConversation(room, [bob.id]);
    expect(await watching.next()).toMatchObject({ id: bob.id, ...NOTHING });
    await host.putConversation(room, [alice.id, bob.id]);
    expect(await watching.next()).toMatchObject({ id: bob.id, ...SOMETHING });
    await host.deleteConversation(room);
    expect(await watching.next()).toMatchObject({ id: bob.id, ...NOTHING });
  });

  it('loses a deleted user, and finds them again when the host names them again', async () => {
    const [alice, bob] = await rollcall.friends('alice', 'bob');
    await appear(bob);
    const { watching, silence } = await watched(bob, alice);
    expect(await host.deleteUser(bob.id)).toBe(true);
    expect(await watching.next()).toMatchObject({ id: bob.id, ...NOTHING });
    expect(await alice.userPresence(bob.id)).toBeNull();
    await host.upsertUsers([{ id: bob.id }]);
    await silence();
    await alice.follow(bob.id);
    await bob.connect({ device: 'MOBILE' });
    expect(await watching.nextWhere((seen) => seen.status === 'ONLINE')).toMatchObject({
      id: bob.id,
      devices: ['MOBILE'],
      statusMessage: null,
    });
  });

  it('is unmoved by a relation that ends while another still holds', async () => {
    const [alice, bob] = await rollcall.friends('alice', 'bob');
    await appear(bob);
    await host.putCircle(rollcall.fresh('circle'), [alice.id, bob.id]);
    const { silence } = await watched(bob, alice);
    await alice.unfollow(bob.id);
    await bob.unfollow(alice.id);
    await silence();
  });
});

it('where follows are left to the host, users make none themselves', async () => {
  const { serveTest } = await import('../support/http/rollcall.js');
  const strict = await serveTest({ RELATIONS_BY_USERS: 'off' });
  const [alice, bob] = await strict.strangers('alice', 'bob');
  await expect(alice.follow(bob.id)).rejects.toMatchObject({ code: 'FORBIDDEN' });
  expect(await strict.host.addFollows([{ followerId: alice.id, followeeId: bob.id }])).toBe(1);
  expect(await alice.userPresence(bob.id)).toMatchObject({ status: 'OFFLINE' });
  expect(await alice.block(bob.id)).toBe(true);
});
