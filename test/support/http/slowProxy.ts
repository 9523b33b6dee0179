import { createServer, connect as dial, type Server, type Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';

/** A proxy to a server of this machine that delays everything, in order. */
export interface SlowProxy {
  readonly port: number;
  /** Sets the port of the server; it leads nowhere before. */
  leadTo(port: number): void;
  /** Sets the delay of each direction, in milliseconds. */
  delay(ms: number): void;
  /** How many chunks are on their way. */
  readonly underWay: number;
  close(): Promise<void>;
}

export const openSlowProxy = async (): Promise<SlowProxy> => {
  const sockets = new Set<Socket>();
  let target = 0;
  let delayMs = 0;
  let underWay = 0;

  /** Passes on what one side sends, later and in order. */
  const relay = (from: Socket, to: Socket) => {
    let before: Promise<unknown> = Promise.resolve();
    const later = (act: () => void) => {
      underWay += 1;
      const due = wait(delayMs);
      before = Promise.all([before, due]).then(() => {
        underWay -= 1;
        act();
      });
    };
    sockets.add(from);
    from.on('data', (data) => later(() => to.write(data)));
    from.on('error', () => {});
    from.on('close', () => {
      sockets.delete(from);
      later(() => to.destroy());
    });
  };

  const proxy: Server = createServer((near) => {
    const far = dial(target, '127.0.0.1');
    relay(near, far);
    relay(far, near);
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  const address = proxy.address();
  return {
    port: typeof address === 'object' && address ? address.port : 0,
    leadTo(port) {
      target = port;
    },
    delay(ms) {
      delayMs = ms;
    },
    get underWay() {
      return underWay;
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => proxy.close(resolve));
    },
  };
};
