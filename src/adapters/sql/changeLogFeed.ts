import { inPieces } from '../../async/batches.js';
import { every } from '../../async/loop.js';
import type { Bus, Unsubscribe } from '../../presence/ports/bus.js';
import type { SocialReceiver } from '../socialTopics.js';
import { type LogPosition, type LogRow, RETENTION_MS, readChangeLog, readChanges, trimChangeLog } from './changeLog.js';
import type { Database } from './database.js';
import { accessLog, type Log, socialLog } from './logs.js';

/** Bound on the received changes that are remembered until the log has been read past them. */
const MAX_RECEIVED = 50_000;
/** Beyond so many pages, or so many changes, reading everything again is cheaper than delivering change by change. */
const MAX_PAGES = 20;
const MAX_CHANGES = 10_000;
/** So many changes of topics that this node listens to are read at once. */
const READ_AT_ONCE = 500;
const TRIM_EVERY_MS = 60_000;
/** For how much of the retention a reader may be away: a row is older than its commit, and clocks are corrected. */
const BRIDGED = 0.9;

/** Delivers the changes of a log to this node's listeners. */
export interface ChangeLogFeed {
  /**
   * Reads what is new now. On resolution everything committed before the call has been delivered. Rejects with UNAVAILABLE
   * while the database cannot be reached, and keeps its position.
   */
  poll(): Promise<void>;
  /** Ends the read in progress and reads no more. Idempotent. */
  stop(): Promise<void>;
}

/** What differs between the two logs. */
interface Source<Change extends { readonly logId?: string }> {
  readonly log: Log<Change>;
  /** Delivers a change to this node's listeners alone. */
  readonly deliver: (change: Change) => void;
  /** Whether somebody on this node listens to a topic; null stands for all changes of a log without topics. */
  readonly hears: (topic: string | null) => boolean;
  /** Hears of each change that the bus brings to this node. */
  readonly subscribe: (received: (change: Change) => void) => Promise<Unsubscribe>;
}

interface Reading<Change extends { readonly logId?: string }>
  extends Pick<Source<Change>, 'log' | 'deliver' | 'hears'> {
  readonly db: Database;
  readonly retentionMs: number;
  readonly maxReceived: number;
  readonly onGap: () => void;
}

