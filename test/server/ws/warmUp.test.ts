import { createServer } from 'node:http';
import { expect, it } from 'vitest';
import { warmUp } from '../../../src/server/ws/warmUp.js';

const CLIENTS = { clients: 100, watched: 3, tokenOf: async () => 'token', newId: () => 'somebody' };

it('who is refused is an error', async () => {
  const server = createServer();
  server.on('upgrade', (_, socket) => socket.end('HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n'));
  await expect(warmUp({ ...CLIENTS, server, stopped: new AbortController().signal })).rejects.toThrow('404');
});

it('ends when its time is up, whether or not the server answers', async () => {
  const server = createServer();
  const stop = new AbortController();
  server.on('upgrade', () => stop.abort());
  expect(await warmUp({ ...CLIENTS, server, stopped: stop.signal })).toBe(0);
});
