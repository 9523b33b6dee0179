import { RedisPubSub } from 'graphql-redis-subscriptions';
import type { AccessChange, Bus, SessionsEnded, TypingMessage, UserMessage } from '../../presence/ports/bus.js';
import { createTopics, type MessageKind } from '../busTopics.js';
import { accessChangeOf, sessionsEndedOf, storedAccessChange, storedSessionsEnded } from '../storedMessages.js';
import { createChannels } from './channels.js';
import { decodeMessage, decodeRecord, encodeMessage } from './codec.js';
import { createGapDetector } from './gaps.js';
import type { Keys } from './keys.js';
import type { RedisConnection } from './redisConnection.js';
import { withinMs } from './within.js';

/** Channels of every node. */
const ACCESS_CHANNEL = 'rc:{0}:facts';
const ENDED_CHANNEL = 'rc:{0}:ended';

/** How long a node that starts waits for the acknowledgement of its probes. */
const START_MS = 8_000;

/**
 * The bus of many nodes: one Redis channel a watched user a node, however many watch. Commits and typing are published by
 * the scripts that commit them. See docs/design.md#2-shape.
 */
export const createRedisBus = ({
  connection,
  keys,
  probe,
  onMessage = () => {},
}: {
  readonly connection: RedisConnection;
  readonly keys: Keys;
  /** Names the channels on which this process receives its own probes. */
  readonly probe: string;
  /** Counts the messages received. */
  readonly onMessage?: (kind: MessageKind) => void;
}) => {
  const { pubSub } = connection;
  const redis = new RedisPubSub({
    publisher: pubSub as never,
    subscriber: pubSub as never,
    messageEventName: connection.messageEvent,
    deserializer: (message) => message.toString(),
  });
  const channels = createChannels(redis);
  const gaps = createGapDetector({ connection, shards: keys.shards });

  const users = createTopics<UserMessage>(() => onMessage('user'));
  const typing = createTopics<TypingMessage>(() => onMessage('typing'));
  const accessChanges = createTopics<AccessChange>(() => onMessage('facts'));
  const ended = createTopics<SessionsEnded>(() => onMessage('ended'));

  return {
    /**
     * Subscribes to the probes. Resolves when all of them are acknowledged; from then on they have to arrive. Rejects with
     * UNAVAILABLE where that takes too long.
     */
    async start(): Promise<void> {
      const probes = keys.all.map(({ probeChannel }, shard) =>
        redis.subscribe(probeChannel(probe), () => gaps.probed(shard)),
      );
      await withinMs(Promise.all(probes), START_MS);
      gaps.started();
    },

    subscribeUser: (userId, listener) =>
      channels.subscribe(
        users,
        keys.userChannel(userId),
        (text): UserMessage => ({ userId, record: text === '' ? null : decodeRecord(text) }),
        listener,
      ),
    subscribeTyping: (conversationId, listener) =>
      channels.subscribe(
        typing,
        keys.typingChannel(conversationId),
        (text): TypingMessage => {
          const [userId, isTyping, expiresAt = null] = decodeMessage<[string, boolean, number?]>(text);
          return { conversationId, userId, isTyping, expiresAt };
        },
        listener,
      ),
    subscribeAccessChanges: (listener) =>
      channels.subscribe(accessChanges, ACCESS_CHANNEL, (text) => accessChangeOf(decodeMessage(text)), listener),
    subscribeEnded: (listener) =>
      channels.subscribe(ended, ENDED_CHANNEL, (text) => sessionsEndedOf(decodeMessage(text)), listener),
    onGap: gaps.onGap,

    async publishAccessChange(change) {
      await pubSub.publish(ACCESS_CHANNEL, encodeMessage(storedAccessChange(change)));
    },
    deliverAccessChange(change) {
      accessChanges.deliver(ACCESS_CHANNEL, change);
    },
    async publishEnded(message) {
      await pubSub.publish(ENDED_CHANNEL, encodeMessage(storedSessionsEnded(message)));
    },
    /** How many channels this node is subscribed to, probes apart. */
    get size() {
      return channels.size;
    },
    async close() {
      gaps.stop();
    },
  } satisfies Bus & { readonly size: number; start(): Promise<void> };
};
