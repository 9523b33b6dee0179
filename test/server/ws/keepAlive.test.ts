import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { createKeepAlive } from '../../../src/server/ws/keepAlive.js';

const TIMEOUT = 45_000;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'setImmediate', 'clearImmediate', 'performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

const start = () => {
  const keepAlive = createKeepAlive({ timeoutMs: TIMEOUT });
  onTestFinished(() => keepAlive.stop());
  const watch = (answers = false) => {
    const lost: number[] = [];
    let pings = 0;
    const pulse = keepAlive.watch({
      ping: () => {
        pings += 1;
        if (answers) pulse.received();
      },
      lost: (ago) => lost.push(ago),
    });
    return { pulse, lost, pings: () => pings };
  };
  return { keepAlive, watch };
};

describe('keep-alive', () => {
  it('pings every third of the time-out', () => {
    const { watch } = start();
    const peer = watch(true);
    vi.advanceTimersByTime(TIMEOUT * 10);
    expect(peer.pings()).toBeGreaterThanOrEqual(29);
    expect(peer.pings()).toBeLessThanOrEqual(31);
    expect(peer.lost).toEqual([]);
  });

  it('a peer of which nothing is received for the time-out is lost once, with how long that was', () => {
    const { keepAlive, watch } = start();
    const peer = watch();
    vi.advanceTimersByTime(TIMEOUT * 0.9);
    expect(peer.lost).toEqual([]);
    vi.advanceTimersByTime(TIMEOUT * 2);
    expect(peer.lost).toHaveLength(1);
    expect(peer.lost[0]).toBeLessThanOrEqual(TIMEOUT);
    expect(peer.lost[0]).toBeGreaterThan(TIMEOUT * 0.9);
    expect(keepAlive.size).toBe(0);
  });

  it('pings many over several turns of the event loop', () => {
    const { watch } = start();
    const peers = Array.from({ length: 1_200 }, () => watch(true));
    const pinged = () => peers.reduce((sum, peer) => sum + peer.pings(), 0);
    const counts: number[] = [];
    while (counts.at(-1) !== peers.length) {
      vi.advanceTimersToNextTimer();
      if (pinged() > 0) counts.push(pinged());
    }
    expect(counts.slice(0, 3)).toEqual([500, 1_000, 1_200]);
  });

  it('any message counts as an answer', () => {
    const { watch } = start();
    const peer = watch();
    for (let n = 0; n < 10; n += 1) {
      vi.advanceTimersByTime(TIMEOUT * 0.9);
      peer.pulse.received();
    }
    expect(peer.lost).toEqual([]);
  });

  it('a peer that left is neither pinged nor lost', () => {
    const { keepAlive, watch } = start();
    const peer = watch();
    peer.pulse.stop();
    vi.advanceTimersByTime(TIMEOUT * 3);
    expect([peer.pings(), peer.lost, keepAlive.size]).toEqual([0, [], 0]);
  });

  it.each([5_000, 60_000, 3_600_000])('an event loop that stands still for %i ms loses nobody', (stallMs) => {
    let clock = 0;
    const keepAlive = createKeepAlive({ timeoutMs: TIMEOUT, now: () => clock });
    onTestFinished(() => keepAlive.stop());
    const run = (ms: number) => {
      for (let at = 0; at < ms; at += TIMEOUT / 30) {
        clock += TIMEOUT / 30;
        vi.advanceTimersByTime(TIMEOUT / 30);
      }
    };
    const lost: number[] = [];
    const pulse = keepAlive.watch({ ping: () => {}, lost: (ago) => lost.push(ago) });
    run(TIMEOUT / 3);
    clock += stallMs;
    run(TIMEOUT / 3);
    expect(lost).toEqual([]);
    pulse.received();
    run(TIMEOUT * 0.9);
    expect(lost).toEqual([]);
    run(TIMEOUT);
    expect(lost).toHaveLength(1);
  });

  it('one timer serves all, and none is left after the end', () => {
    const { keepAlive, watch } = start();
    for (let n = 0; n < 100; n += 1) watch();
    expect(vi.getTimerCount()).toBe(1);
    keepAlive.stop();
    expect(vi.getTimerCount()).toBe(0);
  });
});
