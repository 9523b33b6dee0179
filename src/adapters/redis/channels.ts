import type { RedisPubSub } from 'graphql-redis-subscriptions';
import type { Unsubscribe } from '../../presence/ports/bus.js';
import { withinMs } from './within.js';

/** A subscription that Redis does not acknowledge for so long is UNAVAILABLE to whoever waits for it. */
const ACKNOWLEDGE_MS = 1_500;

interface Channel {
  readonly acknowledged: Promise<number>;
  holders: number;
}

/** One Redis subscription per channel, however many listen, and to whichever of its messages. */
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
    /**
     * Adds a listener, and resolves once Redis acknowledged. `receive` decodes a message of the channel and delivers it to all its
     * listeners; it is the same for each of them. Messages that cannot be decoded are passed over.
     */
    async subscribe(channel: string, receive: (text: string) => void, add: () => Unsubscribe): Promise<Unsubscribe> {
      const remove = add();
      const held = hold(channel, receive);
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
 * Decodes and delivers. What is damaged, or of a format that this release does not know, is passed over: the listener of a
 * connection must not throw, and the next read of the state has what the message had.
 */
export const receiving =
  <M>(decode: (text: string) => M, deliver: (message: M) => void) =>
  (text: string): void => {
    let message: M;
    try {
      message = decode(text);
    } catch {
      return;
    }
    deliver(message);
  };
