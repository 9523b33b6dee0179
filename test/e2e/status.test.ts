import { describe, expect, it } from 'vitest';
import type { Status } from '../support/http/api.js';
import { serve } from '../support/http/rollcall.js';

const rollcall = await serve({ PRESENCE_OFFLINE_DEBOUNCE: '0', IDLE_AFTER: '2500ms' });

describe.concurrent('the status that others see', () => {
  const rows: { chosen: Status; live: Status; self: Status }[] = [
    { chosen: 'ONLINE', live: 'ONLINE', self: 'ONLINE' },
    { chosen: 'AWAY', live: 'AWAY', self: 'AWAY' },
    { chosen: 'DO_NOT_DISTURB', live: 'DO_NOT_DISTURB', self: 'DO_NOT_DISTURB' },
    { chosen: 'INVISIBLE', live: 'OFFLINE', self: 'INVISIBLE' },
    { chosen: 'OFFLINE', live: 'OFFLINE', self: 'OFFLINE' },
  ];
  for (const { chosen, live, self } of rows) {
    it(`${chosen} by hand, with a session, is ${live}`, async () => {
      const [alice, bob] = await rollcall.friends('alice', 'bob');
      const socket = await bob.connect();
      const answer = await socket.setPresence({ status: chosen });
      expect(answer.status).toBe(self);
      expect((await bob.me()).chosenStatus).toBe(chosen);
      expect((await alice.userPresence(bob.id))?.status).toBe(live);
    });

    it(`${chosen} by hand, without a session, is OFFLINE`, async () => {
      const [alice, bob] = await rollcall.friends('alice', 'bob');
      const socket = await bob.connect({ sessionId: 'tab' });
      await socket.setPresence({ status: chosen });
      await bob.endSession('tab');
      expect((await alice.userPresence(bob.id))?.status).toBe('OFFLINE');
      expect((await bob.me()).presence.status).toBe(chosen === 'INVISIBLE' ? 'INVISIBLE' : 'OFFLINE');
    });
  }

  for (const chosen of ['AWAY', 'DO_NOT_DISTURB', 'INVISIBLE'] as const) {
    it(`${chosen} holds across sessions until it is changed`, async () => {
      const [bob] = await rollcall.strangers('bob');
      await bob.setPresence({ status: chosen, sessionId: 'one' });
      await bob.endSession('one');
      const socket = await bob.connect();
      expect((await socket.me()).presence.status).toBe(chosen);
      await socket.setPresence({ status: 'ONLINE' });
      expect(await socket.me()).toMatchObject({ chosenStatus: 'ONLINE', presence: { status: 'ONLINE' } });
    });
  }

  it('is one of the set: idle beside active is ONLINE, all idle is AWAY', async () => {
    const [alice, bob] = await rollcall.friends('alice', 'bob');
    const phone = await bob.connect({ device: 'MOBILE' });
    const desk = await bob.connect({ device: 'DESKTOP' });
    const watching = (await alice.lurk()).watch([bob.id]);
    expect((await watching.next()).status).toBe('ONLINE');
    await phone.heartbeat({ idle: true });
    await desk.heartbeat({ idle: true });
    expect((await watching.next()).status).toBe('AWAY');
    await phone.heartbeat({ idle: false });
    expect((await watching.next()).status).toBe('ONLINE');
    await desk.heartbeat({ idle: false });
    await phone.heartbeat({ idle: true });
    await desk.say('one is active');
    expect(await watching.next()).toMatchObject({ status: 'ONLINE', statusMessage: { text: 'one is active' } });
  });

  it('DO_NOT_DISTURB is not changed by idleness', async () => {
    const [alice, bob] = await rollcall.friends('alice', 'bob');
    const socket = await bob.connect();
    await socket.setPresence({ status: 'DO_NOT_DISTURB' });
    await socket.heartbeat({ idle: true });
    expect((await alice.userPresence(bob.id))?.status).toBe('DO_NOT_DISTURB');
  });
});

describe.concurrent('idleness', () => {
  it('comes to a session that sent a heartbeat once and then says nothing', async () => {
    const [alice, bob] = await rollcall.friends('alice', 'bob');
    const socket = await bob.connect();
    const watching = (await alice.lurk()).watch([bob.id]);
    await watching.next();
    const before = Date.now();
    await socket.heartbeat();
    expect((await watching.next()).status).toBe('AWAY');
    expect(Date.now() - before).toBeGreaterThanOrEqual(2_495);
    expect((await bob.me()).sessions).toMatchObject([{ idle: true }]);
    await socket.heartbeat();
    expect((await watching.next()).status).toBe('ONLINE');
  });

  it('never comes to a session that sends none', async () => {
    const [alice, bob, carol] = await rollcall.friends('alice', 'bob', 'carol');
    await bob.connect();
    const socket = await carol.connect();
    const watching = (await alice.lurk()).watch([bob.id, carol.id]);
    await watching.take(2);
    await socket.heartbeat();
    expect(await watching.next()).toMatchObject({ id: carol.id, status: 'AWAY' });
    expect((await alice.userPresence(bob.id))?.status).toBe('ONLINE');
  });
});

