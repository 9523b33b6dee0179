/** The webhook to the host (docs/doors.md#webhooks), and its example, which is killed and comes back. */
import { spawn } from 'node:child_process';
import { connect } from 'node:net';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, it, onTestFinished, vi } from 'vitest';
import { serve, serveTest } from '../support/http/rollcall.js';
import { socialOf } from '../support/http/social.js';
import { type ReceivedEvent, startReceiver } from '../support/http/webhookReceiver.js';
import { createInbox } from '../support/unit/inbox.js';

const EXAMPLE = fileURLToPath(new URL('../../examples/webhook-receiver/receiver.mjs', import.meta.url));
const SECRET = `whsec_${Buffer.from('a secret of thirty-two bytes, or so').toString('base64')}`;
const SOON = { timeout: 30_000, interval: 50 };

const receiver = await startReceiver(SECRET);
afterAll(() => receiver.stop());
const rollcall = await serve({
  NODE_ENV: 'test',
  WEBHOOK_URL: receiver.url,
  WEBHOOK_SECRET: SECRET,
  METRICS_PORT: '0',
  PUSH_AFTER: '1s',
  PRESENCE_OFFLINE_DEBOUNCE: '300ms',
});
const eventsOf = (userId: string): readonly ReceivedEvent[] =>
  receiver.requests.flatMap(({ events }) => events.filter(({ data }) => data.user_id === userId));

it('tells whole states of users who come, change and leave', async () => {
  const [ana] = await rollcall.strangers('ana');
  const socket = await ana.connect({ device: 'MOBILE' });
  await vi.waitFor(
    () => expect(receiver.latest.get(ana.id)).toMatchObject({ status: 'ONLINE', devices: ['MOBILE'] }),
    SOON,
  );
  await ana.setPresence({ status: 'DO_NOT_DISTURB', statusMessage: { text: 'busy' } });
  await vi.waitFor(
    () =>
      expect(receiver.latest.get(ana.id)).toMatchObject({
        status: 'DO_NOT_DISTURB',
        status_message: { text: 'busy', emoji: null, expires_at: null },
        last_seen: null,
      }),
    SOON,
  );
  await socket.close();
  await vi.waitFor(
    () =>
      expect(receiver.latest.get(ana.id)).toMatchObject({
        status: 'OFFLINE',
        status_message: null,
        activities: [],
        devices: [],
        last_seen: expect.stringMatching(/Z$/),
      }),
    SOON,
  );
  expect(receiver.forged).toEqual([]);
});

it('tells who hides as who leaves, and nothing of what they do meanwhile', async () => {
  const [hides, leaves] = await rollcall.strangers('hides', 'leaves');
  await hides.connect({ sessionId: 'tab' });
  await leaves.connect({ sessionId: 'tab' });
  await vi.waitFor(
    () => expect([receiver.statusOf(hides.id), receiver.statusOf(leaves.id)]).toEqual(['ONLINE', 'ONLINE']),
    SOON,
  );
  await Promise.all([hides.setPresence({ status: 'INVISIBLE' }), leaves.endSession('tab')]);
  await vi.waitFor(
    () => expect([receiver.statusOf(hides.id), receiver.statusOf(leaves.id)]).toEqual(['OFFLINE', 'OFFLINE']),
    SOON,
  );
  const before = eventsOf(hides.id).length;
  await hides.say('nobody sees this');
  const again = await hides.connect({ sessionId: 'other', device: 'PLUGIN' });
  await again.close();
  await hides.endSession('tab');
  // Whatever was marked before is told once this one is.
  const [marker] = await rollcall.strangers('marker');
  await marker.connect();
  await vi.waitFor(() => expect(receiver.statusOf(marker.id)).toBe('ONLINE'), SOON);
  expect(eventsOf(hides.id)).toHaveLength(before);
  const shape = (userId: string) =>
    Object.entries(receiver.latest.get(userId)!)
      .map(([name, value]) => `${name}: ${typeof value}`)
      .sort();
  expect(shape(hides.id)).toEqual(shape(leaves.id));
  for (const { id } of [hides, leaves]) {
    const { last_seen: lastSeen, as_of: asOf } = receiver.latest.get(id)!;
    expect(Date.parse(String(lastSeen))).toBeLessThanOrEqual(Number(asOf));
  }
});

it('tells of due notices, and of a deleted user after the last state', async () => {
  const [ana, fan] = await rollcall.strangers('ana', 'fan');
  await socialOf(rollcall.host).tell({
    id: 'like-1',
    verb: 'like',
    actorId: fan.id,
    objectId: 'post',
    notify: [ana.id],
  });
  await vi.waitFor(
    () =>
      expect(eventsOf(ana.id).filter(({ type }) => type === 'notice.due')).toMatchObject([
        { data: { unseen: 1, notice: { verb: 'like', object_id: 'post', actor_ids: [fan.id], actor_count: 1 } } },
      ]),
    SOON,
  );
  await ana.connect();
  await vi.waitFor(() => expect(receiver.statusOf(ana.id)).toBe('ONLINE'), SOON);
  await rollcall.host.deleteUser(ana.id);
  await vi.waitFor(() => expect(receiver.deleted).toEqual([ana.id]), SOON);
  expect(eventsOf(ana.id).at(-1)).toMatchObject({ type: 'user.deleted' });
  const { metricsPort } = await rollcall.run.logged('listening');
  const metrics = await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text();
  expect(metrics).toMatch(/rollcall_webhook_sent_total\{kind="event"\} [1-9]/);
  expect(metrics).toMatch(/rollcall_webhook_sent_total\{kind="state"\} [1-9]/);
});

it('tells the example everything that it missed while it was killed', async () => {
  const start = async (port: string) => {
    const child = spawn(process.execPath, [EXAMPLE, port], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, WEBHOOK_SECRET: SECRET },
    });
    onTestFinished(() => void child.kill('SIGKILL'));
    const lines = createInbox<string>('the example');
    createInterface(child.stdout).on('line', (line) => lines.push(line));
    const listening = await lines.next();
    return { child, lines, port: listening.replace(/\D/g, '') };
  };
  const first = await start('0');
  const own = await serveTest({
    NODE_ENV: 'test',
    WEBHOOK_URL: `http://127.0.0.1:${first.port}/`,
    WEBHOOK_SECRET: `another, ${SECRET}`,
    PRESENCE_OFFLINE_DEBOUNCE: '100ms',
  });
  // A request that breaks off, and one that nobody signed, do it no harm.
  const broken = connect(Number(first.port), '127.0.0.1');
  broken.write('POST / HTTP/1.1\r\nHost: here\r\nContent-Length: 9\r\n\r\n{', () => broken.destroy());
  expect((await fetch(`http://127.0.0.1:${first.port}/`, { method: 'POST', body: '{' })).status).toBe(401);
  const [ana, bob] = await own.strangers('ana', 'bob');
  const socket = await ana.connect();
  await first.lines.nextWhere((line) => line === `${ana.id} is ONLINE`);
  first.child.kill('SIGKILL');
  await socket.close();
  await bob.connect();
  await own.run.logged('the webhook is unavailable');
  const second = await start(first.port);
  const missed = new Set([`${ana.id} is OFFLINE`, `${bob.id} is ONLINE`]);
  while (missed.size > 0) missed.delete(await second.lines.nextWhere((line) => missed.has(line), 60_000));
});
