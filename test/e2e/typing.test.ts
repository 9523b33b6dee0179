import { describe, expect, it } from 'vitest';
import type { Person } from '../support/http/rollcall.js';
import { serve } from '../support/http/rollcall.js';

const TIMEOUT_MS = 2_500;
const rollcall = await serve({ PRESENCE_OFFLINE_DEBOUNCE: '0', TYPING_TIMEOUT: `${TIMEOUT_MS}ms` });
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

describe.concurrent('typing', () => {
  it('starts and stops, and says until when it holds', async () => {
    const [alice, bob] = await rollcall.strangers('alice', 'bob');
    const room = await conversation([alice, bob]);
    await bob.heartbeat();
    const watching = (await alice.lurk()).watchTyping(room);
    await alice.me();
    const said = await bob.setTyping(room);
    expect(said).toMatchObject({ conversationId: room, userId: bob.id, isTyping: true, id: `${room}:${bob.id}` });
    const started = await watching.next();
    expect(started).toMatchObject({ conversationId: room, userId: bob.id, isTyping: true, id: `${room}:${bob.id}` });
    expect(Date.parse(started.expiresAt ?? '')).toBeGreaterThan(Date.now() - 100);
    expect(await alice.typing(room)).toMatchObject([{ userId: bob.id, isTyping: true }]);
    expect(await alice.isTyping(bob.id)).toBe(true);
    expect(await bob.setTyping(room, false)).toMatchObject({ isTyping: false, expiresAt: null });
    expect(await watching.next()).toMatchObject({ userId: bob.id, isTyping: false, expiresAt: null });
    expect(await alice.typing(room)).toEqual([]);
    expect(await alice.isTyping(bob.id)).toBe(false);
  });

  it('ends by itself, though nobody asks', async () => {
    const [alice, bob] = await rollcall.strangers('alice', 'bob');
    const room = await conversation([alice, bob]);
    await bob.heartbeat();
    const watching = (await alice.lurk()).watchTyping(room);
    const before = Date.now();
    await bob.setTyping(room);
    expect((await watching.next()).isTyping).toBe(true);
    expect((await watching.next()).isTyping).toBe(false);
    expect(Date.now() - before).toBeGreaterThanOrEqual(TIMEOUT_MS - 5);
  });

  it('is held up by a refresh, which is not sent again', async () => {
    const [alice, bob, carol] = await rollcall.strangers('alice', 'bob', 'carol');
    const room = await conversation([alice, bob, carol]);
    await bob.heartbeat();
    await carol.heartbeat();
    const watching = (await alice.lurk()).watchTyping(room);
    await bob.setTyping(room);
    await carol.setTyping(room);
    expect((await watching.take(2)).map(({ userId }) => userId)).toEqual([bob.id, carol.id]);
    // Bob began first, and goes on until Carol's has ended.
    let carolStopped = false;
    const stop = watching.next().finally(() => {
      carolStopped = true;
    });
    while (!carolStopped) expect((await bob.setTyping(room)).isTyping).toBe(true);
    expect(await stop).toMatchObject({ userId: carol.id, isTyping: false });
    expect(await watching.next()).toMatchObject({ userId: bob.id, isTyping: false });
  });

  it('holds while either of two devices types', async () => {
    const [alice, bob] = await rollcall.strangers('alice', 'bob');
    const room = await conversation([alice, bob]);
    const phone = await bob.connect({ sessionId: 'phone' });
    const desk = await bob.connect({ sessionId: 'desk' });
    const watching = (await alice.lurk()).watchTyping(room);
    await phone.setTyping(room);
    await desk.setTyping(room);
    await phone.setTyping(room, false);
    expect(await alice.typing(room)).toHaveLength(1);
    await desk.setTyping(room, false);
    expect((await watching.take(2)).map(({ isTyping }) => isTyping)).toEqual([true, false]);
  });

  it('is never delivered to the typist’s own devices', async () => {
    const [alice, bob] = await rollcall.strangers('alice', 'bob');
    const room = await conversation([alice, bob]);
    await bob.heartbeat();
    await alice.heartbeat();
    const own = (await bob.lurk()).watchTyping(room);
    const other = (await alice.lurk()).watchTyping(room);
    await bob.setTyping(room);
    await other.next();
    await alice.setTyping(room);
    expect(await own.next()).toMatchObject({ userId: alice.id, isTyping: true });
  });

  it('is in the snapshot of who comes later, unless they ask for none', async ({ expect }) => {
    const [alice, bob, carol] = await rollcall.strangers('alice', 'bob', 'carol');
    const room = await conversation([alice, bob, carol]);
    await bob.heartbeat();
    await carol.heartbeat();
    await bob.setTyping(room);
    const socket = await alice.lurk();
    const without = socket.watchTyping(room, { snapshot: false });
    const watching = socket.watchTyping(room);
    expect(await watching.next()).toMatchObject({ userId: bob.id, isTyping: true });
    await carol.setTyping(room);
    expect(await watching.next()).toMatchObject({ userId: carol.id, isTyping: true });
    // Which of the two watches began first is open, so Carol starts until both have heard it.
    const answered = async () => {
      await carol.setTyping(room, false);
      await carol.setTyping(room);
      return without.transcript.map(({ userId }) => userId);
    };
    await expect.poll(answered, { timeout: 10_000 }).toContain(carol.id);
    expect(without.transcript.filter(({ userId, isTyping }) => userId === bob.id && isTyping)).toEqual([]);
  });

  it('of all the caller’s conversations comes by one subscription', async () => {
    const [alice, bob] = await rollcall.strangers('alice', 'bob');
    const rooms = [await conversation([alice, bob]), await conversation([alice, bob])];
    const others = await conversation([bob]);
    await bob.heartbeat();
    await bob.setTyping(rooms[0] ?? '');
    const watching = (await alice.lurk()).watchTyping();
    expect(await watching.next()).toMatchObject({ conversationId: rooms[0], isTyping: true });
    await bob.setTyping(others);
    await bob.setTyping(rooms[1] ?? '');
    expect(await watching.next()).toMatchObject({ conversationId: rooms[1], isTyping: true });
    const third = await conversation([alice, bob]);
    await bob.setTyping(third);
    expect(await watching.nextWhere(({ conversationId }) => conversationId === third)).toMatchObject({
      isTyping: true,
    });
  });

  it('has an id whose parts are percent-encoded', async () => {
    const [alice] = await rollcall.strangers('alice');
    const bob = rollcall.person(`b:o/b ${rollcall.fresh('é')}`);
    await bob.heartbeat();
    const room = `room:1%/${rollcall.fresh('x')}`;
    await host.putConversation(room, [alice.id, bob.id]);
    const said = await bob.setTyping(room);
    expect(said.id).toBe(`${encodeURIComponent(room)}:${encodeURIComponent(bob.id)}`);
    expect(said.userId).toBe(bob.id);
  });
});

