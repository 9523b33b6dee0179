import { createServer, type RequestListener } from 'node:http';
import type { Metrics } from '../../telemetry/metrics.js';
import { urlOf } from '../auth/credentials.js';
import { listen } from './listen.js';
import { serveInOrder } from './pipelining.js';
import { ALWAYS, sendAlive, sendError, sendReady } from './respond.js';

/**
 * Serves `GET /metrics`, and `/ready` and `/health` as the port of the API does, on a port of its own (0 takes a free one) without
 * signing in, for the inside of the network. Questions here do not wait behind clients that connect (docs/operations.md#rolling-deploys).
 * Rejects with a StartFault where it cannot listen.
 */
export const serveMetrics = async (
  metrics: Pick<Metrics, 'text' | 'contentType'>,
  port: number,
  {
    host,
    isReady,
    stallMs,
  }: {
    readonly host: string;
    /** Whether clients can be served. Does not reject. */
    readonly isReady: () => Promise<boolean>;
    readonly stallMs?: number;
  },
): Promise<{ readonly port: number; stop(): Promise<void> }> => {
  const answer: RequestListener = (request, response) => {
    const isRead = request.method === 'GET' || request.method === 'HEAD';
    switch (isRead ? urlOf(request)?.pathname : undefined) {
      case '/metrics':
        metrics.text().then(
          (text) => response.writeHead(200, { 'content-type': metrics.contentType, ...ALWAYS }).end(text),
          () => response.destroy(),
        );
        break;
      case '/ready':
        void isReady().then((is) => sendReady(response, is));
        break;
      case '/health':
        sendAlive(response);
        break;
      default:
        sendError(response, 404, { code: 'NOT_FOUND', message: 'There is nothing here. Metrics are at /metrics.' });
    }
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
