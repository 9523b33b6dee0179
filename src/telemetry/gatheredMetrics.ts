/** The metrics of several processes as those of one, for `GET /metrics` of the primary (docs/operations.md, "Metrics"). */
import { AggregatorRegistry, Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import type { Metrics } from './metrics.js';
import { aggregatorOf, countersOf, type MetricsSnapshot, snapshotOf } from './snapshots.js';

/** A process that counts. */
export interface Source {
  /** Its own among all processes that there ever were. */
  readonly id: number;
  /** What it counted so far; null where it does not answer in time. */
  read(): Promise<MetricsSnapshot | null>;
}

export interface GatheredMetrics extends Pick<Metrics, 'text' | 'contentType'> {
  /** A worker ended that nobody had asked to. */
  workerDied(): void;
}

/** What is no number of seconds, such as the mean of nothing, would hide what the other processes measured. */
const aggregated = (snapshots: readonly MetricsSnapshot[]): Registry =>
  AggregatorRegistry.aggregate(
    snapshots.map((snapshot) =>
      snapshot.map((metric) => ({
        ...metric,
        values: metric.values.filter(({ value }) => Number.isFinite(value)),
        aggregator: aggregatorOf(metric) ?? 'sum',
      })),
    ),
  );

/**
 * Reads `sources`, those that serve at that moment, whenever the metrics are asked for, and adds what this process itself
 * measures. Counters never go back: what a process had counted when it was last read stays in the sum when the process
 * has ended, or does not answer; Prometheus would take a smaller sum for a restart, and count all of it once more.
 */
export const createGatheredMetrics = (sources: () => readonly Source[]): GatheredMetrics => {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  const workers = new Gauge({ name: 'rollcall_workers', help: 'Workers that listen and answer.', registers });
  const deaths = new Counter({
    name: 'rollcall_worker_deaths_total',
    help: 'Workers that ended without being asked to.',
    registers,
  });
  /** The counters of each process when it was last read, by its id. */
  const latest = new Map<number, MetricsSnapshot>();
  /** The counters of the processes that have ended, as one. */
  let ofEnded: MetricsSnapshot = [];

  const retire = async (living: ReadonlySet<number>) => {
    const ended = [...latest].filter(([id]) => !living.has(id));
    if (ended.length === 0) return;
    for (const [id] of ended) latest.delete(id);
    ofEnded = await snapshotOf(aggregated([ofEnded, ...ended.map(([, counters]) => counters)]));
  };

  const gather = async (): Promise<string> => {
    const asked = sources();
    const answers = await Promise.all(asked.map(({ read }) => read()));
    const snapshots = asked.map(({ id }, index) => {
      const snapshot = answers[index] ?? null;
      if (snapshot !== null) latest.set(id, countersOf(snapshot));
      return snapshot ?? latest.get(id) ?? [];
    });
    workers.set(answers.filter((answer) => answer !== null).length);
    await retire(new Set(asked.map(({ id }) => id)));
    return aggregated([await snapshotOf(registry), ofEnded, ...snapshots]).metrics();
  };

  /** One reading at a time: what is asked for meanwhile gets the same. */
  let underWay: Promise<string> | null = null;
  return {
    contentType: registry.contentType,
    workerDied: () => deaths.inc(),
    text() {
      underWay ??= gather().finally(() => {
        underWay = null;
      });
      return underWay;
    },
  };
};
