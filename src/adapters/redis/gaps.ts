import { performance } from 'node:perf_hooks';
import type { Unsubscribe } from '../../presence/ports/bus.js';
import { createTopics } from '../busTopics.js';
import type { RedisConnection } from './redisConnection.js';

/**
 * A node receives its own probe about once a second; silence for longer means that the connection is dead. Only time counts in which the
 * event loop runs: what arrives during a stall is read after it.
 */
const SILENCE_MS = 3_500;
/** How long new connections may take before they count as silent: replaced earlier they would never be made. */
const CONNECTING_MS = 2_000;
const WATCH_MS = 500;
/** The most that one look counts as, in ms: the event loop stood still for the rest. */
const MAX_AWAKE_MS = 2 * WATCH_MS;

/**
 * Reports gaps, in which messages may have been missed. Each node sends itself a probe through every shard, once a second, with
 * the renewal of its lease (see `renew.lua`). A gap is reported when it is over: once the probe of every shard has arrived
 * again, since on a Cluster each shard has a subscription of its own. Where probes stay out, the connections are replaced.
 */
export const createGapDetector = ({
  connection,
  shards,
}: {
  readonly connection: Pick<RedisConnection, 'pubSub' | 'onInterruption'>;
  /** How many there are. */
  readonly shards: number;
}) => {
  const { pubSub } = connection;
  const gaps = createTopics<null>();
  /** When each shard's probe last arrived. */
  const probedAt = new Map<number, number>();
  /** Since when messages may have been missed; undefined while none can have been. */
  let interruptedAt: number | undefined = performance.now();
  /** Milliseconds in which the event loop ran, as of the last look; and when, in these, each shard's probe last arrived. */
  let awakeMs = 0;
  let lookedAt = performance.now();
  const probedAwakeMs = new Map<number, number>();
  /** From when on, in these, probes are to arrive over the present connections; undefined before they are subscribed to. */
  let connectedAwakeMs: number | undefined;

  const interrupted = () => {
    interruptedAt = performance.now();
  };
  connection.onInterruption(interrupted);

  const isSilent = (shard: number, since: number) =>
    awakeMs - Math.max(since, probedAwakeMs.get(shard) ?? since) > SILENCE_MS;

  const watchdog = setInterval(() => {
    const elapsedMs = performance.now() - lookedAt;
    lookedAt += elapsedMs;
    awakeMs += Math.min(elapsedMs, MAX_AWAKE_MS);
    const since = connectedAwakeMs;
    if (since === undefined) return;
    const silent = Array.from({ length: shards }, (_, shard) => shard).some((shard) => isSilent(shard, since));
    if (!silent) return;
    connectedAwakeMs = awakeMs + CONNECTING_MS;
    interrupted();
    void pubSub.reconnect().then(interrupted);
  }, WATCH_MS);
  watchdog.unref();

  return {
    onGap: (listener: () => void): Unsubscribe => gaps.add('', listener),

    /** All probes are subscribed to: from now on they have to arrive. */
    started(): void {
      connectedAwakeMs = awakeMs;
    },

    /** The probe of a shard arrived. */
    probed(shard: number): void {
      probedAt.set(shard, performance.now());
      probedAwakeMs.set(shard, awakeMs);
      const since = interruptedAt;
      if (since === undefined || probedAt.size < shards) return;
      for (const at of probedAt.values()) if (at < since) return;
      interruptedAt = undefined;
      gaps.deliver('', null);
    },

    stop(): void {
      clearInterval(watchdog);
    },
  };
};
