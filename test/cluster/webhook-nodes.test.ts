/** The webhook over two nodes: whatever becomes of one of them, or of Redis, the host has the present state of everybody in the end. */
import { beforeEach, expect, it, onTestFinished, vi } from 'vitest';
import { startCluster } from '../support/cluster/cluster.js';
import { type Receiver, startReceiver } from '../support/http/webhookReceiver.js';

const SECRET = `whsec_${Buffer.from('a secret of thirty-two bytes, or so').toString('base64')}`;
const LATE = { timeout: 90_000, interval: 100 };
const USERS = 20;

let receiver: Receiver;
let env: Record<string, string>;
beforeEach(async () => {
  receiver = await startReceiver(SECRET);
  onTestFinished(() => receiver.stop());
  env = { NODE_ENV: 'test', WEBHOOK_URL: receiver.url, WEBHOOK_SECRET: SECRET };
});
const told = (userIds: readonly string[], status: string) =>
  vi.waitFor(() => expect(userIds.filter((id) => receiver.statusOf(id) !== status)).toEqual([]), LATE);

it('a node that is killed amid a request loses nobody', async () => {
  const cluster = await startCluster({ nodes: 1, env });
  const sender = cluster.node(0);
  const other = await cluster.add();
  const ids = await cluster.followed('watcher', 'user', USERS);
  // The first node has the leases; its requests hang from now on.
  await cluster.person('first', other).connect();
  await told(['first'], 'ONLINE');
  let hanging = 0;
  receiver.answer = () => {
    hanging += 1;
    return null;
  };
  for (const id of ids) await cluster.person(id, other).connect();
  await vi.waitFor(() => expect(hanging).toBeGreaterThan(0), LATE);
  await sender.stop('SIGKILL');
  receiver.answer = () => ({ status: 204 });
  await told(ids, 'ONLINE');
});

it('Redis that comes back empty has everybody told anew, also who left meanwhile', async () => {
  const cluster = await startCluster({ nodes: 2, env });
  const [stays, leaves] = [cluster.person('stays'), cluster.person('leaves', cluster.node(1))];
  await stays.connect();
  await leaves.connect();
  await told(['stays', 'leaves'], 'ONLINE');
  // Who held the session of one of them dies together with all that Redis knew.
  await cluster.node(1).stop('SIGKILL');
  await cluster.redis.admin.flushall();
  receiver.latest.clear();
  await told(['stays'], 'ONLINE');
  await told(['leaves'], 'OFFLINE');
});

it('commits of nodes that have no webhook count as soon as one node of the cluster has it', async () => {
  const cluster = await startCluster({ nodes: 1 });
  const before = cluster.person('before');
  await before.connect();
  await cluster.add(env);
  await told(['before'], 'ONLINE');
  await before.setPresence({ status: 'AWAY' });
  await told(['before'], 'AWAY');
  await cluster.person('after').connect();
  await told(['after'], 'ONLINE');
});
