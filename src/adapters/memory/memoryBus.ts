import type {
  AccessChange,
  Bus,
  CommitBus,
  PlaceMessage,
  SessionsEnded,
  TypingMessage,
  UserMessage,
} from '../../presence/ports/bus.js';
import type { SocialBus } from '../../social/ports/socialBus.js';
import { createTopics, type MessageKind } from '../busTopics.js';
import { createSocialTopics, type SocialReceiver } from '../socialTopics.js';

/** The bus of one process: publishing delivers before it returns. `onMessage` counts the messages received. */
export const createMemoryBus = ({ onMessage = () => {} }: { onMessage?: (kind: MessageKind) => void } = {}) => {
  const users = createTopics<UserMessage>(() => onMessage('user'));
  const typing = createTopics<TypingMessage>(() => onMessage('typing'));
  const places = createTopics<PlaceMessage>(() => onMessage('place'));
  const accessChanges = createTopics<AccessChange>(() => onMessage('facts'));
  const ended = createTopics<SessionsEnded>(() => onMessage('ended'));
  const social = createSocialTopics(onMessage);
  return {
    async subscribeUser(userId, listener) {
      return users.add(userId, listener);
    },
    async subscribeTyping(conversationId, listener) {
      return typing.add(conversationId, listener);
    },
    async subscribePlace(conversationId, listener) {
      return places.add(conversationId, listener);
    },
    async subscribeAccessChanges(listener) {
      return accessChanges.add('', listener);
    },
    async subscribeEnded(listener) {
      return ended.add('', listener);
    },
    async subscribeActs(actorId, listener) {
      return social.addActs(actorId, listener);
    },
    async subscribeTray(userId, listener) {
      return social.addTray(userId, listener);
    },
    async subscribeCounts(objectId, listener) {
      return social.addCounts(objectId, listener);
    },
    /** Within one process no message is ever missed. */
    onGap: () => () => {},
    publishUser(message) {
      users.deliver(message.userId, message);
    },
    publishTyping(message) {
      typing.deliver(message.conversationId, message);
    },
    publishPlace(message) {
      places.deliver(message.conversationId, message);
    },
    async publishAccessChange(change) {
      accessChanges.deliver('', change);
    },
    async publishEnded(message) {
      ended.deliver('', message);
    },
    deliverAccessChange(change) {
      accessChanges.deliver('', change);
    },
    async publishSocial(change) {
      social.receive(change);
    },
    deliverSocial: social.deliverSocial,
    onSocialReceived: social.onSocialReceived,
    hears: social.hears,
    /** How many topics have a listener: users, conversations, trays, objects. */
    get size() {
      return users.size + typing.size + places.size + social.size;
    },
    async close() {},
  } satisfies Bus & CommitBus & SocialBus & SocialReceiver & { readonly size: number };
};
