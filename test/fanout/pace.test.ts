import { performance } from 'node:perf_hooks';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { PresenceView } from '../../src/presence/view.js';
import { createFanout } from '../support/unit/fanout.js';

const EPOCH = 1_700_000_000_000;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'], now: EPOCH });
  vi.spyOn(performance, 'now').mockImplementation(() => Date.now() - EPOCH);
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);
const texts = (events: readonly PresenceView[]) => events.map(({ statusMessage }) => statusMessage?.text);

const start = async (broadcastIntervalMs = 1_000) => {
  const f = await createFanout({ broadcastIntervalMs, clock: () => Date.now() });
  await f.users('me', 'you', 'ann');
  await f.follow('me', 'ann');
  await f.follow('you', 'ann');
  await f.connect('ann');
  await f.say('ann', 'A');
  const mine = await f.collect('me', ['ann']);
  await mine.news();
  return { f, mine };
};

describe('the broadcast interval', () => {
  it('sends the first change at once, also right after the snapshot', async () => {
    const { f, mine } = await start();
    await f.say('ann', 'B');
    expect(texts(await mine.news())).toEqual(['B']);
  });

  it('sends at most one event in it, and the last always', async () => {
    const { f, mine } = await start();
    const arrivals: number[] = [];
    const received: (string | undefined)[] = [];
    for (let i = 0; i < 50; i += 1) {
      await f.say('ann', `${i}`);
      for (const text of texts(await mine.news())) {
        received.push(text);
        arrivals.push(Date.now());
      }
      await pass(100);
    }
    await pass(1_000);
    received.push(...texts(await mine.news()));
    expect(received[0]).toBe('0');
    expect(received.at(-1)).toBe('49');
    arrivals.slice(1).forEach((at, i) => {
      expect(at - arrivals[i]!).toBeGreaterThanOrEqual(1_000);
    });
    expect(received.length).toBeGreaterThanOrEqual(5);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('sends nothing for a change that was reverted within it', async () => {
    const { f, mine } = await start();
    await f.say('ann', 'B');
    expect(texts(await mine.news())).toEqual(['B']);
    await f.say('ann', 'C');
    await f.say('ann', 'B');
    await pass(2_000);
    expect(await mine.news()).toEqual([]);
    await f.say('ann', 'C');
    expect(texts(await mine.news())).toEqual(['C']);
  });

  it('compares a newcomer with their own snapshot', async () => {
    const { f, mine } = await start();
    await f.say('ann', 'B');
    await f.say('ann', 'C');
    const newcomer = await f.collect('you', ['ann']);
    expect(texts(await newcomer.news())).toEqual(['C']);
    await f.say('ann', 'B');
    await pass(1_000);
    // For the viewer whose snapshot was C this is a change as well.
    expect(texts(await mine.news())).toEqual(['B']);
    expect(texts(await newcomer.news())).toEqual(['B']);
  });

  it('leaves nobody with a reverted change that a slow newcomer read meanwhile', async () => {
    const { f } = await start();
    await f.say('ann', 'B');
    await f.say('ann', 'C');
    const newcomer = await f.subscription('you', ['ann']);
    await f.say('ann', 'D');
    // The snapshot is the state at the instant of its dequeue.
    expect((await newcomer.next()).value).toMatchObject({ statusMessage: { text: 'D' } });
    await f.say('ann', 'C');
    await pass(1_000);
    expect((await newcomer.next()).value).toMatchObject({ statusMessage: { text: 'C' } });
    await newcomer.return();
  });

  it.each(['OFFLINE', 'INVISIBLE'] as const)('never delays that a user goes %s', async (status) => {
    const { f, mine } = await start();
    await f.say('ann', 'B');
    await f.say('ann', 'C');
    await mine.news();
    await f.set('ann', { status });
    expect(await mine.news()).toMatchObject([{ status: 'OFFLINE', statusMessage: null }]);
    await pass(5_000);
    expect(await mine.news()).toEqual([]);
  });

  it('never delays to the user that they went INVISIBLE, and paces what they do then', async () => {
    const { f } = await start();
    const own = await f.collect('ann', ['ann']);
    await own.news();
    await f.say('ann', 'B');
    await own.news();
    await f.set('ann', { status: 'INVISIBLE' });
    expect(await own.news()).toMatchObject([{ status: 'INVISIBLE' }]);
    await f.say('ann', 'C');
    await f.say('ann', 'D');
    expect(await own.news()).toEqual([]);
    await pass(1_000);
    expect(texts(await own.news())).toEqual(['D']);
  });

  it('never delays a block or narrower privacy, and leaves no timer behind', async () => {
    const { f, mine } = await start();
    await f.play('ann', 'chess');
    await f.say('ann', 'B');
    await mine.news();
    await f.people.updatePrivacy('ann', { activity: 'NOBODY' });
    expect(await mine.news()).toMatchObject([{ activities: [], statusMessage: { text: 'B' } }]);
    await f.say('ann', 'C');
    await f.say('ann', 'D');
    await mine.news();
    await f.people.block('ann', 'me');
    expect(await mine.news()).toMatchObject([{ status: 'OFFLINE', revoked: true }]);
    await pass(5_000);
    expect(await mine.news()).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('is kept per facets: hidden changes neither delay nor hasten visible ones', async () => {
    const { f, mine } = await start();
    await f.people.updatePrivacy('ann', { activity: 'MUTUALS' });
    await f.people.follow('ann', 'you');
    const theirs = await f.collect('you', ['ann']);
    await mine.news();
    await theirs.news();

    await f.play('ann', 'chess');
    expect(await theirs.news()).toMatchObject([{ activities: [{ name: 'chess' }] }]);
    await pass(300);
    await f.say('ann', 'B');
    expect(texts(await mine.news())).toEqual(['B']);
    expect(await theirs.news()).toEqual([]);
    await pass(300);
    await f.say('ann', 'C');
    await f.play('ann', 'go');
    await pass(400);
    // One second after the activity: their event is due, mine is not yet.
    expect(texts(await theirs.news())).toEqual(['C']);
    expect(await mine.news()).toEqual([]);
    await pass(300);
    expect(texts(await mine.news())).toEqual(['C']);
  });

  it('when 0, sends every change, in order', async () => {
    const { f, mine } = await start(0);
    const said = Array.from({ length: 100 }, (_, i) => `${i}`);
    for (const text of said) await f.say('ann', text);
    expect(texts(await mine.news())).toEqual(said);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('ends with the last watcher', async () => {
    const { f, mine } = await start();
    await f.say('ann', 'B');
    await f.say('ann', 'C');
    expect(vi.getTimerCount()).toBe(1);
    await mine.end();
    expect(vi.getTimerCount()).toBe(0);
  });
});
