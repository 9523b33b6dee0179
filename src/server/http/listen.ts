import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { codeOf, messageOf, StartFault } from '../../config/startFault.js';

/** Where a server listens, and the setting that names the port. */
export interface Place {
  readonly host: string;
  /** 0 takes a free port. */
  readonly port: number;
  readonly setting: 'PORT' | 'METRICS_PORT';
}

/**
 * Connections that wait until the server takes them; the system may allow fewer (`net.core.somaxconn`). One is taken in each turn of the
 * event loop, as long as the turns of a storm are: where a crowd of a few thousands does not find room here, its connections are dropped
 * without an answer, and tried again after 1, 3 and 7 s (docs/performance.md#a-rolling-deploy).
 */
const BACKLOG = 4_096;

const faultOf = (error: unknown, { host, port, setting }: Place): string => {
  switch (codeOf(error)) {
    case 'EADDRINUSE':
      return `${setting} ${port} is in use on ${host}. Stop the process that listens there, or set ${setting} to another.`;
    case 'EACCES':
      return `${setting} ${port} may not be used by the user of this process. Set ${setting} to 1024 or more.`;
    case 'EADDRNOTAVAIL':
      return `HOST ${host} is no address of this machine. Set HOST to one that is, or to 0.0.0.0 for all.`;
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `HOST ${host} is a name that has no address. Set HOST to an address of this machine.`;
    default:
      return `HOST ${host} and ${setting} ${port} cannot be listened at: ${messageOf(error)}.`;
  }
};

/** Makes a server listen. Resolves to its port; rejects with a StartFault. */
export const listen = (server: Server, place: Place): Promise<number> =>
  new Promise((resolve, reject) => {
    const failed = (error: Error) => reject(new StartFault(faultOf(error, place), { cause: error }));
    server.once('error', failed);
    server.listen({ port: place.port, host: place.host, backlog: BACKLOG }, () => {
      server.off('error', failed);
      resolve((server.address() as AddressInfo).port);
    });
  });
