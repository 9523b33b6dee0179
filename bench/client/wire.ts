/**
 * A WebSocket client that does next to nothing: it walks the headers of the frames in a read and counts events by eight
 * bytes of their beginning. What a client spends would otherwise hide what a server does.
 */
import { connect } from 'node:net';
import type { Tally } from './tally.js';

const TEXT = 1;
const CLOSE = 8;
const PING = 9;
const PONG = 10;

/** All sockets read into the same memory: each read is consumed before the next. */
const shared = Buffer.allocUnsafe(256 * 1024);

export interface Wire {
  send(text: string): void;
  /** Replaced as the conversation goes on. */
  onText: (text: string) => void;
  /** Resolves once so many events have arrived on this wire, in all. */
  received(count: number): Promise<void>;
  close(): void;
}

/** A client's frame is masked; a mask of zeros leaves the bytes as they are. */
const frameOf = (opcode: number, payload: Buffer): Buffer => {
  const size = payload.length;
  const head = Buffer.alloc(size < 126 ? 6 : size < 65_536 ? 8 : 14);
  head[0] = 0x80 | opcode;
  if (size < 126) head[1] = 0x80 | size;
  else if (size < 65_536) {
    head[1] = 0x80 | 126;
    head.writeUInt16BE(size, 2);
  } else {
    head[1] = 0x80 | 127;
    head.writeBigUInt64BE(BigInt(size), 2);
  }
  return Buffer.concat([head, payload]);
};

/**
 * Opens a WebSocket. Whatever goes wrong later is thrown: it ends the run. So is a close, unless `onClose` is told of it, with its code;
 * null: there was no close frame.
 */
export const openWire = ({
  port,
  path,
  protocol,
  eventHead,
  tally,
  onText,
  onEvent,
  onClose,
}: {
  readonly port: number;
  readonly path: string;
  readonly protocol: string | null;
  /** What the text of every event begins with. */
  readonly eventHead: string;
  readonly tally: Tally;
  /** Takes every message that is no event, from the first on. */
  readonly onText: (text: string) => void;
  /** Takes the bytes of every event. */
  readonly onEvent: (data: Buffer, start: number, size: number) => void;
  readonly onClose?: (code: number | null) => void;
}): Promise<Wire> =>
  new Promise((resolve, reject) => {
    // Of the beginning, the part that names the subscription and the part that names the kind of message.
    const nameAt = 4;
    const kindAt = eventHead.length - 4;
    const name = Buffer.from(eventHead).readUInt32LE(nameAt);
    const kind = Buffer.from(eventHead).readUInt32LE(kindAt);
    let open = false;
    let carry: Buffer | null = null;
    let events = 0;
    let target = -1;
    let reached = () => {};
    let closing = false;
    let code: number | null = null;

    const wire: Wire = {
      onText,
      send: (text) => socket.write(frameOf(TEXT, Buffer.from(text))),
      received: (count) =>
        events >= count
          ? Promise.resolve()
          : new Promise((settle) => {
              target = count;
              reached = settle;
            }),
      close() {
        closing = true;
        socket.destroy();
      },
    };

    const onFrame = (first: number, data: Buffer, start: number, size: number) => {
      const opcode = first & 0x0f;
      const isEvent =
        opcode === TEXT &&
        size > eventHead.length &&
        data.readUInt32LE(start + nameAt) === name &&
        data.readUInt32LE(start + kindAt) === kind;
      if (isEvent) {
        events += 1;
        onEvent(data, start, size);
        if (events === target) reached();
        if (tally.count()) tally.check(data.toString('utf8', start, start + size));
      } else if (opcode === TEXT) wire.onText(data.toString('utf8', start, start + size));
      else if (opcode === PING) socket.write(frameOf(PONG, Buffer.from(data.subarray(start, start + size))));
      else if (opcode === CLOSE && onClose) {
        code = size >= 2 ? data.readUInt16BE(start) : null;
        socket.end(frameOf(CLOSE, Buffer.from(data.subarray(start, start + size))));
      } else if (opcode === CLOSE)
        throw new Error(
          `Closed by the server: ${size >= 2 ? data.readUInt16BE(start) : ''} ${data.toString('utf8', start + 2, start + size)}`,
        );
      if ((first & 0x80) === 0) throw new Error('A fragmented message: this client does not know them.');
    };

    const onData = (data: Buffer): Buffer | null => {
      let at = 0;
      if (!open) {
        const end = data.indexOf('\r\n\r\n');
        if (end < 0) return Buffer.from(data);
        if (!data.toString('latin1', 0, 12).startsWith('HTTP/1.1 101')) {
          const refusal = new Error(`The upgrade was refused: ${data.toString('latin1', 0, end)}`);
          if (!onClose) throw refusal;
          closing = true;
          reject(refusal);
          socket.destroy();
          return null;
        }
        open = true;
        at = end + 4;
        resolve(wire);
      }
      while (data.length - at >= 2) {
        const first = data[at]!;
        let size = data[at + 1]! & 0x7f;
        let start = at + 2;
        if (size === 126) {
          if (data.length - at < 4) break;
          size = data.readUInt16BE(start);
          start += 2;
        } else if (size === 127) {
          if (data.length - at < 10) break;
          size = Number(data.readBigUInt64BE(start));
          start += 8;
        }
        if (data.length < start + size) break;
        onFrame(first, data, start, size);
        at = start + size;
      }
      return at < data.length ? Buffer.from(data.subarray(at)) : null;
    };

    const socket = connect({
      port,
      host: '127.0.0.1',
      noDelay: true,
      onread: {
        buffer: shared,
        callback: (size) => {
          const read = shared.subarray(0, size);
          carry = onData(carry === null ? read : Buffer.concat([carry, read]));
          return true;
        },
      },
    });
    socket.once('connect', () => {
      socket.write(
        `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
          'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n' +
          `${protocol === null ? '' : `Sec-WebSocket-Protocol: ${protocol}\r\n`}\r\n`,
      );
    });
    socket.once('error', reject);
    socket.once('close', () => {
      if (closing) return;
      if (!onClose) throw new Error('The server hung up.');
      if (open) onClose(code);
      else reject(new Error('The server hung up.'));
    });
  });
