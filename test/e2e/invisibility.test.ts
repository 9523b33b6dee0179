import { expect, it } from 'vitest';
import type { Presence } from '../support/http/api.js';
import type { Person } from '../support/http/rollcall.js';
import { serve } from '../support/http/rollcall.js';
import type { Socket } from '../support/http/socket.js';

const GRACE_MS = 200;
/** How late the end of a grace may be found. */
const FOUND_LATE_MS = 1_000;
const rollcall = await serve({ PRESENCE_OFFLINE_DEBOUNCE: `${GRACE_MS}ms` });

/** Everything that an invisible user may do without being seen. */
async function beBusy(bob: Person, room: string, friend: Person): Promise<void> {
  const socket = await bob.connect({ sessionId: 'busy', device: 'PLUGIN' });
  await socket.setPresence({ statusMessage: { text: 'secret' }, activities: [{ type: 'IN_STUDIO', name: 'Ardour' }] });
  await socket.heartbeat({ idle: true });
  await socket.heartbeat({ idle: false });
  await bob.heartbeat({ sessionId: 'phone', device: 'MOBILE' });
  await socket.setTyping(room);
  await socket.watch([friend.id]).next();
  await rollcall.host.putActivity(bob.id, 'calls', [{ type: 'IN_CALL', name: 'secret' }]);
  await socket.setPresence({ statusMessage: null });
  await bob.endSession('phone');
  await socket.setTyping(room, false);
  await bob.endSession('busy');
  await bob.connect({ sessionId: 'again' });
}

it('hiding is one OFFLINE, and then silence whatever the user does', async () => {
  const [alice, bob, carol] = await rollcall.friends('alice', 'bob', 'carol');
  const room = rollcall.fresh('room');
  await rollcall.host.putConversation(room, [alice.id, bob.id, carol.id]);
  const socket = await bob.connect({ device: 'WEB' });
  const lurking = await alice.lurk();
  const watching = lurking.watch([bob.id, carol.id]);
  const typing = lurking.watchTyping(room);
  await watching.take(2);
  await carol.connect();
  await watching.next();

  const before = Date.now();
  await socket.setPresence({ status: 'INVISIBLE' });
  const hidden = await watching.next();
  expect(hidden).toMatchObject({ id: bob.id, status: 'OFFLINE', statusMessage: null, activities: [], devices: [] });
  // As of one whose tab was closed a grace before, or, where others saw something of them since, as of one who ends now.
  expect(Date.parse(hidden.lastSeen ?? '')).toBeGreaterThanOrEqual(before - GRACE_MS - FOUND_LATE_MS);
  expect(hidden.lastSeen?.localeCompare(hidden.asOf)).toBeLessThanOrEqual(0);

  await beBusy(bob, room, alice);
  expect(await alice.isTyping(bob.id)).toBe(false);
  expect(await alice.typing(room)).toEqual([]);
  await carol.setTyping(room);
  expect(await typing.next()).toMatchObject({ userId: carol.id, isTyping: true });
  await carol.say('sentinel');
  expect(await watching.next()).toMatchObject({ id: carol.id });
  expect(await alice.userPresence(bob.id)).toMatchObject({ status: 'OFFLINE', lastSeen: hidden.lastSeen });
});

