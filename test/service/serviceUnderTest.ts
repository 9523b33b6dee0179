import { createMemoryBus } from '../../src/adapters/memory/memoryBus.js';
import { createMemoryStore } from '../../src/adapters/memory/memoryStore.js';
import type { OnDeleted } from '../../src/node/recordWriter.js';
import type { TypingMessage, UserMessage } from '../../src/presence/ports/bus.js';
import type { LiveStore } from '../../src/presence/ports/stores.js';
import type { Caller } from '../../src/service/contract.js';
import { assemblePresence } from '../support/unit/assemblePresence.js';
import { NOON, timings } from '../support/unit/builders.js';
import { createFakePeople } from '../support/unit/fakePeople.js';
import { createFakeJournal, createFakeRateLimits } from '../support/unit/fakes.js';

/** Somebody who calls over plain HTTP, or over a connection. */
export const user = (userId: string, connectionId: string | null = null): Caller => ({
  viewer: { kind: 'user', userId },
  connectionId,
});
export const host: Caller = { viewer: { kind: 'service', userId: 'host' }, connectionId: null };

/** The service over the memory store, with a clock of its own. `store` may put something between it and the store. */
export const setUpPresence = ({
  users = ['ana', 'bo', 'cy', 'di'],
  store: wrap = (store) => store,
}: {
  readonly users?: readonly string[];
  readonly store?: (store: LiveStore) => LiveStore;
} = {}) => {
  let now = NOON;
  let made = 0;
  const bus = createMemoryBus();
  const store = createMemoryStore({ bus, clock: () => now });
  const people = createFakePeople({ bus, userIds: users });
  const journal = createFakeJournal(users);
  const limits = createFakeRateLimits();
  const failures: unknown[] = [];
  const typingStarts: string[] = [];
  const deletions: Parameters<OnDeleted>[] = [];
  const presence = assemblePresence({
    bus,
    store: wrap(store),
    people: people.people,
    journal: journal.journal,
    rateLimits: limits.rateLimits,
    timings: timings(),
    newIncarnation: () => 'here',
    onTypingStarted: (conversationId, userId) => typingStarts.push(`${userId} in ${conversationId}`),
    onDeleted: (...records) => deletions.push(records),
    newId: () => `new-${++made}`,
    onJournalFailure: (error) => failures.push(error),
  });
  return {
    presence,
    bus,
    store,
    people,
    journal,
    limits,
    failures,
    /** What listeners were told of: `ana in room`. */
    typingStarts,
    /** Deleted users: the record before, and as all that is over. */
    deletions,
    get now() {
      return now;
    },
    /** Time passes, and who is due is ticked at its end. */
    async wait(ms: number) {
      now += ms;
      for (const userId of await store.dueUsers(1_000)) await presence.tick(userId);
      await store.expireTyping();
    },
    /** Everything is written, and what is not live leaves the store. */
    async drain() {
      const { records } = await store.dirty(1_000);
      await journal.journal.write(records);
      await store.clean(records);
    },
    connect: (userId: string, sessionId = 'tab', connectionId = `n/${userId}`) =>
      presence.connect({ userId, connectionId, sessionId, device: 'WEB' }),
    async heardOf(userId: string) {
      const answered: UserMessage[] = [];
      await bus.subscribeUser(userId, (message) => answered.push(message));
      return answered;
    },
    async typingHeardIn(conversationId: string) {
      const answered: TypingMessage[] = [];
      await bus.subscribeTyping(conversationId, (message) => answered.push(message));
      return answered;
    },
  };
};
