import { every } from './every.js';
import type { Journal, Store } from './ports.js';
import { durableOf } from './record.js';
import type { Remembered } from './remembered.js';

const BATCH = 1_000;

/** Brings what outlives a restart from the store into the journal. */
export interface WriteBehind {
  /** Writes all that waits. Rejects when the journal does; nothing is lost by that, it stays marked. */
  flush(): Promise<void>;
  /** The store came back empty: writes what this node committed lately, which it may not have marked any more. */
  rescue(): Promise<void>;
  /** For how long something may have been waiting for the journal, in ms. */
  readonly lagMs: number;
  /** Stops the timers and flushes a last time, with the last moment of all who are still live. */
  stop(): Promise<void>;
}

/**
 * Every `everyMs` the journal gets what changed, in batches, until it holds; and once every `liveEveryMs` how long
 * those lived who stay live. DESIGN section 2, "Nothing that matters is lost".
 */
export const startWriteBehind = ({
  store,
  journal,
  remembered,
  everyMs = 1_000,
  liveEveryMs = 60_000,
  onError,
}: {
  readonly store: Store;
  readonly journal: Journal;
  readonly remembered?: Remembered;
  readonly everyMs?: number;
  readonly liveEveryMs?: number;
  readonly onError: (error: unknown) => void;
}): WriteBehind => {
  let stopped = false;
  let running: Promise<void> = Promise.resolve();
  /** All that was marked by then is in the journal. */
  let journaledAt = performance.now();

  const drain = async () => {
    const startedAt = performance.now();
    for (;;) {
      const { now, records } = await store.dirty(BATCH);
      if (records.length > 0) {
        await journal.write(records.map((record) => durableOf(record, now)));
        await store.clean(records.map(({ userId, revision }) => ({ userId, revision })));
      }
      if (records.length < BATCH) break;
    }
    journaledAt = startedAt;
    remembered?.journaled(startedAt);
  };

  /** One after the other, so that a slow journal is not asked twice at once. */
  const flush = (): Promise<void> => {
    running = running.catch(() => {}).then(drain);
    return running;
  };

  const rescue = async (): Promise<void> => {
    const records = remembered?.unjournaled() ?? [];
    if (records.length > 0) await journal.write(records.map((record) => durableOf(record, record.revision)));
  };

  const flushing = every(everyMs, flush, onError);
  const liveTimer = setInterval(() => void store.markLiveDirty().catch(onError), liveEveryMs);
  liveTimer.unref();

  return {
    flush,
    rescue,
    get lagMs() {
      return performance.now() - journaledAt;
    },
    async stop() {
      if (stopped) return;
      stopped = true;
      clearInterval(liveTimer);
      await flushing.stop();
      try {
        await store.markLiveDirty();
        await flush();
      } catch (error) {
        // Where it is the store that is away the journal may still get what this node alone has not seen written.
        await rescue();
        throw error;
      }
    },
  };
};
