/**
 * Work in lanes: what is of one key runs one after another in its order, what is of others beside it. So one that is slow or fails
 * holds up its own lane alone.
 */
export interface Lanes {
  /** Runs it after what waits under that key. False where too much waits: then it is not run. `failed`: it is given up. */
  push(key: string, work: () => Promise<void>, failed?: () => void): boolean;
  /** Resolves when nothing waits or runs. */
  idle(): Promise<void>;
  /** How many pieces wait or run. */
  readonly size: number;
}

interface Piece {
  readonly work: () => Promise<void>;
  readonly failed: () => void;
}

interface Lane {
  readonly waiting: Piece[];
  failures: number;
}

/**
 * At most `atOnce` run at a time, the longest waiting lane first. Work that rejects with what `again` says is run again after
 * `pauseMs`, twice as long each time, up to `attempts` in all, and has no place meanwhile; what else it rejects with goes to `onFailed`.
 */
export const createLanes = ({
  atOnce,
  maxWaiting,
  maxInLane,
  attempts,
  pauseMs,
  again,
  onFailed,
}: {
  readonly atOnce: number;
  readonly maxWaiting: number;
  readonly maxInLane: number;
  readonly attempts: number;
  readonly pauseMs: number;
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
    const { work, failed } = lane.waiting[0]!;
    try {
      await work();
      next(key, lane);
    } catch (error) {
      lane.failures += 1;
      if (again(error) && lane.failures < attempts) {
        setTimeout(() => resume(key), pauseMs * 2 ** (lane.failures - 1)).unref();
      } else {
        failed();
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
    push(key, work, failed = () => {}) {
      const lane = lanes.get(key);
      if (size >= maxWaiting || (lane && lane.waiting.length >= maxInLane)) return false;
      size += 1;
      if (lane) {
        lane.waiting.push({ work, failed });
        return true;
      }
      lanes.set(key, { waiting: [{ work, failed }], failures: 0 });
      resume(key);
      return true;
    },
    idle: () => (size === 0 ? Promise.resolve() : new Promise((resolve) => whenIdle.push(resolve))),
    get size() {
      return size;
    },
  };
};
