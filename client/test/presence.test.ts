/** What a client shows of others. */
import { describe, expect, it, vi } from 'vitest';
import type { Presence } from '../src/index.js';
import { at, blank, presence } from './support/builders.js';
import type { FakeServer } from './support/fakeServer.js';
import { pass, setUp, withFakeTime } from './support/harness.js';

withFakeTime();

const none = () => {};
/** The users of each running subscription to some. */
const watchedBy = (server: FakeServer) =>
  server.live('presenceChanged').map(({ variables }) => variables.userIds as string[] | undefined);
/** Users who are watched, each as often as it is. */
const idsOf = (server: FakeServer) => watchedBy(server).flatMap((ids) => ids ?? []);
const ids = (count: number, from = 0) => Array.from({ length: count }, (_, i) => `user-${from + i}`);

describe('a presence', () => {
  it('is undefined until something is known, and the same object until it changes', async () => {
    const { server, client } = await setUp();
    const ada = client.presence('ada');
    const seen: (Presence | undefined)[] = [];
    ada.subscribe((value) => seen.push(value));
    await pass(50);
    const event = presence('ada');
    server.newest('presenceChanged').next(event);
    await pass(0);
    expect(seen).toEqual([undefined, event]);
    expect(ada.get()).toBe(client.presence('ada').get());
  });

  it('is the later one by asOf, whatever comes when', async () => {
    const { server, client } = await setUp();
    const ada = client.presence('ada');
    const listener = vi.fn();
    ada.subscribe(listener);
    await pass(50);
    const subscription = server.newest('presenceChanged');
    subscription.next(presence('ada', 5, { status: 'AWAY' }));
    await pass(0);
    subscription.next(presence('ada', 3));
    subscription.next(presence('ada', 5, { status: 'AWAY' }));
    await pass(0);
    expect([ada.get()?.status, listener.mock.calls.length]).toEqual(['AWAY', 2]);
    subscription.next(presence('ada', 5.001, { status: 'ONLINE' }));
    await pass(0);
    expect(ada.get()?.status).toBe('ONLINE');
  });

  it('is told to all who listen, whoever of them throws, comes or goes meanwhile', async () => {
    const { server, client, errors } = await setUp();
    const ada = client.presence('ada');
    const told: string[] = [];
    let stopSecond = none;
    ada.subscribe((value) => {
      if (!value) return;
      told.push('first');
      stopSecond();
      ada.subscribe(() => told.push('newcomer'));
      throw new Error('a fault of the page');
    });
    stopSecond = ada.subscribe((value) => value && told.push('second'));
    ada.subscribe((value) => value && told.push('third'));
    await pass(50);
    server.newest('presenceChanged').next(presence('ada'));
    await pass(0);
    expect(told).toEqual(['first', 'newcomer', 'third']);
    expect(errors.map(({ code }) => code)).toEqual(['LISTENER']);
  });

  it('is never told older than it is', async () => {
    const { server, client } = await setUp();
    const ada = client.presence('ada');
    ada.subscribe((value) => value && client.close());
    const seen: (string | undefined)[] = [];
    ada.subscribe((value) => seen.push(value?.status));
    await pass(50);
    server.newest('presenceChanged').next(presence('ada', 1));
    await pass(0);
    expect(new Set(seen)).toEqual(new Set([undefined]));
  });

  it('can be stopped twice, and listened to by one function twice', async () => {
    const { server, client } = await setUp();
    const listener = vi.fn();
    const ada = client.presence('ada');
    const stopOne = ada.subscribe(listener);
    ada.subscribe(listener);
    stopOne();
    stopOne();
    await pass(10_000);
    expect(idsOf(server)).toEqual(['ada']);
    server.newest('presenceChanged').next(presence('ada'));
    await pass(0);
    expect(listener.mock.calls.length).toBe(3);
  });
});

