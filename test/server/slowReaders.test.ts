/** Readers who never read, over everything that answers: what waits for them is bounded, and then they are disconnected. */
import { once } from 'node:events';
import { connect as connectTcp, type Socket } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { serveMetrics } from '../../src/server/http/metricsServer.js';
import { NO_METRICS } from '../../src/telemetry/metrics.js';
import { bytesInUse } from '../support/unit/usage.js';
import { connect, post, startServer, type TestServer, tokenOf } from './harness.js';

const MIB = 1024 * 1024;
const STALL_MS = 400;
/** More than two kernels take by themselves. */
const BIG = 12 * MIB;

/** A connection that sends and never reads. */
const deaf = async (port: number, text: string): Promise<Socket> => {
  const socket = connectTcp(port, '127.0.0.1');
  socket.on('error', () => {});
  onTestFinished(() => void socket.destroy());
  await once(socket, 'connect');
  socket.pause();
  socket.write(text);
  return socket;
};

/** Resolves when the server has closed so many connections that were opened from now on. */
const closedByServer = (server: TestServer, count: number): Promise<void> => {
  let left = count;
  return new Promise((resolve) => {
    server.http.server.on('connection', (socket: Socket) => {
      socket.once('close', () => {
        left -= 1;
        if (left === 0) resolve();
      });
    });
  });
};

const requestOf = async (query: string, headers: Record<string, string> = {}) => {
  const body = JSON.stringify({ query });
  const all = {
    host: 'localhost',
    authorization: `Bearer ${await tokenOf('ada')}`,
    'content-type': 'application/json',
    'content-length': String(body.length),
    ...headers,
  };
  return `POST /graphql HTTP/1.1\r\n${Object.entries(all)
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join('')}\r\n${body}`;
};

describe('a reader who never reads', () => {
  it('one answer over HTTP: the connection is destroyed, others are served meanwhile', async () => {
    const server = await startServer({ stallMs: STALL_MS });
    const closed = closedByServer(server, 5);
    const request = await requestOf(`{ many(bytes: ${BIG}) }`);
    for (let n = 0; n < 5; n += 1) await deaf(server.port, request);
    await server.events.until('many', 5);
    expect((await post(server, { query: '{ who }' })).body.data.who).toBe('user ada');
    await closed;
  });

  it('pipelined requests: one is answered at a time, and no more are read', async () => {
    const server = await startServer({ stallMs: STALL_MS });
    const closed = closedByServer(server, 1);
    const before = await bytesInUse();
    const socket = await deaf(server.port, (await requestOf(`{ many(bytes: ${BIG}) }`)).repeat(90));
    await server.events.until('many');
    // What is sent on top waits in the kernel.
    for (let n = 0; n < 100; n += 1) socket.write((await requestOf('{ who }')).repeat(500));
    expect((await bytesInUse()) - before).toBeLessThan(2 * BIG + 4 * MIB);
    await closed;
    expect(await server.events.until('many')).toHaveLength(1);
  });

  it('a stream of events: it is destroyed, and ends its subscription', async () => {
    const server = await startServer({ stallMs: STALL_MS });
    const closed = closedByServer(server, 1);
    await deaf(server.port, await requestOf('subscription { values }', { accept: 'text/event-stream' }));
    await server.events.until('subscribed');
    for (let n = 0; n < 400; n += 1) server.sources[0]?.push('x'.repeat(65_536));
    await closed;
    await server.events.until('source ended');
  });

  it('the page of GraphiQL: however often it is asked for, one waits, and the connection is destroyed', async () => {
    const server = await startServer({ stallMs: STALL_MS, graphiql: true });
    const closed = closedByServer(server, 1);
    await deaf(server.port, 'GET /graphql HTTP/1.1\r\nhost: localhost\r\naccept: text/html\r\n\r\n'.repeat(90));
    await closed;
  });

  it('metrics: however often they are asked for, one waits, and the connection is destroyed', async () => {
    let asked = 0;
    const text = async () => {
      asked += 1;
      return 'x'.repeat(BIG);
    };
    const served = await serveMetrics({ ...NO_METRICS, text }, 0, {
      host: '127.0.0.1',
      isReady: async () => true,
      stallMs: STALL_MS,
    });
    onTestFinished(() => served.stop());
    const socket = await deaf(served.port, 'GET /metrics HTTP/1.1\r\nhost: localhost\r\n\r\n'.repeat(90));
    const other = await fetch(`http://127.0.0.1:${served.port}/metrics`);
    expect((await other.text()).length).toBe(BIG);
    const closed = once(socket, 'close');
    // Reads on, up to where it was broken off.
    setTimeout(() => socket.resume(), 4 * STALL_MS);
    await closed;
    expect(asked).toBe(2);
  });

  it('answers over a socket: few are made, what waits is bounded, and it is closed', async () => {
    const server = await startServer({ stallMs: STALL_MS });
    const slow = await connect(server);
    const other = await connect(server, {}, 'bob');
    slow.socket.pause();
    const before = await bytesInUse();
    for (let n = 0; n < 100; n += 1) slow.subscribe(`${n}`, `{ many(bytes: ${BIG}) }`);
    await server.events.until('many', 1);
    other.subscribe('1', '{ who }');
    expect(await other.next()).toMatchObject({ type: 'next', payload: { data: { who: 'user bob' } } });
    expect((await bytesInUse()) - before).toBeLessThan(4 * BIG + 4 * MIB);
    await server.events.until('disconnect');
    expect((await server.events.until('many')).length).toBeLessThanOrEqual(5);
  });
});

