/**
 * What the primary and its workers say to each other (docs/operations.md, "Several processes on one machine"). A worker that
 * still loads loses what is sent to it, so a stop is a signal.
 */
import type { MetricsSnapshot } from '../telemetry/snapshots.js';

/** Where a worker listens, which is where all of them do. */
export interface Place {
  readonly port: number;
  /** Such as `http://127.0.0.1:4000`. */
  readonly url: string;
}

/** Answer with what was counted, or whether clients can be served; and with this number. */
export interface ToWorker {
  readonly kind: 'measure' | 'ready';
  readonly ask: number;
}

export type WorkerAnswer =
  | { readonly kind: 'metrics'; readonly ask: number; readonly metrics: MetricsSnapshot }
  | { readonly kind: 'readiness'; readonly ask: number; readonly isReady: boolean };

export type FromWorker =
  | ({ readonly kind: 'listening' } & Place)
  /** The worker ends: it could not start, for a reason that the operator can mend. */
  | { readonly kind: 'fault'; readonly sentence: string }
  /** The worker stops, and takes no new connections; it serves those that it has until they are closed. */
  | { readonly kind: 'stopping' }
  | WorkerAnswer;

const TO_WORKER: ReadonlySet<unknown> = new Set<ToWorker['kind']>(['measure', 'ready']);
const FROM_WORKER: ReadonlySet<unknown> = new Set<FromWorker['kind']>([
  'listening',
  'fault',
  'stopping',
  'metrics',
  'readiness',
]);

const kindOf = (message: unknown): unknown =>
  typeof message === 'object' && message !== null && 'kind' in message ? message.kind : undefined;

/** Whether something that came over the channel is for a worker: others may use the channel as well. */
export const isToWorker = (message: unknown): message is ToWorker => TO_WORKER.has(kindOf(message));
/** The same of what comes from a worker. */
export const isFromWorker = (message: unknown): message is FromWorker => FROM_WORKER.has(kindOf(message));
