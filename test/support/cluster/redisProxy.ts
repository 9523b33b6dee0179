/** A proxy from a node to Redis that can silence the connections that subscribe. */
import { createServer, connect as dial, type Socket } from 'node:net';

export interface RedisProxy {
  readonly url: string;
  /** From now on nothing passes over the connections that subscribed so far; they stay open. Others are let through. */
  muteSubscribers(): void;
  /** The same for all present connections. */
  mute(): void;
  /** How many connections subscribed so far. */
  readonly subscribers: number;
  close(): Promise<void>;
}

export const openRedisProxy = async (port: number): Promise<RedisProxy> => {
  const pairs = new Set<{ near: Socket; far: Socket; subscribes: boolean }>();
  let subscribers = 0;
  const mute = (isMuted: (pair: { subscribes: boolean }) => boolean) => {
    for (const pair of pairs) {
      if (!isMuted(pair)) continue;
      pair.near.pause();
      pair.far.pause();
    }
  };
  const server = createServer((near) => {
    const far = dial(port, '127.0.0.1');
    const pair = { near, far, subscribes: false };
    pairs.add(pair);
    near.on('data', (data) => {
      if (!pair.subscribes && /\r\nsubscribe\r\n/i.test(data.toString('latin1'))) {
        pair.subscribes = true;
        subscribers += 1;
      }
      far.write(data);
    });
    far.on('data', (data) => near.write(data));
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      socket.on('error', () => {});
      socket.on('close', () => {
        pairs.delete(pair);
        other.destroy();
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return {
    url: `redis://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`,
    get subscribers() {
      return subscribers;
    },
    muteSubscribers: () => mute(({ subscribes }) => subscribes),
    mute: () => mute(() => true),
    async close() {
      for (const { near, far } of pairs) {
        near.destroy();
        far.destroy();
      }
      await new Promise((resolve) => server.close(resolve));
    },
  };
};
