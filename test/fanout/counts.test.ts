import { performance } from 'node:perf_hooks';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Delivery } from '../../src/fanout/delivery.js';
import { unavailable } from '../../src/presence/errors.js';
import type { Viewer } from '../../src/presence/visibility.js';
import type { Counts } from '../../src/social/socialTypes.js';
import { createValve, untilIdle } from '../support/unit/fanout.js';
import { budget, createCounts, said } from '../support/unit/socialFanout.js';

const start = async (options: Parameters<typeof createCounts>[0] = {}) => {
  const f = await createCounts(options);
  await f.users('me', 'you', 'ann', 'bob');
  await f.putObject('post', { open: true, owner: { userId: 'ann', audience: 'EVERYONE' } });
  await f.put('post', { likes: 1 });
  return f;
};

const isIncreasing = (events: readonly Counts[]) => events.slice(1).every(({ asOf }, i) => asOf > events[i]!.asOf);

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

describe('live counts', () => {
  it('begin with the present values, and go on with each put', async () => {
    const f = await start();
    await f.putObject('other', { open: true });
    const mine = await f.collect('me', ['post', 'other']);
    expect(said(await mine.news())).toEqual(['post likes 1', 'other']);
    await f.put('post', { likes: 2 });
    await f.put('other', { views: 1 });
    const events = await mine.news();
    expect(said(events)).toEqual(['post likes 2', 'other views 1']);
    expect(events[0]!.asOf).toBe(f.stored.get('post')!.asOf);
  });

  it('are one delivery of one projection, however many watch', async () => {
    const f = await start();
    const delivered: Delivery[] = [];
    for (const viewer of ['me', 'you', 'bob']) {
      (await f.watch(viewer, ['post'])).flow({ take: (each) => delivered.push(each) > 0 });
    }
    delivered.length = 0;
    await f.put('post', { likes: 2 });
    expect(delivered).toHaveLength(3);
    expect(new Set(delivered).size).toBe(1);
    expect(f.fanout.size()).toMatchObject({ topics: 1, subscriptions: 3 });
  });

  it('are silent for unknown objects and for those that the viewer may not use, by the same reads', async () => {
    const f = await start();
    await f.putObject('secret', { members: ['ann'] });
    await f.put('secret', { likes: 7 });
    await f.put('unknown', { likes: 7 });
    f.calls.length = 0;
    const mine = await f.collect('me', ['secret', 'unknown']);
    expect(await mine.news()).toEqual([]);
    expect(f.calls).toEqual([['me secret', 'me unknown']]);
    await f.put('secret', { likes: 8 });
    expect(await mine.news()).toEqual([]);
  });

  it('lose nothing that is put while they start', async () => {
    const valve = createValve();
    const f = await start({ gate: valve.gate });
    valve.hold('conversationFacts');
    const starting = f.collect('me', ['post']);
    await untilIdle();
    await f.put('post', { likes: 2 });
    valve.release('conversationFacts');
    expect(said(await (await starting).news())).toEqual(['post likes 2']);
  });

  it('keep the later instant where a message and a reading race', async () => {
    const valve = createValve();
    const f = await start({ gate: valve.gate });
    const mine = await f.collect('me', ['post']);
    await mine.news();
    let held: (() => void) | undefined;
    const counts = f.counts.counts;
    vi.spyOn(f.counts, 'counts').mockImplementation(async (ids) => {
      const read = await counts(ids);
      await new Promise<void>((resolve) => {
        held = resolve;
      });
      return read;
    });
    const yours = f.watch('you', ['post']);
    await untilIdle();
    await f.put('post', { likes: 2 });
    held?.();
    await yours;
    await f.put('post', { likes: 3 });
    const events = await mine.news();
    expect(said(events)).toEqual(['post likes 2', 'post likes 3']);
    expect(isIncreasing(events)).toBe(true);
  });

  it('hear of the first put, also one that is older than the reading that found nothing', async () => {
    const f = await start();
    await f.putObject('new', { open: true });
    const mine = await f.collect('me', ['new']);
    const [before] = await mine.news();
    const put = { objectId: 'new', all: [{ name: 'likes', value: 1 }], asOf: before!.asOf - 5 };
    // A reading that finds nothing, as it began before the put was committed, at a later instant, and a message that overtakes it.
    vi.spyOn(f.counts, 'counts').mockImplementationOnce(async () => {
      f.stored.set('new', put);
      await f.bus.publishSocial({ kind: 'counts', counts: put });
      return new Map([['new', { objectId: 'new', all: [], asOf: before!.asOf + 5 }]]);
    });
    await f.watch('you', ['new']);
    const [after, ...others] = await mine.news();
    expect(after).toMatchObject({ all: [{ name: 'likes', value: 1 }] });
    expect(after!.asOf).toBeGreaterThan(before!.asOf);
    expect(others).toEqual([]);
    for (const viewer of ['ann', 'bob']) await f.watch(viewer, ['new']);
    expect(await mine.news()).toEqual([]);
  });

  it('send the first put at once, then one in the broadcast interval, and the last', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'], now: 0 });
    vi.spyOn(performance, 'now').mockImplementation(() => Date.now());
    const f = await start({ broadcastIntervalMs: 1_000 });
    const mine = await f.collect('me', ['post']);
    await mine.news();
    for (let likes = 2; likes <= 1_001; likes += 1) {
      await f.put('post', { likes });
      await vi.advanceTimersByTimeAsync(1);
    }
    await vi.advanceTimersByTimeAsync(1_000);
    expect(said(await mine.news())).toEqual(['post likes 2', 'post likes 1001']);
  });

  it('owe a slow reader one state an object', async () => {
    const f = await start();
    const ids = ['post', 'a', 'b'];
    for (const id of ids.slice(1)) await f.putObject(id, { open: true });
    const stream = await f.watch('me', ids);
    for (let i = 0; i < 2_000; i += 1) await f.put(ids[i % 3]!, { likes: i });
    const events: Counts[] = [];
    stream.flow({ take: (delivery) => events.push(delivery.projection.viewAt(delivery.asOf) as Counts) > 0 });
    expect(events.length).toBeLessThanOrEqual(3 + 512);
    const last = new Map(events.map((event) => [event.objectId, event]));
    for (const id of ids) expect(last.get(id)).toEqual(f.stored.get(id));
  });

  it('are read again after a gap', async () => {
    const f = await start();
    const mine = await f.collect('me', ['post']);
    await mine.news();
    await f.put('post', { likes: 9 }, { publish: false });
    expect(await mine.news()).toEqual([]);
    f.fanout.reread();
    expect(said(await mine.news())).toEqual(['post likes 9']);
    f.fanout.reread();
    expect(await mine.news()).toEqual([]);
  });

  it('end at what the database has, also where that is from an older backup, and their instant never goes back', async () => {
    const f = await start();
    const mine = await f.collect('me', ['post']);
    const backup = f.stored.get('post')!;
    await f.put('post', { likes: 2, shares: 1 });
    const before = await mine.news();
    f.stored.set('post', backup);
    f.fanout.reread();
    const after = await mine.news();
    expect(said(after)).toEqual(['post likes 1']);
    // What a client that comes now is sent first, and what reading once more finds.
    expect(said(await (await f.collect('you', ['post'])).news())).toEqual(['post likes 1']);
    f.fanout.reread();
    expect(await mine.news()).toEqual([]);
    f.stored.delete('post');
    f.fanout.reread();
    const none = await mine.news();
    expect(said(none)).toEqual(['post']);
    await f.put('post', { likes: 3 });
    const last = await mine.news();
    expect(said(last)).toEqual(['post likes 3']);
    expect(isIncreasing([...before, ...after, ...none, ...last])).toBe(true);
  });

  it('that are put while an older reading is under way hold against it', async () => {
    const f = await start();
    const mine = await f.collect('me', ['post']);
    await mine.news();
    const counts = f.counts.counts;
    vi.spyOn(f.counts, 'counts').mockImplementationOnce(async (ids) => {
      const read = await counts(ids);
      await f.put('post', { likes: 2 });
      return read;
    });
    f.fanout.reread();
    expect(said(await mine.news())).toEqual(['post likes 2']);
  });

  it('of any object are open to the host’s back end', async () => {
    const f = await start();
    await f.putObject('secret', { members: ['ann'] });
    const host: Viewer = { kind: 'service', userId: 'host' };
    const all = await f.collect(host, ['post', 'secret']);
    expect(said(await all.news())).toEqual(['post likes 1', 'secret']);
  });
});