describe('the watched users', () => {
  it('are one subscription, however many ask at once', async () => {
    const { server, client } = await setUp();
    for (let i = 0; i < 3; i += 1) for (const id of ids(50)) client.presence(id).subscribe(none);
    await pass(50);
    expect(watchedBy(server)).toEqual([ids(50)]);
  });

  it('become one subscription again, the old ones ending after the new one has begun', async () => {
    const { server, client } = await setUp();
    client.presence('ada').subscribe(none);
    await pass(50);
    const [first] = server.live('presenceChanged');
    client.presence('ben').subscribe(none);
    await pass(50);
    expect(watchedBy(server)).toEqual([['ada'], ['ben']]);
    await pass(1_000);
    expect(watchedBy(server)).toEqual([['ada'], ['ben'], ['ada', 'ben']]);
    expect(first?.isLive).toBe(true);
    server.newest('presenceChanged').next(presence('ben'));
    await pass(0);
    expect(watchedBy(server)).toEqual([['ada', 'ben']]);
    await pass(60_000);
    expect(server.all('presenceChanged').length).toBe(3);
  });

  it('of whom nobody is visible are put together as well', async () => {
    const { server, client } = await setUp();
    for (const id of ['ada', 'ben']) {
      client.presence(id).subscribe(none);
      await pass(50);
    }
    await pass(1_000 + 2_000);
    expect(watchedBy(server)).toEqual([['ada', 'ben']]);
  });

  it('stay watched where their new subscription is refused', async () => {
    const { server, client, errors } = await setUp();
    for (const id of ['ada', 'ben']) {
      client.presence(id).subscribe(none);
      await pass(50);
    }
    await pass(1_000);
    server.newest('presenceChanged').fail('RATE_LIMITED', { retryAfterMs: 3_000 });
    await pass(100);
    expect(watchedBy(server)).toEqual([['ada'], ['ben']]);
    await pass(3_000);
    expect(watchedBy(server)).toEqual([['ada'], ['ben'], ['ada', 'ben']]);
    server.newest('presenceChanged').next(presence('ada'));
    await pass(0);
    expect(watchedBy(server)).toEqual([['ada', 'ben']]);
    expect(errors).toEqual([]);
  });

  it('are put together with a gap where there is no room beside them, as the snapshot fills it', async () => {
    const { server, client, errors } = await setUp();
    for (const id of ['ada', 'ben']) {
      client.presence(id).subscribe(none);
      await pass(50);
    }
    await pass(1_000);
    server.newest('presenceChanged').fail('BAD_USER_INPUT');
    await pass(100);
    expect(watchedBy(server)).toEqual([['ada', 'ben']]);
    await pass(60_000);
    expect([server.all('presenceChanged').length, errors]).toEqual([4, []]);
  });

  it('are those with an id that can be one; any other would spoil the subscription for all', async () => {
    const { server, client, errors } = await setUp();
    for (const id of ['ada', '', 'a\nb', 'x'.repeat(129), '\ud800', '\u202eevil', '🎧'.repeat(128)]) {
      expect(client.presence(id).get()).toBeUndefined();
      client.presence(id).subscribe(none)();
      client.presence(id).subscribe(none);
    }
    await pass(50);
    expect(watchedBy(server)).toEqual([['ada', '🎧'.repeat(128)]]);
    expect(errors.map(({ code }) => code)).toEqual(Array(8).fill('BAD_USER_INPUT'));
  });

  it('that are refused for a while are asked for again', async () => {
    const { server, client } = await setUp();
    client.presence('ada').subscribe(none);
    await pass(50);
    server.newest('presenceChanged').fail('UNAVAILABLE', { retryAfterMs: 500 });
    await pass(499);
    expect(watchedBy(server)).toEqual([]);
    await pass(2_000);
    expect(watchedBy(server)).toEqual([['ada']]);
  });

  it('are let go of a little after nobody listens, and not where somebody comes back', async () => {
    const { server, client } = await setUp();
    const stopAda = client.presence('ada').subscribe(none);
    const stopBen = client.presence('ben').subscribe(none);
    await pass(50);
    server.newest('presenceChanged').next(presence('ada'));
    stopAda();
    stopBen();
    await pass(4_000);
    const again = client.presence('ada').subscribe(none);
    await pass(1_100);
    expect(client.presence('ada').get()?.userId).toBe('ada');
    await pass(10_000);
    expect(watchedBy(server)).toEqual([['ada']]);
    again();
    await pass(6_000);
    expect(watchedBy(server)).toEqual([]);
    expect(client.presence('ada').get()).toBeUndefined();
  });

  it('that are more than one subscription takes are several, and 5,000 in all', async () => {
    const { server, client, errors } = await setUp();
    const stops = ids(10_000).map((id) => client.presence(id).subscribe(none));
    await pass(50);
    expect(watchedBy(server).map((some) => some?.length)).toEqual(Array(5).fill(1_000));
    expect(errors.map(({ code, message }) => [code, message])).toEqual([
      ['BAD_USER_INPUT', 'At most 5000 ids are watched at a time.'],
    ]);
    for (const stop of stops.slice(0, 5_000)) stop();
    await pass(20_000);
    expect(idsOf(server).sort()).toEqual(ids(5_000, 5_000).sort());
    for (const stop of stops.slice(5_000)) stop();
    await pass(20_000);
    expect(watchedBy(server)).toEqual([]);
    // The heartbeat alone.
    expect(vi.getTimerCount()).toBe(1);
  });

  it('never are more than 5,000 in all, while they are put together', async () => {
    const { server, client } = await setUp();
    for (let i = 0; i < 9; i += 1) {
      for (const id of ids(500, i * 500)) client.presence(id).subscribe(none);
      await pass(50);
    }
    let most = 0;
    for (let i = 0; i < 100; i += 1) {
      most = Math.max(most, idsOf(server).length);
      await pass(100);
    }
    expect(most).toBeLessThanOrEqual(5_000);
    expect(watchedBy(server).length).toBe(5);
    expect(new Set(idsOf(server)).size).toBe(4_500);
  });

  it('that come and go all the time are few subscriptions', async () => {
    const { server, client } = await setUp();
    let most = 0;
    for (let i = 0; i < 200; i += 1) {
      const stop = client.presence(`user-${i}`).subscribe(none);
      if (i % 3 === 0) stop();
      await pass(100);
      most = Math.max(most, server.live('presenceChanged').length);
    }
    expect(most).toBeLessThan(18);
    await pass(20_000);
    expect(watchedBy(server).length).toBe(1);
    expect(idsOf(server).length).toBe(133);
  });

  it('with long ids fit into messages', async () => {
    const { server, client } = await setUp();
    const long = ids(1_000).map((id) => `${'長'.repeat(100)}${id}`);
    for (const id of long) client.presence(id).subscribe(none);
    await pass(50);
    expect(Math.max(...watchedBy(server).map((some) => Buffer.byteLength(JSON.stringify(some))))).toBeLessThan(200_000);
    await pass(60_000);
    expect(idsOf(server).sort()).toEqual([...long].sort());
    expect(server.all('presenceChanged').length).toBeLessThan(10);
  });
});

