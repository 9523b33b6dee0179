/** Doors are open, and nobody behind them answers: a stop does not wait for them, and least of all for one after another. */
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { serveTest } from '../support/http/rollcall.js';

/** What one door that waited for its peer would take by itself on a quiet machine is five seconds. */
const STOPS_WITHIN_MS = 10_000;

/** A server that takes what it is sent. `heard` resolves with the first of it. */
const startPeer = async (onConnection: (socket: Socket) => void = () => {}) => {
  const sockets = new Set<Socket>();
  let hear = () => {};
  const heard = new Promise<void>((resolve) => {
    hear = resolve;
  });
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('data', hear).on('error', () => {});
    onConnection(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { at: `127.0.0.1:${(server.address() as AddressInfo).port}`, heard, server };
};

const INFO = { server_id: 'A', version: '2.9.10', proto: 1, headers: true, max_payload: 1_048_576 };
const NATS = {
  'answers nothing': () => {},
  // It hangs from its first PONG on, so that whatever is flushed stays unacknowledged.
  'hangs once it is connected': (socket: Socket) => {
    socket.write(`INFO ${JSON.stringify(INFO)}\r\n`);
    const answer = (chunk: Buffer) => {
      if (!chunk.includes('PING')) return;
      socket.off('data', answer);
      socket.write('PONG\r\n');
    };
    socket.on('data', answer);
  },
};

it.each(Object.keys(NATS) as (keyof typeof NATS)[])(
  'a node whose NATS %s, and whose Stream and webhook never answer, stops in time',
  async (how) => {
    const [nats, stream, webhook] = await Promise.all([startPeer(NATS[how]), startPeer(), startPeer()]);
    const connected = once(nats.server, 'connection');
    const rollcall = await serveTest({
      NODE_ENV: undefined,
      REST: 'on',
      NATS_URL: `nats://${nats.at}`,
      STREAM_URL: `http://${stream.at}`,
      STREAM_KEY: 'key',
      STREAM_SECRET: 'secret',
      WEBHOOK_URL: `http://${webhook.at}/`,
      WEBHOOK_SECRET: 'secret',
    });
    const [ana] = await rollcall.strangers('ana');
    await ana.heartbeat();
    await Promise.all([connected, stream.heard, webhook.heard]);

    const toldAt = performance.now();
    expect(await rollcall.stop()).toEqual({ code: 0, signal: null });
    const exitedAfter = Math.round(performance.now() - toldAt);
    console.log(`stopped beside doors that hang: exit after ${exitedAfter} ms`);
    expect(exitedAfter).toBeLessThan(STOPS_WITHIN_MS);
  },
);
