import { WebSocket } from 'ws';
import { createInbox, type Inbox } from '../unit/inbox.js';
import { UpgradeRefused } from './raw.js';
import type { Closed } from './socket.js';

/** Anything that a dialect says: tests look at it freely. */
// biome-ignore lint/suspicious/noExplicitAny: what a server says is looked at freely in a test.
export type Said = any;

/** A socket of a dialect, spoken by hand. */
export interface DialectSocket extends Inbox<Said> {
  /** Every message as it came. */
  readonly texts: readonly string[];
  /** Sends a message as JSON, or a string as it is. */
  send(message: unknown): void;
  readonly socket: WebSocket;
  readonly closed: Promise<Closed>;
  close(): Promise<Closed>;
}

export interface DialectOptions {
  readonly token?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly protocols?: string[];
  readonly autoPong?: boolean;
}

/** Opens a socket, with the token in its header. Fails with `UpgradeRefused` when the server answers with a status. */
export async function openDialect(
  url: string,
  { token, headers = {}, protocols = [], autoPong = true }: DialectOptions = {},
): Promise<DialectSocket> {
  const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const socket = new WebSocket(url, protocols, { headers: { ...authorization, ...headers }, autoPong });
  const inbox = createInbox<Said>(`dialect socket ${new URL(url).pathname}`);
  const texts: string[] = [];
  const closed = new Promise<Closed>((resolve) => {
    socket.on('close', (code, reason) => {
      resolve({ code, reason: reason.toString() });
      inbox.end(new Error(`closed ${code} ${reason.toString()}`));
    });
  });
  // The first message may come with the answer to the upgrade.
  socket.on('message', (data) => {
    texts.push(data.toString());
    inbox.push(JSON.parse(data.toString()));
  });
  await new Promise<void>((resolve, reject) => {
    socket.on('open', () => resolve());
    socket.on('unexpected-response', (_request, response) => {
      reject(new UpgradeRefused(response.statusCode ?? 0));
      socket.terminate();
    });
    socket.on('error', reject);
  });
  return {
    ...inbox,
    texts,
    socket,
    send: (message) => socket.send(typeof message === 'string' ? message : JSON.stringify(message)),
    closed,
    close() {
      socket.close();
      return closed;
    },
  };
}
