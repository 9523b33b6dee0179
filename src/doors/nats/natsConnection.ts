/**
 * The connection to NATS: opened in the background, and again for ever. Nothing is published while it is away: what the client
 * keeps then, it would send afterwards, however old (docs/doors.md#nats).
 */
import { setTimeout as wait } from 'node:timers/promises';
import { connect, headers, type NatsConnection, type Subscription } from '@nats-io/transport-node';
import { every } from '../../async/loop.js';
import { withTimeout } from '../../async/timeout.js';
import type { Outage } from '../../telemetry/outages.js';
import { connectionOptionsOf } from './natsServers.js';

/** The wait before each attempt to connect is this, and up to as much again. */
const RETRY_MS = 500;
const CONNECT_WITHIN_MS = 5_000;
/** A server that leaves two pings without an answer is away. */
const PING_EVERY_MS = 5_000;
const WORKED_EVERY_MS = 1_000;

/** What the door publishes by. */
export interface NatsLink {
  readonly isUp: boolean;
  /** Hands a message to the client. Throws where the client does not take it. */
  publish(subject: string, payload: string, id: string): void;
  /** Resolves when the server has all that was published; rejects when the connection was lost before. */
  flush(): Promise<void>;
}

export interface NatsConnector extends NatsLink {
  /** Takes nothing more from NATS. */
  unsubscribe(): void;
  /** Closes the connection, or gives up connecting. Resolves within `withinMs`; never rejects. */
  stop(withinMs: number): Promise<void>;
}

/** Keeps a connection to one of the servers, subscribed to `subjects` in one queue group. Never rejects. */
export const openConnection = ({
  servers,
  queue,
  subjects,
  onMessage,
  onUp,
  onDown,
  outage,
  onError,
}: {
  readonly servers: readonly string[];
  readonly queue: string;
  readonly subjects: readonly string[];
  readonly onMessage: (subject: string, bytes: Uint8Array) => void;
  readonly onUp: () => void;
  readonly onDown: () => void;
  readonly outage: Outage;
  /** What the server refuses, such as a subject that is not permitted. */
  readonly onError: (error: unknown) => void;
}): NatsConnector => {
  const stopping = new AbortController();
  const { signal } = stopping;
  let connection: NatsConnection | undefined;
  let subscriptions: readonly Subscription[] = [];
  let isUp = false;

  const up = (): void => {
    if (isUp || signal.aborted) return;
    isUp = true;
    onUp();
  };
  const down = (error: unknown): void => {
    if (!isUp) return;
    isUp = false;
    if (!signal.aborted) outage.failed(error);
    onDown();
  };

  const follow = async (opened: NatsConnection): Promise<void> => {
    for await (const status of opened.status()) {
      if (status.type === 'disconnect') down(new Error('The connection to NATS was lost.'));
      else if (status.type === 'reconnect') up();
      else if (status.type === 'error') onError(status.error);
    }
  };

  const subscribe = (opened: NatsConnection): readonly Subscription[] =>
    subjects.map((subject) =>
      opened.subscribe(subject, {
        queue,
        callback(error, message) {
          if (error) onError(error);
          else onMessage(subject, message.data);
        },
      }),
    );

  /** One connection, from its opening to its end. The client connects it again by itself. */
  const serve = async (): Promise<void> => {
    const opened = await connect({
      ...connectionOptionsOf(servers),
      name: 'rollcall',
      maxReconnectAttempts: -1,
      reconnectTimeWait: RETRY_MS,
      reconnectJitter: RETRY_MS,
      reconnectJitterTLS: RETRY_MS,
      // Else it gives up where a password is wrong twice: it may be right again.
      ignoreAuthErrorAbort: true,
      pingInterval: PING_EVERY_MS,
      maxPingOut: 2,
      timeout: CONNECT_WITHIN_MS,
    });
    if (signal.aborted) return opened.close();
    connection = opened;
    subscriptions = subscribe(opened);
    const following = follow(opened);
    up();
    const error = await opened.closed();
    down(error ?? new Error('The connection to NATS ended.'));
    await following;
  };

  const run = async (): Promise<void> => {
    while (!signal.aborted) {
      try {
        await serve();
      } catch (error) {
        outage.failed(error);
      }
      await wait(RETRY_MS * (1 + Math.random()), undefined, { ref: false, signal }).catch(() => {});
    }
  };
  const running = run();

  const working = every(
    WORKED_EVERY_MS,
    async () => {
      if (isUp) outage.worked();
    },
    onError,
  );

  return {
    get isUp() {
      return isUp;
    },
    publish(subject, payload, id) {
      const withId = headers();
      withId.set('Nats-Msg-Id', id);
      connection!.publish(subject, payload, { headers: withId });
    },
    flush: () => connection!.flush(),
    unsubscribe() {
      for (const subscription of subscriptions) if (!subscription.isClosed()) subscription.unsubscribe();
    },
    async stop(withinMs) {
      stopping.abort();
      const close = async () => {
        await connection?.close();
        await Promise.all([running, working.stop()]);
      };
      await withTimeout(close(), withinMs, () => new Error('NATS does not let go.')).catch(() => {});
    },
  };
};
