import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { Redis } from 'ioredis';
import { expect, it, onTestFinished, vi } from 'vitest';
import { DroppedConnector } from '../../../src/adapters/redis/droppedConnector.js';

const CHANNEL = 'a channel';
/** What Redis says of one channel, asked or not. */
const push = (kind: 'ssubscribe' | 'sunsubscribe', left: number) =>
  `*3\r\n$${kind.length}\r\n${kind}\r\n$${CHANNEL.length}\r\n${CHANNEL}\r\n:${left}\r\n`;

it('reads nothing any more of a connection that was given up: what Redis says unasked is an error of nobody', async () => {
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => {});
    socket.on('data', () => socket.write(push('ssubscribe', 1)));
    // The slot moves while the client leaves.
    socket.on('end', () => socket.end(push('sunsubscribe', 0)));
  }).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const client = new Redis({
    port: (server.address() as AddressInfo).port,
    enableReadyCheck: false,
    disableClientInfo: true,
    retryStrategy: () => null,
    Connector: DroppedConnector as never,
  });
  await client.ssubscribe(CHANNEL);
  const closed = once(client.stream, 'close');
  client.disconnect();
  // As ioredis does with a subscriber of a Cluster that it stops.
  client.removeAllListeners();
  const emitted = vi.spyOn(client, 'emit').mockReturnValue(true);
  await closed;
  expect(emitted).not.toHaveBeenCalledWith('error', expect.anything());
});
