/** Sockets of the crowd: graphql-transport-ws spoken by hand, and those of the dialects. They close in every way there is. */
import { WebSocket } from 'ws';

/** A way out of a socket. `silent`: nothing is read or answered any more, and the server has to find out. */
export type Goodbye = 'close' | 'drop' | 'silent';

export interface Line {
  send(message: object): void;
  leave(goodbye: Goodbye): void;
  /** It reads what comes. */
  readonly isOpen: boolean;
}

export interface Closed {
  readonly code: number;
  readonly reason: string;
}

/** Longer than the server waits for a sign of life. */
const SILENT_FOR_MS = 70_000;
const OPEN_WITHIN_MS = 30_000;

/** Opens a socket. `onMessage` hears what the server says, `onClosed` of the end, whoever ended it. Rejects where it does not open. */
export const openLine = ({
  url,
  protocol,
  token,
  onMessage,
  onClosed,
}: {
  readonly url: string;
  readonly protocol?: string;
  readonly token?: string;
  // biome-ignore lint/suspicious/noExplicitAny: what a server says is looked at freely.
  readonly onMessage: (message: any, line: Line) => void;
  readonly onClosed: (closed: Closed) => void;
}): Promise<Line> =>
  new Promise((resolve, reject) => {
    const socket = new WebSocket(url, protocol ? [protocol] : [], {
      headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
      perMessageDeflate: false,
      handshakeTimeout: OPEN_WITHIN_MS,
    });
    let silent: NodeJS.Timeout | null = null;
    let left = false;
    const line: Line = {
      send(message) {
        if (socket.readyState === WebSocket.OPEN && !left) socket.send(JSON.stringify(message));
      },
      leave(goodbye) {
        if (left) return;
        left = true;
        if (goodbye === 'close') socket.close(1000);
        else if (goodbye === 'drop') socket.terminate();
        else {
          socket.pause();
          silent = setTimeout(() => socket.terminate(), SILENT_FOR_MS);
        }
      },
      get isOpen() {
        return socket.readyState === WebSocket.OPEN && !left;
      },
    };
    socket.on('message', (data) => {
      if (!left) onMessage(JSON.parse(data.toString()), line);
    });
    socket.on('open', () => resolve(line));
    socket.on('error', reject);
    socket.on('close', (code, reason) => {
      if (silent) clearTimeout(silent);
      left = true;
      reject(new Error(`closed ${code}`));
      onClosed({ code, reason: reason.toString() });
    });
  });

/** One subscription of a socket: what it is sent, until it is refused or over. */
export interface Listener {
  // biome-ignore lint/suspicious/noExplicitAny: what a server says is looked at freely.
  next(data: any): void;
  /** It was refused, with that code. */
  refused?(code: string): void;
}

export interface GraphqlLine extends Line {
  /** Subscribes; the answer ends it. */
  subscribe(query: string, variables: object, listener: Listener): () => void;
}

/** A signed-in socket of `/graphql`. */
export const openGraphql = async ({
  port,
  params,
  onClosed,
}: {
  readonly port: number;
  readonly params: object;
  readonly onClosed: (closed: Closed) => void;
}): Promise<GraphqlLine> => {
  const listeners = new Map<string, Listener>();
  let made = 0;
  let accepted = () => {};
  let failed = (_: Error) => {};
  const acknowledged = new Promise<void>((resolve, reject) => {
    accepted = resolve;
    failed = reject;
  });
  // Where the socket does not even open, nobody waits for this.
  acknowledged.catch(() => {});
  const line = await openLine({
    url: `ws://127.0.0.1:${port}/graphql`,
    protocol: 'graphql-transport-ws',
    onMessage({ type, id, payload }, self) {
      if (type === 'connection_ack') accepted();
      else if (type === 'ping') self.send({ type: 'pong' });
      else if (type === 'next') {
        const listener = listeners.get(id);
        if (payload.errors) listener?.refused?.(String(payload.errors[0].extensions?.code));
        else listener?.next(Object.values(payload.data)[0]);
      } else if (type === 'error') {
        listeners.get(id)?.refused?.(String(payload[0].extensions?.code));
        listeners.delete(id);
      } else if (type === 'complete') listeners.delete(id);
    },
    onClosed(closed) {
      failed(new Error(`closed ${closed.code} ${closed.reason}`));
      onClosed(closed);
    },
  });
  line.send({ type: 'connection_init', payload: params });
  await acknowledged;
  return {
    send: line.send,
    leave: line.leave,
    get isOpen() {
      return line.isOpen;
    },
    subscribe(query, variables, listener) {
      const id = String(++made);
      listeners.set(id, listener);
      line.send({ id, type: 'subscribe', payload: { query, variables } });
      return () => {
        listeners.delete(id);
        line.send({ id, type: 'complete' });
      };
    },
  };
};
