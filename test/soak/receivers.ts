/** Who hears of states outside of Rollcall: the receiver of the webhook, which fails now and then, and a service on NATS. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { connect } from '@nats-io/transport-node';
import { Webhook } from 'standardwebhooks';

/** The latest state of a user that was told. */
export interface Told {
  readonly status: string;
  readonly asOf: number;
}

export interface Receiver {
  readonly url: string;
  /** By user. */
  readonly told: ReadonlyMap<string, Told>;
  /** From then on it takes everything. */
  failNoMore(): void;
  readonly counts: { requests: number; failed: number; forged: number; events: Record<string, number> };
  stop(): Promise<void>;
}

interface StateEvent {
  readonly type: string;
  readonly data: { readonly user_id: string; readonly status: string; readonly as_of: number };
}

const keepLatest = (told: Map<string, Told>, userId: string, status: string, asOf: number): void => {
  if ((told.get(userId)?.asOf ?? 0) < asOf) told.set(userId, { status, asOf });
};

/** What a failing receiver answers; 0: nothing, until the sender gives up. */
const FAILURES = [500, 503, 429, 400, 0] as const;

/** `failing`: which part of the requests fails. */
export const startReceiver = async ({
  secret,
  failing,
  random,
}: {
  readonly secret: string;
  readonly failing: number;
  readonly random: () => number;
}): Promise<Receiver> => {
  const webhook = new Webhook(secret);
  const told = new Map<string, Told>();
  const counts: Receiver['counts'] = { requests: 0, failed: 0, forged: 0, events: {} };
  let part = failing;
  const server = createServer(async (request, response) => {
    try {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const body = Buffer.concat(chunks).toString();
      counts.requests += 1;
      try {
        webhook.verify(body, request.headers as Record<string, string>);
      } catch {
        counts.forged += 1;
        response.writeHead(401).end();
        return;
      }
      if (random() < part) {
        counts.failed += 1;
        const status = FAILURES[Math.floor(random() * FAILURES.length)]!;
        if (status > 0) response.writeHead(status, status === 429 ? { 'retry-after': '2' } : {}).end();
        return;
      }
      for (const { type, data } of (JSON.parse(body) as { events: readonly StateEvent[] }).events) {
        counts.events[type] = (counts.events[type] ?? 0) + 1;
        if (type === 'presence.changed') keepLatest(told, data.user_id, data.status, data.as_of);
        if (type === 'user.deleted') told.delete(data.user_id);
      }
      response.writeHead(204).end();
    } catch {
      // The sender is gone in the middle of its request.
      response.destroy();
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    told,
    counts,
    failNoMore() {
      part = 0;
    },
    async stop() {
      server.close();
      server.closeAllConnections();
    },
  };
};

/** A service and a gateway on NATS. */
export interface Bus {
  /** By user, in the words of the gateway dialect. */
  readonly told: ReadonlyMap<string, Told>;
  /** A user is deleted, of which nothing is told here. */
  forget(userId: string): void;
  readonly counts: Record<string, number>;
  tell(subject: string, body: object): void;
  stop(): Promise<void>;
}

export const openBus = async (url: string): Promise<Bus> => {
  const connection = await connect({ servers: url.replace('nats://', '') });
  const told = new Map<string, Told>();
  const counts: Record<string, number> = {};
  connection.subscribe('presence.>', {
    callback(_, message) {
      counts[message.subject] = (counts[message.subject] ?? 0) + 1;
      if (message.subject !== 'presence.status.changed') return;
      const { user_id, status, as_of } = message.json<StateEvent['data']>();
      keepLatest(told, user_id, status, as_of);
    },
  });
  await connection.flush();
  return {
    told,
    forget: (userId) => void told.delete(userId),
    counts,
    tell(subject, body) {
      if (!connection.isClosed()) connection.publish(subject, JSON.stringify(body));
    },
    stop: () => connection.close(),
  };
};