it('hiding cannot be distinguished from leaving at that moment', async () => {
  const [alice, hider, leaver, carol] = await rollcall.friends('alice', 'hider', 'leaver', 'carol');
  const room = rollcall.fresh('room');
  await rollcall.host.putConversation(room, [alice.id, hider.id, leaver.id, carol.id]);
  const lurking = await alice.lurk();
  const twins = [hider, leaver];
  const watches = twins.map((twin) => lurking.watch([twin.id]));
  for (const watching of watches) expect((await watching.next()).status).toBe('OFFLINE');
  for (const twin of twins) {
    const socket = await twin.connect({ sessionId: 'tab', device: 'WEB' });
    await socket.setPresence({ statusMessage: { text: 'hi' }, activities: [{ type: 'PLAYING', name: 'Go' }] });
  }
  await hider.setPresence({ status: 'INVISIBLE' });
  await leaver.endSession('tab');
  await beBusy(hider, room, carol);

  const sentinel = lurking.watch([carol.id]);
  await sentinel.next();
  await carol.say('sentinel');
  await sentinel.next();
  const relative = (seen: Presence) => {
    const { id, userId, asOf, lastSeen, activities, ...rest } = seen;
    return { ...rest, seen: lastSeen !== null, activities: activities.map(({ startedAt, ...activity }) => activity) };
  };
  const transcripts = watches.map((watching) => watching.transcript.map(relative));
  expect(transcripts[0]).toEqual(transcripts[1]);

  const blurred = async (twin: Person) => {
    const { text, status } = await alice.ask(
      'query ($id: ID!) { userPresence(userId: $id) { id status statusMessage { text } activities { name } devices lastSeen isTyping user { name } } }',
      { id: twin.id },
    );
    return { status, text: text.replaceAll(twin.id, 'twin').replace(/"lastSeen":"[^"]*"/, '"lastSeen":"then"') };
  };
  expect(await blurred(hider)).toEqual(await blurred(leaver));
});

it('coming back is one event, with activities that do not begin before it', async () => {
  const [alice, bob] = await rollcall.friends('alice', 'bob');
  const socket = await bob.connect({ device: 'WEB' });
  await socket.setPresence({ status: 'INVISIBLE' });
  await socket.setPresence({ statusMessage: { text: 'new' }, activities: [{ type: 'PLAYING', name: 'Go' }] });
  const watching = (await alice.lurk()).watch([bob.id]);
  const hidden = await watching.next();
  await bob.setPresence({ status: 'ONLINE' });
  const back = await watching.next();
  expect(back).toMatchObject({ status: 'ONLINE', statusMessage: { text: 'new' }, devices: ['WEB'], lastSeen: null });
  expect(back.activities).toMatchObject([{ name: 'Go' }]);
  expect((back.activities[0]?.startedAt ?? '') > hidden.asOf).toBe(true);
  await bob.say('newer');
  expect(await watching.next()).toMatchObject({ statusMessage: { text: 'newer' } });
});

it('choosing INVISIBLE while offline tells nobody and moves no lastSeen', async () => {
  const [alice, bob] = await rollcall.friends('alice', 'bob');
  await bob.heartbeat({ sessionId: 's' });
  await bob.endSession('s');
  const watching = (await alice.lurk()).watch([bob.id]);
  const gone = await watching.next();
  await bob.setPresence({ status: 'INVISIBLE' });
  await bob.heartbeat();
  expect((await alice.userPresence(bob.id))?.lastSeen).toBe(gone.lastSeen);
  await bob.setPresence({ status: 'DO_NOT_DISTURB' });
  expect((await watching.next()).status).toBe('DO_NOT_DISTURB');
});

it('a roster, its order and `online` do not tell an invisible user from an absent one', async () => {
  const names = ['a-hidden', 'b-live', 'c-absent', 'viewer'] as const;
  const [hidden, live, absent, viewer] = await rollcall.friends(...names);
  await hidden.connect();
  await live.connect();
  await hidden.setPresence({ status: 'INVISIBLE' });
  const page = await viewer.roster();
  expect(page.edges.map(({ node }) => node.id)).toEqual([live.id, hidden.id, absent.id]);
  expect((await viewer.roster({ statuses: ['OFFLINE'] })).edges.map(({ node }) => node.id)).toEqual([
    hidden.id,
    absent.id,
  ]);
  expect((await viewer.roster({ statuses: ['INVISIBLE'] })).edges).toEqual([]);
  const online = await rollcall.host.online({ first: 1000 });
  const ids = online.edges.map(({ node }) => node.id);
  expect(ids).toContain(live.id);
  expect(ids).not.toContain(hidden.id);
  expect(online.totalCount).toBe(ids.length);
});

it('a service token sees an invisible user as OFFLINE', async () => {
  const [bob] = await rollcall.strangers('bob');
  await bob.connect();
  await bob.setPresence({ status: 'INVISIBLE' });
  expect((await rollcall.host.userPresence(bob.id))?.status).toBe('OFFLINE');
});

it('who hides is last seen as long before the event as one whose tab was closed', async () => {
  const [alice, hider, leaver] = await rollcall.friends('alice', 'hider', 'leaver');
  const lurking = await alice.lurk();
  const sinceSeen: number[] = [];
  for (const [twin, leave] of [
    [hider, (socket: Socket) => socket.setPresence({ status: 'INVISIBLE' })],
    [leaver, (socket: Socket) => socket.close()],
  ] as const) {
    const watching = lurking.watch([twin.id]);
    const socket = await twin.connect({ device: 'WEB' });
    const shown = await watching.nextWhere(({ status }) => status === 'ONLINE');
    // Nothing is seen of them for longer than a grace, and than the end of one may be late.
    while (Date.now() < Date.parse(shown.asOf) + GRACE_MS + FOUND_LATE_MS) await alice.userPresence(twin.id);
    await leave(socket);
    const gone = await watching.nextWhere(({ status }) => status === 'OFFLINE');
    sinceSeen.push(Date.parse(gone.asOf) - Date.parse(gone.lastSeen ?? ''));
  }
  for (const ms of sinceSeen) {
    expect(ms).toBeGreaterThan(GRACE_MS);
    expect(ms).toBeLessThan(GRACE_MS + 5 * FOUND_LATE_MS);
  }
});
