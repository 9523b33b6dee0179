/**
 * Runs the code of a connection before the first client does: a process just started compiles each function when it is first called,
 * and interprets it for its first hundreds of calls, so its first connections cost many times what later ones do, all at once.
 */
import { setMaxListeners } from 'node:events';
import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { WebSocket } from 'ws';
import { createWire } from './wire.js';

/** What clients of Rollcall ask for first. */
const QUERY = `subscription Watch($userIds: [ID!]) {
  presenceChanged(userIds: $userIds) {
    userId status statusMessage { text emoji } activities { type name } lastSeen asOf
  }
}`;

/** Clients at a time. */
const AT_ONCE = 16;

/** One client over a wire: it signs in, watches the users, and leaves when it has their states; at the latest when `stopped` is aborted. */
const visit = (server: Server, token: string, userIds: readonly string[], stopped: AbortSignal): Promise<void> =>
  new Promise((resolve, reject) => {
    const [client, accepted] = createWire();
    const socket = new WebSocket('ws://warm-up/graphql', 'graphql-transport-ws', {
      createConnection: () => client as Socket,
      perMessageDeflate: false,
    });
    const leave = () => socket.terminate();
    stopped.addEventListener('abort', leave);
    const send = (message: object) => socket.send(JSON.stringify(message));
    const awaited = new Set(userIds);
    socket.on('open', () => send({ type: 'connection_init', payload: { authorization: `Bearer ${token}` } }));
    socket.on('message', (data) => {
      const { type, payload } = JSON.parse(data.toString());
      if (type === 'connection_ack') {
        send({ id: '1', type: 'subscribe', payload: { query: QUERY, variables: { userIds } } });
      } else if (type === 'next') {
        awaited.delete(payload.data?.presenceChanged?.userId);
        if (awaited.size === 0) socket.close();
      } else socket.close();
    });
    socket.on('error', reject);
    socket.on('close', (code) => {
      stopped.removeEventListener('abort', leave);
      if (awaited.size === 0) resolve();
      else reject(new Error(`A client of the warm-up was not served (${code}).`));
    });
    server.emit('connection', accepted);
  });

/**
 * Has `clients` connect to `server`, which need not listen, until all have been served or `stopped` is aborted. Each watches `watched`
 * users. Returns how many were served. Rejects where one was not.
 */
export const warmUp = async ({
  server,
  clients,
  watched,
  tokenOf,
  newId,
  stopped,
}: {
  readonly server: Server;
  readonly clients: number;
  readonly watched: number;
  readonly tokenOf: (userId: string) => Promise<string>;
  /** Of a user who is nobody. */
  readonly newId: () => string;
  readonly stopped: AbortSignal;
}): Promise<number> => {
  const userIds = Array.from({ length: watched }, newId);
  // Node.js takes more than ten for a leak.
  setMaxListeners(AT_ONCE, stopped);
  let served = 0;
  try {
    while (served < clients && !stopped.aborted) {
      const visits = Array.from({ length: AT_ONCE }, async () => {
        await visit(server, await tokenOf(newId()), userIds, stopped);
        served += 1;
      });
      await Promise.all(visits);
    }
  } catch (error) {
    // Those who were sent away were not served.
    if (!stopped.aborted) throw error;
  }
  return served;
};
