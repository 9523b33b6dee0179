import { RedisPubSub } from 'graphql-redis-subscriptions';
import type {
  AccessChange,
  Bus,
  PlaceMessage,
  SessionsEnded,
  TypingMessage,
  UserMessage,
} from '../../presence/ports/bus.js';
import type { SocialBus, SocialChange } from '../../social/ports/socialBus.js';
import { createTopics, type MessageKind } from '../busTopics.js';
import { createSocialTopics, type SocialReceiver } from '../socialTopics.js';
import {
  accessChangeOf,
  sessionsEndedOf,
  socialChangeOf,
  storedAccessChange,
  storedSessionsEnded,
  storedSocialChange,
} from '../storedMessages.js';
import { createChannels, receiving } from './channels.js';
import { decodeAct, decodeMessage, decodeRecord, encodeAct, encodeMessage, isAct } from './codec.js';
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
 * The bus of many nodes: one Redis channel a watched user a node, however many watch; their acts come through the same channel.
 * Commits and typing are published by the scripts that commit them. See docs/design.md#2-shape.
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
  const places = createTopics<PlaceMessage>(() => onMessage('place'));
  const accessChanges = createTopics<AccessChange>(() => onMessage('facts'));
  const ended = createTopics<SessionsEnded>(() => onMessage('ended'));
  const social = createSocialTopics(onMessage);

  /** Records and acts of one user. What nobody on this node listens to is not decoded. */
  const receiveUser = (userId: string) => {
    const receiveRecord = receiving(
      (text): UserMessage => ({ userId, record: text === '' ? null : decodeRecord(text) }),
      (message) => users.deliver(userId, message),
    );
    const receiveAct = receiving((text) => socialChangeOf(decodeAct(text)), social.receive);
    return (text: string): void => {
      if (!isAct(text)) {
        if (users.has(userId)) receiveRecord(text);
      } else if (social.hearsActs(userId)) receiveAct(text);
    };
  };
  const receiveTyping = (conversationId: string) =>
    receiving(
      (text): TypingMessage => {
        const [userId, isTyping, expiresAt = null] = decodeMessage<[string, boolean, number?]>(text);
        return { conversationId, userId, isTyping, expiresAt };
      },
      (message) => typing.deliver(conversationId, message),
    );
  const receivePlace = (conversationId: string) =>
    receiving(
      (text): PlaceMessage => {
        const [userId] = decodeMessage<readonly unknown[]>(text);
        // Nobody of that name could ever be followed, and those who come later would wait for it.
        if (typeof userId !== 'string') throw new Error('A message about a place names nobody.');
        return { conversationId, userId };
      },
      (message) => places.deliver(conversationId, message),
    );
  const receiveAccessChange = receiving(
    (text) => accessChangeOf(decodeMessage(text)),
    (change) => accessChanges.deliver('', change),
  );
  const receiveEnded = receiving(
    (text) => sessionsEndedOf(decodeMessage(text)),
    (message) => ended.deliver('', message),
  );
  const receiveSocial = receiving((text) => socialChangeOf(decodeMessage(text)), social.receive);

  /** The channel of a change, and the message on it. */
  const socialMessage = (change: SocialChange): readonly [channel: string, text: string] => {
    const stored = storedSocialChange(change);
    switch (change.kind) {
      case 'act':
        return [keys.userChannel(change.act.actorId), encodeAct(stored)];
      case 'counts':
        return [keys.countsChannel(change.counts.objectId), encodeMessage(stored)];
      case 'tray':
      case 'mute':
        return [keys.trayChannel(change.userId), encodeMessage(stored)];
    }
  };

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
      channels.subscribe(keys.userChannel(userId), receiveUser(userId), () => users.add(userId, listener)),
    subscribeActs: (actorId, listener) =>
      channels.subscribe(keys.userChannel(actorId), receiveUser(actorId), () => social.addActs(actorId, listener)),
    subscribeTyping: (conversationId, listener) =>
      channels.subscribe(keys.typingChannel(conversationId), receiveTyping(conversationId), () =>
        typing.add(conversationId, listener),
      ),
    subscribeTray: (userId, listener) =>
      channels.subscribe(keys.trayChannel(userId), receiveSocial, () => social.addTray(userId, listener)),
    subscribeCounts: (objectId, listener) =>
      channels.subscribe(keys.countsChannel(objectId), receiveSocial, () => social.addCounts(objectId, listener)),
    subscribePlace: (conversationId, listener) =>
      channels.subscribe(keys.placeChannel(conversationId), receivePlace(conversationId), () =>
        places.add(conversationId, listener),
      ),
    subscribeAccessChanges: (listener) =>
      channels.subscribe(ACCESS_CHANNEL, receiveAccessChange, () => accessChanges.add('', listener)),
    subscribeEnded: (listener) => channels.subscribe(ENDED_CHANNEL, receiveEnded, () => ended.add('', listener)),
    onGap: gaps.onGap,

    async publishAccessChange(change) {
      await pubSub.publish(ACCESS_CHANNEL, encodeMessage(storedAccessChange(change)));
    },
    deliverAccessChange(change) {
      accessChanges.deliver('', change);
    },
    async publishEnded(message) {
      await pubSub.publish(ENDED_CHANNEL, encodeMessage(storedSessionsEnded(message)));
    },
    async publishSocial(change) {
      const [channel, text] = socialMessage(change);
      await pubSub.publish(channel, text);
    },
    deliverSocial: social.deliverSocial,
    onSocialReceived: social.onSocialReceived,
    hears: social.hears,
    /** How many channels this node is subscribed to, probes apart. */
    get size() {
      return channels.size;
    },
    async close() {
      gaps.stop();
    },
  } satisfies Bus & SocialBus & SocialReceiver & { readonly size: number; start(): Promise<void> };
};