describe.concurrent('the typing of somebody', () => {
  it('is hidden by a block between the two only', async () => {
    const [alice, bob, carol] = await rollcall.strangers('alice', 'bob', 'carol');
    const room = await conversation([alice, bob, carol]);
    await bob.heartbeat();
    await carol.heartbeat();
    const ofAlice = (await alice.lurk()).watchTyping(room);
    const ofCarol = (await carol.lurk()).watchTyping(room);
    await bob.setTyping(room);
    await ofAlice.next();
    await ofCarol.next();
    await alice.block(bob.id);
    expect(await ofAlice.next()).toMatchObject({ userId: bob.id, isTyping: false });
    expect(await alice.typing(room)).toEqual([]);
    expect(await carol.typing(room)).toHaveLength(1);
    await bob.setTyping(room, false);
    await bob.setTyping(room);
    expect((await ofCarol.take(2)).map(({ isTyping }) => isTyping)).toEqual([false, true]);
    await carol.setTyping(room);
    expect((await ofAlice.next()).userId).toBe(carol.id);
  });

  it('of somebody who is not seen live is accepted, and delivered to nobody', async () => {
    const [alice, bob, carol] = await rollcall.strangers('alice', 'bob', 'carol');
    const room = await conversation([alice, bob, carol]);
    await carol.heartbeat();
    const watching = (await alice.lurk()).watchTyping(room);
    await bob.setTyping(room);
    const hidden = await bob.connect();
    await hidden.setPresence({ status: 'INVISIBLE' });
    await hidden.setTyping(room);
    expect(await alice.typing(room)).toEqual([]);
    await carol.setTyping(room);
    expect((await watching.next()).userId).toBe(carol.id);
  });

  it('ends when they go offline, and when they hide', async () => {
    const [alice, bob, carol] = await rollcall.strangers('alice', 'bob', 'carol');
    const room = await conversation([alice, bob, carol]);
    await bob.heartbeat({ sessionId: 'b' });
    await carol.heartbeat();
    const watching = (await alice.lurk()).watchTyping(room);
    await bob.setTyping(room);
    const first = await watching.next();
    await bob.endSession('b');
    expect(await watching.next()).toMatchObject({ userId: bob.id, isTyping: false });
    expect(new Date().toISOString() < (first.expiresAt ?? '')).toBe(true);
    await carol.setTyping(room);
    const second = await watching.next();
    await carol.setPresence({ status: 'INVISIBLE' });
    expect(await watching.next()).toMatchObject({ userId: carol.id, isTyping: false });
    expect(new Date().toISOString() < (second.expiresAt ?? '')).toBe(true);
  });

  it('shows in the presence events of who shares the conversation', async () => {
    const [alice, bob, dave] = await rollcall.friends('alice', 'bob', 'dave');
    const room = await conversation([alice, bob]);
    await bob.connect();
    const document = `subscription ($id: ID!) { presenceChanged(userIds: [$id]) { id isTyping statusMessage { text } } }`;
    const watches = await Promise.all(
      [alice, dave].map(async (viewer) => {
        const watching = (await viewer.lurk()).subscribe<{ presenceChanged: object }>(document, { id: bob.id });
        expect((await watching.next()).presenceChanged).toMatchObject({ isTyping: false });
        return watching;
      }),
    );
    await bob.setTyping(room);
    await bob.say('while typing');
    const statusMessage = { text: 'while typing' };
    expect((await watches[0]?.next())?.presenceChanged).toEqual({ id: bob.id, isTyping: true, statusMessage });
    expect((await watches[1]?.next())?.presenceChanged).toEqual({ id: bob.id, isTyping: false, statusMessage });
  });

  it('makes no presence event, and shows as isTyping only to who shares the conversation', async () => {
    const [alice, bob, dave] = await rollcall.friends('alice', 'bob', 'dave');
    const room = await conversation([alice, bob]);
    await bob.connect();
    const watching = (await alice.lurk()).watch([bob.id]);
    await watching.next();
    await bob.setTyping(room);
    expect(await alice.isTyping(bob.id)).toBe(true);
    expect(await dave.isTyping(bob.id)).toBe(false);
    await bob.say('sentinel');
    expect((await watching.next()).statusMessage?.text).toBe('sentinel');
  });
});
