import { expect, it } from 'vitest';
import type { Presence } from '../support/http/api.js';
import { serve } from '../support/http/rollcall.js';

const rollcall = await serve({ PRESENCE_OFFLINE_DEBOUNCE: '0' });

it('a subscription starts with the present state and then tells each change', async () => {
  const [alice, bob] = await rollcall.friends('alice', 'bob');
  const watching = (await alice.lurk()).watch([bob.id]);
  expect(await watching.next()).toMatchObject({ id: bob.id, userId: bob.id, status: 'OFFLINE', lastSeen: null });

  const socket = await bob.connect({ device: 'WEB' });
  expect(await watching.next()).toMatchObject({ status: 'ONLINE', devices: ['WEB'], lastSeen: null });

  await socket.say('at the piano');
  expect(await watching.next()).toMatchObject({ status: 'ONLINE', statusMessage: { text: 'at the piano' } });

  await socket.close();
  expect(await watching.next()).toMatchObject({ status: 'OFFLINE', statusMessage: null, devices: [], activities: [] });
});

it('snapshot: false leaves the present state out and tells the changes', async () => {
  const [alice, bob] = await rollcall.friends('alice', 'bob');
  await bob.say('before');
  const socket = await alice.lurk();
  const watching = socket.watch([bob.id], { snapshot: false });
  // Nothing tells when it has started; what changes before that is left out too. So changes are made until one is heard.
  const answered = watching.next();
  let isHeard = false;
  void answered.then(() => {
    isHeard = true;
  });
  for (let turn = 1; !isHeard; turn += 1) await bob.say(`after ${turn}`);
  expect((await answered).statusMessage?.text).toMatch(/^after /);
});

it('no change is lost or repeated between the snapshot and what follows it', async () => {
  const [alice, bob] = await rollcall.friends('alice', 'bob');
  await bob.say('0');
  const socket = await alice.lurk();
  const last = 60;
  const sessionReference = (async () => {
    for (let turn = 1; turn <= last; turn += 1) await bob.say(String(turn));
  })();
  const watches = [];
  while (watches.length < 12) {
    watches.push(socket.watch([bob.id]));
    await socket.userPresence(bob.id);
  }
  await sessionReference;
  for (const watching of watches) {
    await watching.nextWhere((seen) => seen.statusMessage?.text === String(last));
    const answered = watching.transcript.map((seen) => Number(seen.statusMessage?.text));
    const first = answered[0] ?? -1;
    expect(answered).toEqual(Array.from({ length: last - first + 1 }, (_, index) => first + index));
  }
});

it('the times of a user’s events never go back, and equal times carry the same state', async () => {
  const [alice, bob] = await rollcall.friends('alice', 'bob');
  const watching = (await alice.lurk()).watch([bob.id]);
  await watching.next();
  for (let turn = 0; turn < 20; turn += 1) await bob.say(String(turn));
  await watching.nextWhere((seen) => seen.statusMessage?.text === '19');
  const times = watching.transcript.map((seen) => seen.asOf);
  expect([...times].sort()).toEqual(times);
  expect(new Set(times).size).toBe(times.length);
  const asked = await alice.userPresence(bob.id);
  expect((asked?.asOf ?? '') >= (times.at(-1) ?? '')).toBe(true);
});

it('several users have one snapshot each, also a user named twice', async () => {
  const [alice, bob, carol] = await rollcall.friends('alice', 'bob', 'carol');
  const watching = (await alice.lurk()).watch([bob.id, carol.id, bob.id]);
  const snapshots = await watching.take(2);
  expect(snapshots.map((seen) => seen.id).sort()).toEqual([bob.id, carol.id].sort());
  await bob.say('hello');
  expect(await watching.next()).toMatchObject({ id: bob.id, statusMessage: { text: 'hello' } });
  await carol.say('hi');
  expect(await watching.next()).toMatchObject({ id: carol.id, statusMessage: { text: 'hi' } });
});

