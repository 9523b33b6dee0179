import { expect, it, onTestFinished } from 'vitest';
import { serveMetrics } from '../../../src/server/http/metricsServer.js';
import { createMetrics } from '../../../src/telemetry/metrics.js';

const start = async (isReady = async () => true) => {
  const server = await serveMetrics(createMetrics(), 0, { host: '127.0.0.1', isReady });
  onTestFinished(() => server.stop());
  return `http://127.0.0.1:${server.port}`;
};

it('serves metrics at /metrics and nowhere else', async () => {
  const origin = await start();
  const answer = await fetch(`${origin}/metrics`);
  expect(answer.headers.get('content-type')).toContain('text/plain');
  expect(await answer.text()).toContain('nodejs_eventloop_lag_seconds');
  expect((await fetch(origin)).status).toBe(404);
});

it('answers /ready and /health as the port of the API does', async () => {
  let isReady = true;
  const origin = await start(async () => isReady);
  const answer = async (path: string) => {
    const response = await fetch(`${origin}${path}`);
    return { status: response.status, body: await response.json() };
  };
  expect(await answer('/ready')).toEqual({ status: 200, body: { ready: true } });
  isReady = false;
  expect(await answer('/ready')).toEqual({ status: 503, body: { ready: false } });
  expect(await answer('/health')).toEqual({ status: 200, body: { alive: true } });
});

it('answers questions however their probe asks them, and reads alone', async () => {
  const origin = await start();
  const statusOf = async (path: string, method: string) => (await fetch(`${origin}${path}`, { method })).status;
  for (const path of ['/ready?from=balancer', '/health?', '/metrics?name=up']) {
    expect([path, await statusOf(path, 'GET'), await statusOf(path, 'HEAD')]).toEqual([path, 200, 200]);
    expect(await statusOf(path, 'POST')).toBe(404);
  }
});
