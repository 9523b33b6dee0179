/** Clients of people at a running server. */
import { afterEach } from 'vitest';
import { WebSocket } from 'ws';
import type { Person } from '../../../test/support/http/rollcall.js';
import { createPresenceClient, type PresenceClient, type PresenceClientOptions } from '../../src/index.js';

const clients: PresenceClient[] = [];

/** Call it once a file: closes the clients of each test after it. */
export const closeAfterEach = (): void => {
  afterEach(() => {
    for (const client of clients.splice(0)) client.close();
  });
};

/** A client of somebody. */
export const clientOf = (url: string, person: Person, options: Partial<PresenceClientOptions> = {}): PresenceClient => {
  const client = createPresenceClient({
    url,
    token: () => person.token(),
    webSocketImpl: WebSocket,
    page: null,
    device: 'WEB',
    ...options,
  });
  clients.push(client);
  return client;
};
