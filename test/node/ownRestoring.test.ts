/** A command over a connection whose session the store lost: the session is restored first, and no other starts beside it. */
import { expect, it, vi } from 'vitest';
import { tick } from '../../src/presence/record.js';
import { nodeLost } from '../../src/presence/recovery.js';
import { host, user } from '../service/serviceUnderTest.js';
import { activity, timings } from '../support/unit/builders.js';
import { createSharedStore } from '../support/unit/emptiedStore.js';

const restore = async () => Promise.reject(new Error('It is there.'));

/** A user on a node that stalled and was declared lost, and has not noticed. */
const setUp = async ({ before = async () => {} }: { readonly before?: (node: Node) => Promise<void> } = {}) => {
  const shared = createSharedStore();
  const node = await shared.startNode();
  await node.open('ana', '1', 'tab');
  await before(node);
  const { store } = shared;
  await store.update('ana', restore, (record, now) =>
    nodeLost(record, { incarnation: 'node-1.1', aliveAt: now }, now, timings({ graceMs: 1 })),
  );
  shared.wait(1);
  await store.update('ana', restore, tick);
  const sessions = async () => (await store.read(['ana'])).records.get('ana')?.sessions ?? [];
  expect(await sessions()).toEqual([]);
  return { ...shared, ...node, sessions };
};
type Node = Awaited<ReturnType<ReturnType<typeof createSharedStore>['startNode']>>;

it.each([
  ['setPresence', ({ presence }: Node) => presence.setPresence(user('ana', '1'), { activities: [activity()] })],
  ['heartbeat', ({ presence }: Node) => presence.heartbeat(user('ana', '1'), { idle: false })],
])('%s restores it and applies to it', async (_, command) => {
  const node = await setUp();
  await command(node);
  expect(await node.sessions()).toMatchObject([{ id: 'tab', connections: ['node-1.1/1'], leaseUntil: null }]);
});

it('endSession ends it for good', async () => {
  const { presence, sessions } = await setUp();
  expect(await presence.endSession(user('ana', '1'), 'tab')).toBe(true);
  expect(await sessions()).toEqual([]);
  await presence.setPresence(user('ana', '1'), { status: 'AWAY' });
  expect((await sessions()).map(({ connections }) => connections)).toEqual([[]]);
});

it('setTyping restores it and types', async () => {
  const { presence, store, sessions, conversations } = await setUp();
  conversations.set('room', { open: true, members: [] });
  await presence.setTyping(user('ana', '1'), { conversationId: 'room', isTyping: true });
  expect((await store.typing(['room'])).map(({ userId }) => userId)).toEqual(['ana']);
  expect((await sessions()).map(({ id }) => id)).toEqual(['tab']);
});

it('a command is UNAVAILABLE within two seconds while the session cannot be restored', async () => {
  const { presence, fail, sessions } = await setUp();
  // The store goes away after the read that finds the session missing.
  const { isMissing } = presence.node;
  vi.spyOn(presence.node, 'isMissing').mockImplementation((...asked) => {
    fail(100);
    return isMissing(...asked);
  });
  const askedAt = performance.now();
  const said = presence.setPresence(user('ana', '1'), { activities: [activity()] });
  await expect(said).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  expect(performance.now() - askedAt).toBeLessThan(2_000);
  expect(await sessions()).toEqual([]);
});

it('is not restored where it was ended on purpose: the command uses another session, or starts one', async () => {
  const { presence, sessions } = await setUp({
    before: async ({ presence: before }) => void (await before.endSession(user('ana'), 'tab')),
  });
  await presence.setPresence(user('ana', '1'), { activities: [activity()] });
  expect(await sessions()).toMatchObject([{ id: 'new', connections: [] }]);
});

it('neither the host nor another connection waits for its restore', async () => {
  const { presence, sessions } = await setUp();
  await presence.putActivity(host.viewer, 'ana', 'calls', [activity()]);
  await presence.heartbeat(user('ana'), { idle: false, sessionId: 'phone' });
  expect((await sessions()).map(({ id }) => id)).toEqual(['phone']);
});
