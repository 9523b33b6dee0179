/** Changes whose messages were missed are delivered once the gap is known. */
import { expect, it, vi } from 'vitest';
import { unavailable } from '../../src/presence/errors.js';
import { createFanout, createValve, untilIdle } from '../support/unit/fanout.js';

const start = async (options: Parameters<typeof createFanout>[0] = {}) => {
  const f = await createFanout(options);
  await f.users('me', 'ann', 'bob');
  await f.follow('me', 'ann');
  for (const userId of ['me', 'ann', 'bob']) await f.connect(userId);
  await f.people.putConversation('chat', ['me', 'ann', 'bob'], false);
  return f;
};

/** Runs `what` while no message reaches a subscriber. */
const duringGap = async (f: Awaited<ReturnType<typeof start>>, what: () => Promise<unknown>) => {
  const lost = [
    vi.spyOn(f.bus, 'publishUser').mockImplementation(() => {}),
    vi.spyOn(f.bus, 'publishTyping').mockImplementation(() => {}),
    vi.spyOn(f.bus, 'publishAccessChange').mockImplementation(async () => {}),
  ];
  await what();
  for (const each of lost) each.mockRestore();
};

const seen = (events: readonly { userId: string; status: string; statusMessage: { text: string } | null }[]) =>
  events.map(({ userId, status, statusMessage }) => [userId, status, statusMessage?.text ?? null].join(' ').trim());
const typed = (events: readonly { userId: string; isTyping: boolean }[]) =>
  events.map(({ userId, isTyping }) => `${userId} ${isTyping ? 'types' : 'stops'}`);

it('changes of watched users are delivered after a gap', async () => {
  const f = await start();
  const mine = await f.collect('me', ['ann']);
  await mine.news();
  await duringGap(f, () => f.say('ann', 'hello'));
  expect(await mine.news()).toEqual([]);
  f.gap();
  expect(seen(await mine.news())).toEqual(['ann ONLINE hello']);
  f.gap();
  expect(await mine.news()).toEqual([]);
});

it('starts and stops of typing are delivered after a gap', async () => {
  const f = await start();
  await f.type('ann', 'chat');
  const mine = await f.collectTyping('me', 'chat');
  await mine.news();
  await duringGap(f, async () => {
    await f.type('ann', 'chat', false);
    await f.type('bob', 'chat');
  });
  expect(await mine.news()).toEqual([]);
  f.gap();
  expect(typed(await mine.news()).sort()).toEqual(['ann stops', 'bob types']);
});

it('additions to a roster and revoked visibility are delivered after missed access changes', async () => {
  const f = await start();
  const mine = await f.collect('me', null);
  const ofBob = await f.collect('bob', ['me']);
  await mine.news();
  await ofBob.news();
  await duringGap(f, async () => {
    await f.people.follow('me', 'bob');
    await f.people.block('me', 'ann');
    await f.people.block('me', 'bob');
    await f.people.unblock('me', 'bob');
    await f.people.updatePrivacy('me', { status: 'NOBODY' });
  });
  f.hub.accessChangesMissed();
  expect(seen(await mine.news()).sort()).toEqual(['ann OFFLINE', 'bob ONLINE']);
  expect(seen(await ofBob.news())).toEqual(['me OFFLINE']);
});

it('nobody is shown typing by access facts read before changes were missed', async () => {
  const valve = createValve();
  const f = await start({ gate: valve.gate });
  const mine = await f.collectTyping('me', 'chat');
  await duringGap(f, () => f.type('ann', 'chat'));
  // It was read before the block, and is answered after it.
  valve.hold('people.blockedAmong');
  f.gap();
  await untilIdle();
  valve.releaseNext('people.blockedAmong');
  await untilIdle();
  await duringGap(f, () => f.people.block('me', 'ann'));
  f.hub.accessChangesMissed();
  valve.release('people.blockedAmong');
  expect(await mine.news()).toEqual([]);
});

it('what was missed is read again until the reading succeeds', async () => {
  const valve = createValve();
  const f = await start({ gate: valve.gate });
  const mine = await f.collect('me', ['ann']);
  await mine.news();
  await duringGap(f, () => f.say('ann', 'hello'));
  valve.fail('records', unavailable('away'));
  f.gap();
  await vi.waitFor(() => expect(f.errors).toHaveLength(1));
  valve.repair('records');
  await vi.waitFor(() => expect(seen(mine.events)).toEqual(['ann ONLINE hello']), { timeout: 20_000 });
});
