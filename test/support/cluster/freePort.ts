import { createServer } from 'node:net';

/** Below those from which the system takes the local ports of connections: nobody but a test listens there. */
const FIRST = 12_000;
const LAST = 32_000;
/** Each worker of a run has some of its own, since a port that was found free is not held. */
const WORKERS = 16;
const COUNT = Math.floor((LAST - FIRST) / WORKERS);
const first = FIRST + (Number(process.env.VITEST_POOL_ID ?? 0) % WORKERS) * COUNT;
/** Another run on the same machine begins elsewhere. */
let next = Math.floor(Math.random() * COUNT);

const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });

/** A port of 127.0.0.1 that nobody listens on, and that no other call was given lately. */
export const freePort = async (): Promise<number> => {
  for (let tried = 0; tried < COUNT; tried += 1) {
    const port = first + (next++ % COUNT);
    if (await isFree(port)) return port;
  }
  throw new Error('no port is free');
};
