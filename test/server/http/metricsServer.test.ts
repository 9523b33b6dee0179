import { expect, it, onTestFinished } from 'vitest';
import { serveMetrics } from '../../../src/server/http/metricsServer.js';
import { createMetrics } from '../../../src/telemetry/metrics.js';

it('serves metrics at /metrics and nowhere else', async () => {
  const server = await serveMetrics(createMetrics(), 0, { host: '127.0.0.1' });
  onTestFinished(() => server.stop());
  const origin = `http://127.0.0.1:${server.port}`;
  const answer = await fetch(`${origin}/metrics`);
  expect(answer.headers.get('content-type')).toContain('text/plain');
  expect(await answer.text()).toContain('nodejs_eventloop_lag_seconds');
  expect((await fetch(origin)).status).toBe(404);
});
