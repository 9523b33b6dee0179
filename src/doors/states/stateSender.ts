/**
 * Tells a consumer the states of all users: takes marks, reads the users, sends, and removes the marks. Whatever fails leaves the
 * mark, so that nothing is lost, and of each user the latest state alone waits. See docs/architecture.md.
 */
import { every } from '../../async/loop.js';
import { type Backoff, OF_REFUSED } from './attempts.js';
import { createBatchDelivery } from './batchDelivery.js';
import { createConsumerHealth } from './consumerHealth.js';
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
/** How soon those are taken again who were refused, where others of them are being tried. */
const RETRY_LATER_MS = 5_000;
/** Of how many users it is known how often their state was refused. */
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
  const health = createConsumerHealth({ backoff, chance, now });
  const batches = new Set<Promise<void>>();

  /** Up to {@link MAX_STATES} users, of as many parts as it takes. */
  const take = async (): Promise<{ fresh: readonly Taken[]; again: readonly Taken[]; isFull: boolean }> => {
    const [fresh, again, early]: [Taken[], Taken[], Taken[]] = [[], [], []];
    const waits = new Map<string, number>();
    let room = MAX_STATES;
    for (const at of leases.held()) {
      if (room === 0) break;
      let found: readonly string[] = [];
      try {
        found = await marks.take(at, room);
      } catch (error) {
        // It may have taken some: they are found again with the next lease.
        leases.lose(at);
        onError(error);
      }
      room -= found.length;
      for (const userId of found) {
        const begun = inFlight.begin(userId, at);
        if (!begun) continue;
        const waitMs = refused.waitOf(userId, at);
        if (waitMs > 0) waits.set(userId, waitMs);
        (waitMs > 0 ? early : refused.has(userId) ? again : fresh).push(begun);
      }
    }
    await putOff(early, ({ userId }) => waits.get(userId)!);
    return { fresh, again, isFull: room === 0 };
  };

  const start = (delivered: Promise<void>): void => {
    const batch = delivered.finally(() => batches.delete(batch));
    batches.add(batch);
  };

  /** Those who were refused before are tried one by one: nobody else waits for them. */
  let isRetrying = false;
  const retry = async (again: readonly Taken[]): Promise<void> => {
    isRetrying = true;
    for (const each of again) await deliver([each], true);
    isRetrying = false;
  };

  const looking = every(
    lookEveryMs,
    async (stopped) => {
      while (!stopped.aborted && !health.isPaused && batches.size < MAX_BATCHES) {
        const { fresh, again, isFull } = await take();
        if (fresh.length > 0) start(deliver(fresh));
        if (again.length > 0 && isRetrying) await putOff(again, () => RETRY_LATER_MS);
        else if (again.length > 0) start(retry(again));
        if (!isFull) break;
        if (batches.size >= MAX_BATCHES) await Promise.race(batches);
      }
    },
    onError,
  );
  const { deliver, putOff } = createBatchDelivery({
    ...options,
    read: createStateReader({ readRecords, people }),
    leases,
    inFlight,
    refused,
    health,
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
