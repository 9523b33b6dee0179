/** Nodes that share a live store of which everything can be lost, as when Redis is flushed. All in memory, on one clock. */
import { createMemoryBus } from '../../src/bus/memory.js';
import { unavailable } from '../../src/presence/errors.js';
import type { Store } from '../../src/presence/ports.js';
import { createPresence } from '../../src/presence/presence.js';
import { createMemoryStore } from '../../src/store/memory.js';
import { NOON, timings } from './builders.js';
import { createFakeJournal, createFakePeople, createFakeRateLimits } from './fakes.js';

const RECOVERS_MS = 1_000;

export const createSharedStore = (users: readonly string[] = ['ana', 'bo']) => {
  let now = NOON;
  const bus = createMemoryBus();
  const makeEmpty = () => createMemoryStore({ bus, clock: () => now });
  let present = makeEmpty();
  let epoch = 1;
  let made = 0;
  const fake = createFakePeople(users);
  const { people } = fake;
  const kept = createFakeJournal(users);
  const { journal } = kept;

  return {
    bus,
    conversations: fake.conversations,
    journal: kept,
    get store(): Store {
      return present;
    },
    wait(ms: number) {
      now += ms;
    },
    /** Everything is written, and what is not live leaves the store. */
    async drain() {
      const { records } = await present.dirty(1_000);
      await journal.write(records);
      await present.clean(records);
    },
    /** All that is live is lost. */
    empty() {
      present = makeEmpty();
      epoch += 1;
    },
    /** One more node. `deaf`: it misses what is told of ended sessions; `late`: it finds a loss when the store has recovered. */
    async startNode({ deaf = false, late = false } = {}) {
      const name = `node-${++made}`;
      let incarnations = 0;
      let known = epoch;
      const failing = { updates: 0 };
      const refused = new Set<string>();
      let held: Promise<void> | undefined;
      let settled = 0;
      const store = new Proxy({} as Store, {
        get: (_, method: keyof Store) => {
          if (method === 'renewLease') {
            return async (...[, { puttingBack } = { puttingBack: null }]: Parameters<Store['renewLease']>) => {
              const emptied = known !== epoch;
              known = epoch;
              // It recovers for as long as this node puts back anything.
              const settledInMs = !late && (emptied || puttingBack !== null) ? RECOVERS_MS : 0;
              return { lost: false, emptied: emptied ? () => true : null, settledInMs, awaited: false };
            };
          }
          if (method === 'update' && failing.updates > 0) {
            return async () => {
              failing.updates -= 1;
              throw unavailable('It went away again.');
            };
          }
          if (method === 'update' && refused.size > 0) {
            return async (...args: Parameters<Store['update']>) => {
              if (refused.has(args[0])) throw unavailable('This part of it is away.');
              return present.update(...args);
            };
          }
          if (method === 'update' && held) {
            const until = held;
            held = undefined;
            return async (...args: Parameters<Store['update']>) => {
              await until;
              return present.update(...args);
            };
          }
          return present[method].bind(present);
        },
      });
      const presence = createPresence({
        store,
        bus: deaf ? { ...bus, subscribeEnded: async () => () => {} } : bus,
        people,
        journal,
        rateLimits: createFakeRateLimits().rateLimits,
        timings: timings(),
        newId: () => 'new',
        newIncarnation: () => `${name}.${++incarnations}`,
        onSettled: () => {
          settled += 1;
        },
        onJournalFailure: () => {},
      });
      await presence.node.start();
      await presence.node.turn();
      return {
        presence,
        /** The next so many changes find the store away. */
        fail(updates: number) {
          failing.updates = updates;
        },
        /** Changes of those users find the store away. */
        refuse(userIds: readonly string[]) {
          for (const userId of userIds) refused.add(userId);
        },
        /** The next change waits. Returns how it is let go on. */
        holdNextChange() {
          let goOn = () => {};
          held = new Promise((resolve) => {
            goOn = resolve;
          });
          return () => goOn();
        },
        /** How often it was told that the store has settled. */
        get settled() {
          return settled;
        },
        turn: () => presence.node.turn(),
        open: (userId: string, connectionId: string, sessionId: string) =>
          presence.connect({ userId, connectionId, sessionId, device: 'WEB' }),
        /** Connections answer, and what came of that is over. */
        async answer(...connectionIds: readonly string[]) {
          for (const connectionId of connectionIds) presence.node.heard(connectionId);
          await new Promise(setImmediate);
        },
      };
    },
  };
};
