/**
 * The lower limit: `ws`, lists of who watches whom, and one ready-made buffer that goes to each with `ws.send`. It
 * signs in, sends the present state first, pings, and drops who does not read; it knows nothing of privacy, sessions,
 * devices or other nodes, and reads no documents.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import { absent, changed, type Input } from './presence.js';
import { signIn } from './signIn.js';

const PING_EVERY_MS = 15_000;
const LOST_AFTER_MS = 45_000;
const UNSENT_AT_MOST = 256 * 1024;
const TEXT = { binary: false };

const watchers = new Map<string, Set<WebSocket>>();
const present = new Map<string, Buffer>();
const aliveAt = new Map<WebSocket, number>();

const messageOf = (presenceChanged: object): Buffer =>
  Buffer.from(JSON.stringify({ id: 'w', type: 'next', payload: { data: { presenceChanged } } }));

const deliver = (socket: WebSocket, message: Buffer): void => {
  if (socket.bufferedAmount > UNSENT_AT_MOST) socket.close(1013);
  else socket.send(message, TEXT);
};

const set = (userId: string, input: Input): void => {
  const message = messageOf(changed(userId, input));
  present.set(userId, message);
  for (const socket of watchers.get(userId) ?? []) deliver(socket, message);
};

const watch = (socket: WebSocket, userIds: readonly string[]): void => {
  for (const userId of userIds) {
    const sockets = watchers.get(userId);
    if (sockets) sockets.add(socket);
    else watchers.set(userId, new Set([socket]));
    deliver(socket, present.get(userId) ?? messageOf(absent(userId)));
  }
};

type Message =
  | { readonly type: 'connection_init'; readonly payload: { readonly authorization: string } }
  | { readonly type: 'subscribe'; readonly payload: { readonly userIds: readonly string[] } }
  | { readonly type: 'set'; readonly payload: Input };

const serve = (socket: WebSocket, request: IncomingMessage): void => {
  let user: string | null = null;
  let watched: readonly string[] = [];
  aliveAt.set(socket, Date.now());
  socket.on('pong', () => aliveAt.set(socket, Date.now()));
  socket.on('error', () => {});
  socket.on('close', () => {
    aliveAt.delete(socket);
    for (const userId of watched) watchers.get(userId)?.delete(socket);
  });
  socket.on('message', async (data) => {
    const message = JSON.parse(data.toString()) as Message;
    if (message.type === 'connection_init') {
      user = await signIn(message.payload.authorization).catch(() => null);
      if (user === null) socket.close(4403);
      else socket.send('{"type":"connection_ack"}');
    } else if (user === null) socket.close(4401);
    else if (message.type === 'subscribe') {
      watched = message.payload.userIds;
      // The present states leave in one write.
      request.socket.cork();
      watch(socket, watched);
      request.socket.uncork();
    } else {
      set(user, message.payload);
      socket.send('{"id":"m","type":"complete"}');
    }
  });
};

const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
  const userId = await signIn(request.headers.authorization);
  let body = '';
  request.setEncoding('utf8');
  for await (const chunk of request) body += chunk;
  set(userId, JSON.parse(body) as Input);
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': 11 });
  response.end('{"ok":true}');
};

const server = createServer((request, response) => {
  answer(request, response).catch(() => response.writeHead(401).end());
});
new WebSocketServer({ server, perMessageDeflate: false, maxPayload: 256 * 1024 }).on('connection', serve);

setInterval(() => {
  const now = Date.now();
  for (const [socket, at] of aliveAt) {
    if (now - at > LOST_AFTER_MS) socket.terminate();
    else socket.ping();
  }
}, PING_EVERY_MS).unref();

server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`${JSON.stringify({ port: (server.address() as AddressInfo).port })}\n`);
});
