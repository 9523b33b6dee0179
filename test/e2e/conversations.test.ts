import { describe, expect, it } from 'vitest';
import type { Person } from '../support/http/rollcall.js';
import { serve } from '../support/http/rollcall.js';

const rollcall = await serve({ PRESENCE_OFFLINE_DEBOUNCE: '0', TYPING_TIMEOUT: '5s' });
const { host } = rollcall;

async function conversation(people: Person[], open = false): Promise<string> {
  const id = rollcall.fresh('room');
  await host.putConversation(
    id,
    people.map((person) => person.id),
    open,
  );
  return id;
}

describe.concurrent('a conversation', () => {
  it('is NOT_FOUND to who is no member, as one that does not exist', async () => {
    const [alice, bob] = await rollcall.strangers('alice', 'bob');
    const room = await conversation([bob]);
    const socket = await alice.lurk();
    for (const id of [room, 'no-such-room']) {
      await expect(alice.setTyping(id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
      await expect(alice.typing(id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
      await expect(socket.watchTyping(id).next()).rejects.toMatchObject({ code: 'NOT_FOUND' });
    }
    await host.deleteConversation(room);
    await expect(bob.setTyping(room)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('that is open is every signed-in user’s', async () => {
    const [alice, bob] = await rollcall.strangers('alice', 'bob');
    const room = await conversation([], true);
    await bob.heartbeat();
    const watching = (await alice.lurk()).watchTyping(room);
    expect(await alice.typing(room)).toEqual([]);
    await bob.setTyping(room);
    expect(await watching.next()).toMatchObject({ userId: bob.id, isTyping: true });
  });

  it('is watched whatever the audiences of its members', async () => {
    const [alice, bob] = await rollcall.strangers('alice', 'bob');
    const room = await conversation([alice, bob]);
    await bob.updatePrivacy({ status: 'NOBODY', lastSeen: 'NOBODY', activity: 'NOBODY' });
    await bob.heartbeat();
    const watching = (await alice.lurk()).watchTyping(room);
    await bob.setTyping(room);
    expect(await watching.next()).toMatchObject({ userId: bob.id, isTyping: true });
  });

  it('ends the typing of a member who leaves it', async () => {
    const [alice, bob] = await rollcall.strangers('alice', 'bob');
    const room = await conversation([alice, bob]);
    await bob.heartbeat();
    const watching = (await alice.lurk()).watchTyping(room);
    await bob.setTyping(room);
    const started = await watching.next();
    await host.putConversation(room, [alice.id]);
    expect(await watching.next()).toMatchObject({ userId: bob.id, isTyping: false });
    expect(new Date().toISOString() < (started.expiresAt ?? '')).toBe(true);
  });

  it('tells a removed member the stops, and then nothing', async () => {
    const [alice, bob, carol] = await rollcall.strangers('alice', 'bob', 'carol');
    const room = await conversation([alice, bob, carol]);
    const other = await conversation([alice, carol]);
    await bob.heartbeat();
    await carol.heartbeat();
    const socket = await alice.lurk();
    const watching = socket.watchTyping(room);
    const all = socket.watchTyping();
    await bob.setTyping(room);
    expect((await watching.next()).isTyping).toBe(true);
    expect((await all.next()).isTyping).toBe(true);
    await host.putConversation(room, [bob.id, carol.id]);
    expect(await watching.next()).toMatchObject({ userId: bob.id, isTyping: false });
    expect(await all.next()).toMatchObject({ userId: bob.id, isTyping: false });
    await carol.setTyping(room);
    await carol.setTyping(other);
    expect(await all.next()).toMatchObject({ conversationId: other, userId: carol.id });
    expect(watching.transcript).toHaveLength(2);
  });
});
