/**
 * The part of a client that graphql-redis-subscriptions uses. A wanted channel is subscribed to until Redis acknowledges it, also
 * over connections that replace others.
 */
import { setTimeout as wait } from 'node:timers/promises';
import { inPieces } from '../../async/batches.js';
import type { RedisClient } from './scripts.js';
import { withinMs } from './within.js';

const RETRY_MS = 200;
/** A SUBSCRIBE without an answer for so long is sent again: it may have been lost with a connection. */
const SUBSCRIBE_MS = 3_000;
const SUBSCRIBE_AT_ONCE = 500;

export interface PubSubClient {
  on(event: string, listener: (...args: never[]) => void): unknown;
  /** The callback never gets an error: a failure is retried until it succeeds, or nobody wants the channel any more. */
  subscribe(channel: string, acknowledged: (error: null) => void): void;
  unsubscribe(channel: string): void;
  punsubscribe(): void;
  publish(channel: string, message: string): Promise<unknown>;
  /**
   * Drops the connections and makes new ones. Resolves once every wanted channel is acknowledged there, or at once for a client
   * that reconnects and subscribes again by itself.
   */
  reconnect(): Promise<void>;
  /** Ends all retries. */
  close(): void;
}

/** How to subscribe to one kind of Redis. */
export interface Subscribing<C extends RedisClient> {
  readonly open: () => C;
  readonly subscribe: (client: C, channel: string) => Promise<unknown>;
  readonly unsubscribe: (client: C, channel: string) => Promise<unknown>;
  readonly publish: (channel: string, message: string) => Promise<unknown>;
  /** Has the client reconnect and subscribe again by itself; false where it has to be replaced. */
  readonly reconnect: (client: C) => boolean;
}

/** Subscribes by the commands of `how`, and retries while the channel is wanted. */
export const createPubSub = <C extends RedisClient>(how: Subscribing<C>): PubSubClient => {
  const wanted = new Set<string>();
  const listeners: (readonly [event: string, listener: (...args: unknown[]) => void])[] = [];
  let client = how.open();
  let closed = false;
  /** Repeats `act` until it succeeds, or is no longer wanted. */
  const persist = async (isWanted: () => boolean, act: () => Promise<unknown>): Promise<void> => {
    while (isWanted() && !closed) {
      try {
        await withinMs(act(), SUBSCRIBE_MS);
        return;
      } catch {
        await wait(RETRY_MS, undefined, { ref: false });
      }
    }
  };
  const subscribe = (channel: string) =>
    persist(
      () => wanted.has(channel),
      () => how.subscribe(client, channel),
    );
  return {
    on(event, listener) {
      const answered = listener as (...args: unknown[]) => void;
      listeners.push([event, answered]);
      client.on(event, answered);
    },
    subscribe(channel, acknowledged) {
      wanted.add(channel);
      void subscribe(channel).then(() => acknowledged(null));
    },
    unsubscribe(channel) {
      wanted.delete(channel);
      // Retried too: a channel that Redis still has would be subscribed again after a reconnection.
      void persist(
        () => !wanted.has(channel),
        () => how.unsubscribe(client, channel),
      );
    },
    punsubscribe() {},
    publish: how.publish,
    async reconnect() {
      if (closed || how.reconnect(client)) return;
      const before = client;
      client = how.open();
      for (const [event, listener] of listeners) client.on(event, listener);
      before.disconnect();
      for (const channels of inPieces([...wanted], SUBSCRIBE_AT_ONCE)) await Promise.all(channels.map(subscribe));
    },
    close() {
      closed = true;
      client.disconnect();
    },
  };
};
