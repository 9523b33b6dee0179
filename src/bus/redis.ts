import { performance } from 'node:perf_hooks';
import { RedisPubSub } from 'graphql-redis-subscriptions';
import { unavailable } from '../presence/errors.js';
import type { Bus, FactChange, SessionsEnded, TypingMessage, Unsubscribe, UserMessage } from '../presence/ports.js';
import { decodeRecord } from '../store/codec.js';
import type { RedisConnection } from '../store/connection.js';
import type { Keys } from '../store/keys.js';
import { createTopics, type Topics } from './topics.js';

/** Every node hears what is published here. */
const FACTS_CHANNEL = 'rc:{0}:facts';
const ENDED_CHANNEL = 'rc:{0}:ended';

/** A subscription that Redis does not acknowledge for so long is UNAVAILABLE to whoever waits for it. */
const ACKNOWLEDGE_MS = 1_500;
/** A node hears from itself about once a second; silence for longer means that the connection is dead. */
const SILENCE_MS = 3_500;
const WATCH_MS = 500;

interface Channel {
  readonly acknowledged: Promise<number>;
  holders: number;
}

/**
 * The bus of many nodes: one Redis channel a watched user a node, however many watch. What is published is published
 * by the scripts that commit it; here it is heard. A probe that each node sends to itself once a second through every
 * shard (see `renew.lua`) proves the subscriptions alive, and tells when something may have been missed.
 */
export const createRedisBus = ({
  connection,
  keys,
  probe,
}: {
  readonly connection: RedisConnection;
  readonly keys: Keys;
  /** Names the channels on which this process hears from itself. */
  readonly probe: string;
}) => {
  const { pubSub } = connection;
  const redis = new RedisPubSub({
    publisher: pubSub as never,
    subscriber: pubSub as never,
    messageEventName: connection.messageEvent,
    deserializer: (message) => message.toString(),
  });
  const channels = new Map<string, Channel>();
  const gaps = createTopics<null>();

  /** One subscription a channel; topics hold the listeners, so that a message is decoded once. */
  const hold = (channel: string, deliver: (text: string) => void): Channel => {
    const held = channels.get(channel) ?? { acknowledged: redis.subscribe(channel, deliver), holders: 0 };
    channels.set(channel, held);
    held.holders += 1;
    return held;
  };

  const letGo = (channel: string): void => {
    const held = channels.get(channel);
    if (!held) return;
    held.holders -= 1;
    if (held.holders > 0) return;
    channels.delete(channel);
    void held.acknowledged.then((id) => redis.unsubscribe(id));
  };

  const subscribe = async <M>(
    topics: Topics<M>,
    channel: string,
    decode: (text: string) => M,
    listener: (message: M) => void,
  ): Promise<Unsubscribe> => {
    const remove = topics.add(channel, listener);
    const held = hold(channel, (text) => topics.deliver(channel, decode(text)));
    let released = false;
    const release = () => {
      if (released) return;
      released = true;
      remove();
      letGo(channel);
    };
    try {
      await withinMs(held.acknowledged, ACKNOWLEDGE_MS);
    } catch (error) {
      release();
      throw error;
    }
    return release;
  };

  const users = createTopics<UserMessage>();
  const typing = createTopics<TypingMessage>();
  const facts = createTopics<FactChange>();
  const ended = createTopics<SessionsEnded>();

  // Probes: what was published between an interruption and the next probe may have been missed.
  const heardAt = new Map<number, number>();
  let interrupted = true;
  connection.onInterruption(() => {
    interrupted = true;
  });
  const probed = (shard: number) => {
    const now = performance.now();
    const silent = now - (heardAt.get(shard) ?? now) > SILENCE_MS;
    heardAt.set(shard, now);
    if (!interrupted && !silent) return;
    // Of several shards, the last one to be heard again tells.
    const all = [...heardAt.values()].every((at) => now - at < SILENCE_MS);
    if (!all || heardAt.size < keys.shards) return;
    interrupted = false;
    gaps.deliver('', null);
  };
  const watchdog = setInterval(() => {
    const now = performance.now();
    const dead = [...heardAt.values()].some((at) => now - at > SILENCE_MS);
    if (!dead) return;
    interrupted = true;
    for (const shard of heardAt.keys()) heardAt.set(shard, now);
    pubSub.reconnect();
  }, WATCH_MS);
  watchdog.unref();

  return {
    /** Subscribes to the probes. Resolves when all of them are acknowledged. */
    async start(): Promise<void> {
      await Promise.all(
        Array.from({ length: keys.shards }, (_, shard) =>
          redis.subscribe(keys.of(shard).probeChannel(probe), () => probed(shard)),
        ),
      );
    },

    subscribeUser: (userId, listener) =>
      subscribe(
        users,
        keys.userChannel(userId),
        (text): UserMessage => ({ userId, record: text === '' ? null : decodeRecord(text) }),
        listener,
      ),
    subscribeTyping: (conversationId, listener) =>
      subscribe(
        typing,
        keys.typingChannel(conversationId),
        (text): TypingMessage => {
          const [userId, isTyping, expiresAt = null] = JSON.parse(text) as [string, boolean, number?];
          return { conversationId, userId, isTyping, expiresAt };
        },
        listener,
      ),
    subscribeFacts: (listener) => subscribe(facts, FACTS_CHANNEL, JSON.parse, listener),
    subscribeEnded: (listener) => subscribe(ended, ENDED_CHANNEL, JSON.parse, listener),
    onGap: (listener) => gaps.add('', listener),

    async publishFacts(change) {
      await pubSub.publish(FACTS_CHANNEL, JSON.stringify(change));
    },
    deliverFacts(change) {
      facts.deliver(FACTS_CHANNEL, change);
    },
    async publishEnded(message) {
      await pubSub.publish(ENDED_CHANNEL, JSON.stringify(message));
    },
    /** How many channels this node is subscribed to, probes apart. */
    get size() {
      return channels.size;
    },
    async close() {
      clearInterval(watchdog);
    },
  } satisfies Bus & { readonly size: number; start(): Promise<void> };
};

/** What `promise` resolves to, or UNAVAILABLE after `ms`. */
const withinMs = async <T>(promise: Promise<T>, ms: number): Promise<T> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(unavailable('The live store cannot be reached. Try again in a moment.')), ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
};
