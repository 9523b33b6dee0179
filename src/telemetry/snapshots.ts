/** Metrics of one process as values, and how those of several processes become one. */
import type { Registry } from 'prom-client';

interface Sample {
  readonly value: number;
  readonly labels: Readonly<Record<string, string | number>>;
  /** Of a histogram: its own name with `_bucket`, `_sum` or `_count`. */
  readonly metricName?: string;
}

export interface MetricSnapshot {
  readonly name: string;
  readonly help: string;
  /** As Prometheus has it: `counter`, `gauge`, `histogram` or `summary`. */
  readonly type: string;
  readonly values: readonly Sample[];
}

/** All metrics of one process at one moment. It may be sent to another process. */
export type MetricsSnapshot = readonly MetricSnapshot[];

/** What a registry has now. */
export const snapshotOf = async (registry: Registry): Promise<MetricsSnapshot> => {
  const metrics = await registry.getMetricsAsJSON();
  // Its declarations say that the type is a number, and leave out the names within histograms.
  return metrics.map(({ name, help, type, values }) => ({ name, help, type: `${type}`, values: values as Sample[] }));
};

type Aggregator = 'sum' | 'min' | 'max' | 'first';

/**
 * How one gauge becomes of those of several processes. Loads are added up. Where the worst process decides, it is the one
 * that is seen.
 */
const OF_GAUGES: Readonly<Record<string, Aggregator>> = {
  rollcall_connections: 'sum',
  rollcall_connected_users: 'sum',
  rollcall_sessions: 'sum',
  rollcall_subscriptions: 'sum',
  rollcall_watched_users: 'sum',
  rollcall_watched_trays: 'sum',
  rollcall_store_ready: 'min',
  rollcall_journal_lag_seconds: 'max',
  rollcall_workers: 'sum',
  process_start_time_seconds: 'min',
  process_resident_memory_bytes: 'sum',
  process_virtual_memory_bytes: 'sum',
  process_heap_bytes: 'sum',
  process_open_fds: 'sum',
  // Each process has a limit of its own.
  process_max_fds: 'min',
  nodejs_eventloop_lag_seconds: 'max',
  nodejs_eventloop_lag_min_seconds: 'min',
  nodejs_eventloop_lag_max_seconds: 'max',
  nodejs_eventloop_lag_mean_seconds: 'max',
  nodejs_eventloop_lag_stddev_seconds: 'max',
  nodejs_eventloop_lag_p50_seconds: 'max',
  nodejs_eventloop_lag_p90_seconds: 'max',
  nodejs_eventloop_lag_p99_seconds: 'max',
  nodejs_active_resources: 'sum',
  nodejs_active_resources_total: 'sum',
  nodejs_active_handles: 'sum',
  nodejs_active_handles_total: 'sum',
  nodejs_active_requests: 'sum',
  nodejs_active_requests_total: 'sum',
  nodejs_heap_size_total_bytes: 'sum',
  nodejs_heap_size_used_bytes: 'sum',
  nodejs_external_memory_bytes: 'sum',
  nodejs_heap_space_size_total_bytes: 'sum',
  nodejs_heap_space_size_used_bytes: 'sum',
  nodejs_heap_space_size_available_bytes: 'sum',
  nodejs_version_info: 'first',
};

/** How a metric of several processes becomes one; undefined for a gauge of which nobody has said so. */
export const aggregatorOf = ({ name, type }: Pick<MetricSnapshot, 'name' | 'type'>): Aggregator | undefined =>
  type === 'gauge' ? OF_GAUGES[name] : 'sum';

/** The names of all gauges for which it is said. */
export const AGGREGATED_GAUGES: readonly string[] = Object.keys(OF_GAUGES);

/** What only grows: it outlives the process that counted it. */
export const countersOf = (snapshot: MetricsSnapshot): MetricsSnapshot =>
  snapshot.filter(({ type }) => type !== 'gauge');
