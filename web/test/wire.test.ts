import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createWire } from '../src/wire/wire.js';

/** A WebSocket without a network: opens and closes when it is told to. */
class FakeWebSocket extends EventTarget {
  readonly sent: string[] = [];
  readonly closed: (number | undefined)[] = [];
  send(data: string) {
    this.sent.push(data);
  }
  close(code?: number) {
    this.closed.push(code);
    this.dispatchEvent(Object.assign(new Event('close'), { code: code ?? 1006, reason: '' }));
  }
  receive(data: string) {
    this.dispatchEvent(Object.assign(new Event('message'), { data }));
  }
}

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('WebSocket', FakeWebSocket);
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const open = () => {
  const wire = createWire();
  const connect = () => new wire.WebSocket('ws://server/graphql') as unknown as FakeWebSocket;
  return { wire, connect };
};

describe('the wire of a pane', () => {
  it('logs what is sent and received, in order, and sends it', () => {
    const { wire, connect } = open();
    const socket = connect();
    socket.send('{"type":"ping"}');
    socket.receive('{"type":"pong"}');
    vi.runAllTimers();
    expect(socket.sent).toEqual(['{"type":"ping"}']);
    expect(wire.frames.get().map(({ direction, type }) => [direction, type])).toEqual([
      ['sent', 'ping'],
      ['received', 'pong'],
    ]);
  });

  it('keeps the latest frames alone, also of one burst', () => {
    const { wire, connect } = open();
    const socket = connect();
    for (let count = 1; count <= 1_000; count += 1) socket.receive('{"type":"next"}');
    vi.runAllTimers();
    const ids = wire.frames.get().map(({ id }) => id);
    expect([ids.length, ids[0], ids.at(-1)]).toEqual([200, 801, 1_000]);
    socket.receive('{"type":"next"}');
    vi.runAllTimers();
    expect(wire.frames.get()).toHaveLength(200);
  });

  it('redraws once for a burst', () => {
    const { wire, connect } = open();
    const socket = connect();
    const redraw = vi.fn();
    wire.frames.subscribe(redraw);
    for (let count = 0; count < 50; count += 1) socket.receive('{"type":"next"}');
    vi.runAllTimers();
    expect(redraw).toHaveBeenCalledTimes(1);
  });

  it('cuts what is open and what is tried, until it is restored', () => {
    const { wire, connect } = open();
    const socket = connect();
    wire.cut();
    expect(socket.closed).toHaveLength(1);
    // The client connects again after a code of the application, and not after 1000.
    expect(socket.closed[0]).toBeGreaterThanOrEqual(3_000);
    expect(connect().closed).toHaveLength(1);
    wire.restore();
    expect(connect().closed).toEqual([]);
  });
});
