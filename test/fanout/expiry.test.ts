/** The expiry of the status message of a user who is not live: nobody commits it, and only the user sees the message. */
import { performance } from 'node:perf_hooks';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createExpiry } from '../../src/fanout/expiry.js';
import { unavailable } from '../../src/presence/errors.js';
import { createFanout, createValve } from '../support/unit/fanout.js';

const EPOCH = 1_700_000_000_000;
const ENDS_AT = EPOCH + 10_000;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'], now: EPOCH });
  vi.spyOn(performance, 'now').mockImplementation(() => Date.now() - EPOCH);
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

/** Ann has set a message and left. The store's clock is `behindMs` behind the node's. */
const start = async () => {
  const valve = createValve();
  const clock = { behindMs: 0 };
  const f = await createFanout({ gate: valve.gate, clock: () => Date.now() - clock.behindMs });
  await f.users('ann', 'me');
  await f.people.updatePrivacy('ann', { status: 'EVERYONE' });
  await f.connect('ann');
  await f.set('ann', { statusMessage: { text: 'Back at noon', emoji: null, expiresAt: ENDS_AT } });
  await f.leave('ann');
  return { f, valve, clock };
};

describe('the status message of a user who is not live', () => {
  it('expires on time for those who watch themselves, and for nobody else', async () => {
    const { f } = await start();
    const [own, mine] = [await f.collect('ann', ['ann']), await f.collect('me', ['ann'])];
    expect((await own.news())[0]?.statusMessage?.text).toBe('Back at noon');
    await mine.news();
    await pass(9_900);
    expect(await own.news()).toEqual([]);
    await pass(200);
    const [event, ...more] = await own.news();
    expect([event?.statusMessage, more, await mine.news()]).toEqual([null, [], []]);
    expect(event?.asOf).toBeGreaterThanOrEqual(ENDS_AT);
    const { asOf: _, ...answered } = (await f.seen('ann', ['ann'])).get('ann')!;
    expect(event).toMatchObject(answered);
  });

  it('expires also where it was set, or its user left, while the subscription was open', async () => {
    const { f } = await start();
    const own = await f.collect('ann', ['ann']);
    await f.connect('ann');
    await f.set('ann', { statusMessage: { text: 'Away', emoji: null, expiresAt: ENDS_AT + 5_000 } });
    await f.leave('ann');
    await own.news();
    await pass(14_900);
    expect(await own.news()).toEqual([]);
    await pass(200);
    expect((await own.news()).map(({ statusMessage }) => statusMessage)).toEqual([null]);
  });

  it('expires by the store’s clock, and as soon as the store answers', async () => {
    const { f, valve, clock } = await start();
    const own = await f.collect('ann', ['ann']);
    await own.news();
    clock.behindMs = 2_000;
    await pass(11_500);
    expect(await own.news()).toEqual([]);
    valve.fail('records', unavailable('away'));
    await pass(3_000);
    expect(await own.news()).toEqual([]);
    valve.repair('records');
    await pass(1_000);
    const events = await own.news();
    expect(events.map(({ statusMessage }) => statusMessage)).toEqual([null]);
    // The next commit is later than that.
    await f.connect('ann');
    expect((await own.news())[0]?.asOf).toBeGreaterThan(events[0]!.asOf);
  });

  it('leaves nothing behind when the subscription ends before', async () => {
    const { f } = await start();
    const own = await f.collect('ann', ['ann']);
    await own.news();
    expect(vi.getTimerCount()).toBe(1);
    await own.end();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('expires on time also a month ahead, without polling', async () => {
    const storeNow = vi.fn(() => Date.now());
    const readAgain = vi.fn(async () => expiry.follow(null));
    const expiry = createExpiry({ storeNow, readAgain });
    expiry.follow(EPOCH + 30 * 86_400_000);
    await pass(60_000);
    expect(storeNow).toHaveBeenCalledTimes(1);
    await pass(30 * 86_400_000 - 60_001);
    expect(readAgain).not.toHaveBeenCalled();
    await pass(1);
    expect(readAgain).toHaveBeenCalledTimes(1);
    expect(vi.getTimerCount()).toBe(0);
  });
});