describe.concurrent('OFFLINE by hand', () => {
  it('ends no session, and holds while a session that was live is resumed', async () => {
    const [alice, bob] = await rollcall.friends('alice', 'bob');
    await bob.connect({ sessionId: 'tab' });
    await bob.setPresence({ status: 'OFFLINE' });
    expect((await bob.me()).sessions).toHaveLength(1);
    await bob.connect({ sessionId: 'tab' });
    await bob.heartbeat();
    expect((await bob.me()).chosenStatus).toBe('OFFLINE');
    expect((await alice.userPresence(bob.id))?.status).toBe('OFFLINE');
  });

  it('starts no session', async () => {
    const [bob] = await rollcall.strangers('bob');
    await bob.setPresence({ status: 'OFFLINE' });
    expect(await bob.me()).toMatchObject({ sessions: [], chosenStatus: 'OFFLINE' });
  });

  it('is ended by a new session, but not by one that starts idle', async () => {
    const [alice, bob] = await rollcall.friends('alice', 'bob');
    await bob.connect({ sessionId: 'tab' });
    await bob.setPresence({ status: 'OFFLINE' });
    const watching = (await alice.lurk()).watch([bob.id]);
    expect((await watching.next()).status).toBe('OFFLINE');
    await bob.heartbeat({ sessionId: 'background', idle: true });
    expect((await bob.me()).chosenStatus).toBe('OFFLINE');
    await bob.connect({ sessionId: 'another', device: 'DESKTOP' });
    expect((await watching.next()).status).toBe('ONLINE');
    expect((await bob.me()).chosenStatus).toBe('ONLINE');
  });

  it('is ended by a session that starts anew under the id of one that ended', async () => {
    const [bob] = await rollcall.strangers('bob');
    await bob.connect({ sessionId: 'tab' });
    await bob.setPresence({ status: 'OFFLINE' });
    await bob.endSession('tab');
    expect((await bob.me()).chosenStatus).toBe('OFFLINE');
    await bob.heartbeat({ sessionId: 'tab' });
    expect(await bob.me()).toMatchObject({ chosenStatus: 'ONLINE', presence: { status: 'ONLINE' } });
  });

  it('was last seen when it was chosen, and that does not move', async () => {
    const [alice, bob] = await rollcall.friends('alice', 'bob');
    await bob.connect({ sessionId: 'tab' });
    const before = Date.now();
    await bob.setPresence({ status: 'OFFLINE' });
    const seen = await alice.userPresence(bob.id);
    expect(Date.parse(seen?.lastSeen ?? '')).toBeGreaterThanOrEqual(before - 5);
    expect(Date.parse(seen?.lastSeen ?? '')).toBeLessThanOrEqual(Date.parse(seen?.asOf ?? ''));
    await bob.heartbeat();
    await bob.endSession('tab');
    expect((await alice.userPresence(bob.id))?.lastSeen).toBe(seen?.lastSeen);
  });
});

describe.concurrent('while seen offline', () => {
  it('message, activities and devices are null and empty for others; the message shows to self', async () => {
    const [alice, bob] = await rollcall.friends('alice', 'bob');
    const socket = await bob.connect({ sessionId: 'tab', device: 'WEB' });
    await socket.setPresence({ statusMessage: { text: 'here' }, activities: [{ type: 'PLAYING', name: 'Go' }] });
    await bob.setPresence({ status: 'INVISIBLE' });
    const hidden = { status: 'OFFLINE', statusMessage: null, activities: [], devices: [] };
    expect(await alice.userPresence(bob.id)).toMatchObject(hidden);
    expect((await bob.me()).presence).toMatchObject({ status: 'INVISIBLE', statusMessage: { text: 'here' } });
    await bob.setPresence({ status: 'ONLINE' });
    await bob.endSession('tab');
    expect(await alice.userPresence(bob.id)).toMatchObject(hidden);
    expect((await bob.me()).presence.statusMessage).toMatchObject({ text: 'here' });
  });

  it('a status message outlives the sessions and activities do not', async () => {
    const [alice, bob] = await rollcall.friends('alice', 'bob');
    await bob.setPresence({
      sessionId: 's',
      statusMessage: { text: 'back soon' },
      activities: [{ type: 'CUSTOM', name: 'x' }],
    });
    await rollcall.host.putActivity(bob.id, 'calls', [{ type: 'IN_CALL', name: 'stand-up' }]);
    await bob.endSession('s');
    await bob.connect({ sessionId: 's' });
    expect(await alice.userPresence(bob.id)).toMatchObject({ statusMessage: { text: 'back soon' }, activities: [] });
  });
});

