import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createCoalescer } from '../../../src/async/coalescer.js';
import { textFrame } from '../../../src/server/ws/frames.js';
import { MAX_UNSENT_BYTES, Outbound } from '../../../src/server/ws/outbound.js';
import { ReadFlow } from '../../../src/server/ws/readFlow.js';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** A socket whose reader takes what the test lets it take. */
const fakeSocket = () => {
  const buffered: { text: string; taken: (() => void) | undefined; isLast?: boolean }[] = [];
  const socket = {
    OPEN: 1,
    readyState: 1,
    paused: false,
    get bufferedAmount() {
      return buffered.reduce((sum, { text }) => sum + text.length, 0);
    },
    send(data: string | Buffer, options: { readonly fin: boolean } | (() => void) | undefined, taken?: () => void) {
      buffered.push({ text: data.toString(), taken: typeof options === 'function' ? options : taken });
      if (typeof options === 'object') buffered.at(-1)!.isLast = options.fin;
    },
    pong(data: Buffer, _mask: boolean, taken?: () => void) {
      buffered.push({ text: data.toString(), taken });
    },
    pause() {
      socket.paused = true;
    },
    resume() {
      socket.paused = false;
    },
  };
  const stream = {
    write(text: string, _encoding: string, taken?: () => void) {
      buffered.push({ text, taken });
      return true;
    },
  };
  return {
    socket,
    stream,
    buffered,
    take: () => {
      const next = buffered.shift();
      next?.taken?.();
      return next?.text;
    },
  };
};

const start = () => {
  const fake = fakeSocket();
  const onStall = vi.fn();
  const outbound = new Outbound(fake.socket as never, fake.stream as never, new ReadFlow(fake.socket), {
    coalescer: createCoalescer({ maxWaitMs: 10 }),
    onStall,
    stallMs: 10_000,
  });
  const push = (text: string, drained: () => void) => outbound.push(textFrame(text), { drained });
  return { ...fake, outbound, push, onStall };
};

const half = 'x'.repeat(MAX_UNSENT_BYTES / 2);
const isSettled = async (promise: Promise<void>) => Promise.race([promise.then(() => true), Promise.resolve(false)]);

