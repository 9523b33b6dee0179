import { describe, expect, it } from 'vitest';
import { createGatheredMetrics, type Source } from '../../src/telemetry/gatheredMetrics.js';
import { createMetrics, type Sizes } from '../../src/telemetry/metrics.js';
import { AGGREGATED_GAUGES, aggregatorOf, type MetricsSnapshot } from '../../src/telemetry/snapshots.js';

const SIZES: Sizes = {
  webSockets: 1,
  eventStreams: 2,
  connectedUsers: 3,
  sessions: 4,
  subscriptions: 5,
  watchedUsers: 6,
  watchedTrays: 7,
  storeReady: true,
  journalLagMs: 1_500,
};

/** A worker with metrics of its own. */
const worker = (id: number, sizes: Partial<Sizes> = {}) => {
  const metrics = createMetrics();
  metrics.read(() => ({ ...SIZES, ...sizes }));
  return { metrics, source: { id, read: () => metrics.snapshot() } satisfies Source };
};

const samplesOf = (text: string): Readonly<Record<string, number>> =>
  Object.fromEntries(
    text
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'))
      .map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ')))]),
  );

it('every gauge says how those of several processes become one, and no other name does', async () => {
  const seen: string[] = [];
  const gathered = createGatheredMetrics(() => [
    {
      id: 1,
      async read() {
        const snapshot = await worker(1).metrics.snapshot();
        seen.push(...snapshot.filter(({ type }) => type === 'gauge').map(({ name }) => name));
        return snapshot;
      },
    },
  ]);
  const text = await gathered.text();
  const gauges = [...text.matchAll(/^# TYPE (\S+) gauge$/gm)].map(([, name]) => name ?? '');
  const all = new Set([...gauges, ...seen]);
  expect([...all].filter((name) => aggregatorOf({ name, type: 'gauge' }) === undefined)).toEqual([]);
  expect(AGGREGATED_GAUGES.filter((name) => !all.has(name))).toEqual([]);
});

it('loads are added up; of readiness, lag and limits the worst is seen', async () => {
  const one = worker(1, { webSockets: 10, storeReady: true, journalLagMs: 200 });
  const two = worker(2, { webSockets: 5, storeReady: false, journalLagMs: 9_000 });
  one.metrics.transition('session started');
  two.metrics.transition('session started');
  two.metrics.called('store', { method: 'read', ms: 3, error: undefined });
  const samples = samplesOf(await createGatheredMetrics(() => [one.source, two.source]).text());
  expect(samples).toMatchObject({
    'rollcall_connections{transport="websocket"}': 15,
    'rollcall_connections{transport="sse"}': 4,
    rollcall_sessions: 8,
    rollcall_store_ready: 0,
    rollcall_journal_lag_seconds: 9,
    rollcall_workers: 2,
    rollcall_worker_deaths_total: 0,
    'rollcall_transitions_total{kind="session_started"}': 2,
    'rollcall_store_call_duration_seconds_count{method="read",outcome="ok"}': 1,
  });
  // The memory of all, this process included.
  expect(samples.process_resident_memory_bytes).toBeGreaterThan(2 * process.memoryUsage().heapUsed);
});

it('what is no number hides nothing', async () => {
  const lag = (value: number): MetricsSnapshot => [
    { name: 'nodejs_eventloop_lag_mean_seconds', help: 'lag', type: 'gauge', values: [{ value, labels: {} }] },
  ];
  const gathered = createGatheredMetrics(() => [
    { id: 1, read: async () => lag(Number.NaN) },
    { id: 2, read: async () => lag(9) },
  ]);
  expect(samplesOf(await gathered.text()).nodejs_eventloop_lag_mean_seconds).toBe(9);
});

describe('counters never go back', () => {
  const started = 'rollcall_transitions_total{kind="session_started"}';

  it('when a worker has ended, and another took its place', async () => {
    let sources: readonly Source[] = [];
    const gathered = createGatheredMetrics(() => sources);
    const [one, two] = [worker(1), worker(2)];
    for (const { metrics } of [one, one, one, two]) metrics.transition('session started');
    sources = [one.source, two.source];
    expect(samplesOf(await gathered.text())[started]).toBe(4);
    sources = [two.source];
    gathered.workerDied();
    const after = samplesOf(await gathered.text());
    expect(after).toMatchObject({ [started]: 4, rollcall_sessions: 4, rollcall_workers: 1 });
    expect(after.rollcall_worker_deaths_total).toBe(1);
    const three = worker(3);
    three.metrics.transition('session started');
    sources = [two.source, three.source];
    expect(samplesOf(await gathered.text())[started]).toBe(5);
    sources = [];
    expect(samplesOf(await gathered.text())[started]).toBe(5);
  });

  it('while a worker does not answer; it counts for none that serves, and has no gauges', async () => {
    let answers = true;
    const [one, two] = [worker(1), worker(2)];
    for (const { metrics } of [one, two]) metrics.transition('session started');
    const silent = { id: 2, read: async () => (answers ? two.metrics.snapshot() : null) };
    const gathered = createGatheredMetrics(() => [one.source, silent]);
    expect(samplesOf(await gathered.text())).toMatchObject({ [started]: 2, rollcall_workers: 2, rollcall_sessions: 8 });
    answers = false;
    expect(samplesOf(await gathered.text())).toMatchObject({ [started]: 2, rollcall_workers: 1, rollcall_sessions: 4 });
    answers = true;
    two.metrics.transition('session started');
    expect(samplesOf(await gathered.text())).toMatchObject({ [started]: 3, rollcall_workers: 2 });
  });
});

it('workers are asked once for all who ask at the same time', async () => {
  let asked = 0;
  const gathered = createGatheredMetrics(() => [
    {
      id: 1,
      async read() {
        asked += 1;
        return [];
      },
    },
  ]);
  await Promise.all([gathered.text(), gathered.text()]);
  expect(asked).toBe(1);
  await gathered.text();
  expect(asked).toBe(2);
});
