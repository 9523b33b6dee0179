/** The side of a worker: what it says to its primary, and what it is asked. */
import cluster from 'node:cluster';
import type { MetricsSnapshot } from '../telemetry/snapshots.js';
import { type FromWorker, isToWorker, type Place, type WorkerAnswer } from './messages.js';

/** The variable of a worker's environment that has its number, from 1. */
export const NUMBER_VARIABLE = 'ROLLCALL_WORKER';

/** The number of the worker that this process is; null: it is none. */
export const workerNumber = (): number | null => (cluster.isWorker ? Number(process.env[NUMBER_VARIABLE]) : null);

export interface Primary {
  /** Resolves when it has died: to a word for the log. */
  readonly gone: Promise<string>;
  listening(place: Place): void;
  stopping(): void;
  /** Resolves when it is said, or cannot be. */
  fault(sentence: string): Promise<void>;
}

/** Connects this worker to its primary, to which `snapshot` says what was counted, and `isReady` whether clients can be served. */
export const connectToPrimary = ({
  snapshot,
  isReady,
}: {
  readonly snapshot: () => Promise<MetricsSnapshot>;
  readonly isReady: () => Promise<boolean>;
}): Primary => {
  const say = (message: FromWorker) =>
    new Promise<void>((resolve) => {
      if (process.send === undefined) resolve();
      else process.send(message, undefined, undefined, () => resolve());
    });
  const gone = new Promise<string>((resolve) => {
    // Without a primary nobody hands out connections. Node.js would end the process on the spot: it stops gracefully.
    cluster.worker?.once('disconnect', () => {
      if (cluster.worker) cluster.worker.exitedAfterDisconnect = true;
      resolve('the primary is gone');
    });
  });
  process.on('message', (message: unknown) => {
    if (!isToWorker(message)) return;
    const { kind, ask } = message;
    const answer: Promise<WorkerAnswer> =
      kind === 'ready'
        ? isReady().then((is) => ({ kind: 'readiness', ask, isReady: is }))
        : snapshot().then((metrics) => ({ kind: 'metrics', ask, metrics }));
    // Without an answer the primary goes on with what it was told last.
    answer.then(say, () => {});
  });
  return {
    gone,
    listening: ({ port, url }) => void say({ kind: 'listening', port, url }),
    stopping: () => void say({ kind: 'stopping' }),
    fault: (sentence) => say({ kind: 'fault', sentence }),
  };
};
