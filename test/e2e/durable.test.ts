import { describe, expect, it } from 'vitest';
import type { Person, Rollcall } from '../support/http/rollcall.js';
import { serveTest } from '../support/http/rollcall.js';

const FAST = { PRESENCE_OFFLINE_DEBOUNCE: '0' };

/** Waits until the server's own clock has gone on: a status message that it clears by itself. */
async function until(rollcall: Rollcall, ms: number): Promise<void> {
  const [clock] = await rollcall.strangers('clock');
  const socket = await clock.connect();
  const expiresAt = new Date(Date.now() + ms).toISOString();
  await socket.setPresence({ statusMessage: { text: 'wait', expiresAt } });
  await socket.watch([clock.id]).nextWhere((seen) => seen.statusMessage === null);
  await socket.close();
}

/** Everything about Alice and Bob that has to be there again. */
async function persisted(rollcall: Rollcall, alice: Person, bob: Person, room: string) {
  const { chosenStatus, privacy, presence } = await bob.me();
  const seen = await alice.userPresence(bob.id);
  return {
    chosenStatus,
    privacy,
    statusMessage: presence.statusMessage,
    lastSeen: seen?.lastSeen,
    roster: (await alice.roster()).edges.map(({ node }) => node.id),
    room: await alice.typing(room),
    blocked: await bob.userPresence(alice.id),
    name: (
      await rollcall.host.execute('query ($id: ID!) { userPresence(userId: $id) { user { name } } }', { id: bob.id })
    ).userPresence,
  };
}

async function populate(rollcall: Rollcall) {
  const [alice, bob, carol] = await rollcall.strangers('alice', 'bob', 'carol');
  const room = rollcall.fresh('room');
  await rollcall.host.putConversation(room, [alice.id, bob.id]);
  await rollcall.host.putCircle(rollcall.fresh('circle'), [alice.id, carol.id]);
  await rollcall.host.upsertUsers([{ id: bob.id, name: 'Bob' }]);
  await alice.follow(bob.id);
  await alice.updatePrivacy({ status: 'MUTUALS' });
  await bob.updatePrivacy({ activity: 'NOBODY' });
  await bob.setPresence({
    status: 'DO_NOT_DISTURB',
    statusMessage: { text: 'kept', emoji: '📌', expiresAt: new Date(Date.now() + 3_600_000).toISOString() },
    sessionId: 's',
  });
  await bob.endSession('s');
  return { alice, bob, carol, room };
}

describe('what a user and the host have said', { timeout: 120_000 }, () => {
  it('is there again after SIGTERM', async () => {
    const rollcall = await serveTest(FAST);
    const { alice, bob, room } = await populate(rollcall);
    const before = await persisted(rollcall, alice, bob, room);
    const asOf = (await alice.userPresence(bob.id))?.asOf ?? '';
    expect(before).toMatchObject({ chosenStatus: 'DO_NOT_DISTURB', statusMessage: { text: 'kept' } });
    const [hidden, brief] = await rollcall.strangers('hidden', 'brief');
    await alice.follow(hidden.id);
    await hidden.connect();
    await hidden.setPresence({ status: 'INVISIBLE' });
    const hiddenSince = (await alice.userPresence(hidden.id))?.lastSeen;
    expect(hiddenSince).toEqual(expect.any(String));
    const expiresAt = new Date(Date.now() + 3_000).toISOString();
    expect((await brief.setPresence({ statusMessage: { text: 'brief', expiresAt } })).statusMessage).not.toBeNull();
    expect(await rollcall.stop('SIGTERM')).toEqual({ code: 0, signal: null });
    await rollcall.start();
    expect((await alice.userPresence(hidden.id))?.lastSeen).toBe(hiddenSince);
    expect((await hidden.me()).presence.status).toBe('INVISIBLE');
    await alice.unfollow(hidden.id);
    expect(await persisted(rollcall, alice, bob, room)).toEqual(before);
    await expect.poll(async () => (await brief.me()).presence.statusMessage, { timeout: 10_000 }).toBeNull();
    expect(((await alice.userPresence(bob.id))?.asOf ?? '') >= asOf).toBe(true);
    const socket = await bob.connect();
    expect((await socket.me()).presence).toMatchObject({ status: 'DO_NOT_DISTURB', statusMessage: { text: 'kept' } });
  });

  it('is there again after SIGKILL, if it is two seconds old', async () => {
    const rollcall = await serveTest(FAST);
    const { alice, bob, room } = await populate(rollcall);
    const before = await persisted(rollcall, alice, bob, room);
    await until(rollcall, 2_500);
    await rollcall.stop('SIGKILL');
    await rollcall.start();
    expect(await persisted(rollcall, alice, bob, room)).toEqual(before);
  });

  it('is there again after SIGKILL at once, where it hides or deletes', async () => {
    const rollcall = await serveTest(FAST);
    const [alice, bob, carol, dave, erin] = await rollcall.friends('alice', 'bob', 'carol', 'dave', 'erin');
    await bob.connect();
    await carol.connect();
    await dave.connect();
    await Promise.all([
      bob.setPresence({ status: 'INVISIBLE' }),
      carol.setPresence({ status: 'OFFLINE' }),
      dave.block(alice.id),
      rollcall.host.deleteUser(erin.id),
    ]);
    await rollcall.stop('SIGKILL');
    await rollcall.start();
    expect((await bob.me()).chosenStatus).toBe('INVISIBLE');
    expect((await carol.me()).chosenStatus).toBe('OFFLINE');
    await bob.connect();
    await dave.connect();
    expect((await alice.userPresence(bob.id))?.status).toBe('OFFLINE');
    expect(await alice.userPresence(dave.id)).toBeNull();
    expect((await erin.ask('{ me { userId } }')).status).toBe(401);
    expect(await alice.userPresence(erin.id)).toBeNull();
  });
});

describe('a stop', { timeout: 120_000 }, () => {
  it('closes sockets with 1012 and ends with 0, though signalled twice', async () => {
    const rollcall = await serveTest();
    const [alice, bob] = await rollcall.friends('alice', 'bob');
    const socket = await bob.connect();
    const lurking = await alice.lurk();
    const watching = lurking.watch([bob.id]);
    expect((await watching.next()).status).toBe('ONLINE');
    const before = Date.now();
    const stopping = rollcall.stop('SIGTERM');
    const again = rollcall.stop('SIGTERM');
    const ready = async () => (await fetch(`${rollcall.origin}/ready`).catch(() => ({ status: 'refused' }))).status;
    await expect.poll(ready, { interval: 20 }).not.toBe(200);
    expect((await socket.closed).code).toBe(1012);
    expect((await lurking.closed).code).toBe(1012);
    expect(await stopping).toEqual({ code: 0, signal: null });
    await again;
    expect(Date.now() - before).toBeLessThan(15_000);
    expect(watching.transcript).toHaveLength(1);

    await rollcall.start();
    // Where the live store outlives the server, so does the grace.
    await expect.poll(async () => (await alice.userPresence(bob.id))?.status, { timeout: 30_000 }).toBe('OFFLINE');
    const lastSeen = (await alice.userPresence(bob.id))?.lastSeen;
    expect(Date.parse(lastSeen ?? '')).toBeGreaterThanOrEqual(before - 2_000);
  });
});
