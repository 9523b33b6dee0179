import type { Sockets } from '../webSocketServer.js';
import { createDialectProtocol, type DialectPorts } from './dialectConnection.js';
import { GATEWAY_SOCKET } from './gatewaySocket.js';
import { MOBILE_SOCKET } from './mobileSocket.js';

/** Serves the sockets of the dialects from now on (docs/doors.md#sockets-of-the-dialects). They stop with all sockets. */
export const openDialects = (sockets: Pick<Sockets, 'serve'>, ports: DialectPorts): void => {
  sockets.serve('/api/presence/subscribe', createDialectProtocol(MOBILE_SOCKET, ports));
  sockets.serve('/gateway', createDialectProtocol(GATEWAY_SOCKET, ports));
};