describe.concurrent('status message and activities', () => {
  it('end at their own time, though nobody asks', async () => {
    const [alice, bob] = await rollcall.friends('alice', 'bob');
    const socket = await bob.connect();
    const watching = (await alice.lurk()).watch([bob.id]);
    await watching.next();
    // Far enough apart that a busy machine sees the one end before the other.
    const soon = new Date(Date.now() + 2_000).toISOString();
    const later = new Date(Date.now() + 6_000).toISOString();
    await socket.setPresence({
      statusMessage: { text: 'a moment', expiresAt: soon },
      activities: [{ type: 'PLAYING', name: 'Go', expiresAt: later }],
    });
    expect(await watching.next()).toMatchObject({
      statusMessage: { text: 'a moment', expiresAt: soon },
      activities: [{ name: 'Go', expiresAt: later }],
    });
    const first = await watching.next();
    expect(first).toMatchObject({ statusMessage: null, activities: [{ name: 'Go' }] });
    expect(first.asOf >= soon).toBe(true);
    expect(await watching.next()).toMatchObject({ statusMessage: null, activities: [], status: 'ONLINE' });
  });

  it('end at their own time for oneself too, with no session left', async () => {
    const [bob] = await rollcall.strangers('bob');
    const watching = (await bob.lurk()).watch([bob.id]);
    await watching.next();
    const soon = new Date(Date.now() + 2_000).toISOString();
    await bob.setPresence({ sessionId: 'app', statusMessage: { text: 'a moment', expiresAt: soon } });
    expect(await watching.next()).toMatchObject({ status: 'ONLINE', statusMessage: { text: 'a moment' } });
    await bob.endSession('app');
    expect(await watching.next()).toMatchObject({ status: 'OFFLINE', statusMessage: { text: 'a moment' } });
    const { asOf, ...end } = await watching.next();
    expect(end).toMatchObject({ status: 'OFFLINE', statusMessage: null });
    expect(asOf >= soon).toBe(true);
    expect(await bob.userPresence(bob.id)).toMatchObject(end);
  });

  it('are left alone when left out and cleared by null', async () => {
    const [bob] = await rollcall.strangers('bob');
    const socket = await bob.connect();
    await socket.setPresence({
      status: 'AWAY',
      statusMessage: { text: 'out', emoji: '🌲' },
      activities: [{ type: 'PLAYING', name: 'Go', details: '9×9' }],
    });
    expect(await socket.setPresence({})).toMatchObject({
      status: 'AWAY',
      statusMessage: { text: 'out', emoji: '🌲' },
      activities: [{ type: 'PLAYING', name: 'Go', details: '9×9' }],
    });
    expect(await socket.setPresence({ statusMessage: null })).toMatchObject({
      status: 'AWAY',
      statusMessage: null,
      activities: [{ name: 'Go' }],
    });
    expect(await socket.setPresence({ activities: null })).toMatchObject({ activities: [] });
    expect(await socket.setPresence({ status: null })).toMatchObject({ status: 'ONLINE' });
  });

  it('of all sessions and of the host stand together, newest first', async () => {
    const [alice, bob] = await rollcall.friends('alice', 'bob');
    const at = (ms: number) => new Date(Date.now() - ms).toISOString();
    const phone = await bob.connect({ sessionId: 'phone' });
    await phone.setPresence({ activities: [{ type: 'LISTENING', name: 'middle', startedAt: at(20_000) }] });
    await (await bob.connect()).setPresence({
      activities: [
        { type: 'PLAYING', name: 'oldest', startedAt: at(30_000) },
        { type: 'CUSTOM', name: 'newest' },
      ],
    });
    await rollcall.host.putActivity(bob.id, 'calls', [{ type: 'IN_CALL', name: 'recent', startedAt: at(10_000) }]);
    const names = async () => (await alice.userPresence(bob.id))?.activities.map(({ name }) => name);
    expect(await names()).toEqual(['newest', 'recent', 'middle', 'oldest']);
    await bob.endSession('phone');
    expect(await names()).toEqual(['newest', 'recent', 'oldest']);
    await rollcall.host.putActivity(bob.id, 'calls', []);
    expect(await names()).toEqual(['newest', 'oldest']);
  });

  it('of a session are replaced as a whole, one list a source for those of the host', async () => {
    const [bob] = await rollcall.strangers('bob');
    await bob.setPresence({ activities: [{ type: 'PLAYING', name: 'one' }] });
    await bob.setPresence({ activities: [{ type: 'PLAYING', name: 'two' }] });
    await rollcall.host.putActivity(bob.id, 'a', [{ type: 'IN_CALL', name: 'three' }]);
    await rollcall.host.putActivity(bob.id, 'b', [{ type: 'STREAMING', name: 'four' }]);
    await rollcall.host.putActivity(bob.id, 'a', [{ type: 'IN_CALL', name: 'five' }]);
    const names = (await bob.me()).presence.activities.map(({ name }) => name);
    expect(names.sort()).toEqual(['five', 'four', 'two']);
  });
});

it('devices are distinct and in the order of the contract', async () => {
  const [alice, bob] = await rollcall.friends('alice', 'bob');
  for (const device of ['PLUGIN', 'MOBILE', undefined, 'DESKTOP', 'WEB', 'MOBILE']) {
    await bob.connect(device === undefined ? {} : { device });
  }
  expect((await alice.userPresence(bob.id))?.devices).toEqual(['WEB', 'MOBILE', 'DESKTOP', 'PLUGIN', 'UNKNOWN']);
});