describe('outbound', () => {
  it('sends wait, in order, while more than the limit is unsent', async () => {
    const { outbound, buffered, take, socket } = start();
    await outbound.send(half);
    await outbound.send(half);
    expect(socket.paused).toBe(false);
    await outbound.send('over');
    expect(socket.paused).toBe(true);
    const [a, b] = [outbound.send('a'), outbound.send('b')];
    expect(buffered).toHaveLength(3);
    expect(await isSettled(a)).toBe(false);
    take();
    await Promise.all([a, b]);
    expect(buffered.map(({ text }) => text.slice(0, 4))).toEqual(['xxxx', 'over', 'a', 'b']);
    expect(socket.paused).toBe(false);
  });

  it('at most one message beyond the limit is buffered, however many wait', async () => {
    const { outbound, socket, take } = start();
    for (let n = 0; n < 20; n += 1) void outbound.send(half);
    expect(socket.bufferedAmount).toBeLessThanOrEqual(MAX_UNSENT_BYTES + half.length);
    for (let n = 0; n < 10; n += 1) {
      take();
      expect(socket.bufferedAmount).toBeLessThanOrEqual(MAX_UNSENT_BYTES + half.length);
    }
  });

  it('a reader that takes nothing for ten seconds has stalled', () => {
    const { outbound, onStall } = start();
    for (let n = 0; n < 4; n += 1) void outbound.send(half);
    vi.advanceTimersByTime(9_999);
    expect(onStall).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(onStall).toHaveBeenCalledOnce();
  });

  it('a reader that drains in time has not, however often it fills up', () => {
    const { outbound, onStall, take } = start();
    for (let n = 0; n < 12; n += 1) void outbound.send(half);
    for (let n = 0; n < 12; n += 1) {
      vi.advanceTimersByTime(9_000);
      take();
    }
    expect(onStall).not.toHaveBeenCalled();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('a reader that drained once and then stops has stalled, whether messages wait or come later', () => {
    const { outbound, onStall, take } = start();
    for (let n = 0; n < 4; n += 1) void outbound.send(half);
    vi.advanceTimersByTime(9_000);
    // The messages that waited fill it again.
    take();
    vi.advanceTimersByTime(9_999);
    expect(onStall).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(onStall).toHaveBeenCalledTimes(1);
  });

  it('a reader that was drained altogether is timed anew when it stops again', () => {
    const { outbound, onStall, take, buffered } = start();
    for (let n = 0; n < 4; n += 1) void outbound.send(half);
    while (buffered.length > 0) take();
    vi.advanceTimersByTime(60_000);
    for (let n = 0; n < 4; n += 1) void outbound.send(half);
    vi.advanceTimersByTime(10_000);
    expect(onStall).toHaveBeenCalledTimes(1);
  });

  it('closing drops all that waits', async () => {
    const { outbound, onStall } = start();
    for (let n = 0; n < 3; n += 1) void outbound.send(half);
    const waiting = outbound.send('late');
    outbound.close();
    await waiting;
    vi.advanceTimersByTime(20_000);
    expect(onStall).not.toHaveBeenCalled();
  });

  it('what is sent to a closed socket is dropped', async () => {
    const { outbound, socket, buffered } = start();
    socket.readyState = 2;
    await outbound.send('late');
    expect(buffered).toEqual([]);
  });

  it('what is pushed in one turn of the event loop is one write, of whole frames, before what is sent after it', async () => {
    const { outbound, push, buffered } = start();
    push('one', () => {});
    push('two', () => {});
    expect(buffered).toEqual([]);
    await vi.advanceTimersByTimeAsync(60_000);
    push('three', () => {});
    void outbound.send('four');
    expect(buffered.map(({ text }) => text)).toEqual(['\x81\x03one\x81\x03two', '\x81\x05three', 'four']);
  });

  it('beyond the limit a pusher has to wait, until it is told that the socket drained', () => {
    const { push, take, socket } = start();
    const drained = vi.fn();
    expect(push(half, drained)).toBe(true);
    expect(push(half, drained)).toBe(false);
    expect(socket.paused).toBe(true);
    expect(drained).not.toHaveBeenCalled();
    take();
    expect(drained).toHaveBeenCalledTimes(1);
    expect(socket.paused).toBe(false);
  });

  it('a message beyond the limit is written in pieces as the reader reads, with nothing between them', async () => {
    const { outbound, push, buffered, take, socket, onStall } = start();
    const long = `${'x'.repeat(10 * MAX_UNSENT_BYTES)}é`;
    const sent = outbound.send(long);
    push('pushed', () => {});
    const behind = outbound.send('behind');
    expect(socket.paused).toBe(true);
    let text = '';
    let pieces = 0;
    while (!text.endsWith('é')) {
      expect(socket.bufferedAmount).toBeLessThanOrEqual(MAX_UNSENT_BYTES + 65_536);
      expect(buffered[0]?.isLast).toBe(text.length + 65_536 > long.length);
      vi.advanceTimersByTime(9_000);
      text += take();
      pieces += 1;
    }
    await Promise.all([sent, behind]);
    expect(text).toBe(long);
    expect(pieces).toBe(41);
    expect(onStall).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(buffered.map(({ text: rest }) => rest)).toEqual([textFrame('pushed'), 'behind']);
    expect(socket.paused).toBe(false);
  });

  it('a reader that stops within a long message has stalled', () => {
    const { outbound, take, onStall } = start();
    void outbound.send('x'.repeat(10 * MAX_UNSENT_BYTES));
    vi.advanceTimersByTime(9_000);
    take();
    vi.advanceTimersByTime(9_999);
    expect(onStall).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(onStall).toHaveBeenCalledOnce();
  });

  it('a client that pings and does not read is paused, and has stalled', () => {
    const { outbound, socket, onStall } = start();
    const ping = Buffer.alloc(125);
    for (let n = 0; n < Math.floor(MAX_UNSENT_BYTES / 125); n += 1) outbound.pong(ping);
    expect(socket.paused).toBe(false);
    outbound.pong(ping);
    expect(socket.paused).toBe(true);
    vi.advanceTimersByTime(10_000);
    expect(onStall).toHaveBeenCalledOnce();
  });

  it('a pushed message that is never read is a stall', async () => {
    const { push, onStall } = start();
    push(half + half, () => {});
    await vi.advanceTimersByTimeAsync(10_000);
    expect(onStall).toHaveBeenCalledTimes(1);
  });
});
