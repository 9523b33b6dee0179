import type {
  AccessChange,
  Bus,
  CommitBus,
  SessionsEnded,
  TypingMessage,
  UserMessage,
} from '../../presence/ports/bus.js';
import { createTopics, type MessageKind } from '../busTopics.js';

/** The bus of one process: what is published is delivered before `publish` returns. `onMessage` counts what is heard. */
export const createMemoryBus = ({ onMessage = () => {} }: { onMessage?: (kind: MessageKind) => void } = {}) => {
  const users = createTopics<UserMessage>(() => onMessage('user'));
  const typing = createTopics<TypingMessage>(() => onMessage('typing'));
  const accessFacts = createTopics<AccessChange>(() => onMessage('facts'));
  const ended = createTopics<SessionsEnded>(() => onMessage('ended'));
  return {
    async subscribeUser(userId, listener) {
      return users.add(userId, listener);
    },
    async subscribeTyping(conversationId, listener) {
      return typing.add(conversationId, listener);
    },
    async subscribeAccessChanges(listener) {
      return accessFacts.add('', listener);
    },
    async subscribeEnded(listener) {
      return ended.add('', listener);
    },
    /** Within one process nothing is ever missed. */
    onGap: () => () => {},
    publishUser(message) {
      users.deliver(message.userId, message);
    },
    publishTyping(message) {
      typing.deliver(message.conversationId, message);
    },
    async publishAccessChange(change) {
      accessFacts.deliver('', change);
    },
    async publishEnded(message) {
      ended.deliver('', message);
    },
    deliverAccessChange(change) {
      accessFacts.deliver('', change);
    },
    /** How many topics somebody listens to. */
    get size() {
      return users.size + typing.size;
    },
    async close() {},
  } satisfies Bus & CommitBus & { readonly size: number };
};
