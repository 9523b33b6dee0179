/** The primary of several workers: it serves nobody itself, but for the metrics of all of them. */
import { withTimeout } from '../async/timeout.js';
import type { Config } from '../config/config.js';
import { serveMetrics } from '../server/http/metricsServer.js';
import { createGatheredMetrics, type Source } from '../telemetry/gatheredMetrics.js';
import type { Log } from '../telemetry/log.js';
import type { MetricsSnapshot } from '../telemetry/snapshots.js';
import { forkWorker } from './forkWorker.js';
import type { Place } from './messages.js';
import { type StopSignal, type Supervisor, superviseWorkers, type WorkerProcess } from './supervisor.js';

/** For how long a worker may take to say what it counted. */
const METRICS_WITHIN_MS = 2_000;
/** A signal that follows another so soon is the same one: a terminal and npm both pass on Ctrl-C. */
const SAME_SIGNAL_MS = 1_000;

/** Asks workers for their metrics. */
const createMetricsReader = () => {
  let asked = 0;
  const waiting = new Map<number, (metrics: MetricsSnapshot) => void>();
  return {
    received({ ask, metrics }: { readonly ask: number; readonly metrics: MetricsSnapshot }) {
      waiting.get(ask)?.(metrics);
    },
    sourceOf: (process: WorkerProcess): Source => ({
      id: process.id,
      async read() {
        asked += 1;
        const ask = asked;
        const answer = new Promise<MetricsSnapshot>((resolve) => waiting.set(ask, resolve));
        process.send({ kind: 'measure', ask });
        return withTimeout(answer, METRICS_WITHIN_MS, () => new Error('The worker does not answer.'))
          .catch(() => null)
          .finally(() => waiting.delete(ask));
      },
    }),
  };
};

/** The first signal stops all workers; a second one kills them. */
const followSignals = (workers: Supervisor, log: Log): void => {
  let stoppingSince: number | null = null;
  const asked = (signal: StopSignal) => {
    const at = performance.now();
    if (stoppingSince === null) {
      stoppingSince = at;
      log.info({ signal }, 'stopping');
      workers.stop(signal);
    } else if (at - stoppingSince >= SAME_SIGNAL_MS) {
      log.warn({ signal }, 'a second signal; workers are killed');
      workers.kill();
    }
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => asked(signal));
};

/**
 * Runs `count` workers until they are stopped by a signal, or given up. Resolves to what keeps them from serving, a sentence
 * for the operator; null where they stopped gracefully. `onListening` is called once.
 */
export const runWorkers = async (
  config: Config,
  {
    count,
    log,
    stopWithinMs,
    onListening,
  }: {
    readonly count: number;
    readonly log: Log;
    readonly stopWithinMs: number;
    readonly onListening: (place: Place & { readonly metricsPort: number | null }) => void;
  },
): Promise<{ readonly code: 0 | 1; readonly fault: string | null }> => {
  const reader = createMetricsReader();
  let workers: Supervisor | null = null;
  const metrics = createGatheredMetrics(
    () => workers?.listening().map(({ process }) => reader.sourceOf(process)) ?? [],
  );
  const { metricsPort: setting } = config;
  // Before the workers start: its port may be in use.
  const server = setting === null ? null : await serveMetrics(metrics, setting, config);
  workers = superviseWorkers({
    count,
    fork: forkWorker,
    log,
    stopWithinMs,
    onListening: (place) => onListening({ ...place, metricsPort: server?.port ?? null }),
    onMetrics: reader.received,
    onDeath: metrics.workerDied,
  });
  followSignals(workers, log);
  return workers.over;
};