it('a reader who takes longer than a stall over one long answer gets all of it', async () => {
  const server = await startServer({ stallMs: STALL_MS });
  const client = await connect(server);
  client.subscribe('1', `{ many(bytes: ${BIG}) }`);
  client.socket.pause();
  const pausing = setInterval(() => client.socket.pause(), 5);
  const reading = setInterval(() => client.socket.resume(), STALL_MS / 8);
  const { payload } = await client.next();
  clearInterval(pausing);
  clearInterval(reading);
  client.socket.resume();
  expect(String(payload?.data?.many)).toHaveLength(BIG);
  expect((await client.next()).type).toBe('complete');
});

it('pipelined requests are answered in order', async () => {
  const server = await startServer();
  const socket = connectTcp(server.port, '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  const requests = await Promise.all(['{ who }', '{ bad }', '{ node { id } }'].map((query) => requestOf(query)));
  socket.write(requests.join('').repeat(20));
  let text = '';
  socket.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
    if (text.split('HTTP/1.1 200').length === 61 && text.endsWith('"node":{"id":"1"}}}')) socket.emit('all');
  });
  await once(socket, 'all');
  const order = [...text.matchAll(/"(who|bad|node)":/g)].map(([, name]) => name);
  expect(order).toEqual(Array.from({ length: 20 }, () => ['who', 'bad', 'node']).flat());
  socket.write(requests[0]!);
  await once(socket, 'data');
});

it('between pipelined requests others are served', async () => {
  let asked = 0;
  const server = await startServer({
    ready: async () => {
      asked += 1;
      return true;
    },
  });
  const [ahead, other] = [connectTcp(server.port, '127.0.0.1'), connectTcp(server.port, '127.0.0.1')];
  onTestFinished(() => void [ahead, other].map((socket) => socket.destroy()));
  const request = await requestOf('mutation { set(value: "x") }');
  // Whoever is known is let in without a pause.
  expect((await post(server, { query: '{ who }' })).status).toBe(200);
  ahead.write('GET /ready HTTP/1.1\r\nhost: localhost\r\n\r\n'.repeat(90));
  other.write(request);
  await server.events.until('set');
  expect(asked).toBeLessThan(60);
});

it('a client that pipelines hundreds of requests is disconnected, and few of them are kept', async () => {
  let asked = 0;
  const server = await startServer({
    ready: async () => {
      asked += 1;
      return true;
    },
  });
  const closed = closedByServer(server, 1);
  const socket = await deaf(server.port, 'GET /ready HTTP/1.1\r\nhost: localhost\r\n\r\n'.repeat(1_000));
  await closed;
  socket.destroy();
  expect(asked).toBeLessThan(2);
  expect((await post(server, { query: '{ who }' })).status).toBe(200);
});

it('a client that always pipelines one request is served indefinitely', async () => {
  const server = await startServer();
  const socket = connectTcp(server.port, '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  const request = 'GET /health HTTP/1.1\r\nhost: localhost\r\n\r\n';
  let answers = 0;
  socket.setEncoding('utf8').on('data', (chunk: string) => {
    for (let n = chunk.split('HTTP/1.1 200').length - 1; n > 0; n -= 1) {
      answers += 1;
      if (answers === 300) socket.emit('enough');
      else socket.write(request);
    }
  });
  socket.write(request.repeat(2));
  await once(socket, 'enough');
});
