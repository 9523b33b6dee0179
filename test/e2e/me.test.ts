/** What one's own devices are sent: `meChanged`. */

import { print } from 'graphql';
import { describe, expect, it } from 'vitest';
import { MeChangedDocument } from '../generated/operations.js';
import type { Me } from '../support/http/api.js';
import { type Person, serve } from '../support/http/rollcall.js';
import type { Socket } from '../support/http/socket.js';
import { openEventStream } from '../support/http/sse.js';

const rollcall = await serve({ PRESENCE_OFFLINE_DEBOUNCE: '1s', IDLE_AFTER: '3s', RATE_PRESENCE: 'off' });

const ME_CHANGED = print(MeChangedDocument);

/** What a socket is sent of its own user; `nextWhere` skips what came before. */
const watchMe = (socket: Socket, variables: { snapshot?: boolean } = {}) =>
  socket.subscribe<{ meChanged: Me }>(ME_CHANGED, variables);

const sessionsOf = ({ meChanged }: { meChanged: Me }) => meChanged.sessions.map(({ id, idle }) => ({ id, idle }));

const twoDevices = async (ada: Person) => {
  const desk = await ada.connect({ sessionId: 'desk', device: 'WEB' });
  const watching = watchMe(desk);
  expect(sessionsOf(await watching.next())).toEqual([{ id: 'desk', idle: false }]);
  return { desk, watching };
};

describe.concurrent('meChanged', () => {
  it('starts with what the query answers', async () => {
    const [ada] = await rollcall.strangers('ada');
    const socket = await ada.connect({ sessionId: 'desk', device: 'DESKTOP' });
    const { meChanged } = await watchMe(socket).next();
    const me = await socket.me();
    expect(meChanged).toMatchObject({ userId: ada.id, chosenStatus: me.chosenStatus, privacy: me.privacy });
    expect(meChanged.sessions).toMatchObject(me.sessions.map(({ expiresAt, ...session }) => session));
    expect({ ...meChanged.presence, asOf: '' }).toMatchObject({ ...me.presence, asOf: '' });
  });

  it('sends that a session of another device begins, idles and ends', async () => {
    const [ada] = await rollcall.strangers('ada');
    const { watching } = await twoDevices(ada);
    const laptop = await ada.connect({ sessionId: 'laptop', device: 'WEB' });
    const both = (idle: boolean) => [
      { id: 'desk', idle: false },
      { id: 'laptop', idle },
    ];
    expect(sessionsOf(await watching.next())).toEqual(both(false));
    await laptop.heartbeat({ idle: true });
    expect(sessionsOf(await watching.next())).toEqual(both(true));
    await laptop.heartbeat({ idle: false });
    expect(sessionsOf(await watching.next())).toEqual(both(false));
    // By silence.
    expect(sessionsOf(await watching.next())).toEqual(both(true));
    await laptop.close();
    expect(sessionsOf(await watching.next())).toEqual([{ id: 'desk', idle: false }]);
  });

  it('sends INVISIBLE, the choice, the message and privacy to the other device, and to nobody else', async () => {
    const [ada, ben] = await rollcall.friends('ada', 'ben');
    const { watching } = await twoDevices(ada);
    const others = watchMe(await ben.connect({ sessionId: 'tab' }));
    await others.next();
    const { asOf } = await ada.setPresence({ status: 'INVISIBLE', sessionId: 'desk' });
    const hidden = await watching.next();
    expect(hidden.meChanged).toMatchObject({ chosenStatus: 'INVISIBLE', presence: { status: 'INVISIBLE' } });
    expect(Date.parse(hidden.meChanged.presence.asOf)).toBeGreaterThanOrEqual(Date.parse(asOf));
    await ada.setPresence({ status: null, statusMessage: { text: 'back' }, sessionId: 'desk' });
    expect((await watching.next()).meChanged).toMatchObject({
      chosenStatus: 'ONLINE',
      presence: { status: 'ONLINE', statusMessage: { text: 'back' } },
    });
    const before = Date.now();
    const privacy = await ada.updatePrivacy({ status: 'MUTUALS' });
    expect((await watching.next()).meChanged.privacy).toEqual(privacy);
    expect(Date.now() - before).toBeLessThan(5_000);
    await ben.say('a change of my own');
    expect((await others.next()).meChanged).toMatchObject({
      userId: ben.id,
      presence: { statusMessage: { text: 'a change of my own' } },
    });
  });

  it('sends no snapshot where none is asked for', async () => {
    const [ada] = await rollcall.strangers('ada');
    const desk = await ada.connect({ sessionId: 'desk' });
    const watching = watchMe(desk, { snapshot: false });
    // One after the other over one connection: the subscription has started when the second one answers.
    await watchMe(desk).next();
    await desk.say('first');
    expect((await watching.next()).meChanged.presence.statusMessage).toMatchObject({ text: 'first' });
  });

  it('works over Server-Sent Events', async () => {
    const [ada] = await rollcall.strangers('ada');
    const stream = await openEventStream(rollcall.url, {
      method: 'POST',
      headers: { authorization: `Bearer ${await ada.token()}`, 'content-type': 'application/json' },
      body: JSON.stringify({ query: ME_CHANGED }),
    });
    expect(await stream.nextResult()).toMatchObject({ data: { meChanged: { userId: ada.id, sessions: [] } } });
    await ada.heartbeat({ sessionId: 'phone', device: 'MOBILE' });
    expect(await stream.nextResult()).toMatchObject({ data: { meChanged: { sessions: [{ id: 'phone' }] } } });
    stream.close();
  });

  it('ends with the user, and with the token', async () => {
    const [ada, ben] = await rollcall.strangers('ada', 'ben');
    const socket = await ada.connect();
    const watching = watchMe(socket);
    await watching.next();
    await rollcall.host.deleteUser(ada.id);
    expect(await socket.closed).toMatchObject({ code: 4403 });
    await expect(watching.nextWhere(() => false)).rejects.toThrow('4403');

    const brief = await ben.connect({ token: await ben.token({ expiresIn: 2 }) });
    await watchMe(brief).next();
    expect(await brief.closed).toMatchObject({ code: 4403 });
  });

  it('is FORBIDDEN to the host, and UNAUTHENTICATED without a token', async () => {
    const socket = await rollcall.host.connect();
    await expect(watchMe(socket).next()).rejects.toMatchObject({ code: 'FORBIDDEN' });
    const response = await fetch(rollcall.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
      body: JSON.stringify({ query: ME_CHANGED }),
    });
    expect(await response.text()).toContain('UNAUTHENTICATED');
  });

  it('counts among the subscriptions of a connection', async () => {
    const [ada] = await rollcall.strangers('ada');
    const socket = await ada.connect();
    const all = Array.from({ length: 50 }, () => watchMe(socket));
    await Promise.all(all.map((each) => each.next()));
    await expect(watchMe(socket).next()).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
    await ada.say('to all of them');
    for (const each of all) {
      expect((await each.next()).meChanged.presence.statusMessage).toMatchObject({ text: 'to all of them' });
    }
  });
});
