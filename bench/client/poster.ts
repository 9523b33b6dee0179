/** HTTP POST over connections that are kept, with as little as possible between the socket and the caller. */
import { connect, type Socket } from 'node:net';

export interface Poster {
  /** Posts JSON and resolves with the body of the answer. Throws unless the answer is 200 without `errors`. */
  post(path: string, token: string, body: string): Promise<string>;
  close(): void;
}

/** The body of a whole answer, or null while something of it is to come. */
const bodyOf = (text: string): string | null => {
  const end = text.indexOf('\r\n\r\n');
  if (end < 0) return null;
  const head = text.slice(0, end).toLowerCase();
  const body = text.slice(end + 4);
  const length = /\ncontent-length: *(\d+)/.exec(head)?.[1];
  if (length !== undefined) return body.length >= Number(length) ? body : null;
  return body.endsWith('0\r\n\r\n') ? body : null;
};

/** A server may close what was idle for some seconds (Node: 5); what was idle for less is used again. */
const IDLE_AT_MOST_MS = 2_000;

interface Line {
  readonly socket: Socket;
  idleSince: number;
  text: string;
  settle: { readonly resolve: (body: string) => void; readonly reject: (error: Error) => void } | null;
}

/** At most `connections` requests are under way; the others wait. */
export const createPoster = ({ port, connections }: { port: number; connections: number }): Poster => {
  const idle: Line[] = [];
  const all = new Set<Line>();
  const waiting: ((line: Line) => void)[] = [];

  const release = (line: Line) => {
    const next = waiting.shift();
    if (next) next(line);
    else {
      line.idleSince = Date.now();
      idle.push(line);
    }
  };

  const open = (): Line => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    const line: Line = { socket, idleSince: 0, text: '', settle: null };
    all.add(line);
    const fail = (error: Error) => line.settle?.reject(error);
    socket.setEncoding('latin1');
    socket.on('data', (chunk: string) => {
      line.text += chunk;
      const body = bodyOf(line.text);
      const settle = line.settle;
      if (body === null || settle === null) return;
      const answer = line.text;
      line.text = '';
      line.settle = null;
      release(line);
      if (answer.startsWith('HTTP/1.1 200') && !body.includes('"errors"')) settle.resolve(body);
      else settle.reject(new Error(`The server refused: ${answer.slice(0, 2_000)}`));
    });
    socket.on('error', fail);
    socket.on('close', () => fail(new Error('The server hung up.')));
    return line;
  };

  const take = (): Line | Promise<Line> => {
    for (let line = idle.pop(); line !== undefined; line = idle.pop()) {
      if (Date.now() - line.idleSince < IDLE_AT_MOST_MS) return line;
      all.delete(line);
      line.socket.destroy();
    }
    return all.size < connections ? open() : new Promise<Line>((resolve) => waiting.push(resolve));
  };

  return {
    async post(path, token, body) {
      const line = await take();
      return new Promise<string>((resolve, reject) => {
        line.settle = { resolve, reject };
        line.socket.write(
          `POST ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nContent-Type: application/json\r\n` +
            `Accept: application/json\r\nAuthorization: Bearer ${token}\r\n` +
            `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
        );
      });
    },
    close() {
      for (const { socket } of all) socket.destroy();
    },
  };
};

/** How often, and how far apart, what could not be done at the moment is asked for again. */
const REPEATS = 20;
const REPEAT_AFTER_MS = 1_000;

/** As the host does: repeats what was UNAVAILABLE, which is safe for all that it says. `onRepeat` hears of each. */
export const untilAvailable = async <T>(ask: () => Promise<T>, onRepeat: () => void = () => {}): Promise<T> => {
  for (let left = REPEATS; ; left -= 1) {
    try {
      return await ask();
    } catch (error) {
      if (left === 0 || !`${error}`.includes('"UNAVAILABLE"')) throw error;
      onRepeat();
      await new Promise((wake) => setTimeout(wake, REPEAT_AFTER_MS));
    }
  }
};
