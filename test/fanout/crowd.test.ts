import { expect, it, vi } from 'vitest';
import { collect, createFanout, untilIdle, userViewer } from '../support/unit/fanout.js';

const CROWD = 200;

it('an access change costs those whom it names, however many subscriptions are open', async () => {
  const f = await createFanout();
  const ids = Array.from({ length: CROWD }, (_, i) => `u${i}`);
  await f.users('ann', 'bob', ...ids);
  for (const userId of ids) {
    await f.collect(userId, null);
    await f.collectTyping(userId, null);
  }
  const mine = await f.collect('ann', null);
  await f.people.putConversation('hall', [], true);
  const hall = await f.collectTyping('u1', 'hall');
  expect(f.hub.size().subscriptions).toBe(2 * CROWD + 2);

  const users: [string, string] = ['ann', 'bob'];
  const members = ['ann', 'bob'];
  const looks = [users, members].map((list) => vi.spyOn(list, 'includes'));
  f.bus.deliverAccessChange({ kind: 'relation', users, mayRevoke: false });
  f.bus.deliverAccessChange({ kind: 'circle', id: 'team', changed: members, members, mayRevoke: false });
  f.bus.deliverAccessChange({ kind: 'conversation', id: 'chat', changed: members, members, mayRevoke: false });
  await untilIdle();
  for (const look of looks) expect(look.mock.calls.length).toBeLessThan(10);

  await f.follow('ann', 'u0');
  await f.connect('u0');
  expect((await mine.news()).map(({ userId }) => userId)).toContain('u0');
  await f.people.putConversation('hall', ['ann'], true);
  await f.connect('ann');
  await f.type('ann', 'hall');
  expect((await hall.news()).map(({ userId }) => userId)).toEqual(['ann']);
});

it('whoever follows or blocks a viewer costs them no reading of their roster', async () => {
  const calls: string[] = [];
  const f = await createFanout({ gate: async (call, answered) => void (answered || calls.push(call)) });
  const strangers = Array.from({ length: 20 }, (_, i) => `u${i}`);
  await f.users('ann', 'bob', ...strangers);
  const mine = await f.collect('ann', null);
  await mine.news();
  calls.length = 0;
  for (const stranger of strangers) {
    await f.follow(stranger, 'ann');
    await untilIdle();
  }
  expect(calls.filter((call) => call === 'people.roster')).toEqual([]);
  await f.follow('ann', 'bob');
  await f.connect('bob');
  expect((await mine.news()).map(({ userId }) => userId)).toContain('bob');
  expect(calls.filter((call) => call === 'people.roster')).toHaveLength(1);
});

it('a change of one user costs those who watch themselves nothing, but for that user', async () => {
  const calls: string[] = [];
  const f = await createFanout({ gate: async (call, answered) => void (answered || calls.push(call)) });
  const ids = Array.from({ length: CROWD }, (_, i) => `u${i}`);
  await f.users(...ids);
  const budget = () => ({ watched: 0, conversations: 0, objects: 0 });
  const all = await Promise.all(
    ids.map(async (id) => collect(await f.hub.watchMe(userViewer(id), { snapshot: false, budget: budget() }))),
  );
  const [mine, ...others] = all;
  calls.length = 0;
  await f.connect('u0');
  await f.say('u0', 'here');
  expect((await mine!.news()).map(({ userId }) => userId)).toEqual(['u0', 'u0']);
  // A commit brings the record along.
  expect(calls).toEqual([]);
  await f.people.updatePrivacy('u0', { status: 'NOBODY' });
  expect(await mine!.news()).toMatchObject([{ privacy: { status: 'NOBODY' } }]);
  expect(calls.length).toBeLessThan(5);
  for (const other of others) expect(other.events).toEqual([]);
});
