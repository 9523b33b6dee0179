import type { Journal, Store } from './ports.js';
import { durableOf } from './record.js';

const BATCH = 1_000;

/** Brings what outlives a restart from the store into the journal. */
export interface WriteBehind {
  /** Writes all that waits. Rejects when the journal does; nothing is lost by that, it stays marked. */
  flush(): Promise<void>;
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
  everyMs = 1_000,
  liveEveryMs = 60_000,
  onError,
}: {
  readonly store: Store;
  readonly journal: Journal;
  readonly everyMs?: number;
  readonly liveEveryMs?: number;
  readonly onError: (error: unknown) => void;
}): WriteBehind => {
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> = Promise.resolve();

  const drain = async () => {
    for (;;) {
      const { now, records } = await store.dirty(BATCH);
      if (records.length === 0) return;
      await journal.write(records.map((record) => durableOf(record, now)));
      await store.clean(records.map(({ userId, revision }) => ({ userId, revision })));
      if (records.length < BATCH) return;
    }
  };

  /** One after the other, so that a slow journal is not asked twice at once. */
  const flush = (): Promise<void> => {
    running = running.catch(() => {}).then(drain);
    return running;
  };

  const schedule = () => {
    timer = setTimeout(() => {
      void flush()
        .catch(onError)
        .then(() => {
          if (!stopped) schedule();
        });
    }, everyMs);
    timer.unref();
  };
  schedule();

  const liveTimer = setInterval(() => void store.markLiveDirty().catch(onError), liveEveryMs);
  liveTimer.unref();

  return {
    flush,
    async stop() {
      if (stopped) return;
      stopped = true;
      clearTimeout(timer);
      clearInterval(liveTimer);
      await store.markLiveDirty();
      await flush();
    },
  };
};
