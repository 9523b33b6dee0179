import type { Bus, Unsubscribe } from '../../presence/ports/bus.js';
import { type LogPosition, PAGE, RETENTION_MS, readChangeLog, trimChangeLog } from './changeLog.js';
import type { Database } from './database.js';

/** How many changes that were heard through the bus are remembered until the log was read behind them. */
const REMEMBERED = 50_000;
/** Beyond so many pages, to read everything again is cheaper than to be told one by one what changed. */
const MAX_PAGES = 20;
const TRIM_EVERY_MS = 60_000;
/** Of the retention, what a reader may be away: a row is older than its commit, and clocks are corrected. */
const BRIDGED = 0.9;

/** Brings the changes of facts from the log to this node's listeners. */
export interface ChangeLogFeed {
  /**
   * Reads what is new now. What was committed before the call was told when it resolves. Rejects with UNAVAILABLE while
   * the database cannot be asked; the position is kept.
   */
  poll(): Promise<void>;
  /** Lets what is under way end, and reads no more. Stopping twice is stopping once. */
  stop(): Promise<void>;
}

/**
 * Follows the log of changes of facts (docs/architecture.md, "Sight"): every `everyMs` one query reads what is
 * new, and `bus.deliverFacts` tells this node's listeners, in the order of the log, what they did not hear through the
 * bus. Begins at the present end of the log: what is read once this has resolved is kept true.
 *
 * `onGap` is called when changes may have been missed, so that whoever holds facts reads them again: away for longer than
 * the retention, no position at the start, another server or one that recovered, a row of a newer release, or more than
 * is worth telling one by one. A change that was heard is not told again by the log, however long that cannot be read: who
 * was deleted may have been named again since. After more than `maxHeard` of them it is a gap instead. `onError` hears of the first failed reading of each outage. Rows past `retentionMs` are deleted on
 * the way.
 */
export const startChangeLogFeed = async ({
  db,
  bus,
  everyMs = 500,
  retentionMs = RETENTION_MS,
  maxReceived = REMEMBERED,
  onGap,
  onError,
}: {
  readonly db: Database;
  readonly bus: Pick<Bus, 'subscribeAccessChanges' | 'deliverAccessChange'>;
  readonly everyMs?: number;
  readonly retentionMs?: number;
  readonly maxReceived?: number;
  readonly onGap: () => void;
  readonly onError: (error: unknown) => void;
}): Promise<ChangeLogFeed> => {
  /**
   * Changes heard since the last whole reading of the log began. Who publishes has committed, so that reading showed all
   * that were heard before it, and no later one shows them again.
   */
  let received = new Set<string>();
  /** Some were heard that are not remembered. */
  let overflowed = false;
  let stopped = false;
  let subscribing: Promise<Unsubscribe | undefined> | undefined;
  let position: LogPosition | undefined;
  /** Whether the present end is not where this began. */
  let behind = false;

  const remember = (logId: string): void => {
    if (received.size < maxReceived) received.add(logId);
    else overflowed = true;
  };

  /** Without the bus everything is told from the log, so nothing waits for it. */
  const subscribe = (): Promise<unknown> => {
    subscribing ??= bus
      .subscribeAccessChanges(({ logId }) => {
        if (logId !== undefined) remember(logId);
      })
      .catch(() => {
        subscribing = undefined;
        return undefined;
      });
    return subscribing;
  };

  const begin = async (): Promise<void> => {
    try {
      position = (await readChangeLog(db, null)).position;
    } catch (failure) {
      behind = true;
      throw failure;
    }
    if (behind) onGap();
    behind = false;
  };

  /** What was heard and what was not cannot be told apart any more: the log is followed from its present end. */
  const beginAnew = async (): Promise<void> => {
    behind = true;
    received = new Set();
    overflowed = false;
    position = undefined;
    await begin();
  };

  const follow = async (from: LogPosition): Promise<void> => {
    const earlier = received;
    received = new Set();
    try {
      await read(from, earlier);
    } catch (failure) {
      // Nothing is behind the position yet.
      for (const logId of received) earlier.add(logId);
      received = earlier;
      throw failure;
    }
  };

  /** Tells what is new since then, but for what was heard `earlier` or meanwhile. */
  const read = async (from: LogPosition, earlier: ReadonlySet<string>): Promise<void> => {
    const first = await readChangeLog(db, from);
    const { server, at } = first.position;
    let missed = server !== from.server || at - from.at > retentionMs * BRIDGED;
    if (missed) onGap();
    for (let page = first, pages = 1; ; pages++) {
      for (const { logId, change } of page.rows) {
        if (change === null) {
          if (!missed) onGap();
          missed = true;
        } else if (!earlier.has(logId) && !received.has(logId)) {
          remember(logId);
          bus.deliverAccessChange(change);
        }
      }
      const last = page.rows.at(-1);
      if (!last || page.rows.length < PAGE) break;
      if (pages === MAX_PAGES) {
        onGap();
        break;
      }
      page = await readChangeLog(db, from, last.logId);
    }
    // Of the first page: what the later ones saw beyond it is read again, and known.
    position = first.position;
  };

  const trim = async (): Promise<void> => {
    while (!stopped && (await trimChangeLog(db, retentionMs))) {
      // Batch after batch.
    }
  };

  let running: Promise<void> = Promise.resolve();
  /** One after the other. */
  const poll = (): Promise<void> => {
    running = running
      .catch(() => {})
      .then(() => {
        if (overflowed) return beginAnew();
        return position ? follow(position) : begin();
      });
    return running;
  };

  let failing = false;
  /** Beside the reading, which it must not hold up. What fails is tried again the next time. */
  let trimming: Promise<void> = Promise.resolve();
  let trimmedAt = Number.NEGATIVE_INFINITY;
  const round = async (): Promise<void> => {
    try {
      await poll();
      failing = false;
    } catch (failure) {
      if (!failing) onError(failure);
      failing = true;
    }
    if (failing || performance.now() - trimmedAt < TRIM_EVERY_MS) return;
    trimmedAt = performance.now();
    trimming = trimming.then(trim).catch(onError);
  };

  let timer: NodeJS.Timeout | undefined;
  let turn: Promise<void> = Promise.resolve();
  const schedule = (): void => {
    timer = setTimeout(() => {
      void subscribe();
      turn = round().then(() => {
        if (!stopped) schedule();
      });
    }, everyMs);
    timer.unref();
  };

  await subscribe();
  await round();
  schedule();

  return {
    poll,
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await turn;
      await Promise.all([running.catch(() => {}), trimming]);
      void subscribing?.then((unsubscribe) => unsubscribe?.());
      subscribing = undefined;
    },
  };
};
