import { expect, it } from 'vitest';
import { serve } from '../support/http/rollcall.js';
import { openEventStream } from '../support/http/sse.js';

const rollcall = await serve({ LOG_LEVEL: 'trace', PRESENCE_OFFLINE_DEBOUNCE: '2s', SESSION_TTL: '1s' });

const lines = (): Record<string, unknown>[] =>
  rollcall.run
    .stdout()
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line));
/** What was said of a user so far: kind, and why or what to. */
const story = (userId: string) =>
  lines()
    .filter((line) => line.userId === userId)
    .map(({ msg, why, to, code }) => [msg, why ?? to ?? code].filter((part) => part !== undefined).join(': '));

it('tells the story of a session', async () => {
  const [bob] = await rollcall.strangers('bob');
  const first = await bob.connect({ sessionId: 'tab' });
  await first.close();
  const second = await bob.connect({ sessionId: 'tab' });
  await second.setPresence({ status: 'AWAY' });
  await second.close();
  await expect.poll(() => story(bob.id).at(-1), { timeout: 10_000 }).toBe('status changed: OFFLINE');
  expect(story(bob.id)).toEqual([
    'session started',
    'status changed: ONLINE',
    'session in grace: closed',
    'session resumed',
    'status changed: AWAY',
    'session in grace: closed',
    'session ended: grace over',
    'status changed: OFFLINE',
  ]);
  for (const line of lines().filter(({ msg }) => String(msg).startsWith('session '))) {
    expect(line).toMatchObject({ level: 30, userId: expect.any(String), sessionId: expect.any(String) });
  }
});

it('says why a session ended', async () => {
  const [bob, carol] = await rollcall.strangers('bob', 'carol');
  await bob.heartbeat();
  await expect.poll(() => story(bob.id), { timeout: 10_000 }).toContain('session ended: expired');
  const socket = await carol.connect({ sessionId: 'mine' });
  await socket.endSession('mine');
  await expect.poll(() => story(carol.id)).toContain('session ended: ended');
});

it('tells of a deletion and of a subscription that was refused', async () => {
  const [bob] = await rollcall.strangers('bob');
  const lurking = await bob.lurk();
  await expect(lurking.watch(['']).next()).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
  await rollcall.host.deleteUser(bob.id);
  await lurking.closed;
  await expect.poll(() => story(bob.id)).toContain('user deleted');
  expect(story(bob.id)).toContain('subscription refused: BAD_USER_INPUT');
});

it('holds no token and no text, whatever was done', async () => {
  const text = 'PRIVATE-TEXT';
  const [alice, bob] = await rollcall.friends('alice', 'bob');
  const room = rollcall.fresh('room');
  await rollcall.host.putConversation(room, [alice.id, bob.id]);
  await rollcall.host.upsertUsers([{ id: bob.id, name: text, avatarUrl: `https://example.test/${text}` }]);
  const activity = { type: 'CUSTOM', name: text, details: text };
  const watching = (await alice.lurk()).watch([bob.id]);
  await watching.next();
  const socket = await bob.connect({ device: 'WEB' });
  await socket.setPresence({ statusMessage: { text, emoji: '🤫' }, activities: [activity] });
  await watching.nextWhere(({ statusMessage }) => statusMessage?.text === text);
  await bob.setTyping(room);
  await rollcall.host.putActivity(bob.id, 'host', [activity]);
  const query = encodeURIComponent(`subscription { presenceChanged(userIds: ["${bob.id}"]) { id } }`);
  const stream = await openEventStream(`${rollcall.url}?token=${await alice.token()}&query=${query}`);
  stream.close();
  // Refusals of every kind, with the text in them.
  const refused = [
    socket.execute(`{ ${text.replace('-', '_')} }`),
    socket.execute(`mutation { setPresence(input: { status: ${text.replace('-', '_')} }) { id } }`),
    bob.setPresence({ statusMessage: { text: `${text}\u202e` } }),
    bob.setPresence({ statusMessage: { text: text.repeat(100) } }),
    bob.setTyping(text),
    bob.putActivity(alice.id, text, [activity]),
    bob.connect({ sessionId: `${text}\u0000` }),
    bob.connect({ token: `${await bob.token()}x` }),
  ];
  for (const { status } of await Promise.allSettled(refused)) expect(status).toBe('rejected');
  await socket.close();
  await rollcall.stop();
  const output = rollcall.run.output();
  expect(output).toContain('session started');
  expect(output).not.toMatch(/PRIVATE|🤫/);
  // The three parts of a token.
  expect(output).not.toMatch(/eyJ[\w-]+\.|[?&]token=|bearer/i);
});
