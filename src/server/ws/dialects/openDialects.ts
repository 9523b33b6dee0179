import type { Sockets } from '../webSocketServer.js';
import { createDialectProtocol, type DialectPorts } from './dialectConnection.js';
import { GATEWAY_PATH, MOBILE_PATH } from './dialectPaths.js';
import { GATEWAY_SOCKET } from './gatewaySocket.js';
import { MOBILE_SOCKET } from './mobileSocket.js';

/** Serves the sockets of the dialects from now on (docs/doors.md#sockets-of-the-dialects). They stop with all sockets. */
export const openDialects = (sockets: Pick<Sockets, 'serve'>, ports: DialectPorts): void => {
  sockets.serve(MOBILE_PATH, createDialectProtocol(MOBILE_SOCKET, ports));
  sockets.serve(GATEWAY_PATH, createDialectProtocol(GATEWAY_SOCKET, ports));
};
