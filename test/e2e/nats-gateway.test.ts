/** The example of a gateway over NATS, beside a server and a service that hears of its user. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { connect } from '@nats-io/transport-node';
import { afterAll, expect, it, onTestFinished } from 'vitest';
import { startNats } from '../support/cluster/nats.js';
import { serve } from '../support/http/rollcall.js';
import { createInbox } from '../support/unit/inbox.js';

const EXAMPLE = fileURLToPath(new URL('../../examples/nats-gateway/gateway.mjs', import.meta.url));

const nats = await startNats();
afterAll(() => nats.stop());
const rollcall = await serve({ NATS_URL: nats.url, NATS_PREFIX: 'eu', PRESENCE_OFFLINE_DEBOUNCE: '200ms' });

/** The example as one user, with the lines that it prints. */
const startGateway = (userId: string, url = nats.url) => {
  const child = spawn(process.execPath, [EXAMPLE, url, userId, 'eu'], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const lines = createInbox<string>('the gateway');
  createInterface(child.stdout).on('line', (line) => lines.push(line));
  return { child, lines, ended: once(child, 'exit') };
};

it('its user is online until it stops, and it prints whom it hears of', async () => {
  const [watches, goes] = await rollcall.strangers('watches', 'goes');
  const watching = startGateway(watches.id);
  expect(await watching.lines.next()).toBe(`${watches.id} is online`);
  const going = startGateway(goes.id);
  expect(await watching.lines.next()).toBe(`${goes.id} is online`);
  expect(await goes.me()).toMatchObject({ sessions: [{ device: 'DESKTOP' }] });
  await goes.setPresence({ status: 'DO_NOT_DISTURB', statusMessage: { text: 'busy' } });
  expect(await watching.lines.next()).toBe(`${goes.id} is dnd: busy`);
  going.child.kill('SIGTERM');
  expect(await watching.lines.next()).toBe(`${goes.id} is offline`);
  expect(await going.ended).toEqual([0, null]);
});

it.each([
  [['--user', 'gate', '--pass', 'p@ss'], 'gate:p%40ss', { user: 'gate', pass: 'p@ss' }],
  [['--auth', 't/ken'], 't%2Fken', { token: 't/ken' }],
] as const)('it signs in by its URL: %j', async (args, inUrl, options) => {
  const guarded = await startNats({ args });
  onTestFinished(() => guarded.stop());
  const peer = await connect({ servers: guarded.url.replace('nats://', ''), ...options });
  onTestFinished(() => peer.close());
  const opened = createInbox<unknown>('NATS');
  peer.subscribe('eu.gateway.connection.opened', { callback: (_, message) => opened.push(message.json()) });
  await peer.flush();
  const { child } = startGateway('guarded', guarded.url.replace('nats://', `nats://${inUrl}@`));
  expect(await opened.next()).toMatchObject({ user_id: 'guarded' });
  child.kill('SIGTERM');
});

it('it tells nothing in the clear where its URL says TLS', async () => {
  const { ended } = startGateway('secret', nats.url.replace('nats:', 'tls:'));
  expect(await ended).toEqual([1, null]);
});
