import { WebSocket } from 'ws';
import { createInbox, type Inbox } from '../unit/inbox.js';
import type { Closed } from './socket.js';

export interface RawMessage {
  type: string;
  id?: string;
  payload?: unknown;
}

/** A bare WebSocket, for what a well-behaved client never does. */
export interface RawSocket extends Inbox<RawMessage> {
  /** Sends a message as JSON, or a string as it is. */
  send(message: unknown): void;
  readonly closed: Promise<Closed>;
  terminate(): void;
  /** Stops reading what the server sends. */
  pause(): void;
  /** Reads on. */
  resume(): void;
}

export interface RawOptions {
  protocol?: string;
  headers?: Record<string, string>;
  /** False: pings are never answered, as by a half-open connection. */
  autoPong?: boolean;
}

/** Opens a bare socket. Fails with `UpgradeRefused` when the server answers the upgrade with a status. */
export async function openRaw(url: string, options: RawOptions = {}): Promise<RawSocket> {
  const { protocol = 'graphql-transport-ws', headers = {}, autoPong = true } = options;
  const socket = new WebSocket(url, protocol, { headers, autoPong });
  const inbox = createInbox<RawMessage>(`raw socket ${url}`);
  const closed = new Promise<Closed>((resolve) => {
    socket.on('close', (code, reason) => {
      resolve({ code, reason: reason.toString() });
      inbox.end(new Error(`closed ${code} ${reason.toString()}`));
    });
  });
  socket.on('message', (data) => inbox.push(JSON.parse(data.toString()) as RawMessage));
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
    send: (message) => socket.send(typeof message === 'string' ? message : JSON.stringify(message)),
    closed,
    terminate: () => socket.terminate(),
    pause: () => socket.pause(),
    resume: () => socket.resume(),
  };
}

/** The server answered the upgrade with an HTTP status. */
export class UpgradeRefused extends Error {
  readonly status: number;
  constructor(status: number) {
    super(`upgrade refused with ${status}`);
    this.name = 'UpgradeRefused';
    this.status = status;
  }
}
