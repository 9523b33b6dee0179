/**
 * Writes the history behind the commits of this node (docs/doors.md#history). No commit waits for it, and none fails with it.
 *
 * A step that is lost, with its node or because too many waited, is made up for: by the next commit, which knows what was before it;
 * or by the walk, which compares open spans with the present records, slowly and on every node.
 */
import { every } from '../../async/loop.js';
import { withTimeout } from '../../async/timeout.js';
import type { ReadRecords } from '../../node/recordReader.js';
import { isUnavailable, unavailable } from '../../presence/errors.js';
import type { HistoryStore } from '../../presence/ports/history.js';
import type { PresenceRecord } from '../../presence/types.js';
import { revisionFor } from '../../presence/view.js';
import { EVERYTHING } from '../../presence/visibility.js';
import { changesOf, differs, seenIn, stepAt, stepOf } from './spans.js';
import { createStepQueue, type Steps } from './stepQueue.js';

/** Users whose histories one transaction writes: it must be short, also on PGlite. */
const BATCH = 200;
/** Users who wait at the most, of whom each step is a few hundred bytes. */
const MAX_WAITING = 50_000;
/** Open spans that one step of the walk compares. */
const WALKED = 500;
/** A record that moved for others so short a time ago is left to the node that committed it, in ms. */
const SETTLED_MS = 15_000;
/** How long a stop writes what waits. */
const STOP_MS = 3_000;

export interface HistoryWriter {
  /** A commit of this node. Never throws. `isRestored`: see `stepOf`. */
  committed(before: PresenceRecord, after: PresenceRecord, isRestored: boolean): void;
  /** Writes what waits. Rejects with the first failure, of which what can be tried again goes on waiting. */
  flush(): Promise<void>;
  /** Compares the next open spans with their records. Resolves to whether there are more beyond. */
  walk(): Promise<boolean>;
  /** Writes what waits, for a few seconds at the most. Idempotent; never rejects. */
  stop(): Promise<void>;
}

export interface HistoryWriterOptions {
  readonly history: HistoryStore;
  readonly readRecords: ReadRecords;
  readonly onError: (error: unknown) => void;
  readonly onWritten?: (spans: number) => void;
  readonly onDropped?: (steps: number) => void;
  readonly everyMs?: number;
  readonly walkMs?: number;
  readonly sweepMs?: number;
  readonly settledMs?: number;
  readonly maxWaiting?: number;
}

export const startHistoryWriter = ({
  history,
  readRecords,
  onError,
  onWritten = () => {},
  onDropped = () => {},
  everyMs = 1_000,
  walkMs = 5_000,
  sweepMs = 60_000,
  settledMs = SETTLED_MS,
  maxWaiting = MAX_WAITING,
}: HistoryWriterOptions): HistoryWriter => {
  const queue = createStepQueue({ maxUsers: maxWaiting, onDropped });
  let walkedTo = '';
  let stopping: Promise<void> | undefined;
  let flushing: Promise<void> = Promise.resolve();

  const write = async (users: readonly Steps[]): Promise<void> => {
    const owners = users.map((steps) => ({ userId: steps[0].userId, generation: latestGeneration(steps), steps }));
    const spans = await history.write(owners, ({ generation, steps }, head) =>
      changesOf(
        head,
        steps.filter((step) => step.generation === generation),
      ),
    );
    onWritten(spans);
  };

  /** A user whose history cannot be written holds up none of the others, and is not tried again. */
  const writeEach = async (users: readonly Steps[]): Promise<void> => {
    for (const [i, steps] of users.entries()) {
      try {
        await write([steps]);
      } catch (error) {
        if (isUnavailable(error)) {
          queue.giveBack(users.slice(i));
          throw error;
        }
        onDropped(steps.length);
        onError(error);
      }
    }
  };

  const drain = async (): Promise<void> => {
    // What comes meanwhile is for the next time: a storm does not keep this from ending.
    for (let left = queue.size; left > 0; left -= BATCH) {
      const users = queue.take(Math.min(BATCH, left));
      if (users.length === 0) return;
      try {
        await write(users);
      } catch (error) {
        if (isUnavailable(error)) {
          queue.giveBack(users);
          throw error;
        }
        await writeEach(users);
      }
    }
  };

  /** One at a time. */
  const flush = (): Promise<void> => {
    flushing = flushing.catch(() => {}).then(drain);
    return flushing;
  };

  const walk = async (): Promise<boolean> => {
    const { users, next } = await history.openAfter(walkedTo, WALKED);
    if (users.length > 0) {
      const { records, nowOf } = await readRecords(users.map(({ userId }) => userId));
      const steps = users.flatMap(({ userId, generation, open }): Steps[] => {
        const record = records.get(userId);
        if (record?.generation !== generation || !differs(open, seenIn(record))) return [];
        const now = nowOf(userId);
        return revisionFor(record, EVERYTHING) > now - settledMs ? [] : [[stepAt(record, now)]];
      });
      for (let at = 0; at < steps.length; at += BATCH) await write(steps.slice(at, at + BATCH));
    }
    walkedTo = next ?? '';
    return next !== null;
  };

  const sweep = async (stopped: AbortSignal): Promise<void> => {
    while (!stopped.aborted && (await history.sweep())) {
      // Batch after batch.
    }
  };
  const walkOn = async (): Promise<void> => {
    await walk();
  };

  const loops = [every(everyMs, flush, onError), every(walkMs, walkOn, onError), every(sweepMs, sweep, onError)];

  const stop = async (): Promise<void> => {
    const last = Promise.all(loops.map((loop) => loop.stop())).then(flush);
    await withTimeout(last, STOP_MS, () => unavailable('The history was not written in time.')).catch(onError);
  };

  return {
    committed(before, after, isRestored) {
      const step = stepOf(before, after, isRestored);
      if (step) queue.add(step);
    },
    flush,
    walk,
    stop: () => (stopping ??= stop()),
  };
};

const latestGeneration = (steps: Steps): number => Math.max(...steps.map(({ generation }) => generation));
