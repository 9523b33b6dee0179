/** A way to PostgreSQL on which statements fail in the middle of their answer, as the protocol has it. */
import { type AddressInfo, createServer, connect as dial, type Socket } from 'node:net';
import { createFaults } from '../unit/faults.js';

const field = (kind: string, text: string) => Buffer.from(`${kind}${text}\0`);
const message = (kind: string, body: Buffer): Buffer => {
  const head = Buffer.alloc(5);
  head.write(kind);
  head.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
};
/** What the server says when `statement_timeout` ends a statement. */
const CANCELLED = message(
  'E',
  Buffer.concat([
    field('S', 'ERROR'),
    field('V', 'ERROR'),
    field('C', '57014'),
    field('M', 'canceling statement due to statement timeout'),
    Buffer.from([0]),
  ]),
);

/** Cuts a stream into the server's messages, by kind. */
const createMessages = (each: (kind: string, message: Buffer) => void) => {
  let rest = Buffer.alloc(0);
  return (data: Buffer): void => {
    rest = Buffer.concat([rest, data]);
    while (rest.length >= 5 && rest.length >= rest.readInt32BE(1) + 1) {
      const end = rest.readInt32BE(1) + 1;
      const [next, after] = [rest.subarray(0, end), rest.subarray(end)];
      rest = after;
      each(String.fromCharCode(next[0]!), next);
    }
  };
};

/** Opens one to that database. Everything passes until a failure is asked for. */
export const openFaultyPostgres = async (url: string) => {
  const sockets = new Set<Socket>();
  const control = createFaults();

  const proxy = createServer((near) => {
    const far = dial(Number(new URL(url).port), '127.0.0.1');
    let rows = 0;
    let isSwallowing = false;

    const pass = createMessages((kind, bytes) => {
      if (isSwallowing && kind !== 'Z') return;
      const pending = control.pending();
      const here = pending?.afterRows === rows ? pending : null;
      if (here && (here.how === 'cancelled' || here.how === 'cut') && (kind === 'D' || kind === 'C')) {
        control.failed();
        rows = 0;
        if (here.how === 'cut') {
          near.end();
          far.destroy();
          return;
        }
        isSwallowing = true;
        near.write(CANCELLED);
        return;
      }
      if (here && kind === 'D') {
        control.failed();
        if (here.how === 'twice') near.write(Buffer.concat([bytes, bytes]));
        rows += 1;
        return;
      }
      if (kind === 'D') rows += 1;
      if (kind === 'C') {
        control.answered(rows);
        rows = 0;
      }
      // A transaction in which a statement failed is a failed one.
      if (kind === 'Z' && isSwallowing && bytes[5] === 'T'.charCodeAt(0)) bytes[5] = 'E'.charCodeAt(0);
      if (kind === 'Z') isSwallowing = false;
      near.write(bytes);
    });
    for (const socket of [near, far]) {
      sockets.add(socket);
      // Messages go one by one: each would wait for the acknowledgement of the one before, 40 ms a statement.
      socket.setNoDelay(true);
      socket.on('error', () => {});
      socket.on('close', () => {
        sockets.delete(socket);
        near.destroy();
        far.destroy();
      });
    }
    near.on('data', (data) => far.write(data));
    far.on('data', pass);
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  const { port } = proxy.address() as AddressInfo;

  return {
    url: Object.assign(new URL(url), { port }).href,
    faults: control.faults,
    /** Ends all connections. */
    cut(): void {
      for (const socket of sockets) socket.destroy();
    },
    async close(): Promise<void> {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => proxy.close(resolve));
    },
  };
};
