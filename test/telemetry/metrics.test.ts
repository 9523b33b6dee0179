import { expect, it } from 'vitest';
import { badInput, unavailable } from '../../src/presence/errors.js';
import { createMetrics } from '../../src/telemetry/metrics.js';

it('a call is timed by back-end, method and outcome', async () => {
  const metrics = createMetrics();
  const errors = [undefined, unavailable('away'), badInput('wrong'), new TypeError('a bug')];
  for (const error of errors) metrics.called('store', { method: 'read', ms: 3, error });
  const text = await metrics.text();
  for (const outcome of ['ok', 'unavailable', 'refused', 'failed']) {
    expect(text).toContain(`rollcall_store_call_duration_seconds_count{method="read",outcome="${outcome}"} 1`);
  }
  expect(text).toContain('rollcall_store_call_duration_seconds_bucket{le="0.0025",method="read",outcome="ok"} 0');
  expect(text).toContain('rollcall_store_call_duration_seconds_bucket{le="0.005",method="read",outcome="ok"} 1');
});

it('a sweep counts itself and its users', async () => {
  const metrics = createMetrics();
  metrics.swept(0);
  metrics.swept(3);
  const text = await metrics.text();
  expect(text).toMatch(/^rollcall_sweeps_total 2$/m);
  expect(text).toMatch(/^rollcall_swept_users_total 3$/m);
});

it('messages of NATS are counted by subject, and its connection is read where there is one', async () => {
  const metrics = createMetrics();
  expect(await metrics.text()).not.toContain('rollcall_nats_connected');
  metrics.readNats(() => ({ connected: true, kept: 3 }));
  metrics.natsPublished('a.b');
  metrics.natsDropped('a.b');
  metrics.natsReceived('c.d', 'malformed');
  const text = await metrics.text();
  expect(text).toMatch(/^rollcall_nats_connected 1$/m);
  expect(text).toMatch(/^rollcall_nats_kept 3$/m);
  expect(text).toMatch(/^rollcall_nats_published_total\{subject="a.b"\} 1$/m);
  expect(text).toMatch(/^rollcall_nats_dropped_total\{subject="a.b"\} 1$/m);
  expect(text).toMatch(/^rollcall_nats_received_total\{subject="c.d",outcome="malformed"\} 1$/m);
});

it('sizes are read when somebody asks', async () => {
  const metrics = createMetrics();
  let webSockets = 1;
  metrics.read(() => ({
    webSockets,
    eventStreams: 2,
    connectedUsers: 3,
    sessions: 4,
    subscriptions: 5,
    watchedUsers: 6,
    watchedTrays: 7,
    storeReady: true,
    journalLagMs: 1_500,
  }));
  webSockets = 10;
  const text = await metrics.text();
  expect(text).toMatch(/^rollcall_connections\{transport="websocket"\} 10$/m);
  expect(text).toMatch(/^rollcall_connections\{transport="sse"\} 2$/m);
  expect(text).toMatch(/^rollcall_store_ready 1$/m);
  expect(text).toMatch(/^rollcall_journal_lag_seconds 1.5$/m);
});
