/** Behind a real nginx, as docs/operations.md has it, and as it is where nobody thought of WebSockets. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { freePort } from '../../support/cluster/freePort.js';
import { startNginx } from '../../support/http/nginx.js';
import { openSocket, startServer, tokenOf } from '../harness.js';

const page = readFileSync(new URL('../../../docs/operations.md', import.meta.url), 'utf8');
/** The block of the documentation, on another port and for another server. */
const documented = (port: number, server: number): string =>
  (page.match(/```nginx\n([\s\S]*?)```/)?.[1] ?? '')
    .replace(/server 10\.0\.0\.1:4000;/, `server 127.0.0.1:${server};`)
    .replace(/server 10\.0\.0\.2:4000;/, '')
    .replace('listen 443 ssl;', `listen 127.0.0.1:${port};`);

const answerOf = (url: string, headers: Record<string, string>): Promise<{ status: number; text: string }> =>
  new Promise((resolve, reject) => {
    const socket = new WebSocket(url, 'graphql-transport-ws', { headers });
    socket.on('open', () => reject(new Error('was let in')));
    socket.on('error', reject);
    socket.on('unexpected-response', (_, response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (more: string) => {
        text += more;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
    });
  });

it('the documented block passes on WebSockets, whatever the port, and refuses foreign pages with a sentence', async () => {
  const server = await startServer({ development: false });
  const port = await freePort();
  await startNginx(documented(port, server.port), port);
  const url = `ws://127.0.0.1:${port}/graphql`;
  const client = await openSocket(url, { origin: `http://127.0.0.1:${port}` });
  client.send({ type: 'connection_init', payload: { authorization: await tokenOf('ada') } });
  expect((await client.next()).type).toBe('connection_ack');
  const refused = await answerOf(url, { origin: 'http://evil.example' });
  expect(refused.status).toBe(403);
  expect(JSON.parse(refused.text).errors[0]).toMatchObject({
    message: expect.stringContaining('ALLOWED_ORIGINS'),
    extensions: { code: 'FORBIDDEN' },
  });
});

it.each(['documented', 'plain'])('events pass a %s proxy as they come', async (kind) => {
  const server = await startServer();
  const port = await freePort();
  const plain = `server { listen 127.0.0.1:${port}; location / { proxy_pass http://127.0.0.1:${server.port}; } }`;
  await startNginx(kind === 'plain' ? plain : documented(port, server.port), port);
  const response = await fetch(`http://127.0.0.1:${port}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'text/event-stream',
      authorization: `Bearer ${await tokenOf('ada')}`,
    },
    body: JSON.stringify({ query: 'subscription { values }' }),
  });
  await server.events.until('subscribed');
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  server.sources[0]?.push('now');
  let text = '';
  while (!text.includes('"now"')) text += (await reader.read()).value ?? '';
  await reader.cancel();
});

it('where a proxy drops the upgrade, the answer says so', async () => {
  const server = await startServer();
  const port = await freePort();
  await startNginx(
    `server { listen 127.0.0.1:${port}; location / { proxy_pass http://127.0.0.1:${server.port}; } }`,
    port,
  );
  const { status, text } = await answerOf(`ws://127.0.0.1:${port}/graphql`, {});
  expect(status).toBe(426);
  expect(JSON.parse(text).errors[0].message).toMatch(/proxy dropped the Upgrade/);
});
