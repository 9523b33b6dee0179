/** Many users at once, each with one light WebSocket connection that reconnects by itself. */
import { setTimeout as wait } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import type { Closed } from '../http/socket.js';
import { signToken, type TokenOptions } from '../http/tokens.js';

/** The node to connect to. */
export interface Address {
  readonly wsUrl: string;
}

export interface Crowd {
  readonly ids: readonly string[];
  /** Acknowledged connections. */
  readonly live: number;
  /** Every close so far that the crowd did not ask for. */
  readonly closes: readonly (Closed & { readonly id: string; readonly at: number })[];
  /** For how long those who reconnected were not connected, in ms. */
  readonly absences: readonly number[];
  /** Resolves when all are acknowledged, with the time that took, in ms. */
  allLive(): Promise<number>;
  /** Resolves when nobody is connected. */
  allGone(): Promise<void>;
  /** Terminates all connections; those who return reconnect. */
  drop(): void;
  /** Whether users reconnect from now on. */
  returns(doReturn: boolean): void;
  /** Closes all for good, as leaving clients do. */
  leave(): Promise<void>;
}

/**
 * Connects a session `tab` of each user. `at` chooses the node by the user's index and number of attempts; a user
 * reconnects after a random delay of up to `delayMs`. Resolves when all are live. Terminates all at the end of the test.
 */
export const gather = async ({
  ids,
  at,
  returns = true,
  delayMs = 250,
  device,
  token = {},
}: {
  readonly ids: readonly string[];
  readonly at: (place: number, attempt: number) => Address;
  readonly returns?: boolean;
  readonly delayMs?: number;
  readonly device?: string;
  readonly token?: TokenOptions;
}): Promise<Crowd> => {
  const closes: (Closed & { id: string; at: number })[] = [];
  const absences: number[] = [];
  const leftAt = new Map<string, number>();
  const sockets = new Map<string, WebSocket>();
  const acknowledged = new Set<string>();
  const waiting = new Set<() => void>();
  // Until all are live everybody tries again: a busy node may refuse some, or lose them.
  let doReturn = true;
  let left = false;

  const changed = () => {
    for (const look of [...waiting]) look();
  };
  const when = (holds: () => boolean) =>
    new Promise<void>((resolve) => {
      const look = () => {
        if (!holds()) return;
        waiting.delete(look);
        resolve();
      };
      waiting.add(look);
      look();
    });

  const connect = async (id: string, place: number, attempt = 0): Promise<void> => {
    const authorization = `Bearer ${await signToken(id, token)}`;
    if (left) return;
    const socket = new WebSocket(at(place, attempt).wsUrl, 'graphql-transport-ws');
    sockets.set(id, socket);
    socket.on('error', () => {});
    socket.on('open', () => {
      const payload = { authorization, sessionId: 'tab', ...(device && { device }) };
      socket.send(JSON.stringify({ type: 'connection_init', payload }));
    });
    socket.on('message', (data) => {
      if (!data.toString().includes('connection_ack')) return;
      acknowledged.add(id);
      absences.push(...(leftAt.has(id) ? [Date.now() - (leftAt.get(id) ?? 0)] : []));
      leftAt.delete(id);
      changed();
    });
    socket.on('close', async (code, reason) => {
      acknowledged.delete(id);
      sockets.delete(id);
      if (!leftAt.has(id)) leftAt.set(id, Date.now());
      if (!left) closes.push({ id, code, reason: reason.toString(), at: Date.now() });
      changed();
      if (!doReturn || left) return;
      await wait(Math.random() * delayMs, undefined, { ref: false });
      if (doReturn && !left) await connect(id, place, attempt + 1);
    });
  };

  const allLive = async () => {
    const startedAt = performance.now();
    await when(() => acknowledged.size === ids.length);
    return performance.now() - startedAt;
  };
  const leave = async () => {
    left = true;
    for (const socket of sockets.values()) socket.close(1000);
    await when(() => sockets.size === 0);
  };
  onTestFinished(() => {
    left = true;
    for (const socket of sockets.values()) socket.terminate();
  });

  await Promise.all(ids.map((id, place) => connect(id, place)));
  await allLive();
  doReturn = returns;
  closes.splice(0);
  return {
    ids,
    closes,
    absences,
    get live() {
      return acknowledged.size;
    },
    allLive,
    allGone: () => when(() => sockets.size === 0),
    drop() {
      for (const socket of sockets.values()) socket.terminate();
      acknowledged.clear();
    },
    returns(next) {
      doReturn = next;
    },
    leave,
  };
};
