/** A server of the edge with the sockets of the dialects, over the presence and the fan-out of one node in memory. */
import { createDialectProtocol, type DialectPorts } from '../../../../src/server/ws/dialects/dialectConnection.js';
import { GATEWAY_SOCKET } from '../../../../src/server/ws/dialects/gatewaySocket.js';
import { openDialects } from '../../../../src/server/ws/dialects/openDialects.js';
import { type DialectOptions, openDialect } from '../../../support/http/dialectSocket.js';
import { createFanout } from '../../../support/unit/fanout.js';
import { type ServerOptions, startServer, tokenOf } from '../../harness.js';

/** 2026-11-22T17:00:00.500Z */
export const NOW = Date.UTC(2026, 10, 22, 17, 0, 0, 500);

/** Starts it with the users `me`, `ann`, `bob`, and `42`, whom `me` follows, and the conversation `7` of them all. */
export const startDialects = async (options: ServerOptions = {}, ports: Partial<DialectPorts> = {}) => {
  const f = await createFanout({ pushed: true });
  await f.users('me', 'ann', 'bob', '42');
  await f.follow('me', 'ann', 'bob', '42');
  await f.people.putConversation('7', ['me', 'ann', 'bob', '42'], false);
  const ends: unknown[] = [];
  const starts: unknown[] = [];
  const server = await startServer({
    presence: {
      async connect(what) {
        starts.push(what);
        return await f.presence.connect(what);
      },
      async disconnect(what) {
        await f.presence.disconnect(what);
        ends.push(what);
        server.events.emit('left', what.userId);
      },
    },
    ...options,
  });
  const refusals: string[] = [];
  let deliveries = 0;
  const all: DialectPorts = {
    hub: f.hub,
    onDelivery: () => {
      deliveries += 1;
    },
    onSubscriptionRefused: (caller, code) => refusals.push(`${caller?.viewer.userId} ${code}`),
    now: () => NOW,
    ...ports,
  };
  openDialects(server.sockets, all);
  const base = server.ws.replace('/graphql', '');
  const open = async (path: string, { user = 'me', ...more }: DialectOptions & { user?: string } = {}) =>
    openDialect(`${base}${path}`, { token: await tokenOf(user), ...more });
  return {
    ...f,
    server,
    base,
    starts,
    ends,
    refusals,
    get deliveries() {
      return deliveries;
    },
    /** Serves a dialect once more, with other ports. */
    serveAt: (path: string, other: Partial<DialectPorts>, dialect = GATEWAY_SOCKET) =>
      server.sockets.serve(path, createDialectProtocol(dialect, { ...all, ...other })),
    open,
    mobile: (more?: DialectOptions & { user?: string; query?: string }) =>
      open(`/api/presence/subscribe${more?.query ?? ''}`, more),
    gateway: (more?: DialectOptions & { user?: string; query?: string }) => open(`/gateway${more?.query ?? ''}`, more),
  };
};
