import { every } from '../../async/loop.js';
import type { Bus, Unsubscribe } from '../../presence/ports/bus.js';
import { type LogPosition, PAGE, RETENTION_MS, readChangeLog, trimChangeLog } from './changeLog.js';
import type { Database } from './database.js';

/** Bound on the received changes that are remembered until the log has been read past them. */
const MAX_RECEIVED = 50_000;
/** Beyond so many pages, reading everything again is cheaper than delivering change by change. */
const MAX_PAGES = 20;
const TRIM_EVERY_MS = 60_000;
/** For how much of the retention a reader may be away: a row is older than its commit, and clocks are corrected. */
const BRIDGED = 0.9;

/** Delivers access changes from the change log to this node's listeners. */
export interface ChangeLogFeed {
  /**
   * Reads what is new now. On resolution everything committed before the call has been delivered. Rejects with UNAVAILABLE
   * while the database cannot be reached, and keeps its position.
   */
  poll(): Promise<void>;
  /** Ends the read in progress and reads no more. Idempotent. */
  stop(): Promise<void>;
}

interface Reading {
  readonly db: Database;
  readonly deliver: Bus['deliverAccessChange'];
  readonly retentionMs: number;
  readonly maxReceived: number;
  readonly onGap: () => void;
}

/** Reads the log from a position to its end, and delivers what this node did not receive through the bus. */
const createReader = ({ db, deliver, retentionMs, maxReceived, onGap }: Reading) => {
  /**
   * Changes received since the last complete read began. A publisher has committed before it publishes, so that read
   * covered all that was received before it, and no later read returns them again.
   */
  let received = new Set<string>();
  /** Some received changes are not remembered. */
  let overflowed = false;
  let position: LogPosition | undefined;
  /** Changes may lie between the place where the feed began, or lost track, and the present end of the log. */
  let behind = false;

  const remember = (logId: string): void => {
    if (received.size < maxReceived) received.add(logId);
    else overflowed = true;
  };

  /** Takes the present end of the log for the position. */
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

  /** Received and missed changes can no longer be distinguished: begins again at the present end, with a gap. */
  const beginAgain = async (): Promise<void> => {
    behind = true;
    received = new Set();
    overflowed = false;
    position = undefined;
    await begin();
  };

  /** Delivers what is new since `from`, except what was received `earlier` or meanwhile. */
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
          deliver(change);
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
    // The first page's: what later pages saw beyond it is read again, and recognised as received.
    position = first.position;
  };

  const follow = async (from: LogPosition): Promise<void> => {
    const earlier = received;
    received = new Set();
    try {
      await read(from, earlier);
    } catch (failure) {
      // The position has not moved, so both sets still lie after it.
      for (const logId of received) earlier.add(logId);
      received = earlier;
      throw failure;
    }
  };

  let running: Promise<void> = Promise.resolve();
  return {
    /** A change with this id was received through the bus. */
    received: remember,
    /** Reads run one after another. */
    poll(): Promise<void> {
      running = running
        .catch(() => {})
        .then(() => {
          if (overflowed) return beginAgain();
          return position ? follow(position) : begin();
        });
      return running;
    },
    /** Resolves when the read in progress has ended, whether or not it failed. */
    idle: (): Promise<void> => running.catch(() => {}),
  };
};

/**
 * Follows the change log (docs/architecture.md#visibility): one query each `everyMs`, whose new changes go to
 * `bus.deliverAccessChange` in the order of the log, except those that this node received through the bus. Begins at the
 * present end of the log: what is read from the database after this has resolved is kept true.
 *
 * `onGap` is called when changes may have been missed, so that holders of access facts read them again: after an absence
 * longer than the retention, without a position at the start, after the server restarted or recovered, for a row of a
 * newer release, and for more changes than are worth delivering one by one. A received change is not delivered again from
 * the log, however long the log cannot be read (a user whose deletion was received may exist again since); after more than
 * `maxReceived` of them there is a gap instead.
 *
 * `onError` receives the first failed read of each outage. Rows older than `retentionMs` are deleted once a minute.
 */
export const startChangeLogFeed = async ({
  db,
  bus,
  everyMs = 500,
  retentionMs = RETENTION_MS,
  maxReceived = MAX_RECEIVED,
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
  const reader = createReader({ db, deliver: bus.deliverAccessChange, retentionMs, maxReceived, onGap });
  let stopped = false;

  /** Nothing waits for the bus: without it everything is delivered from the log. */
  let subscribing: Promise<Unsubscribe | undefined> | undefined;
  const subscribe = (): Promise<unknown> => {
    subscribing ??= bus
      .subscribeAccessChanges(({ logId }) => {
        if (logId !== undefined) reader.received(logId);
      })
      .catch(() => {
        subscribing = undefined;
        return undefined;
      });
    return subscribing;
  };

  const trim = async (): Promise<void> => {
    while (!stopped && (await trimChangeLog(db, retentionMs))) {
      // Batch after batch.
    }
  };
  /** Beside the reads, which it must not delay. A failed trim is repeated with the next one. */
  let trimming: Promise<void> = Promise.resolve();
  let trimmedAt = Number.NEGATIVE_INFINITY;

  let failing = false;
  const round = async (): Promise<void> => {
    try {
      await reader.poll();
      failing = false;
    } catch (failure) {
      if (!failing) onError(failure);
      failing = true;
    }
    if (failing || performance.now() - trimmedAt < TRIM_EVERY_MS) return;
    trimmedAt = performance.now();
    trimming = trimming.then(trim).catch(onError);
  };

  await subscribe();
  await round();
  const rounds = every(
    everyMs,
    async () => {
      void subscribe();
      await round();
    },
    onError,
  );

  return {
    poll: reader.poll,
    async stop() {
      stopped = true;
      await rounds.stop();
      await Promise.all([reader.idle(), trimming]);
      void subscribing?.then((unsubscribe) => unsubscribe?.());
      subscribing = undefined;
    },
  };
};
