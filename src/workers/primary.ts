/** The primary of several workers: it serves nobody itself, but for the metrics of all of them and whether they are ready. */
import { lately } from '../async/lately.js';
import { withTimeout } from '../async/timeout.js';
import type { Config } from '../config/config.js';
import { serveMetrics } from '../server/http/metricsServer.js';
import { createGatheredMetrics, type Source } from '../telemetry/gatheredMetrics.js';
import type { Log } from '../telemetry/log.js';
import { forkWorker } from './forkWorker.js';
import type { Place, ToWorker, WorkerAnswer } from './messages.js';
import { type StopSignal, type Supervisor, superviseWorkers, type WorkerProcess } from './supervisor.js';

/** For how long a worker may take to answer. */
const ANSWER_WITHIN_MS = 2_000;
/** A signal that follows another so soon is the same one: a terminal and npm both pass on Ctrl-C. */
const SAME_SIGNAL_MS = 1_000;

/** Asks workers for their metrics, and whether they are ready. */
const createQuestions = () => {
  let asked = 0;
  const waiting = new Map<number, (answer: WorkerAnswer) => void>();
  /** Null where there is no answer in time. */
  const ask = (process: WorkerProcess, kind: ToWorker['kind']): Promise<WorkerAnswer | null> => {
    asked += 1;
    const number = asked;
    const answer = new Promise<WorkerAnswer>((resolve) => waiting.set(number, resolve));
    process.send({ kind, ask: number });
    return withTimeout(answer, ANSWER_WITHIN_MS, () => new Error('The worker does not answer.'))
      .catch(() => null)
      .finally(() => waiting.delete(number));
  };
  return {
    answered(answer: WorkerAnswer) {
      waiting.get(answer.ask)?.(answer);
    },
    sourceOf: (process: WorkerProcess): Source => ({
      id: process.id,
      async read() {
        const answer = await ask(process, 'measure');
        return answer?.kind === 'metrics' ? answer.metrics : null;
      },
    }),
    async isReady(process: WorkerProcess): Promise<boolean> {
      const answer = await ask(process, 'ready');
      return answer?.kind === 'readiness' && answer.isReady;
    },
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
  const questions = createQuestions();
  let workers: Supervisor | null = null;
  const listening = () => workers?.listening() ?? [];
  const metrics = createGatheredMetrics(() => listening().map(({ process }) => questions.sourceOf(process)));
  /** A connection may get to any of those. */
  const serving = () => listening().flatMap(({ process, isStopping }) => (isStopping ? [] : process));
  /** Whoever asks meanwhile has the same answer. */
  const isReady = lately(async () => {
    const ready = new Map<number, boolean>();
    await Promise.all(serving().map(async (process) => ready.set(process.id, await questions.isReady(process))));
    // Those that began to stop meanwhile, or died, do not count.
    const answers = serving().flatMap(({ id }) => ready.get(id) ?? []);
    return answers.length > 0 && answers.every((is) => is);
  }, 0);
  const { metricsPort: setting } = config;
  // Before the workers start: its port may be in use.
  const server = setting === null ? null : await serveMetrics(metrics, setting, { ...config, isReady });
  workers = superviseWorkers({
    count,
    fork: forkWorker,
    log,
    stopWithinMs,
    onListening: (place) => onListening({ ...place, metricsPort: server?.port ?? null }),
    onAnswer: questions.answered,
    onDeath: metrics.workerDied,
  });
  followSignals(workers, log);
  return workers.over;
};
