/** What comes due on a node whose door to NATS is about to open, or to close: a service that listens hears of it (docs/doors.md#nats). */
import { expect, it, onTestFinished } from 'vitest';
import { startCluster } from '../support/cluster/cluster.js';
import { type Heard, openPeer, startNats } from '../support/cluster/nats.js';
import { openDialect } from '../support/http/dialectSocket.js';
import type { Person } from '../support/http/rollcall.js';

const USERS = 20;

const isStatus =
  ({ id }: Person, status: string) =>
  ({ subject, body }: Heard): boolean =>
    subject === 'presence.status.changed' && body.user_id === id && body.status === status;

/** One node, and people whose sessions over HTTP end by themselves, soon after `live`. */
const start = async () => {
  const nats = await startNats();
  onTestFinished(() => nats.stop());
  const cluster = await startCluster({ nodes: 1, env: { NATS_URL: nats.url, SESSION_TTL: '1s' } });
  const { heard, close } = await openPeer(nats);
  onTestFinished(close);
  const people = Array.from({ length: USERS }, (_, i) => cluster.person(`mortal-${i}`));
  const live = () => Promise.all(people.map((person) => person.heartbeat()));
  const hear = (status: string) =>
    expect
      .poll(() => people.filter((person) => !heard.transcript.some(isStatus(person, status))).map(({ id }) => id), {
        timeout: 30_000,
      })
      .toEqual([]);
  await live();
  await hear('online');
  return { cluster, live, hear };
};

it('while a node starts', async () => {
  const { cluster, live, hear } = await start();
  await live();
  await cluster.node(0).stop('SIGKILL');
  await cluster.add();
  await hear('offline');
});

it('while a node stops', async () => {
  const { cluster, live, hear } = await start();
  // A client that does not answer the close frame is waited for, longer than a session lives.
  const silent = await openDialect(cluster.node(0).wsUrl, { protocols: ['graphql-transport-ws'] });
  silent.socket.pause();
  await live();
  const stopped = cluster.node(0).stop();
  await hear('offline');
  expect((await stopped).code).toBe(0);
});
