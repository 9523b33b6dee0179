import { createServer, connect as dial, type Server, type Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';

/** A way to a server of this machine on which everything takes longer, in the order in which it was sent. */
export interface SlowProxy {
  readonly port: number;
  /** Where it leads; before that it leads nowhere. */
  leadTo(port: number): void;
  /** How long each direction takes from now on, in milliseconds. */
  delay(ms: number): void;
  /** How much is on its way. */
  readonly underWay: number;
  close(): Promise<void>;
}

export const openSlowProxy = async (): Promise<SlowProxy> => {
  const sockets = new Set<Socket>();
  let target = 0;
  let delayMs = 0;
  let underWay = 0;

  /** What one side sends reaches the other later, one after the other. */
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
