/**
 * PostgreSQL slow by five seconds for one node, or for all, while records change: the newest wins (docs/architecture.md).
 */
import { setTimeout as wait } from 'node:timers/promises';
import postgres from 'postgres';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Cluster, startCluster } from '../support/cluster/cluster.js';
import { openSlowProxy, type SlowProxy } from '../support/http/slowProxy.js';

const SLOW_MS = 5_000;

let cluster: Cluster;
let proxies: readonly SlowProxy[];
let sql: postgres.Sql;

beforeAll(async () => {
  proxies = await Promise.all([openSlowProxy(), openSlowProxy()]);
  cluster = await startCluster({
    env: { SESSION_TTL: '20s' },
    envOf: ({ index, databaseUrl }) => {
      const [url, proxy] = [new URL(databaseUrl), proxies[index]!];
      proxy.leadTo(Number(url.port));
      url.port = String(proxy.port);
      return { DATABASE_URL: url.href };
    },
  });
  sql = postgres(cluster.databaseUrl, { max: 1 });
  return cluster.stop;
});
afterAll(async () => {
  await sql.end();
  await Promise.all(proxies.map((proxy) => proxy.close()));
});

const persisted = async (id: string) =>
  (await sql`select chosen, message_text from presence_journal where user_id = ${id}`)[0];
const arrived = (proxy: SlowProxy) => expect.poll(() => proxy.underWay, { timeout: 30_000 }).toBe(0);

it('a late write of a slow node never overwrites a newer one of a quick node', async () => {
  const [slow] = proxies as [SlowProxy];
  const [here, there] = [0, 1].map((index) => cluster.person('ada', cluster.node(index))) as [
    ReturnType<Cluster['person']>,
    ReturnType<Cluster['person']>,
  ];
  await cluster.host().upsertUsers([{ id: 'ada' }]);
  for (const ada of [here, there]) await ada.heartbeat({ sessionId: 'phone' });

  slow.delay(SLOW_MS);
  for (let round = 0; round < 5; round += 1) {
    // Both bring what is marked into the journal, and a choice to hide is written by the node that made it.
    await here.setPresence({ status: 'INVISIBLE', statusMessage: { text: `hidden ${round}` } });
    await wait(300);
    await there.setPresence({ status: 'AWAY', statusMessage: { text: `away ${round}` } });
    await wait(700);
  }
  const last = { chosen: 'AWAY', message_text: 'away 4' };
  await expect.poll(() => persisted('ada'), { timeout: 15_000 }).toEqual(last);
  slow.delay(0);
  await arrived(slow);
  // The statements have all reached the server; it has answered the last of them.
  await here.setPresence({});
  await wait(1_000);
  expect(await persisted('ada')).toEqual(last);
  for (const ada of [here, there]) {
    expect(await ada.me()).toMatchObject({ chosenStatus: 'AWAY', presence: { statusMessage: { text: 'away 4' } } });
  }
}, 120_000);

it('slow for all nodes: the journal keeps the latest change, which is read once nothing is live', async () => {
  const bens = [0, 1].map((index) => cluster.person('ben', cluster.node(index)));
  await cluster.host().upsertUsers([{ id: 'ben' }]);
  await bens[1]!.heartbeat({ sessionId: 'phone' });
  await bens[0]!.heartbeat({ sessionId: 'phone' });

  for (const proxy of proxies) proxy.delay(SLOW_MS);
  for (let round = 0; round < 8; round += 1) {
    const ben = bens[round % 2]!;
    await ben.setPresence({
      status: round % 3 === 0 ? 'INVISIBLE' : 'DO_NOT_DISTURB',
      statusMessage: { text: `round ${round}` },
    });
    await wait(700);
  }
  await bens[1]!.endSession('phone');
  for (const proxy of proxies) proxy.delay(0);

  await expect
    .poll(() => persisted('ben'), { timeout: 30_000 })
    .toEqual({ chosen: 'DO_NOT_DISTURB', message_text: 'round 7' });
  for (const proxy of proxies) await arrived(proxy);
  await expect.poll(() => cluster.redis.admin.exists('rc:{0}:record:ben'), { timeout: 30_000 }).toBe(0);
  await wait(1_000);
  expect(await persisted('ben')).toEqual({ chosen: 'DO_NOT_DISTURB', message_text: 'round 7' });
  for (const ben of bens) {
    const me = () => ben.me().catch(() => undefined);
    await expect.poll(me, { timeout: 20_000 }).toMatchObject({
      chosenStatus: 'DO_NOT_DISTURB',
      presence: { statusMessage: { text: 'round 7' } },
      sessions: [],
    });
  }
}, 120_000);
