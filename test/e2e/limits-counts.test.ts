import { describe, expect, it } from 'vitest';
import { insist } from '../support/cluster/insist.js';
import { PRESENCE_CHANGED } from '../support/http/api.js';
import { serve } from '../support/http/rollcall.js';
import { openEventStream } from '../support/http/sse.js';

const rollcall = await serve({ PRESENCE_OFFLINE_DEBOUNCE: '0' });
const { host } = rollcall;
const BAD = { code: 'BAD_USER_INPUT' };

const some = (count: number, prefix = 'nobody') => Array.from({ length: count }, (_, index) => `${prefix}-${index}`);

describe('ids in one call', () => {
  it('are at most 1,000 in presence', async () => {
    const [alice, bob] = await rollcall.friends('alice', 'bob');
    expect((await alice.presence([...some(999), bob.id])).map(({ id }) => id)).toEqual([bob.id]);
    await expect(alice.presence([...some(1_000), bob.id])).rejects.toMatchObject(BAD);
  });

  it('are at most 1,000 in presenceChanged', async () => {
    const [alice, bob] = await rollcall.friends('alice', 'bob');
    const socket = await alice.lurk();
    expect((await socket.watch([...some(999), bob.id]).next()).id).toBe(bob.id);
    await expect(socket.watch([...some(1_000), bob.id]).next()).rejects.toMatchObject(BAD);
  });

  it('are at most 1,000 in the host’s bulk calls', async () => {
    const users = some(1_001, 'bulk').map((id) => ({ id }));
    expect(await host.upsertUsers(users.slice(0, 1_000))).toBe(1_000);
    await expect(host.upsertUsers(users)).rejects.toMatchObject(BAD);
    const follows = some(1_001, 'bulk').map((followeeId) => ({ followerId: 'bulk-0', followeeId }));
    await expect(host.addFollows(follows)).rejects.toMatchObject(BAD);
    await expect(host.removeFollows(follows)).rejects.toMatchObject(BAD);
    expect(await host.addFollows(follows.slice(1, 1_000))).toBe(999);
    expect(await host.removeFollows(follows.slice(1, 1_000))).toBe(999);
  });
});

describe('relations', { timeout: 120_000 }, () => {
  const many = some(10_001, 'many');

  it('a circle and a conversation take 5,000 members and a user 10,000 follows, and no more', async () => {
    for (let from = 0; from < many.length; from += 1_000) {
      await host.upsertUsers(many.slice(from, from + 1_000).map((id) => ({ id })));
    }
    expect(await host.putCircle('great-circle', many.slice(0, 5_000))).toBe(true);
    await expect(host.putCircle('great-circle', many.slice(0, 5_001))).rejects.toMatchObject(BAD);
    expect(await host.putConversation('great-room', many.slice(0, 5_000))).toBe(true);
    await expect(host.putConversation('great-room', many.slice(0, 5_001))).rejects.toMatchObject(BAD);

    const [alice] = await rollcall.strangers('alice');
    for (let from = 0; from < 10_000; from += 1_000) {
      const page = many.slice(from, from + 1_000).map((followeeId) => ({ followerId: alice.id, followeeId }));
      expect(await host.addFollows(page)).toBe(page.length);
    }
    await expect(alice.follow(many[10_000] ?? '')).rejects.toMatchObject(BAD);
    await expect(host.addFollows([{ followerId: alice.id, followeeId: many[10_000] ?? '' }])).rejects.toMatchObject(
      BAD,
    );
    expect(await alice.follow(many[0] ?? '')).toBe(true);
    expect(await alice.presence()).toHaveLength(1_000);
    await alice.unfollow(many[0] ?? '');
    expect(await alice.follow(many[10_000] ?? '')).toBe(true);
    const watcher = await alice.lurk();
    // A busy machine may not read so many in the time that one command has: clients try again.
    await insist(async () => expect((await watcher.watch().take(5_000)).length).toBe(5_000));
  });
});

describe('a connection', () => {
  it('holds 50 subscriptions; the next is refused and the others go on', async () => {
    const [alice, bob] = await rollcall.friends('alice', 'bob');
    const socket = await alice.lurk();
    const watches = Array.from({ length: 50 }, () => socket.watch([bob.id]));
    for (const watching of watches) await watching.next();
    await expect(socket.watch([bob.id]).next()).rejects.toMatchObject({ name: 'Refusal' });
    expect((await socket.me()).userId).toBe(alice.id);
    await bob.connect();
    for (const watching of watches) expect((await watching.next()).status).toBe('ONLINE');
    watches[0]?.stop();
    await watches[0]?.ended;
    await socket.me();
    expect((await socket.watch([bob.id]).next()).status).toBe('ONLINE');
  });

  it('watches 5,000 users; a subscription to one more is refused and the others go on', async () => {
    const [alice, ...friends] = await rollcall.friends('alice', 'a', 'b', 'c', 'd', 'e', 'f');
    const socket = await alice.lurk();
    const watches = [];
    for (const [index, friend] of friends.slice(0, 5).entries()) {
      const watching = socket.watch([...some(999, `nobody-${index}`), friend.id]);
      expect((await watching.next()).id).toBe(friend.id);
      watches.push(watching);
    }
    const sixth = friends[5];
    await expect(socket.watch([sixth?.id ?? '']).next()).rejects.toMatchObject({ name: 'Refusal' });
    await friends[0]?.connect();
    expect((await watches[0]?.next())?.status).toBe('ONLINE');
    watches[4]?.stop();
    await watches[4]?.ended;
    await socket.me();
    expect((await socket.watch([sixth?.id ?? '']).next()).id).toBe(sixth?.id);
  });
});

describe('a user', () => {
  it('has 20 connections, watchers and streams included; the next is closed with 4429, a stream is 429', async () => {
    const [bob] = await rollcall.strangers('bob');
    const stream = async () =>
      openEventStream(rollcall.url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${await bob.token()}` },
        body: JSON.stringify({ query: PRESENCE_CHANGED, variables: { userIds: [bob.id] } }),
      });
    const first = await stream();
    await first.nextResult();
    const sockets = [];
    for (let index = 0; index < 19; index += 1) sockets.push(await (index % 2 ? bob.connect() : bob.lurk()));
    await expect(bob.connect()).rejects.toMatchObject({ code: 4429 });
    await expect(bob.lurk()).rejects.toMatchObject({ code: 4429 });
    const refused = await stream();
    expect(refused.response.status).toBe(429);
    refused.close();
    expect((await sockets[0]?.me())?.userId).toBe(bob.id);
    await sockets[18]?.close();
    await expect
      .poll(() =>
        bob.connect().then(
          () => 'open',
          () => 'refused',
        ),
      )
      .toBe('open');
    first.close();
  });
});
