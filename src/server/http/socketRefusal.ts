/** Refusals written to a bare socket, where Node.js provides no response object. */
import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { ALWAYS, type Refusal, refusalBody } from './respond.js';

/** Answers with a status and the JSON of a GraphQL error, and closes the connection. */
export const refuseSocket = (socket: Duplex, status: number, refusal: Refusal): void => {
  // Errors of a connection that is being closed are of no interest.
  socket.on('error', () => {});
  // A client that leaves its half open does not keep the socket.
  socket.once('finish', () => socket.destroy());
  const body = refusalBody(refusal);
  const headers = {
    connection: 'close',
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(body),
    ...ALWAYS,
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  socket.end([`HTTP/1.1 ${status} ${STATUS_CODES[status]}`, ...lines, '', body].join('\r\n'));
};

/** Refuses what is not HTTP, or took too long to arrive: the `clientError` of a server. */
export const refuseMalformed = (error: NodeJS.ErrnoException, socket: Duplex): void => {
  if (!socket.writable) return;
  const refuse = (status: number, message: string) => refuseSocket(socket, status, { code: 'BAD_USER_INPUT', message });
  if (error.code === 'HPE_HEADER_OVERFLOW') refuse(431, 'The headers are too long.');
  else if (error.code === 'ERR_HTTP_REQUEST_TIMEOUT') refuse(408, 'The request took too long to arrive.');
  else refuse(400, 'This is not a request of HTTP/1.1.');
};
