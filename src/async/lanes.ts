/**
 * Work in lanes: what is of one key runs one after another in its order, what is of others beside it. So one that is slow or fails
 * holds up its own lane alone.
 */
export interface Lanes {
  /** Runs it after what waits under that key. False where too much waits: then it is not run. */
  push(key: string, work: () => Promise<void>, options?: PieceOptions): boolean;
  /** Resolves when nothing waits or runs. */
  idle(): Promise<void>;
  /** How many pieces wait or run. */
  readonly size: number;
}

export interface PieceOptions {
  /** It is given up. */
  readonly failed?: () => void;
  /** In place of those of all. */
  readonly attempts?: number;
}

interface Piece extends Required<PieceOptions> {
  readonly work: () => Promise<void>;
}

interface Lane {
  readonly waiting: Piece[];
  failures: number;
}

/**
 * At most `atOnce` run at a time, the longest waiting lane first. Work that rejects with what `again` says is run again after
 * `pauseMs`, twice as long each time, up to `maxPauseMs` and to `attempts` in all, and has no place meanwhile; what else it rejects
 * with goes to `onFailed`.
 */
export const createLanes = ({
  atOnce,
  maxWaiting,
  maxInLane,
  attempts,
  pauseMs,
  maxPauseMs,
  again,
  onFailed,
}: {
  readonly atOnce: number;
  readonly maxWaiting: number;
  readonly maxInLane: number;
  readonly attempts: number;
  readonly pauseMs: number;
  readonly maxPauseMs: number;
  readonly again: (error: unknown) => boolean;
  readonly onFailed: (error: unknown) => void;
}): Lanes => {
  const lanes = new Map<string, Lane>();
  /** The lanes whose next piece may run, in their order. */
  const ready: string[] = [];
  let running = 0;
  let size = 0;
  const whenIdle: (() => void)[] = [];

  const next = (key: string, lane: Lane): void => {
    lane.waiting.shift();
    lane.failures = 0;
    size -= 1;
    if (lane.waiting.length > 0) ready.push(key);
    else lanes.delete(key);
    if (size > 0) return;
    for (const resolve of whenIdle.splice(0)) resolve();
  };

  const run = async (key: string, lane: Lane): Promise<void> => {
    const piece = lane.waiting[0]!;
    try {
      await piece.work();
      next(key, lane);
    } catch (error) {
      lane.failures += 1;
      if (again(error) && lane.failures < piece.attempts) {
        setTimeout(() => resume(key), Math.min(maxPauseMs, pauseMs * 2 ** (lane.failures - 1))).unref();
      } else {
        piece.failed();
        onFailed(error);
        next(key, lane);
      }
    }
    running -= 1;
    start();
  };

  const start = (): void => {
    while (running < atOnce && ready.length > 0) {
      const key = ready.shift()!;
      running += 1;
      void run(key, lanes.get(key)!);
    }
  };

  const resume = (key: string): void => {
    ready.push(key);
    start();
  };

  return {
    push(key, work, options) {
      const piece = { work, failed: () => {}, attempts, ...options };
      const lane = lanes.get(key);
      if (size >= maxWaiting || (lane && lane.waiting.length >= maxInLane)) return false;
      size += 1;
      if (lane) {
        lane.waiting.push(piece);
        return true;
      }
      lanes.set(key, { waiting: [piece], failures: 0 });
      resume(key);
      return true;
    },
    idle: () => (size === 0 ? Promise.resolve() : new Promise((resolve) => whenIdle.push(resolve))),
    get size() {
      return size;
    },
  };
};
