/** The services of presence over given ports, as `src/app.ts` wires them, with the parts that tests reach into. */
import { createDepartures } from '../../../src/node/departures.js';
import { createNode } from '../../../src/node/node.js';
import { createRecentCommits } from '../../../src/node/recentCommits.js';
import { createRecordReader } from '../../../src/node/recordReader.js';
import { createRecordWriter, type OnDeleted } from '../../../src/node/recordWriter.js';
import type { Bus } from '../../../src/presence/ports/bus.js';
import type { Journal } from '../../../src/presence/ports/journal.js';
import type { RateLimits } from '../../../src/presence/ports/rates.js';
import type { LiveStore, People } from '../../../src/presence/ports/stores.js';
import type { Transition } from '../../../src/presence/transitions.js';
import type { Timings } from '../../../src/presence/types.js';
import { createAccessChangeService } from '../../../src/service/accessChangeService.js';
import { createConnectionService } from '../../../src/service/connectionService.js';
import { createHereQuery } from '../../../src/service/hereQuery.js';
import { createHistoryService } from '../../../src/service/historyService.js';
import { createPlaceService } from '../../../src/service/placeService.js';
import { createPresenceService } from '../../../src/service/presenceService.js';
import { createQueries } from '../../../src/service/queries.js';
import { createReadBudget } from '../../../src/service/readBudget.js';
import { createTypingService } from '../../../src/service/typingService.js';

export const assemblePresence = ({
  store,
  bus,
  people,
  journal,
  rateLimits,
  timings,
  sweepMs = 0,
  newId,
  newIncarnation,
  onRevived = () => {},
  onReady = () => {},
  onTransition = () => {},
  onTypingStarted = () => {},
  onDeleted = () => {},
  onJournalFailure,
}: {
  readonly store: LiveStore;
  readonly bus: Bus;
  readonly people: People;
  readonly journal: Journal;
  readonly rateLimits: RateLimits;
  readonly timings: Timings;
  readonly sweepMs?: number;
  /** A new session id. */
  readonly newId: () => string;
  readonly newIncarnation: () => string;
  readonly onRevived?: (emptied: boolean) => void;
  readonly onReady?: () => void;
  readonly onTransition?: (transition: Transition) => void;
  readonly onDeleted?: OnDeleted;
  readonly onTypingStarted?: (conversationId: string, userId: string) => void;
  /** Failures of the journal, and of what the node does by itself. */
  readonly onJournalFailure: (error: unknown) => void;
}) => {
  const recentCommits = createRecentCommits();
  const { readRecords, readAlike } = createRecordReader({ store, journal, recentCommits });
  const departures = createDepartures({ graceMs: timings.graceMs, sweepMs });
  const records = createRecordWriter({
    store,
    bus,
    journal,
    recentCommits,
    departures,
    onTransition,
    onDeleted,
    onJournalFailure,
  });
  const node = createNode({
    store,
    bus,
    records,
    readRecords,
    recentCommits,
    timings,
    newIncarnation,
    onRevived,
    onReady,
    onTransition,
    onError: onJournalFailure,
  });
  const heldSessions = node;
  const reads = createReadBudget({ rateLimits });
  const readHere = createHereQuery({ store, people, readAlike, timings, onError: onJournalFailure });
  const accessChanges = createAccessChangeService({ store, people, journal, recentCommits, records });
  return {
    ...createConnectionService({ records, heldSessions, timings, newId }),
    ...createPresenceService({
      records,
      readAlike,
      store,
      people,
      heldSessions,
      departures,
      rateLimits,
      timings,
      newId,
    }),
    ...createQueries({ store, people, reads, readRecords, readAlike }),
    ...createTypingService({
      store,
      people,
      heldSessions,
      reads,
      rateLimits,
      timings,
      onStarted: onTypingStarted,
    }),
    ...createPlaceService({ records, people, heldSessions, reads, readHere, rateLimits, timings, newId }),
    ...createHistoryService({ history: null }),
    readHere,
    ...accessChanges,
    records,
    tick: records.tick,
    node,
    reads,
    readRecords,
    readAlike,
    recentCommits,
  };
};