it('users who do not exist are left out, and the others delivered', async () => {
  const [alice, bob] = await rollcall.friends('alice', 'bob');
  const watching = (await alice.lurk()).watch(['nobody-by-this-name', bob.id]);
  expect((await watching.next()).id).toBe(bob.id);
  await bob.say('still here');
  expect((await watching.next()).id).toBe(bob.id);
});

it('an empty list watches nobody and stays open', async () => {
  const [alice, bob] = await rollcall.friends('alice', 'bob');
  const socket = await alice.lurk();
  const nobody = socket.watch([]);
  const somebody = socket.watch([bob.id]);
  await somebody.next();
  await bob.say('hello');
  await somebody.next();
  expect(nobody.transcript).toEqual([]);
  const ended = nobody.ended.then((reason) => reason.message);
  nobody.stop();
  expect(await ended).toBe('completed');
});

it('the caller receives their own events', async () => {
  const [alice] = await rollcall.friends('alice', 'bob');
  const socket = await alice.connect({ device: 'DESKTOP' });
  const watching = socket.watch([alice.id]);
  expect(await watching.next()).toMatchObject({ id: alice.id, status: 'ONLINE', devices: ['DESKTOP'] });
  await socket.setPresence({ status: 'INVISIBLE' });
  expect((await watching.next()).status).toBe('INVISIBLE');
});

it('a write that changes nothing sends nothing', async () => {
  const [alice, bob] = await rollcall.friends('alice', 'bob');
  const socket = await bob.connect({ device: 'WEB' });
  const change = { status: 'AWAY', statusMessage: { text: 'lunch', emoji: '🍜' } };
  await socket.setPresence(change);
  const watching = (await alice.lurk()).watch([bob.id]);
  await watching.next();
  await socket.setPresence(change);
  await socket.setPresence({});
  await socket.heartbeat({});
  await socket.setPresence({ status: 'DO_NOT_DISTURB' });
  expect((await watching.next()).status).toBe('DO_NOT_DISTURB');
});

it('each is answered in the words of their own document and variables', async () => {
  const [alice, bob] = await rollcall.friends('alice', 'bob');
  const socket = await alice.lurk();
  const conditional = `subscription ($id: ID!, $full: Boolean!) {
    presenceChanged(userIds: [$id]) { id ...More @include(if: $full) } }
    fragment More on Presence { __typename statusMessage { text } user { name } }`;
  const aliased = 'subscription ($ids: [ID!]) { seen: presenceChanged(userIds: $ids) { who: userId } }';
  const two = `subscription One { presenceChanged(userIds: []) { id } }
    subscription Two($id: ID!) { presenceChanged(userIds: [$id], snapshot: false) { statusMessage { emoji } } }`;
  await expect(socket.subscribe(two, { id: bob.id }).next()).rejects.toMatchObject({ name: 'Refusal' });
  const full = socket.subscribe(conditional, { id: bob.id, full: true });
  const brief = socket.subscribe(conditional, { id: bob.id, full: false });
  const other = socket.subscribe(aliased, { ids: [bob.id] });
  // Each starts in its own time: what is said before its snapshot is in that.
  for (const watching of [full, brief, other]) await watching.next();
  await bob.say('words');
  expect(await full.next()).toEqual({
    presenceChanged: { id: bob.id, __typename: 'Presence', statusMessage: { text: 'words' }, user: { name: bob.id } },
  });
  expect(await brief.next()).toEqual({ presenceChanged: { id: bob.id } });
  expect(await other.next()).toEqual({ seen: { who: bob.id } });
});

it('everybody who watches hears the same', async () => {
  const [bob, ...watchers] = await rollcall.friends('bob', 'alice', 'carol', 'dave');
  const watching = await Promise.all(
    watchers.map(async (watcher) => {
      const answered = (await watcher.lurk()).watch([bob.id]);
      await answered.next();
      return answered;
    }),
  );
  await bob.say('all');
  const answered: Presence[] = await Promise.all(watching.map((one) => one.next()));
  expect(answered[1]).toEqual(answered[0]);
  expect(answered[2]).toEqual(answered[0]);
});
