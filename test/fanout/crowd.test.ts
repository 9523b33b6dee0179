import { expect, it, vi } from 'vitest';
import { createFanout, untilIdle } from '../support/unit/fanout.js';

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
