import { createServer, connect as dial, type Server, type Socket } from 'node:net';

/** A proxy to a server of this machine that can be held, cut, and led to another server. */
export interface TestProxy {
  readonly port: number;
  /** Leads new connections to another port. */
  leadTo(port: number): void;
  /** Holds what is sent from now on, over new connections too, until it is released. */
  hold(): void;
  /** Lets new connections through; those that were held stay held. */
  admit(): void;
  release(): void;
  /** Ends every connection, and drops what was held. */
  cut(): void;
  close(): Promise<void>;
}

/** Opens a proxy to the server at `port`. */
export const openProxy = async (port: number): Promise<TestProxy> => {
  const sockets = new Set<Socket>();
  let target = port;
  let held = false;
  const proxy: Server = createServer((near) => {
    const far = dial(target, '127.0.0.1');
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from);
      if (held) from.pause();
      from.on('data', (data) => to.write(data));
      from.on('error', () => {});
      from.on('close', () => {
        sockets.delete(from);
        to.destroy();
      });
    }
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  const address = proxy.address();
  return {
    port: typeof address === 'object' && address ? address.port : 0,
    leadTo(next) {
      target = next;
    },
    hold() {
      held = true;
      for (const socket of sockets) socket.pause();
    },
    admit() {
      held = false;
    },
    release() {
      held = false;
      for (const socket of sockets) socket.resume();
    },
    cut() {
      for (const socket of sockets) socket.destroy();
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => proxy.close(resolve));
    },
  };
};
