import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { sendResponse } from '../../../src/server/http/respond.js';

/** Answers every request with `answer`; resolves with how sending it went. */
const serve = async (answer: () => Response, stallMs?: number) => {
  let sent = (_: Promise<void>) => {};
  const sending = new Promise<void>((resolve) => {
    sent = resolve;
  });
  const server = createServer((_, response) => sent(sendResponse(answer(), response, stallMs)));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { port: (server.address() as AddressInfo).port, sending };
};

it('a reader that takes nothing is cut off, and what fed it is cancelled', async () => {
  let given = 0;
  let cancel = () => {};
  const cancelled = new Promise<void>((resolve) => {
    cancel = resolve;
  });
  const endless = () =>
    new Response(
      new ReadableStream({
        pull: (controller) => {
          given += 65_536;
          controller.enqueue(new Uint8Array(65_536));
        },
        cancel,
      }),
    );
  const { port, sending } = await serve(endless, 100);
  const reader = connect(port, '127.0.0.1');
  reader.on('error', () => {});
  reader.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
  reader.pause();
  await cancelled;
  await sending;
  // What the two kernels hold, and no more.
  expect(given).toBeLessThan(64 * 1024 * 1024);
  reader.destroy();
});

it('a reader that takes its time gets all of it', async () => {
  const chunks = Array.from({ length: 200 }, (_, n) => new Uint8Array(32_768).fill(n));
  const { port, sending } = await serve(() => new Response(new Blob(chunks).stream(), { headers: { 'x-a': 'b' } }));
  const response = await fetch(`http://127.0.0.1:${port}`);
  expect(response.headers.get('x-a')).toBe('b');
  const bytes = new Uint8Array(await response.arrayBuffer());
  expect(bytes).toHaveLength(200 * 32_768);
  expect([bytes[0], bytes.at(-1)]).toEqual([0, 199]);
  await sending;
});
