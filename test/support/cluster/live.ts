/** One node's store and bus over a Redis, or a Redis Cluster, as the server opens them. */
import { randomUUID } from 'node:crypto';
import { onTestFinished } from 'vitest';
import { encodeBody, encodeMessage, FORMAT } from '../../../src/adapters/redis/codec.js';
import { createKeys } from '../../../src/adapters/redis/keys.js';
import { createRedisBus } from '../../../src/adapters/redis/redisBus.js';
import { openRedis } from '../../../src/adapters/redis/redisConnection.js';
import { createRedisStore } from '../../../src/adapters/redis/redisStore.js';
import { createRedises } from '../../../src/adapters/redis/scripts.js';
import type { LeaseOptions } from '../../../src/adapters/redis/shardRenewal.js';
import type { BusUnderTest } from '../../contract/bus.js';
import type { StoreUnderTest } from '../../contract/store.js';

/** Leases that never run out, in a store that neither recovers nor is quiet after a gap. */
const CALM: LeaseOptions = { leaseMs: 60_000, settleMs: 0, quietMs: 0, gapMs: 60_000 };

/** Opens both. The caller closes them: `close` ends both and the connection. */
export const openLive = (urls: readonly string[], shards: number, leases: Partial<LeaseOptions> = {}) => {
  const connection = openRedis(urls, { onError: () => {} });
  const keys = createKeys(shards);
  const probe = randomUUID();
  const bus = createRedisBus({ connection, keys, probe });
  const redises = createRedises(connection.client);
  const { publish } = connection;
  const store = createRedisStore({ redises, keys, publish, probe, ...CALM, ...leases });
  return {
    connection,
    keys,
    bus,
    store,
    redises,
    async close() {
      await store.close();
      await bus.close();
      await connection.close();
    },
  };
};

export type LiveUnderTest = ReturnType<typeof openLive>;

/** The same, closed when the test ends. */
export const openLiveInTest = (...args: Parameters<typeof openLive>): LiveUnderTest => {
  const live = openLive(...args);
  onTestFinished(() => live.close());
  return live;
};

/**
 * Begins the epoch of an empty Redis of one shard, as a node that has come and gone does: the first node that starts need not
 * wait for what others might restore.
 */
export const recoverEmpty = async (url: string): Promise<void> => {
  const { store, close } = openLive([url], 1, { settleMs: 0 });
  const incarnation = `${randomUUID()}.1`;
  await store.renewLease(incarnation);
  await store.dismiss(incarnation);
  await close();
};

/** For the contract of stores. */
export const storeUnderTest = async (urls: readonly string[], shards: number): Promise<StoreUnderTest> => {
  const { store, bus, connection } = openLive(urls, shards);
  await store.renewLease(randomUUID());
  return { store, bus, close: () => connection.close() };
};

/** Publishes as the scripts do. `settled` resolves when everything is on the bus. */
export const commitsOf = ({ connection: { client, publish }, keys }: LiveUnderTest) => {
  let settled: Promise<unknown> = Promise.resolve();
  const send = (channel: string, text: string) => {
    const sending = publish === 'PUBLISH' ? client.publish(channel, text) : client.spublish(channel, text);
    settled = Promise.all([settled, sending]);
  };
  return {
    publishUser({ userId, record }) {
      if (!record) return send(keys.userChannel(userId), '');
      const { status, lastSeen, activity } = record.revisions;
      const head = [FORMAT, record.generation, record.revision, status, lastSeen, activity, 1].join('|');
      send(keys.userChannel(userId), `${head}|${encodeBody(record)}`);
    },
    publishTyping({ conversationId, userId, isTyping, expiresAt }) {
      const channel = keys.typingChannel(conversationId);
      send(channel, encodeMessage(isTyping ? [userId, true, expiresAt] : [userId, false]));
    },
    publishPlace({ conversationId, userId }) {
      send(keys.placeChannel(conversationId), encodeMessage([userId]));
    },
    settled: async () => {
      await settled;
    },
  } satisfies BusUnderTest['commits'] & { settled(): Promise<void> };
};

/** For the contract of buses. */
export const busUnderTest = async (urls: readonly string[], shards: number): Promise<BusUnderTest> => {
  const live = openLive(urls, shards);
  const { settled, ...commits } = commitsOf(live);
  return { bus: live.bus, commits, settled, close: () => live.connection.close() };
};