describe('after a reconnection', () => {
  it('what was missed is shown, by one subscription', async () => {
    const { server, client } = await setUp();
    for (const id of ['ada', 'ben']) {
      client.presence(id).subscribe(none);
      await pass(50);
    }
    server.live('presenceChanged')[0]?.next(presence('ada', 1));
    await pass(10);
    server.last.drop();
    await pass(1_000);
    expect(client.presence('ada').get()?.asOf).toBe(at(1));
    expect(watchedBy(server)).toEqual([['ada', 'ben']]);
    server.newest('presenceChanged').next(presence('ada', 2, { status: 'AWAY' }));
    await pass(0);
    expect(client.presence('ada').get()?.status).toBe('AWAY');
  });

  it('who vanished meanwhile is not shown any more', async () => {
    const { server, client } = await setUp();
    for (const id of ['ada', 'ben']) client.presence(id).subscribe(none);
    await pass(50);
    for (const id of ['ada', 'ben']) server.newest('presenceChanged').next(presence(id));
    await pass(10);
    server.last.drop();
    await pass(1_000);
    server.newest('presenceChanged').next(presence('ada', 9));
    await pass(1_000);
    const question = server.newest('presence');
    expect(question.variables).toEqual({ userIds: ['ben'] });
    question.answer([]);
    await pass(0);
    expect([client.presence('ada').get()?.asOf, client.presence('ben').get()]).toEqual([at(9), undefined]);
    // What was true before is not shown again; what is true later is.
    server.newest('presenceChanged').next(presence('ben', -1));
    await pass(0);
    expect(client.presence('ben').get()).toBeUndefined();
    server.newest('presenceChanged').next(presence('ben', 20));
    await pass(60_000);
    expect(client.presence('ben').get()?.asOf).toBe(at(20));
    expect(server.all('presence').length).toBe(1);
  });

  it('an answer that is older than an event does not count', async () => {
    const { server, client } = await setUp();
    for (const id of ['ada', 'ben']) client.presence(id).subscribe(none);
    await pass(50);
    for (const id of ['ada', 'ben']) server.newest('presenceChanged').next(presence(id));
    await pass(10);
    server.last.drop();
    await pass(2_000);
    const question = server.newest('presence');
    expect(question.variables).toEqual({ userIds: ['ada', 'ben'] });
    server.newest('presenceChanged').next(presence('ada', 9));
    await pass(0);
    question.answer([]);
    await pass(60_000);
    expect([client.presence('ada').get()?.asOf, client.presence('ben').get()]).toEqual([at(9), undefined]);
  });

  it('somebody of whom nothing comes is asked for until something does', async () => {
    const { server, client } = await setUp();
    client.presence('ada').subscribe(none);
    await pass(50);
    server.newest('presenceChanged').next(presence('ada'));
    await pass(10);
    server.last.drop();
    await pass(2_000);
    // Asked before the block, while the subscription began after it.
    server.newest('presence').answer([{ userId: 'ada' }]);
    await pass(2_000);
    server.newest('presence').fail('RATE_LIMITED');
    await pass(4_000);
    expect(server.all('presence').length).toBe(3);
    expect(client.presence('ada').get()).toBeDefined();
    server.newest('presence').answer([]);
    await pass(0);
    expect(client.presence('ada').get()).toBeUndefined();
    // The heartbeat alone.
    expect(vi.getTimerCount()).toBe(1);
  });

  it('nobody is asked for whose state has come', async () => {
    const { server, client } = await setUp();
    server.handlers.set('presenceChanged', (operation) => {
      for (const id of operation.variables.userIds as string[]) operation.next(presence(id, server.sockets.length));
    });
    for (const id of ids(20)) client.presence(id).subscribe(none);
    await pass(50);
    server.last.drop();
    await pass(60_000);
    expect(server.all('presence')).toEqual([]);
    expect(client.presence('user-7').get()?.asOf).toBe(at(2));
  });
});

describe('somebody who blocks the caller', () => {
  it('is not shown any more, also where the last event looks as one who never came', async () => {
    const { server, client } = await setUp();
    client.presence('ada').subscribe(none);
    await pass(50);
    server.newest('presenceChanged').next(presence('ada', 1));
    server.newest('presenceChanged').next(blank('ada', 2));
    await pass(1_000);
    expect(client.presence('ada').get()?.status).toBe('OFFLINE');
    server.newest('presence').answer([]);
    await pass(0);
    expect(client.presence('ada').get()).toBeUndefined();
    server.newest('presenceChanged').next(presence('ada', 3));
    await pass(0);
    expect(client.presence('ada').get()?.status).toBe('ONLINE');
  });
});
