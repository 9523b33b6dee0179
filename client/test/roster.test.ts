/** The caller's roster, and the caller. */
import { describe, expect, it, vi } from 'vitest';
import { at, me, presence } from './support/builders.js';
import { outcomeOf, pass, setUp, withFakeTime } from './support/harness.js';

withFakeTime();

const none = () => {};
const page = (userIds: string[], endCursor: string | null = null) => ({
  edges: userIds.map((userId) => ({ node: { userId } })),
  pageInfo: { hasNextPage: endCursor !== null, endCursor },
});

describe('the roster', () => {
  it('is subscribed to while somebody listens, once', async () => {
    const { server, client } = await setUp();
    expect(server.all('presenceChanged')).toEqual([]);
    const stops = [client.roster.subscribe(none), client.roster.subscribe(none)];
    await pass(50);
    expect(server.live('presenceChanged').map(({ variables }) => variables)).toEqual([{}]);
    for (const stop of stops) stop();
    await pass(5_100);
    expect(server.live('presenceChanged')).toEqual([]);
    expect(vi.getTimerCount()).toBe(1);
  });

  it('has live ones first, then goes by id, and stays the same array until it changes', async () => {
    const { server, client } = await setUp();
    const listener = vi.fn();
    client.roster.subscribe(listener);
    await pass(50);
    const subscription = server.newest('presenceChanged');
    subscription.next(presence('cleo', 1, { status: 'OFFLINE' }));
    subscription.next(presence('ben', 1));
    subscription.next(presence('ada', 1, { status: 'AWAY' }));
    await pass(20);
    expect(client.roster.get().map(({ userId }) => userId)).toEqual(['ada', 'ben', 'cleo']);
    expect(listener.mock.calls.length).toBe(2);
    const before = client.roster.get();
    await pass(1_000);
    expect(client.roster.get()).toBe(before);
    subscription.next(presence('ada', 2, { status: 'OFFLINE' }));
    await pass(20);
    expect(client.roster.get().map(({ userId }) => userId)).toEqual(['ben', 'ada', 'cleo']);
  });

  it('shows what is known otherwise, and the other way round', async () => {
    const { server, client } = await setUp();
    client.roster.subscribe(none);
    await pass(50);
    const roster = server.newest('presenceChanged');
    client.presence('ada').subscribe(none);
    await pass(50);
    const single = server.newest('presenceChanged');
    roster.next(presence('ada', 1));
    await pass(20);
    expect(client.presence('ada').get()?.asOf).toBe(at(1));
    single.next(presence('ada', 2));
    roster.next(presence('ada', 1.5));
    await pass(20);
    expect(client.roster.get().map(({ asOf }) => asOf)).toEqual([at(2)]);
  });

  it('is read page by page after a reconnection, for those of whom nothing came', async () => {
    const { server, client } = await setUp();
    client.roster.subscribe(none);
    await pass(50);
    for (const id of ['ada', 'ben', 'cleo']) server.newest('presenceChanged').next(presence(id));
    await pass(50);
    server.last.drop();
    await pass(1_000);
    server.newest('presenceChanged').next(presence('ada', 9));
    await pass(1_000);
    expect(server.newest('roster').variables).toEqual({ after: null });
    server.newest('roster').answer(page(['ada'], 'more'));
    await pass(0);
    expect(server.newest('roster').variables).toEqual({ after: 'more' });
    server.newest('roster').answer(page(['cleo']));
    await pass(20);
    expect(client.roster.get().map(({ userId }) => userId)).toEqual(['ada', 'cleo']);
  });

  it('loses whom the caller unfollows, and of whom nothing more is sent', async () => {
    const { server, client } = await setUp();
    client.roster.subscribe(none);
    await pass(50);
    for (const id of ['ada', 'ben']) server.newest('presenceChanged').next(presence(id));
    await pass(50);
    const done = outcomeOf(client.unfollow('ben'));
    await pass(0);
    server.newest('unfollow').answer(true);
    await pass(1_000);
    server.newest('roster').answer(page(['ada']));
    await pass(20);
    expect(client.roster.get().map(({ userId }) => userId)).toEqual(['ada']);
    expect(done).toEqual({ value: undefined });
  });

  it('is read again every five minutes, for what another device unfollowed', async () => {
    const { server, client } = await setUp();
    const stop = client.roster.subscribe(none);
    await pass(50);
    server.newest('presenceChanged').next(presence('ada'));
    await pass(300_000 + 1_000);
    server.newest('roster').answer(page([]));
    await pass(20);
    expect(client.roster.get()).toEqual([]);
    stop();
    await pass(700_000);
    expect(server.all('roster').length).toBe(1);
  });
});

describe('me', () => {
  it('is what the server sends, also from other devices', async () => {
    const { server, client } = await setUp();
    client.me.subscribe(none);
    await pass(0);
    server.newest('meChanged').next(me('ada'));
    await pass(0);
    expect(client.me.get()).toEqual(me('ada'));
    server.newest('meChanged').next(me('ada', 1, { chosenStatus: 'AWAY' }));
    await pass(0);
    expect(client.me.get()?.chosenStatus).toBe('AWAY');
  });

  it('has the latest presence, whatever brought it', async () => {
    const { server, client } = await setUp();
    client.me.subscribe(none);
    await pass(0);
    server.newest('meChanged').next(me('ada', 1));
    client.setPresence({ status: 'AWAY' }).catch(none);
    await pass(0);
    server.newest('setPresence').answer(presence('ada', 5, { status: 'AWAY' }));
    await pass(0);
    expect(client.me.get()?.presence.status).toBe('AWAY');
    server.newest('meChanged').next(me('ada', 3, { chosenStatus: 'AWAY' }));
    await pass(0);
    expect(client.me.get()).toMatchObject({ chosenStatus: 'AWAY', presence: { asOf: at(5) } });
  });

  it('has the privacy that was just chosen', async () => {
    const { server, client } = await setUp();
    client.me.subscribe(none);
    await pass(0);
    server.newest('meChanged').next(me('ada'));
    const privacy = { status: 'NOBODY', lastSeen: 'NOBODY', activity: 'NOBODY' };
    const done = outcomeOf(client.updatePrivacy({ status: 'NOBODY' }));
    await pass(0);
    server.newest('updatePrivacy').answer(privacy);
    await pass(0);
    expect([done.value, client.me.get()?.privacy]).toEqual([privacy, privacy]);
  });
});
