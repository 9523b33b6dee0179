import { setTimeout as wait } from 'node:timers/promises';
import { Cluster, type ClusterOptions, Redis, type RedisOptions } from 'ioredis';
import type { RedisClient } from './scripts.js';

/** A command without an answer for so long is UNAVAILABLE to whoever waits for it. */
const COMMAND_TIMEOUT_MS = 1_500;
/** A connection on which nothing is answered for so long is given up for a new one: TCP itself would try for minutes. */
const SILENCE_MS = 4_000;
const RECONNECT_MS = 200;
const RETRY_MS = 200;

/** What graphql-redis-subscriptions needs of a client, and how it is told that something may have been missed. */
export interface PubSubClient {
  on(event: string, listener: (...args: never[]) => void): unknown;
  /** The callback never gets an error: what failed is tried again until it holds, or nobody wants it any more. */
  subscribe(channel: string, acknowledged: (error: null) => void): void;
  unsubscribe(channel: string): void;
  punsubscribe(): void;
  publish(channel: string, message: string): Promise<unknown>;
  /** Drops the connections and makes new ones. */
  reconnect(): void;
  /** Nothing is tried again any more. */
  close(): void;
}

export interface RedisConnection {
  /** For commands and scripts. */
  readonly client: RedisClient;
  readonly pubSub: PubSubClient;
  /** The event with which a message arrives. */
  readonly messageEvent: 'message' | 'smessage';
  readonly publish: 'PUBLISH' | 'SPUBLISH';
  /** Listens for interruptions of the subscriptions; messages may have been missed. */
  onInterruption(listener: () => void): void;
  close(): Promise<void>;
}

const COMMON: RedisOptions = {
  retryStrategy: () => RECONNECT_MS,
  // A master that became a replica says so: connect anew, and send the command again.
  reconnectOnError: (error) => (error.message.startsWith('READONLY') ? 2 : false),
  connectTimeout: 2_000,
};
const FOR_COMMANDS: RedisOptions = { ...COMMON, commandTimeout: COMMAND_TIMEOUT_MS, socketTimeout: SILENCE_MS };
const FOR_SUBSCRIPTIONS: RedisOptions = { ...COMMON, maxRetriesPerRequest: null };

/** Subscribes by one of the two pairs of commands, and goes on trying while somebody wants the channel. */
const createPubSub = ({
  client,
  subscribe,
  unsubscribe,
  publish,
  reconnect,
}: {
  readonly client: RedisClient;
  readonly subscribe: (channel: string) => Promise<unknown>;
  readonly unsubscribe: (channel: string) => Promise<unknown>;
  readonly publish: (channel: string, message: string) => Promise<unknown>;
  readonly reconnect: () => void;
}): PubSubClient => {
  const wanted = new Set<string>();
  let closed = false;
  /** Again and again until it succeeds, as long as it is what is wanted. */
  const persist = async (isWanted: () => boolean, act: () => Promise<unknown>): Promise<void> => {
    while (isWanted() && !closed) {
      try {
        await act();
        return;
      } catch {
        await wait(RETRY_MS, undefined, { ref: false });
      }
    }
  };
  return {
    on: (event, listener) => client.on(event, listener as (...args: unknown[]) => void),
    subscribe(channel, acknowledged) {
      wanted.add(channel);
      void persist(
        () => wanted.has(channel),
        () => subscribe(channel),
      ).then(() => acknowledged(null));
    },
    unsubscribe(channel) {
      wanted.delete(channel);
      // Also what Redis did not hear of would be subscribed again after a reconnection.
      void persist(
        () => !wanted.has(channel),
        () => unsubscribe(channel),
      );
    },
    punsubscribe() {},
    publish,
    reconnect,
    close() {
      closed = true;
    },
  };
};

/**
 * Commands of one turn of the event loop leave in one write, in the order in which they were given: to write is what
 * costs most of a command, on both sides.
 */
