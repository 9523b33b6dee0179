import { expect, onTestFinished, test } from 'vitest';
import { badInput, unavailable } from '../../src/presence/errors.js';
import { createMetrics, serveMetrics } from '../../src/telemetry/metrics.js';

test('a call is timed by back-end, method and outcome', async () => {
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

test('a sweep counts itself and its users', async () => {
  const metrics = createMetrics();
  metrics.swept(0);
  metrics.swept(3);
  const text = await metrics.text();
  expect(text).toMatch(/^rollcall_sweeps_total 2$/m);
  expect(text).toMatch(/^rollcall_swept_users_total 3$/m);
});

test('sizes are read when somebody asks', async () => {
  const metrics = createMetrics();
  let webSockets = 1;
  metrics.read(() => ({
    webSockets,
    eventStreams: 2,
    connectedUsers: 3,
    sessions: 4,
    subscriptions: 5,
    watchedUsers: 6,
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

test('they are served at /metrics and nowhere else', async () => {
  const server = await serveMetrics(createMetrics(), 0, { host: '127.0.0.1' });
  onTestFinished(() => server.stop());
  const origin = `http://127.0.0.1:${server.port}`;
  const answer = await fetch(`${origin}/metrics`);
  expect(answer.headers.get('content-type')).toContain('text/plain');
  expect(await answer.text()).toContain('nodejs_eventloop_lag_seconds');
  expect((await fetch(origin)).status).toBe(404);
});
