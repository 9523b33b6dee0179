/** Two nodes in one queue group of NATS, on one Redis: what one of them is told, both know (docs/doors.md#nats). */
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { type Cluster, startCluster } from '../support/cluster/cluster.js';
import { type Heard, openPeer, type Peer, startNats, type TestNats } from '../support/cluster/nats.js';
import type { Person } from '../support/http/rollcall.js';

const STATUS = 'presence.status.changed';
let nats: TestNats;
let cluster: Cluster;
let made = 0;

beforeAll(async () => {
  // The nodes start before NATS does.
  nats = await startNats({ later: true });
  cluster = await startCluster({ env: { NATS_URL: nats.url } });
});
afterAll(async () => {
  await cluster.stop();
  await nats.stop();
});

const fresh = async (name: string): Promise<Person> => {
  const person = cluster.person(`${name}-${++made}`);
  await cluster.host().upsertUsers([{ id: person.id }]);
  return person;
};
const listen = async (): Promise<Peer> => {
  const peer = await openPeer(nats);
  onTestFinished(() => peer.close());
  return peer;
};
const isStatus =
  ({ id }: Person, status: string) =>
  ({ subject, body }: Heard): boolean =>
    subject === STATUS && body.user_id === id && body.status === status;
const statuses = ({ heard }: Peer, { id }: Person): readonly string[] =>
  heard.transcript.flatMap(({ subject, body }) => (subject === STATUS && body.user_id === id ? [body.status] : []));
const connection = ({ id }: Person) => ({ user_id: id, connection_id: `socket-${++made}` });

it('nodes start before NATS, say so once, and are there when it is', async () => {
  for (const { run } of cluster.nodes) await run.logged('NATS is unavailable');
  const early = await fresh('early');
  await early.connect();
  await nats.start();
  const peer = await listen();
  const ana = await fresh('ana');
  for (const node of cluster.nodes) await cluster.person(ana.id, node).connect({ sessionId: 'tab' });
  for (const { run } of cluster.nodes) {
    await run.logged('NATS is available again');
    expect(run.stdout().split('NATS is unavailable')).toHaveLength(2);
  }
  const late = await fresh('late');
  await late.connect();
  await peer.heard.nextWhere(isStatus(late, 'online'));
});

it('connections of many users open, beat and close over both, each told once', async () => {
  const peer = await listen();
  const people = await Promise.all(Array.from({ length: 20 }, () => fresh('many')));
  const connections = people.map(connection);
  for (const each of connections) await peer.tell('gateway.connection.opened', each);
  for (const each of connections) await peer.tell('gateway.heartbeat.received', each);
  for (const person of people) {
    await expect.poll(() => statuses(peer, person)).toEqual(['online']);
    expect((await cluster.person(person.id, cluster.node(1)).me()).sessions).toHaveLength(1);
  }
  for (const each of connections) await peer.tell('gateway.connection.closed', each);
  for (const person of people) await expect.poll(() => statuses(peer, person)).toEqual(['online', 'offline']);
  const applied = (index: number) =>
    cluster
      .node(index)
      .run.stdout()
      .split('\n')
      .filter((line) => line.includes('session started') && people.some(({ id }) => line.includes(`"${id}"`))).length;
  // Both took part.
  expect(applied(0) + applied(1)).toBe(people.length);
  expect(applied(0)).toBeGreaterThan(0);
  expect(applied(1)).toBeGreaterThan(0);
});

it('of a user who is deleted one node tells that they are offline', async () => {
  const peer = await listen();
  const people = await Promise.all(Array.from({ length: 10 }, () => fresh('deleted')));
  for (const [i, { id }] of people.entries()) await cluster.person(id, cluster.node(i % 2)).connect();
  for (const person of people) await expect.poll(() => statuses(peer, person)).toEqual(['online']);
  for (const { id } of people) await cluster.host().deleteUser(id);
  for (const person of people) await peer.heard.nextWhere(isStatus(person, 'offline'));
  // Whatever either node told before has come when this has.
  for (const node of cluster.nodes) {
    const marker = await fresh('marker');
    await cluster.person(marker.id, node).connect();
    await peer.heard.nextWhere(isStatus(marker, 'online'));
  }
  for (const person of people) expect(statuses(peer, person)).toEqual(['online', 'offline']);
});

it('what was closed at one node is not opened at the other', async () => {
  const peer = await listen();
  const people = await Promise.all(Array.from({ length: 10 }, () => fresh('closed')));
  const connections = people.map(connection);
  for (const each of connections) await peer.tell('gateway.connection.closed', each);
  const last = await fresh('last');
  for (const each of connections) {
    for (let time = 0; time < 2; time += 1) await peer.tell('gateway.connection.opened', each);
    await peer.tell('gateway.heartbeat.received', each);
  }
  await peer.tell('gateway.connection.opened', connection(last));
  await peer.heard.nextWhere(isStatus(last, 'online'));
  // Whatever was opened by mistake is closed again, in the end.
  for (const person of people) {
    await expect.poll(async () => (await cluster.host().userPresence(person.id))?.status).toBe('OFFLINE');
    expect((await person.me()).sessions.filter(({ expiresAt }) => Date.parse(expiresAt) > Date.now() + 10_000)).toEqual(
      [],
    );
  }
});

it('sessions of gateways outlive an emptied Redis: the next heartbeat has them', async () => {
  const peer = await listen();
  const ana = await fresh('ana');
  const told = connection(ana);
  await peer.tell('gateway.connection.opened', told);
  await peer.heard.nextWhere(isStatus(ana, 'online'));
  await cluster.redis.restartEmpty();
  await expect
    .poll(
      async () => {
        await peer.tell('gateway.heartbeat.received', told);
        return (
          await cluster
            .host()
            .userPresence(ana.id)
            .catch(() => null)
        )?.status;
      },
      { timeout: 60_000, interval: 200 },
    )
    .toBe('ONLINE');
  expect((await ana.me()).sessions).toHaveLength(1);
  await peer.tell('gateway.connection.closed', told);
  await peer.heard.nextWhere(isStatus(ana, 'offline'));
});

it('what a node commits while it stops is told', async () => {
  // Without a grace its users leave with its sockets.
  const node = await cluster.add({ PRESENCE_OFFLINE_DEBOUNCE: '0' });
  const peer = await listen();
  const ana = await fresh('ana');
  await cluster.person(ana.id, node).connect();
  await peer.heard.nextWhere(isStatus(ana, 'online'));
  await node.stop();
  await peer.heard.nextWhere(isStatus(ana, 'offline'));
});

it('a node stops at once, whether or not NATS answers', async () => {
  const node = await cluster.add();
  nats.signal('SIGSTOP');
  try {
    const begun = performance.now();
    await node.stop();
    expect(performance.now() - begun).toBeLessThan(10_000);
  } finally {
    nats.signal('SIGCONT');
  }
});
