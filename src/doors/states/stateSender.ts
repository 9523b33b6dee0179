/**
 * Tells a consumer the states of all users: takes marks, reads the users, sends, and removes the marks. Whatever fails leaves the
 * mark, so that nothing is lost, and of each user the latest state alone waits. See docs/architecture.md.
 */
import { every } from '../../async/loop.js';
import { type Backoff, OF_REFUSED } from './attempts.js';
import { createBatchDelivery } from './batchDelivery.js';
import { createInFlight, type Taken } from './inFlight.js';
import { PART_TIMINGS, type PartTimings, startPartLeases } from './partLeases.js';
import { createStateReader } from './readStates.js';
import { createRefusedUsers } from './refusedUsers.js';
import { MAX_STATES, type StateSender, type StateSenderOptions } from './sending.js';

/** How often it is looked for marks. What changes in between goes in one request. */
const LOOK_EVERY_MS = 250;
/** Batches of one node at a time. */
const MAX_BATCHES = 4;
const REQUEST_MS = 5_000;
/** How many users are kept whose state was refused. */
const MAX_REFUSED = 1_000;

/** What tests make shorter. */
export interface SenderTimings {
  readonly lookEveryMs?: number;
  /** How long a request may take. */
  readonly requestMs?: number;
  readonly parts?: PartTimings;
  readonly backoff?: Backoff;
  readonly refusedBackoff?: Backoff;
  readonly maxRefused?: number;
  readonly chance?: () => number;
  readonly now?: () => number;
}

export const startStateSender = (
  { readRecords, people, ...options }: StateSenderOptions,
  {
    lookEveryMs = LOOK_EVERY_MS,
    requestMs = REQUEST_MS,
    parts: timings = PART_TIMINGS,
    maxRefused = MAX_REFUSED,
    backoff,
    refusedBackoff = OF_REFUSED,
    chance = Math.random,
    now = () => performance.now(),
  }: SenderTimings = {},
): StateSender => {
  const { marks, onError, onUncertain = () => {} } = options;
  const inFlight = createInFlight();
  const refused = createRefusedUsers({ max: maxRefused, backoff: refusedBackoff, now, chance });
  const leases = startPartLeases({ ...options, onLost: refused.lost, onAnew: onUncertain, timings, now, chance });
  const batches = new Set<Promise<void>>();

  /** Up to {@link MAX_STATES} users, of as many parts as it takes. */
  const take = async (): Promise<readonly Taken[]> => {
    const taken: Taken[] = [];
    for (const at of leases.held()) {
      const room = MAX_STATES - taken.length;
      if (room === 0) break;
      let found: readonly string[] = [];
      try {
        found = await marks.take(at, room);
      } catch (error) {
        // It may have taken some: they are found again with the next lease.
        leases.lose(at);
        onError(error);
      }
      for (const userId of found) {
        // Who is refused changed: they are told once their wait is over.
        const begun = refused.has(userId) ? undefined : inFlight.begin(userId, at);
        if (begun) taken.push(begun);
      }
      if (found.length === room) break;
    }
    return taken;
  };

  const start = (taken: readonly Taken[]): void => {
    const batch = deliver(taken).finally(() => batches.delete(batch));
    batches.add(batch);
  };

  const looking = every(
    lookEveryMs,
    async (stopped) => {
      while (!stopped.aborted && batches.size < MAX_BATCHES) {
        const again = refused.due((userId) => !inFlight.has(userId));
        const begun = again && inFlight.begin(again.userId, again.at);
        const taken = begun ? [begun] : await take();
        if (taken.length > 0) start(taken);
        if (taken.length === MAX_STATES && batches.size === MAX_BATCHES) await Promise.race(batches);
        else if (!begun && taken.length < MAX_STATES) break;
      }
    },
    onError,
  );
  const deliver = createBatchDelivery({
    ...options,
    read: createStateReader({ readRecords, people }),
    leases,
    inFlight,
    refused,
    stopped: looking.stopped,
    requestMs,
    ...(backoff && { backoff }),
    chance,
  });

  let stopping: Promise<void> | undefined;
  return {
    get marked() {
      return leases.marked;
    },
    get lagMs() {
      return leases.oldestMs;
    },
    stop() {
      stopping ??= (async () => {
        await looking.stop();
        await Promise.all(batches);
        await leases.stop();
      })();
      return stopping;
    },
  };
};
