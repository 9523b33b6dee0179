import { performance } from 'node:perf_hooks';
import { RedisPubSub } from 'graphql-redis-subscriptions';
import type { Bus, FactChange, SessionsEnded, TypingMessage, Unsubscribe, UserMessage } from '../presence/ports.js';
import { decodeMessage, decodeRecord, encodeMessage } from '../store/codec.js';
import type { RedisConnection } from '../store/connection.js';
import type { Keys } from '../store/keys.js';
import { withinMs } from '../store/within.js';
import { createTopics, type MessageKind, type Topics } from './topics.js';

/** Every node hears what is published here. */
const FACTS_CHANNEL = 'rc:{0}:facts';
const ENDED_CHANNEL = 'rc:{0}:ended';

/** A subscription that Redis does not acknowledge for so long is UNAVAILABLE to whoever waits for it. */
const ACKNOWLEDGE_MS = 1_500;
/** The same for a node that starts. */
const START_MS = 8_000;
/** A node hears from itself about once a second; silence for longer means that the connection is dead. */
const SILENCE_MS = 3_500;
/** For how long new connections may be made, and subscribed over, before they count as silent: they do not get there otherwise. */
const CONNECTING_MS = 2_000;
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
  onMessage = () => {},
}: {
  readonly connection: RedisConnection;
  readonly keys: Keys;
  /** Names the channels on which this process hears from itself. */
  readonly probe: string;
  /** Counts what is heard. */
  readonly onMessage?: (kind: MessageKind) => void;
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
    const held = hold(channel, (text) => {
      const message = readable(decode, text);
      // A listener of a connection must not throw; whoever reads the state again learns what was told.
      if (message !== undefined) topics.deliver(channel, message);
    });
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

  const users = createTopics<UserMessage>(() => onMessage('user'));
  const typing = createTopics<TypingMessage>(() => onMessage('typing'));
  const facts = createTopics<FactChange>(() => onMessage('facts'));
  const ended = createTopics<SessionsEnded>(() => onMessage('ended'));

  const shards = Array.from({ length: keys.shards }, (_, shard) => shard);
  // Probes: what was published between an interruption and the next probe may have been missed.
  const heardAt = new Map<number, number>();
  let interruptedAt: number | undefined = performance.now();
  const interrupted = () => {
    interruptedAt = performance.now();
  };
  connection.onInterruption(interrupted);
  const probed = (shard: number) => {
    heardAt.set(shard, performance.now());
    const since = interruptedAt;
    // Each shard has a subscription of its own on a Cluster: the last one to be heard again tells.
    if (since === undefined || heardAt.size < keys.shards) return;
    for (const at of heardAt.values()) if (at < since) return;
    interruptedAt = undefined;
    gaps.deliver('', null);
  };
  /** From when on something is to be heard on the connections that are there; undefined before the first are made. */
  let connectedAt: number | undefined;
  const isSilent = (shard: number, now: number, since: number) =>
    now - Math.max(since, heardAt.get(shard) ?? since) > SILENCE_MS;
  const watchdog = setInterval(() => {
    const now = performance.now();
    const since = connectedAt;
    if (since === undefined || !shards.some((shard) => isSilent(shard, now, since))) return;
    connectedAt = now + CONNECTING_MS;
    interrupted();
    void pubSub.reconnect().then(interrupted);
  }, WATCH_MS);
  watchdog.unref();

  return {
    /**
     * Subscribes to the probes. Resolves when all of them are acknowledged; from then on they have to be heard. Rejects
     * with UNAVAILABLE where that takes too long.
     */
    async start(): Promise<void> {
      const probes = shards.map((shard) => redis.subscribe(keys.of(shard).probeChannel(probe), () => probed(shard)));
      await withinMs(Promise.all(probes), START_MS);
      connectedAt = performance.now();
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
          const [userId, isTyping, expiresAt = null] = decodeMessage(text) as [string, boolean, number?];
          return { conversationId, userId, isTyping, expiresAt };
        },
        listener,
      ),
    subscribeFacts: (listener) => subscribe(facts, FACTS_CHANNEL, decodeMessage, listener),
    subscribeEnded: (listener) => subscribe(ended, ENDED_CHANNEL, decodeMessage, listener),
    onGap: (listener) => gaps.add('', listener),

    async publishFacts(change) {
      await pubSub.publish(FACTS_CHANNEL, encodeMessage(change));
    },
    deliverFacts(change) {
      facts.deliver(FACTS_CHANNEL, change);
    },
    async publishEnded(message) {
      await pubSub.publish(ENDED_CHANNEL, encodeMessage(message));
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

/** A message as it decodes; undefined for one that is damaged, or of a format that this release does not know. */
const readable = <M>(decode: (text: string) => M, text: string): M | undefined => {
  try {
    return decode(text);
  } catch {
    return undefined;
  }
};
