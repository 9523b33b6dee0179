import type { Bus, CommitBus, FactChange, SessionsEnded, TypingMessage, UserMessage } from '../presence/ports.js';
import { createTopics } from './topics.js';

/** The bus of one process: what is published is delivered before `publish` returns. */
export const createMemoryBus = () => {
  const users = createTopics<UserMessage>();
  const typing = createTopics<TypingMessage>();
  const facts = createTopics<FactChange>();
  const ended = createTopics<SessionsEnded>();
  return {
    async subscribeUser(userId, listener) {
      return users.add(userId, listener);
    },
    async subscribeTyping(conversationId, listener) {
      return typing.add(conversationId, listener);
    },
    async subscribeFacts(listener) {
      return facts.add('', listener);
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
    async publishFacts(change) {
      facts.deliver('', change);
    },
    async publishEnded(message) {
      ended.deliver('', message);
    },
    deliverFacts(change) {
      facts.deliver('', change);
    },
    /** How many topics somebody listens to. */
    get size() {
      return users.size + typing.size;
    },
    async close() {},
  } satisfies Bus & CommitBus & { readonly size: number };
};
