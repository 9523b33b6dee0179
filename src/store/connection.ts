import { setTimeout as wait } from 'node:timers/promises';
import { Cluster, type ClusterOptions, Redis, type RedisOptions } from 'ioredis';
import { inPieces } from '../presence/batches.js';
import type { RedisClient } from './scripts.js';
import { withinMs } from './within.js';

/** A command without an answer for so long is UNAVAILABLE to whoever waits for it. */
const COMMAND_TIMEOUT_MS = 1_500;
/** A connection on which nothing is answered for so long is given up for a new one: TCP itself would try for minutes. */
const SILENCE_MS = 4_000;
const RECONNECT_MS = 200;
const RETRY_MS = 200;
/** A SUBSCRIBE without an answer for so long is sent again: it may have been lost with a connection. */
const SUBSCRIBE_MS = 3_000;
const SUBSCRIBE_AT_ONCE = 500;

/** What graphql-redis-subscriptions needs of a client, and how it is told that something may have been missed. */
export interface PubSubClient {
  on(event: string, listener: (...args: never[]) => void): unknown;
  /** The callback never gets an error: what failed is tried again until it holds, or nobody wants it any more. */
  subscribe(channel: string, acknowledged: (error: null) => void): void;
  unsubscribe(channel: string): void;
  punsubscribe(): void;
  publish(channel: string, message: string): Promise<unknown>;
  /**
   * Drops the connections and makes new ones. Resolves once what is wanted is acknowledged on those, if Redis had to be
   * asked, or others take their place.
   */
  reconnect(): Promise<void>;
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
const FOR_SUBSCRIPTIONS: RedisOptions = {
  ...COMMON,
  maxRetriesPerRequest: null,
  // Nothing is asked of Redis between connecting and being ready: ioredis would write a SUBSCRIBE in that time, and not
  // know of it any more should that connection close before the answers have come.
  enableReadyCheck: false,
  disableClientInfo: true,
};

/** How one kind of Redis is subscribed to. */
interface Subscribing<C extends RedisClient> {
  readonly open: () => C;
  readonly subscribe: (client: C, channel: string) => Promise<unknown>;
  readonly unsubscribe: (client: C, channel: string) => Promise<unknown>;
  readonly publish: (channel: string, message: string) => Promise<unknown>;
  /** Drops the connections of a client that makes new ones by itself, and subscribes again; false where it has to be replaced. */
  readonly reconnect: (client: C) => boolean;
}

/** An attempt at a channel, again and again until it succeeds or another takes its place. */
interface Attempt {
  ended: Promise<void>;
}

/** Subscribes by one of the two pairs of commands, and goes on trying while somebody wants the channel. */
const createPubSub = <C extends RedisClient>(how: Subscribing<C>): PubSubClient => {
  /** The latest attempt at each channel that is wanted. It takes the place of those on connections that were given up. */
  const wanted = new Map<string, Attempt>();
  const listeners: (readonly [event: string, listener: (...args: unknown[]) => void])[] = [];
  let client = how.open();
  let closed = false;
  /** Again and again until it succeeds, as long as it is what is wanted. */
  const persist = async (isWanted: () => boolean, act: () => Promise<unknown>): Promise<void> => {
    while (isWanted() && !closed) {
      try {
        await withinMs(act(), SUBSCRIBE_MS);
        return;
      } catch {
        await wait(RETRY_MS, undefined, { ref: false });
      }
    }
  };
  /** Resolves when the latest attempt has succeeded, or nobody wants the channel any more. */
  const subscribe = async (channel: string): Promise<void> => {
    const attempt: Attempt = { ended: Promise.resolve() };
    wanted.set(channel, attempt);
    attempt.ended = persist(
      () => wanted.get(channel) === attempt,
      () => how.subscribe(client, channel),
    );
    for (let latest: Attempt | undefined = attempt, before: Attempt | undefined; latest && latest !== before; ) {
      await latest.ended;
      before = latest;
      latest = wanted.get(channel);
    }
  };
  const subscribeAgain = async (channel: string): Promise<void> => {
    if (wanted.has(channel)) await subscribe(channel);
  };
  return {
    on(event, listener) {
      const heard = listener as (...args: unknown[]) => void;
      listeners.push([event, heard]);
      client.on(event, heard);
    },
    subscribe(channel, acknowledged) {
      void subscribe(channel).then(() => acknowledged(null));
    },
    unsubscribe(channel) {
      wanted.delete(channel);
      // Also what Redis did not hear of would be subscribed again after a reconnection.
      void persist(
        () => !wanted.has(channel),
        () => how.unsubscribe(client, channel),
      );
    },
    punsubscribe() {},
    publish: how.publish,
    async reconnect() {
      if (closed || how.reconnect(client)) return;
      const before = client;
      const mine = how.open();
      client = mine;
      for (const [event, listener] of listeners) mine.on(event, listener);
      before.disconnect();
      for (const channels of inPieces([...wanted.keys()], SUBSCRIBE_AT_ONCE)) {
        // Another has taken its place, and goes on from here.
        if (client !== mine) return;
        await Promise.all(channels.map(subscribeAgain));
      }
    },
    close() {
      closed = true;
      client.disconnect();
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

/**
 * ioredis subscribes again by itself after a reconnection, and hears nothing of how that goes: closed while Redis hangs, it
 * would end the process. Whoever asks themselves is told all the same.
 */
class ResubscribingRedis extends Redis {
  override sendCommand(...args: Parameters<Redis['sendCommand']>): unknown {
    const answer = super.sendCommand(...args);
    if (answer instanceof Promise) answer.catch(() => {});
    return answer;
  }
}

type Opened = Pick<RedisConnection, 'client' | 'pubSub' | 'messageEvent' | 'publish'> & {
  /** Events of the client that subscribes, after which messages may have been missed. */
  readonly interruptions: readonly string[];
};

const openSingle = (url: string): Opened => {
  const client = new JoiningRedis(url, FOR_COMMANDS);
  return {
    client,
    messageEvent: 'message',
    publish: 'PUBLISH',
    pubSub: createPubSub({
      open: () => new ResubscribingRedis(url, FOR_SUBSCRIPTIONS),
      subscribe: (subscriber, channel) => subscriber.subscribe(channel),
      unsubscribe: (subscriber, channel) => subscriber.unsubscribe(channel),
      publish: (channel, message) => client.publish(channel, message),
      reconnect(subscriber) {
        subscriber.disconnect(true);
        return true;
      },
    }),
    interruptions: ['close'],
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

const openCluster = (urls: readonly string[]): Opened => {
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
  return {
    client,
    messageEvent: 'smessage',
    publish: 'SPUBLISH',
    pubSub: createPubSub({
      // One of its own, so that reconnecting it interrupts no command.
      open: () => new Cluster([...urls], { ...optionsWith(FOR_SUBSCRIPTIONS), shardedSubscribers: true }),
      subscribe: (subscriber, channel) => subscriber.ssubscribe(channel),
      unsubscribe: (subscriber, channel) => subscriber.sunsubscribe(channel),
      publish: (channel, message) => client.spublish(channel, message),
      // ioredis waits for good for a node that was given up while it was being connected to, and subscribes nowhere then.
      reconnect: () => false,
    }),
    interruptions: ['-node', '-subscriber', 'close'],
  };
};

/** Connects to one Redis, or, with several addresses, to the Cluster that they are nodes of. */
export const openRedis = (
  urls: readonly string[],
  { onError }: { readonly onError: (error: unknown) => void },
): RedisConnection => {
  const { interruptions, ...opened } = urls.length === 1 ? openSingle(urls[0]!) : openCluster(urls);
  const { client, pubSub } = opened;
  client.on('error', onError);
  pubSub.on('error', onError);
  return {
    ...opened,
    onInterruption(listener) {
      for (const event of interruptions) pubSub.on(event, listener);
    },
    async close() {
      pubSub.close();
      client.disconnect();
    },
  };
};
