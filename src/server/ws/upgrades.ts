/** Upgrade requests: those for a WebSocket, and those for protocols that this server does not speak. */
import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';

export const asksForWebSocket = ({ headers }: IncomingMessage): boolean =>
  headers.upgrade?.toLowerCase() === 'websocket';

const NODE_MAJOR = Number.parseInt(process.versions.node, 10);

/**
 * Options of an HTTP server by which Node.js itself serves offers of other protocols as ordinary requests. Since Node.js 26 an
 * upgrade request that has a body cannot be given back to the server; before, {@link serveWithoutUpgrade} does so.
 */
export const upgradeOptions = (): object => (NODE_MAJOR < 26 ? {} : { shouldUpgradeCallback: asksForWebSocket });

/** Headers that concern the upgrade alone. */
const OF_UPGRADES = new Set(['upgrade', 'http2-settings', 'connection']);

/**
 * Serves a request that offers another protocol, such as h2c, as an ordinary request (RFC 9110, section 7.8). Node.js hands
 * over every upgrade once there is a listener for one: the request goes back to the server without the offer, followed by
 * its body and whatever the socket read behind it.
 */
export const serveWithoutUpgrade = (server: Server, request: IncomingMessage, socket: Duplex, head: Buffer): void => {
  const { method, url, httpVersion, rawHeaders, headers } = request;
  const lines = [`${method} ${url} HTTP/${httpVersion}`];
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] ?? '';
    if (!OF_UPGRADES.has(name.toLowerCase())) lines.push(`${name}: ${rawHeaders[at + 1]}`);
  }
  if (/\bclose\b/i.test(headers.connection ?? '')) lines.push('Connection: close');
  socket.unshift(Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), head]));
  server.emit('connection', socket);
};
