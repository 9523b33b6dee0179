import type { RedisPubSub } from 'graphql-redis-subscriptions';
import type { Unsubscribe } from '../../presence/ports/bus.js';
import type { Topics } from '../busTopics.js';
import { withinMs } from './within.js';

/** A subscription that Redis does not acknowledge for so long is UNAVAILABLE to whoever waits for it. */
const ACKNOWLEDGE_MS = 1_500;

interface Channel {
  readonly acknowledged: Promise<number>;
  holders: number;
}

/** One Redis subscription per channel, however many listen. Topics hold the listeners: a message is decoded once. */
export const createChannels = (redis: RedisPubSub) => {
  const channels = new Map<string, Channel>();

  const hold = (channel: string, deliver: (text: string) => void): Channel => {
    const held = channels.get(channel) ?? { acknowledged: redis.subscribe(channel, deliver), holders: 0 };
    channels.set(channel, held);
    held.holders += 1;
    return held;
  };

  const letGo = (channel: string): void => {
    const held = channels.get(channel);
    if (!held) return;
    held.holders -= 1;
    if (held.holders > 0) return;
    channels.delete(channel);
    void held.acknowledged.then((id) => redis.unsubscribe(id));
  };

  return {
    /** Resolves once Redis acknowledged. Messages that cannot be decoded are passed over. */
    async subscribe<M>(
      topics: Topics<M>,
      channel: string,
      decode: (text: string) => M,
      listener: (message: M) => void,
    ): Promise<Unsubscribe> {
      const remove = topics.add(channel, listener);
      const held = hold(channel, (text) => {
        const message = readable(decode, text);
        if (message !== undefined) topics.deliver(channel, message);
      });
      let released = false;
      const release = () => {
        if (released) return;
        released = true;
        remove();
        letGo(channel);
      };
      try {
        await withinMs(held.acknowledged, ACKNOWLEDGE_MS);
      } catch (error) {
        release();
        throw error;
      }
      return release;
    },
    get size() {
      return channels.size;
    },
  };
};

/**
 * The decoded message; undefined where it is damaged, or of a format that this release does not know. The listener of a
 * connection must not throw, and the next read of the state has what the message had.
 */
const readable = <M>(decode: (text: string) => M, text: string): M | undefined => {
  try {
    return decode(text);
  } catch {
    return undefined;
  }
};
