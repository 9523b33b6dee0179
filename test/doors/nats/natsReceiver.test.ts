import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createReceiver } from '../../../src/doors/nats/natsReceiver.js';
import type { InKind } from '../../../src/doors/nats/natsSubjects.js';
import { unavailable } from '../../../src/presence/errors.js';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A receiver over a service that a test lets fail, for some users. */
const setUp = ({ maxWaiting = 100 } = {}) => {
  const outcomes: string[] = [];
  const applied: string[] = [];
  const away = new Set<string>();
  const apply =
    (name: string) =>
    async ({ userId }: { readonly userId: string }) => {
      if (away.has(userId)) throw unavailable('Redis restarts.');
      applied.push(`${name} ${userId}`);
      return true;
    };
  const receiver = createReceiver({
    service: {
      opened: apply('opened'),
      closed: apply('closed'),
      heartbeat: apply('heartbeat'),
      voiceStarted: apply('voiceStarted'),
      voiceEnded: apply('voiceEnded'),
    },
    onReceived: (kind, outcome) => outcomes.push(`${kind} ${outcome}`),
    onMalformed() {},
    onError() {},
    maxWaiting,
  });
  const receive = (kind: InKind, user_id: string) =>
    receiver.receive(kind, Buffer.from(JSON.stringify({ user_id, connection_id: 'socket', session_id: 'call' })));
  return { receiver, receive, outcomes, applied, away };
};

describe('while Redis restarts', () => {
  it('what is said once waits for half a minute, and is applied within seconds', async () => {
    const { receive, applied, away, outcomes } = setUp();
    away.add('ana');
    receive('voiceEnded', 'ana');
    await vi.advanceTimersByTimeAsync(30_000);
    expect(outcomes).toEqual([]);
    away.clear();
    await vi.advanceTimersByTimeAsync(4_000);
    expect(applied).toEqual(['voiceEnded ana']);
    expect(outcomes).toEqual(['voiceEnded applied']);
  });

  it('it is given up in the end', async () => {
    const { receive, away, outcomes } = setUp();
    away.add('ana');
    receive('voiceEnded', 'ana');
    await vi.advanceTimersByTimeAsync(60_000);
    expect(outcomes).toEqual(['voiceEnded failed']);
  });

  it('what comes again is soon given up', async () => {
    const { receive, away, outcomes } = setUp();
    away.add('ana');
    receive('heartbeat', 'ana');
    await vi.advanceTimersByTimeAsync(5_000);
    expect(outcomes).toEqual(['heartbeat failed']);
  });

  it('nobody else waits', async () => {
    const { receive, applied, away } = setUp();
    away.add('ana');
    receive('voiceEnded', 'ana');
    await vi.advanceTimersByTimeAsync(10_000);
    receive('voiceEnded', 'bo');
    await vi.advanceTimersByTimeAsync(0);
    expect(applied).toEqual(['voiceEnded bo']);
  });

  it('so many wait, and connections leave room for what is said once', async () => {
    const { receiver, receive, away, outcomes } = setUp({ maxWaiting: 8 });
    const users = Array.from({ length: 10 }, (_, i) => `u${i}`);
    for (const userId of users) {
      away.add(userId);
      receive('heartbeat', userId);
    }
    expect(receiver.lanes.size).toBe(6);
    expect(outcomes).toEqual(Array(4).fill('heartbeat dropped'));
    for (const userId of users.slice(0, 3)) receive('voiceEnded', userId);
    expect(receiver.lanes.size).toBe(8);
    expect(outcomes.slice(4)).toEqual(['voiceEnded dropped']);
  });
});
