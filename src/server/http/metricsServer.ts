import { createServer, type RequestListener } from 'node:http';
import type { Metrics } from '../../telemetry/metrics.js';
import { listen } from './listen.js';
import { serveInOrder } from './pipelining.js';
import { ALWAYS, sendError } from './respond.js';

/**
 * Serves `GET /metrics` on a port of its own (0 takes a free one) without signing in, for the inside of the network. Rejects
 * with a StartFault where it cannot listen.
 */
export const serveMetrics = async (
  metrics: Pick<Metrics, 'text' | 'contentType'>,
  port: number,
  { host, stallMs }: { readonly host: string; readonly stallMs?: number },
): Promise<{ readonly port: number; stop(): Promise<void> }> => {
  const answer: RequestListener = (request, response) => {
    if (request.url !== '/metrics') {
      sendError(response, 404, { code: 'NOT_FOUND', message: 'There is nothing here. Metrics are at /metrics.' });
      return;
    }
    metrics.text().then(
      (text) => response.writeHead(200, { 'content-type': metrics.contentType, ...ALWAYS }).end(text),
      () => response.destroy(),
    );
  };
  const server = createServer(serveInOrder(answer, stallMs));
  return {
    port: await listen(server, { host, port, setting: 'METRICS_PORT' }),
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};
