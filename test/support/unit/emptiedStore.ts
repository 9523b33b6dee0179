/** Nodes that share a live store which can be emptied, as by a flush of Redis. All in memory, on one clock. */
import { createMemoryBus } from '../../../src/adapters/memory/memoryBus.js';
import { createMemoryStore } from '../../../src/adapters/memory/memoryStore.js';
import { unavailable } from '../../../src/presence/errors.js';
import type { LiveStore } from '../../../src/presence/ports/stores.js';
import { assemblePresence } from './assemblePresence.js';
import { NOON, timings } from './builders.js';
import { createFakePeople } from './fakePeople.js';
import { createFakeJournal, createFakeRateLimits } from './fakes.js';

const RECOVERS_MS = 1_000;

export const createSharedStore = (users: readonly string[] = ['ana', 'bo']) => {
  let now = NOON;
  const bus = createMemoryBus();
  const makeEmpty = () => createMemoryStore({ bus, clock: () => now });
  let present = makeEmpty();
  let epoch = 1;
  let made = 0;
  const fake = createFakePeople({ userIds: users });
  const { people } = fake;
  const persisted = createFakeJournal(users);
  const { journal } = persisted;

  return {
    bus,
    conversations: fake.conversations,
    journal: persisted,
    get store(): LiveStore {
      return present;
    },
    wait(ms: number) {
      now += ms;
    },
    /** Writes everything to the journal, and drops records in which nothing is live. */
    async drain() {
      const { records } = await present.dirty(1_000);
      await journal.write(records);
      await present.clean(records);
    },
    /** Loses everything live. */
    empty() {
      present = makeEmpty();
      epoch += 1;
    },
    /** Adds a node. `deaf`: it receives no message of ended sessions; `late`: it finds a loss once the store has recovered. */
    async startNode({ deaf = false, late = false } = {}) {
      const name = `node-${++made}`;
      let incarnations = 0;
      let known = epoch;
      const failing = { updates: 0 };
      const refused = new Set<string>();
      let held: Promise<void> | undefined;
      let recoveries = 0;
      const store = new Proxy({} as LiveStore, {
        get: (_, method: keyof LiveStore) => {
          if (method === 'renewLease') {
            return async (...[, options]: Parameters<LiveStore['renewLease']>) => {
              const emptied = known !== epoch;
              known = epoch;
              // It recovers for as long as this node restores anything.
              const readyInMs = !late && (emptied || (options?.restorePhase ?? 'done') !== 'done') ? RECOVERS_MS : 0;
              return { lost: false, emptied: emptied ? () => true : null, readyInMs, awaited: false };
            };
          }
          if (method === 'update' && failing.updates > 0) {
            return async () => {
              failing.updates -= 1;
              throw unavailable('It went away again.');
            };
          }
          if (method === 'update' && refused.size > 0) {
            return async (...args: Parameters<LiveStore['update']>) => {
              if (refused.has(args[0])) throw unavailable('This part of it is away.');
              return present.update(...args);
            };
          }
          if (method === 'update' && held) {
            const until = held;
            held = undefined;
            return async (...args: Parameters<LiveStore['update']>) => {
              await until;
              return present.update(...args);
            };
          }
          return present[method].bind(present);
        },
      });
      const presence = assemblePresence({
        store,
        bus: deaf ? { ...bus, subscribeEnded: async () => () => {} } : bus,
        people,
        journal,
        rateLimits: createFakeRateLimits().rateLimits,
        timings: timings(),
        newId: () => 'new',
        newIncarnation: () => `${name}.${++incarnations}`,
        onReady: () => {
          recoveries += 1;
        },
        onJournalFailure: () => {},
      });
      await presence.node.start();
      await presence.node.leaseHeartbeat();
      return {
        presence,
        /** The next so many changes are UNAVAILABLE. */
        fail(updates: number) {
          failing.updates = updates;
        },
        /** Changes of those users find the store away. */
        refuse(userIds: readonly string[]) {
          for (const userId of userIds) refused.add(userId);
        },
        /** Holds the next change. Returns what lets it go on. */
        holdNextChange() {
          let goOn = () => {};
          held = new Promise((resolve) => {
            goOn = resolve;
          });
          return () => goOn();
        },
        /** How often it learned that the store has recovered. */
        get recoveries() {
          return recoveries;
        },
        turn: () => presence.node.leaseHeartbeat(),
        open: (userId: string, connectionId: string, sessionId: string) =>
          presence.connect({ userId, connectionId, sessionId, device: 'WEB' }),
        /** Connections answer their pings; resolves when what follows from that is done. */
        async answer(...connectionIds: readonly string[]) {
          for (const connectionId of connectionIds) presence.node.answered(connectionId);
          await new Promise(setImmediate);
        },
      };
    },
  };
};
