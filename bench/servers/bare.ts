/**
 * The lower limit: `ws`, lists of who watches which user or object, and one ready-made buffer that goes to each with `ws.send`. It
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

/** An event: `data` as GraphQL would have it. */
const messageOf = (data: object): Buffer => Buffer.from(JSON.stringify({ id: 'w', type: 'next', payload: { data } }));

const deliver = (socket: WebSocket, message: Buffer): void => {
  if (socket.bufferedAmount > UNSENT_AT_MOST) socket.close(1013);
  else socket.send(message, TEXT);
};

/** What is watched, a user or an object, changed: the message is kept and goes to who watches it. */
const publish = (key: string, message: Buffer): void => {
  present.set(key, message);
  for (const socket of watchers.get(key) ?? []) deliver(socket, message);
};

const set = (userId: string, input: Input): void =>
  publish(userId, messageOf({ presenceChanged: changed(userId, input) }));

interface Put {
  readonly objectId: string;
  readonly counts: readonly object[];
}

const messageOfCounts = ({ objectId: id, counts: all }: Put): Buffer =>
  messageOf({ countsChanged: { id, all, asOf: new Date().toISOString() } });

const put = (puts: readonly Put[]): void => {
  for (const each of puts) publish(each.objectId, messageOfCounts(each));
};

const watch = (socket: WebSocket, keys: readonly string[], messageOfAbsent: (key: string) => Buffer): void => {
  for (const key of keys) {
    const sockets = watchers.get(key);
    if (sockets) sockets.add(socket);
    else watchers.set(key, new Set([socket]));
    deliver(socket, present.get(key) ?? messageOfAbsent(key));
  }
};

type Message =
  | { readonly type: 'connection_init'; readonly payload: { readonly authorization: string } }
  | { readonly type: 'subscribe'; readonly payload: { readonly userIds: readonly string[] } }
  | { readonly type: 'counts'; readonly payload: { readonly objectIds: readonly string[] } }
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
      watch(socket, watched, (userId) => messageOf({ presenceChanged: absent(userId) }));
      request.socket.uncork();
    } else if (message.type === 'counts') {
      watched = message.payload.objectIds;
      request.socket.cork();
      watch(socket, watched, (objectId) => messageOfCounts({ objectId, counts: [] }));
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
  if (request.url === '/counts') put(JSON.parse(body) as readonly Put[]);
  else set(userId, JSON.parse(body) as Input);
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
