import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { openPostgres } from '../../../src/adapters/sql/postgres.js';
import { StartFault } from '../../../src/config/startFault.js';

/** Something that takes connections and speaks no PostgreSQL. Returns its URL as that of a database. */
const startStranger = async (onConnection: (socket: Socket) => void): Promise<string> => {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    onConnection(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return `postgres://rollcall:secret@127.0.0.1:${(server.address() as AddressInfo).port}/rollcall`;
};

it.each([
  ['closes every connection', (socket: Socket) => socket.end()],
  ['says nothing', () => {}],
])('a server that %s is named, rather than waited for without an end', async (_, onConnection) => {
  const url = await startStranger(onConnection);
  const opening = openPostgres({ url, firstAnswerMs: 500 });
  await expect(opening).rejects.toThrow(StartFault);
  await expect(opening).rejects.toThrow(/DATABASE_URL .*no answer in 0.5 s/);
});
