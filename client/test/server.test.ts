/** The client beside a real server. */
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { type Person, serve } from '../../test/support/http/rollcall.js';
import { createPresenceClient, type PresenceClient, type PresenceClientOptions } from '../src/index.js';
import { until } from './support/until.js';

const rollcall = await serve();
const clients: PresenceClient[] = [];
afterEach(() => {
  for (const client of clients.splice(0)) client.close();
});

/** A client of somebody, closed after the test. */
const clientOf = (person: Person, options: Partial<PresenceClientOptions> = {}): PresenceClient => {
  const client = createPresenceClient({
    url: rollcall.url,
    token: () => person.token(),
    webSocketImpl: WebSocket,
    device: 'WEB',
    ...options,
  });
  clients.push(client);
  return client;
};

describe('a client', () => {
  it('shows who is there, what they choose, and that they go', async () => {
    const [ada, ben] = await rollcall.friends('ada', 'ben');
    const hers = clientOf(ada);
    const seen = hers.presence(ben.id);
    const his = clientOf(ben);
    await until(seen, (presence) => presence?.status === 'ONLINE');
    const held = await his.setPresence({ status: 'DO_NOT_DISTURB', statusMessage: { text: 'In the studio' } });
    expect(held.status).toBe('DO_NOT_DISTURB');
    await until(seen, (presence) => presence?.statusMessage?.text === 'In the studio');
    await until(hers.roster, ([first]) => first?.status === 'DO_NOT_DISTURB');
    await his.signOut();
    await until(seen, (presence) => presence?.status === 'OFFLINE');
    expect(his.connection.get().phase).toBe('signedOut');
  });
});