describe('sight of an object', () => {
  it.each([
    ['a block by the viewer', (f) => f.people.block('me', 'ann'), (f) => f.people.unblock('me', 'ann')],
    ['a block by the owner', (f) => f.people.block('ann', 'me'), (f) => f.people.unblock('ann', 'me')],
    [
      'its closing',
      (f) => f.putObject('post', { members: ['bob'] }),
      (f) => f.putObject('post', { members: ['bob', 'me'] }),
    ],
    [
      'a narrower audience',
      (f) => f.putObject('post', { owner: { userId: 'ann', audience: 'FOLLOWERS' } }),
      (f) => f.people.follow('me', 'ann'),
    ],
    [
      'a circle that is left',
      async (f) => {
        await f.people.putCircle('team', ['me', 'ann']);
        await f.putObject('post', { owner: { userId: 'ann', audience: 'MUTUALS' } });
        await untilIdle();
        await f.people.putCircle('team', ['ann']);
      },
      (f) => f.people.putCircle('team', ['ann', 'me']),
    ],
    ['its deletion', (f) => f.putObject('post', null), (f) => f.putObject('post', { open: true })],
  ] satisfies [
    string,
    (f: Awaited<ReturnType<typeof start>>) => Promise<unknown>,
    (f: Awaited<ReturnType<typeof start>>) => Promise<unknown>,
  ][])('lost by %s is silence, and gained is the present values', async (_, lose, gain) => {
    const f = await start();
    const mine = await f.collect('me', ['post']);
    const before = await mine.news();
    await lose(f);
    await untilIdle();
    await f.put('post', { likes: 2 });
    await f.put('post', { likes: 3 });
    expect(await mine.news()).toEqual([]);
    await gain(f);
    if (!f.stored.has('post')) await f.put('post', { likes: 3 });
    const events = await mine.news();
    expect(said(events)).toEqual(['post likes 3']);
    expect(isIncreasing([...before, ...events])).toBe(true);
  });

  it('of an object that was deleted and made anew shows the counts that were put since', async () => {
    const f = await start();
    const mine = await f.collect('me', ['post']);
    const before = await mine.news();
    await f.putObject('post', null);
    await untilIdle();
    await f.putObject('post', { open: true });
    const events = await mine.news();
    expect(said(events)).toEqual(['post']);
    expect(isIncreasing([...before, ...events])).toBe(true);
  });

  it('is not read again where a user who owns nothing of it is followed', async () => {
    const f = await start();
    const mine = await f.collect('me', ['post']);
    await mine.news();
    f.calls.length = 0;
    await f.people.follow('me', 'bob');
    await f.people.block('me', 'bob');
    await f.people.follow('you', 'ann');
    await untilIdle();
    expect(f.calls).toEqual([]);
    await f.people.follow('me', 'ann');
    await untilIdle();
    expect(f.calls).toEqual([['me post']]);
  });

  it('follows the new owner, also one who blocks while the owner is read', async () => {
    const valve = createValve();
    const f = await start({ gate: valve.gate });
    const mine = await f.collect('me', ['post']);
    await mine.news();
    valve.hold('conversationFacts');
    await f.putObject('post', { open: true, owner: { userId: 'bob', audience: 'EVERYONE' } });
    await untilIdle();
    // It was read before the block, and is answered after it.
    valve.releaseNext('conversationFacts');
    await untilIdle();
    await f.people.block('bob', 'me');
    await f.put('post', { likes: 2 });
    valve.release('conversationFacts');
    expect(await mine.news()).toEqual([]);
    await f.people.unblock('bob', 'me');
    expect(said(await mine.news())).toEqual(['post likes 2']);
  });

  it('ends with the owner, who is deleted while a start reads', async () => {
    const valve = createValve();
    const f = await start({ gate: valve.gate });
    await f.putObject('post', { owner: { userId: 'ann', audience: 'EVERYONE' } });
    valve.hold('conversationFacts');
    const starting = f.collect('me', ['post']);
    await untilIdle();
    // It was read before the deletion, and is answered after it.
    valve.releaseNext('conversationFacts');
    await untilIdle();
    await f.people.deleteUser('ann');
    valve.release('conversationFacts');
    expect(await (await starting).news()).toEqual([]);
  });

  it('that cannot be read denies, and is read again', async () => {
    const valve = createValve();
    const f = await start({ gate: valve.gate });
    const mine = await f.collect('me', ['post']);
    await mine.news();
    valve.fail('conversationFacts', unavailable('The database is away.'));
    await f.putObject('post', { open: true, members: ['me'] });
    await f.put('post', { likes: 2 });
    expect(await mine.news()).toEqual([]);
    expect(f.errors).toHaveLength(1);
    valve.repair('conversationFacts');
    await vi.waitFor(() => expect(said(mine.events)).toEqual(['post likes 2']), { timeout: 20_000 });
  });

  it('is read again after missed changes', async () => {
    const f = await start();
    const mine = await f.collect('me', ['post']);
    await mine.news();
    vi.spyOn(f.bus, 'publishAccessChange').mockImplementation(async () => {});
    await f.people.block('ann', 'me');
    f.fanout.accessChangesMissed();
    await untilIdle();
    await f.put('post', { likes: 2 });
    expect(await mine.news()).toEqual([]);
  });
});

describe('bounds', () => {
  it('are 200 objects a subscription and 1,000 a connection, unknown ones too', async () => {
    const f = await start();
    const ids = (from: number, count: number) => Array.from({ length: count }, (_, i) => `o${from + i}`);
    await expect(f.watch('me', ids(0, 201))).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
    const spent = budget();
    const streams = [];
    for (let i = 0; i < 5; i += 1) streams.push(await f.watch('me', ids(200 * i, 200), spent));
    expect(spent.objects).toBe(1_000);
    await expect(f.watch('me', ['post'], spent)).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
    for (const stream of streams) await stream.return();
    expect(spent).toEqual(budget());
    expect(f.fanout.size()).toEqual({ topics: 0, watchers: 0, subscriptions: 0 });
    expect(f.bus.size).toBe(0);
  });

  it('leave nothing behind where a start fails', async () => {
    const valve = createValve();
    const f = await start({ gate: valve.gate });
    const spent = budget();
    valve.fail('counts', unavailable('The database is away.'));
    await expect(f.watch('me', ['post'], spent)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(spent).toEqual(budget());
    expect(f.fanout.size()).toEqual({ topics: 0, watchers: 0, subscriptions: 0 });
  });
});