/** Reads the log from a position to its end, and delivers what this node did not receive through the bus. */
const createReader = <Change extends { readonly logId?: string }>({
  db,
  log,
  deliver,
  hears,
  retentionMs,
  maxReceived,
  onGap,
}: Reading<Change>) => {
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
      position = (await readChangeLog(db, log, null)).position;
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

  /** The changes of rows, by row; undefined where this release does not know it. */
  const decoded = async (rows: readonly LogRow[]): Promise<ReadonlyMap<LogRow, Change | undefined>> => {
    const later = rows.filter(({ change }) => change === null).map(({ logId }) => logId);
    const texts = await readChanges(db, log, later);
    return new Map(
      rows.map((row) => {
        const text = row.change ?? texts.get(row.logId);
        return [row, text === undefined ? undefined : decodedText(log, text, row.logId)];
      }),
    );
  };

  /** Delivers what is new since `from`, except what was received `earlier` or meanwhile. */
  const read = async (from: LogPosition, earlier: ReadonlySet<string>): Promise<void> => {
    const first = await readChangeLog(db, log, from);
    const { server, at } = first.position;
    let missed = false;
    const miss = () => {
      if (!missed) onGap();
      missed = true;
    };
    if (server !== from.server || at - from.at > retentionMs * BRIDGED) miss();
    const isNew = ({ logId }: LogRow) => !earlier.has(logId) && !received.has(logId);
    let delivered = 0;
    for (let page = first, pages = 1; ; pages++) {
      if (page.rows.some(({ known }) => !known)) miss();
      const heard = page.rows.filter((row) => row.known && hears(row.topic) && isNew(row));
      for (const piece of inPieces(heard, READ_AT_ONCE)) {
        for (const [row, change] of await decoded(piece)) {
          if (change === undefined) miss();
          else if (isNew(row)) {
            remember(row.logId);
            deliver(change);
          }
        }
      }
      delivered += heard.length;
      const last = page.rows.at(-1);
      if (!last || page.rows.length < log.page) break;
      if (pages === MAX_PAGES || delivered >= MAX_CHANGES) {
        miss();
        break;
      }
      page = await readChangeLog(db, log, from, last.logId);
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

/** Undefined where this release does not know what it is. */
const decodedText = <Change extends { readonly logId?: string }>(
  log: Log<Change>,
  text: string,
  logId: string,
): Change | undefined => {
  try {
    return { ...log.decode(text), logId };
  } catch {
    return undefined;
  }
};

interface FeedOptions {
  readonly db: Database;
  readonly everyMs?: number;
  readonly retentionMs?: number;
  readonly maxReceived?: number;
  readonly onGap: () => void;
  readonly onError: (error: unknown) => void;
}

/**
 * Follows a log (docs/architecture.md#visibility): one query each `everyMs`, whose new changes are delivered to this node's
 * listeners in the order of the log, except those that this node received through the bus. Begins at the present end of the log:
 * what is read from the database after this has resolved is kept true.
 *
 * `onGap` is called when changes may have been missed, so that holders of state read it again: after an absence longer than the
 * retention, without a position at the start, after the server restarted or recovered, for a row of a newer release, and for more
 * changes than are worth delivering one by one. A received change is not delivered again from the log, however long the log cannot
 * be read (a user whose deletion was received may exist again since); after more than `maxReceived` of them there is a gap instead.
 *
 * `onError` receives the first failed read of each outage. Rows older than `retentionMs` are deleted once a minute.
 */
const startFeed = async <Change extends { readonly logId?: string }>({
  db,
  log,
  deliver,
  hears,
  subscribe: subscribeTo,
  everyMs = 500,
  retentionMs = RETENTION_MS,
  maxReceived = MAX_RECEIVED,
  onGap,
  onError,
}: FeedOptions & Source<Change>): Promise<ChangeLogFeed> => {
  const reader = createReader({ db, log, deliver, hears, retentionMs, maxReceived, onGap });
  let stopped = false;

  /** Nothing waits for the bus: without it everything is delivered from the log. */
  let subscribing: Promise<Unsubscribe | undefined> | undefined;
  const subscribe = (): Promise<unknown> => {
    subscribing ??= subscribeTo(({ logId }) => {
      if (logId !== undefined) reader.received(logId);
    }).catch(() => {
      subscribing = undefined;
      return undefined;
    });
    return subscribing;
  };

  const trim = async (): Promise<void> => {
    while (!stopped && (await trimChangeLog(db, log, retentionMs))) {
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

/** Follows the log of access: its changes go to `bus.deliverAccessChange`. */
export const startChangeLogFeed = ({
  bus,
  ...options
}: FeedOptions & {
  readonly bus: Pick<Bus, 'subscribeAccessChanges' | 'deliverAccessChange'>;
}): Promise<ChangeLogFeed> =>
  startFeed({
    ...options,
    log: accessLog,
    deliver: bus.deliverAccessChange,
    hears: () => true,
    subscribe: (received) => bus.subscribeAccessChanges(received),
  });

/**
 * Follows the log of what happens around people: the changes that somebody on this node listens to go to `bus.deliverSocial`. Costs
 * a query each `everyMs`, and one more for each 500 changes that the bus did not bring.
 */
export const startSocialLogFeed = ({
  bus,
  ...options
}: FeedOptions & { readonly bus: SocialReceiver }): Promise<ChangeLogFeed> =>
  startFeed({
    ...options,
    log: socialLog,
    deliver: bus.deliverSocial,
    hears: (topic) => topic !== null && bus.hears(topic),
    subscribe: async (received) => bus.onSocialReceived(received),
  });
