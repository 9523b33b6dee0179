/** Counts of objects. */
import { describe, expect, it, vi } from 'vitest';
import type { Counts } from '../../src/social/index.js';
import type { FakeServer } from '../support/fakeServer.js';
import { pass, withFakeTime } from '../support/harness.js';
import { counts, setUpSocial } from '../support/socialBuilders.js';

withFakeTime();

const none = () => {};
const likes = (value: Counts | undefined) => value?.all[0]?.value;
const watchedBy = (server: FakeServer) =>
  server.live('countsChanged').map(({ variables }) => variables.ids as string[]);

describe('counts', () => {
  it('are undefined until something is known, and the later by asOf, whatever comes when', async () => {
    const { server, social } = await setUpSocial();
    const seen: (number | undefined)[] = [];
    social.counts('post').subscribe((value) => seen.push(likes(value)));
    await pass(50);
    const subscription = server.newest('countsChanged');
    subscription.next(counts('post', 2, 20));
    await pass(0);
    subscription.next(counts('post', 1, 10));
    subscription.next(counts('post', 2, 20));
    subscription.next(counts('post', 2.001, 21));
    await pass(0);
    expect(seen).toEqual([undefined, 20, 21]);
    expect(social.counts('post').get()).toBe(social.counts('post').get());
  });

  it('are one subscription, however many components ask, of 200 objects each', async () => {
    const { server, social } = await setUpSocial();
    for (let i = 0; i < 500; i += 1) social.counts(`post-${i % 250}`).subscribe(none);
    await pass(50);
    expect(watchedBy(server).map(({ length }) => length)).toEqual([200, 50]);
  });

  it('of more objects than a connection may watch are reported once', async () => {
    const { server, social, errors } = await setUpSocial();
    for (let i = 0; i < 1_100; i += 1) social.counts(`post-${i}`).subscribe(none);
    await pass(50);
    expect(watchedBy(server).flat().length).toBe(1_000);
    expect(errors.map(({ code }) => code)).toEqual(['BAD_USER_INPUT']);
  });

  it('change what they watch without a gap', async () => {
    const { server, social } = await setUpSocial();
    social.counts('one').subscribe(none);
    await pass(50);
    const [first] = server.live('countsChanged');
    first!.next(counts('one', 1, 1));
    social.counts('two').subscribe(none);
    await pass(2_000);
    const joined = server.newest('countsChanged');
    expect(joined.variables.ids).toEqual(['one', 'two']);
    expect(first!.isLive).toBe(true);
    joined.next(counts('one', 1, 1));
    await pass(0);
    expect(server.live('countsChanged')).toEqual([joined]);
  });

  it('go on with the next connection, and go where the object may not be used any more', async () => {
    const { server, social } = await setUpSocial();
    const [kept, lost] = [social.counts('kept'), social.counts('lost')];
    for (const readable of [kept, lost]) readable.subscribe(none);
    await pass(50);
    for (const id of ['kept', 'lost']) server.newest('countsChanged').next(counts(id, 1, 1));
    await pass(0);
    server.handlers.set('counts', (operation) => operation.answer([]));
    server.last.drop();
    await pass(1_500);
    expect([likes(kept.get()), likes(lost.get())]).toEqual([1, 1]);
    server.newest('countsChanged').next(counts('kept', 2, 2));
    await pass(2_000);
    expect(server.newest('counts').variables.ids).toEqual(['lost']);
    expect([likes(kept.get()), likes(lost.get())]).toEqual([2, undefined]);
    // Unblocked: the same counts as before.
    server.newest('countsChanged').next(counts('lost', 1, 1));
    await pass(0);
    expect(likes(lost.get())).toBe(1);
  });

  it('of what cannot be an id are reported, and spoil no other', async () => {
    const { server, social, errors } = await setUpSocial();
    social.counts('').subscribe(none);
    social.counts('line\nbreak').subscribe(none);
    social.counts('post').subscribe(none);
    await pass(50);
    expect(watchedBy(server)).toEqual([['post']]);
    expect(errors.map(({ code }) => code)).toEqual(['BAD_USER_INPUT']);
  });

  it('leave nothing behind when nobody listens, and nothing when the client is closed', async () => {
    const { server, social, client } = await setUpSocial();
    const stop = social.counts('post').subscribe(none);
    await pass(50);
    stop();
    await pass(10_000);
    expect(server.live('countsChanged')).toEqual([]);
    // The heartbeat alone.
    expect(vi.getTimerCount()).toBe(1);
    const seen: (number | undefined)[] = [];
    social.counts('post').subscribe((value) => seen.push(likes(value)));
    await pass(50);
    server.newest('countsChanged').next(counts('post', 1, 1));
    await pass(0);
    client.close();
    expect(seen).toEqual([undefined, 1, undefined]);
    expect(vi.getTimerCount()).toBe(0);
  });
});
