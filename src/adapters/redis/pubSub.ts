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
   * Drops the connections and makes new ones. Resolves once every wanted channel is acknowledged there, once others have
   * replaced these, or at once for a client that reconnects and subscribes again by itself.
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

/** The attempt at a channel, repeated until it succeeds or a later one replaces it. */
interface Attempt {
  ended: Promise<void>;
}

/** Subscribes by the commands of `how`, and retries while the channel is wanted. */
export const createPubSub = <C extends RedisClient>(how: Subscribing<C>): PubSubClient => {
  /** The latest attempt at each wanted channel. It replaces those over connections that were dropped, which would pile up. */
  const wanted = new Map<string, Attempt>();
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
  /** Resolves when the latest attempt has succeeded, or nobody wants the channel any more. */
  const subscribe = async (channel: string): Promise<void> => {
    const attempt: Attempt = { ended: Promise.resolve() };
    wanted.set(channel, attempt);
    attempt.ended = persist(
      () => wanted.get(channel) === attempt,
      () => how.subscribe(client, channel),
    );
    for (let latest: Attempt | undefined = attempt, before: Attempt | undefined; latest && latest !== before; ) {
      await latest.ended;
      before = latest;
      latest = wanted.get(channel);
    }
  };
  const subscribeAgain = async (channel: string): Promise<void> => {
    if (wanted.has(channel)) await subscribe(channel);
  };
  return {
    on(event, listener) {
      const answered = listener as (...args: unknown[]) => void;
      listeners.push([event, answered]);
      client.on(event, answered);
    },
    subscribe(channel, acknowledged) {
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
      const mine = how.open();
      client = mine;
      for (const [event, listener] of listeners) mine.on(event, listener);
      before.disconnect();
      for (const channels of inPieces([...wanted.keys()], SUBSCRIBE_AT_ONCE)) {
        // A later client subscribes to the rest.
        if (client !== mine) return;
        await Promise.all(channels.map(subscribeAgain));
      }
    },
    close() {
      closed = true;
      client.disconnect();
    },
  };
};
