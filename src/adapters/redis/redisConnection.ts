import { Cluster, type ClusterOptions, Redis, type RedisOptions } from 'ioredis';
import { afterEndOfTurn } from '../../async/endOfTurn.js';
import { DroppedConnector } from './droppedConnector.js';
import { createPubSub, type PubSubClient } from './pubSub.js';
import type { RedisClient } from './scripts.js';

/** A command without an answer for so long is UNAVAILABLE to whoever waits for it. */
const COMMAND_TIMEOUT_MS = 1_500;
/** A connection that answers nothing for so long is replaced: TCP itself would wait for minutes. */
const SILENCE_MS = 4_000;
const RECONNECT_MS = 200;

export interface RedisConnection {
  /** For commands and scripts. */
  readonly client: RedisClient;
  readonly pubSub: PubSubClient;
  /** The event with which a message arrives. */
  readonly messageEvent: 'message' | 'smessage';
  readonly publish: 'PUBLISH' | 'SPUBLISH';
  /** Called at each interruption of the subscriptions: messages may have been missed. */
  onInterruption(listener: () => void): void;
  close(): Promise<void>;
}

const COMMON: RedisOptions = {
  retryStrategy: () => RECONNECT_MS,
  // A master that became a replica says so: 2 reconnects and sends the command again.
  reconnectOnError: (error) => (error.message.startsWith('READONLY') ? 2 : false),
  connectTimeout: 2_000,
};
const FOR_COMMANDS: RedisOptions = { ...COMMON, commandTimeout: COMMAND_TIMEOUT_MS, socketTimeout: SILENCE_MS };
const FOR_SUBSCRIPTIONS: RedisOptions = {
  ...COMMON,
  maxRetriesPerRequest: null,
  // No commands between connecting and being ready: a SUBSCRIBE that ioredis writes meanwhile is forgotten where the
  // connection closes before the answers have come.
  enableReadyCheck: false,
  disableClientInfo: true,
};

const FOR_SHARDED_SUBSCRIPTIONS: RedisOptions = {
  ...FOR_SUBSCRIPTIONS,
  // ioredis declares one that is made of anything.
  Connector: DroppedConnector as NonNullable<RedisOptions['Connector']>,
};

/** Commands of one turn of the event loop leave in one write, in order: writing is what costs most, on both sides. */
const writeAtEndOfTurn = ({ stream }: Redis): void => {
  // Missing before the first connection, and destroyed between two.
  if (!stream?.writable || stream.writableCorked > 0) return;
  stream.cork();
  afterEndOfTurn(() => stream.uncork());
};

class JoiningRedis extends Redis {
  override sendCommand(...args: Parameters<Redis['sendCommand']>): unknown {
    writeAtEndOfTurn(this);
    return super.sendCommand(...args);
  }
}

/**
 * ioredis subscribes again by itself after a reconnection and leaves a failure of that unhandled: closing while Redis hangs
 * would end the process. Callers still get their own rejections.
 */
class ResubscribingRedis extends Redis {
  override sendCommand(...args: Parameters<Redis['sendCommand']>): unknown {
    const answer = super.sendCommand(...args);
    if (answer instanceof Promise) answer.catch(() => {});
    return answer;
  }
}

type Opened = Pick<RedisConnection, 'client' | 'pubSub' | 'messageEvent' | 'publish'> & {
  /** Events of the subscribing client after which messages may have been missed. */
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

/** Commands leave joined, as above, and time out also while they wait to be sent since no node can be reached. */
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
      // A client of its own: reconnecting it interrupts no command.
      open: () => new Cluster([...urls], { ...optionsWith(FOR_SHARDED_SUBSCRIPTIONS), shardedSubscribers: true }),
      subscribe: (subscriber, channel) => subscriber.ssubscribe(channel),
      unsubscribe: (subscriber, channel) => subscriber.sunsubscribe(channel),
      publish: (channel, message) => client.spublish(channel, message),
      // ioredis waits for ever for a node that was given up while it connected, and subscribes nowhere then.
      reconnect: () => false,
    }),
    interruptions: ['-node', '-subscriber', 'close'],
  };
};

/** Connects to one Redis, or, with several addresses, to the Cluster that they are nodes of. Reconnects by itself. */
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
