import { readFile } from 'node:fs/promises';
import { expect, it, onTestFinished } from 'vitest';
import { startCluster } from '../support/cluster/cluster.js';
import { openProxy } from '../support/cluster/proxy.js';
import { isLive, isOffline, observe } from '../support/http/observer.js';
import { openRaw } from '../support/http/raw.js';
import { connectSocket } from '../support/http/socket.js';

const TIMEOUT_MS = 3_000;
const GRACE_MS = 1_000;
/** What a server under load holds beyond an idle one, with or without slow readers. */
const GROWTH_BYTES = 150 * 2 ** 20;
/** What a busy machine may add. */
const LOAD_MS = 6_000;

it('a TCP connection that is dead but not closed ends within HEARTBEAT_TIMEOUT, and the others stay', async () => {
  const cluster = await startCluster({ nodes: 1 });
  const ids = await cluster.followed('watcher', 'user', 2);
  const observer = observe(await cluster.person('watcher').connect({ presence: false }));
  const proxy = await openProxy(Number(new URL(cluster.node(0).origin).port));
  onTestFinished(() => proxy.close());
  const authorization = `Bearer ${await cluster.person('user-0').token()}`;
  await connectSocket(`ws://127.0.0.1:${proxy.port}/graphql`, { authorization });
  await cluster.person('user-1').connect();
  await observer.until(ids, isLive);
  observer.forget();

  const heldAt = Date.now();
  proxy.hold();
  await observer.until(['user-0'], isOffline);
  const [event] = observer.offline;
  const after = Date.parse(event?.asOf ?? '') - heldAt;
  const silent = Date.parse(event?.asOf ?? '') - Date.parse(event?.lastSeen ?? '');
  console.log(`half-open: offline after ${after} ms, ${silent} ms after it was last heard of`);
  expect(observer.offline).toHaveLength(1);
  expect(after).toBeLessThan(TIMEOUT_MS + GRACE_MS + LOAD_MS);
  expect(silent).toBeGreaterThanOrEqual(GRACE_MS);
  expect(Date.parse(event?.lastSeen ?? '')).toBeLessThanOrEqual(heldAt + TIMEOUT_MS / 2);
});

it('a reader that never reads is closed with 1013 after 256 KiB at most, and the others notice nothing', async () => {
  // Changes at a pace that fills what the system holds for the reader, rather than as fast as the machine can.
  const cluster = await startCluster({ nodes: 2, env: { HEARTBEAT_TIMEOUT: '60s', BROADCAST_INTERVAL: '20ms' } });
  const [a, b] = [cluster.node(0), cluster.node(1)];
  const ids = await cluster.followed('watcher', 'user', 200);
  const observer = observe(await cluster.person('watcher', a).connect({ presence: false }), ids);
  const raw = await openRaw(a.wsUrl);
  raw.send({
    type: 'connection_init',
    payload: { authorization: `Bearer ${await cluster.person('watcher').token()}`, presence: false },
  });
  await raw.next();
  const message = Array.from({ length: 5 }, (_, i) => `text${i}: statusMessage { text }`).join(' ');
  const query = `subscription ($ids: [ID!]) { presenceChanged(userIds: $ids) { id ${message} } }`;
  for (let i = 0; i < 50; i += 1) raw.send({ id: `${i}`, type: 'subscribe', payload: { query, variables: { ids } } });
  await raw.nextWhere(({ id }) => id === '49');
  raw.pause();

  const resolveSession = await cluster.person('user-0', b).connect();
  let isTooSlow = false;
  const found = a.run.logged('slow reader').then(() => {
    isTooSlow = true;
    raw.resume();
  });
  const residentBefore = await residentBytes(a.run.pid);
  let said = 0;
  let slowest = 0;
  while (!isTooSlow) {
    said += 1;
    const text = `${said} `.padEnd(255, 'x');
    const at = performance.now();
    await resolveSession.say(text);
    await observer.until(['user-0'], ({ statusMessage }) => statusMessage?.text === text);
    slowest = Math.max(slowest, performance.now() - at);
  }
  await found;
  expect((await raw.closed).code).toBe(1013);
  console.log(`never reads: closed after ${said} changes; another reader waited ${slowest.toFixed()} ms at most`);
  const owed = said * 50 * 5 * 255;
  const grown = (await residentBytes(a.run.pid)) - residentBefore;
  console.log(
    `never reads: the node grew by ${(grown / 2 ** 20).toFixed()} MiB while ${(owed / 2 ** 20).toFixed()} MiB were owed`,
  );
  expect(grown).toBeLessThan(GROWTH_BYTES);
  // The changes of ten seconds without draining exceed the bound by far: pending events were not queued.
  expect(raw.transcript.length).toBeLessThan(50 * said);
  expect(observer.latest.get('user-0')?.status).toBe('ONLINE');
});

const residentBytes = async (pid: number): Promise<number> => {
  const kib = /^VmRSS:\s+(\d+) kB$/m.exec(await readFile(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kib) * 1_024;
};
