import { expect, it } from 'vitest';
import { rounds } from '../support/cluster/rounds.js';
import { PRESENCE_CHANGED, TYPING_CHANGED } from '../support/http/api.js';
import { openRaw } from '../support/http/raw.js';
import { serve } from '../support/http/rollcall.js';

const rollcall = await serve({ PRESENCE_OFFLINE_DEBOUNCE: '0' });

/** Of twenty subscriptions each. */
const BATCHES = rounds(25, 100);
const TURNS = rounds(20, 40);

it(`${BATCHES * 20} subscriptions begun and ended on one socket leave it as it was`, async () => {
  const [alice, bob] = await rollcall.friends('alice', 'bob');
  const room = rollcall.fresh('room');
  await rollcall.host.putConversation(room, [alice.id, bob.id]);
  await bob.connect();
  await bob.setTyping(room);
  const raw = await openRaw(rollcall.wsUrl);
  raw.send({ type: 'connection_init', payload: { authorization: `Bearer ${await alice.token()}`, presence: false } });
  await raw.nextWhere(({ type }) => type === 'connection_ack');

  const documents = [
    { query: PRESENCE_CHANGED, variables: { userIds: [bob.id] } },
    { query: TYPING_CHANGED, variables: { conversationId: room } },
    { query: PRESENCE_CHANGED, variables: { userIds: [bob.id], snapshot: false } },
    { query: PRESENCE_CHANGED, variables: { userIds: [bob.id, alice.id] } },
    { query: PRESENCE_CHANGED },
  ];
  const ended = new Set<string>();
  for (let batch = 0; batch < BATCHES; batch += 1) {
    for (let turn = 0; turn < 20; turn += 1) {
      const id = `${batch}-${turn}`;
      raw.send({ id, type: 'subscribe', payload: documents[turn % documents.length] });
      // Every other one is ended before anything can have come of it.
      if (turn % 2) raw.send({ id, type: 'complete' });
      ended.add(id);
    }
    raw.send({ id: `ask-${batch}`, type: 'subscribe', payload: { query: '{ me { userId } }' } });
    await raw.nextWhere(({ id, type }) => id === `ask-${batch}` && type === 'complete');
    for (let turn = 0; turn < 20; turn += 2) raw.send({ id: `${batch}-${turn}`, type: 'complete' });
  }
  raw.send({ id: 'ask-last', type: 'subscribe', payload: { query: '{ me { userId } }' } });
  await raw.nextWhere(({ id, type }) => id === 'ask-last' && type === 'complete');
  const before = raw.transcript.length;
  expect(raw.transcript.filter(({ type }) => type === 'error')).toEqual([]);

  raw.send({ id: 'live', type: 'subscribe', payload: documents[0] });
  await raw.nextWhere(({ id }) => id === 'live');
  await bob.say('still there');
  const answered = await raw.next();
  expect(answered).toMatchObject({
    id: 'live',
    type: 'next',
    payload: { data: { presenceChanged: { id: bob.id, statusMessage: { text: 'still there' } } } },
  });
  expect(raw.transcript.slice(before).filter(({ id }) => ended.has(id ?? ''))).toEqual([]);
});

it('sockets that come and go by the dozen leave nobody live', async () => {
  const [alice, bob] = await rollcall.friends('alice', 'bob');
  const watching = (await alice.lurk()).watch([bob.id]);
  await watching.next();
  for (let turn = 0; turn < TURNS; turn += 1) {
    const socket = await bob.connect({ sessionId: `turn-${turn % 3}` });
    const own = socket.watch([alice.id]);
    if (turn % 2) await own.next();
    await (turn % 4 < 2 ? socket.close() : socket.drop());
  }
  await expect.poll(() => bob.me().then(({ sessions }) => sessions.length)).toBe(0);
  await bob.connect({ device: 'PLUGIN' });
  const last = await watching.nextWhere((seen) => seen.devices.includes('PLUGIN'));
  expect(last.status).toBe('ONLINE');
});