const writeAtEndOfTurn = ({ stream }: Redis): void => {
  // There is none before the first connection, or a destroyed one between two.
  if (!stream?.writable || stream.writableCorked > 0) return;
  stream.cork();
  setImmediate(() => stream.uncork());
};

class JoiningRedis extends Redis {
  override sendCommand(...args: Parameters<Redis['sendCommand']>): unknown {
    writeAtEndOfTurn(this);
    return super.sendCommand(...args);
  }
}

const openSingle = (url: string): RedisConnection => {
  const client = new JoiningRedis(url, FOR_COMMANDS);
  const subscriber = new Redis(url, FOR_SUBSCRIPTIONS);
  return {
    client,
    messageEvent: 'message',
    publish: 'PUBLISH',
    pubSub: createPubSub({
      client: subscriber,
      subscribe: (channel) => subscriber.subscribe(channel),
      unsubscribe: (channel) => subscriber.unsubscribe(channel),
      publish: (channel, message) => client.publish(channel, message),
      reconnect: () => subscriber.disconnect(true),
    }),
    onInterruption: (listener) => subscriber.on('close', listener),
    async close() {
      for (const each of [client, subscriber]) each.disconnect();
    },
  };
};

/** Its commands leave joined, see above; and they have their time also while none of its nodes can be reached, and they wait to be sent. */
class PunctualCluster extends Cluster {
  override sendCommand(...args: Parameters<Cluster['sendCommand']>): unknown {
    args[0].setTimeout(COMMAND_TIMEOUT_MS);
    for (const node of this.nodes('master')) writeAtEndOfTurn(node);
    return super.sendCommand(...args);
  }
}

const openCluster = (urls: readonly string[]): RedisConnection => {
  const { username, password, protocol } = new URL(urls[0]!);
  const optionsWith = (redisOptions: RedisOptions): ClusterOptions => ({
    clusterRetryStrategy: () => RECONNECT_MS,
    slotsRefreshInterval: 5_000,
    slotsRefreshTimeout: 2_000,
    retryDelayOnFailover: RECONNECT_MS,
    retryDelayOnClusterDown: RECONNECT_MS,
    retryDelayOnTryAgain: RECONNECT_MS,
    redisOptions: {
      ...redisOptions,
      ...(username && { username: decodeURIComponent(username) }),
      ...(password && { password: decodeURIComponent(password) }),
      ...(protocol === 'rediss:' && { tls: {} }),
    },
  });
  const client = new PunctualCluster([...urls], optionsWith(FOR_COMMANDS));
  // One of its own, so that reconnecting it interrupts no command.
  const subscriber = new Cluster([...urls], { ...optionsWith(FOR_SUBSCRIPTIONS), shardedSubscribers: true });
  return {
    client,
    messageEvent: 'smessage',
    publish: 'SPUBLISH',
    pubSub: createPubSub({
      client: subscriber,
      subscribe: (channel) => subscriber.ssubscribe(channel),
      unsubscribe: (channel) => subscriber.sunsubscribe(channel),
      publish: (channel, message) => client.spublish(channel, message),
      reconnect: () => subscriber.disconnect(true),
    }),
    onInterruption: (listener) => {
      for (const event of ['-node', '-subscriber', 'close']) subscriber.on(event, listener);
    },
    async close() {
      for (const each of [client, subscriber]) each.disconnect();
    },
  };
};

/** Connects to one Redis, or, with several addresses, to the Cluster that they are nodes of. */
export const openRedis = (
  urls: readonly string[],
  { onError }: { readonly onError: (error: unknown) => void },
): RedisConnection => {
  const connection = urls.length === 1 ? openSingle(urls[0]!) : openCluster(urls);
  connection.client.on('error', onError);
  connection.pubSub.on('error', onError as (...args: never[]) => void);
  return {
    ...connection,
    async close() {
      connection.pubSub.close();
      await connection.close();
    },
  };
};
