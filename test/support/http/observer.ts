/** What one subscriber has received about many users. */
import type { Presence } from './api.js';
import type { Socket } from './socket.js';

export interface Observer {
  /** What holds for each, by user id. */
  readonly latest: ReadonlyMap<string, Presence>;
  /** Everything that came, in order. */
  readonly events: readonly Presence[];
  /** Those of the events that said OFFLINE. */
  readonly offline: readonly Presence[];
  /** Resolves once what holds for all of these users is as `wanted` has it, or fails after `limitMs` (60 s). */
  until(userIds: readonly string[], wanted: (presence: Presence) => boolean, limitMs?: number): Promise<void>;
  /** Forgets the events so far, apart from what holds. */
  forget(): void;
}

/** Watches users, or (left out) the roster, by a subscription with its snapshot. */
export const observe = (socket: Socket, userIds?: readonly string[]): Observer => {
  const watch = socket.watch(userIds ? [...userIds] : null);
  const latest = new Map<string, Presence>();
  let events: Presence[] = [];
  const waiting = new Set<() => void>();

  const follow = async () => {
    for (;;) {
      const presence = await watch.next(2 ** 31 - 1);
      events.push(presence);
      latest.set(presence.userId, presence);
      for (const look of [...waiting]) look();
    }
  };
  let ended: Error | undefined;
  follow().catch((reason: Error) => {
    ended = reason;
    for (const look of [...waiting]) look();
  });

  return {
    latest,
    get events() {
      return events;
    },
    get offline() {
      return events.filter(({ status }) => status === 'OFFLINE');
    },
    until(wantedIds, wanted, limitMs = 60_000) {
      // Those that hold are not looked at again unless something came.
      const missing = () => wantedIds.filter((id) => !matches(latest.get(id), wanted));
      return new Promise((resolve, reject) => {
        const limit = setTimeout(() => {
          waiting.delete(look);
          const left = missing();
          const first = JSON.stringify(latest.get(left[0] ?? ''));
          reject(
            new Error(`after ${limitMs} ms ${left.length} of ${wantedIds.length} are not as wanted; one: ${first}`),
          );
        }, limitMs);
        const look = () => {
          const isDone = missing().length === 0;
          if (!isDone && !ended) return;
          clearTimeout(limit);
          waiting.delete(look);
          if (isDone) resolve();
          else reject(ended);
        };
        waiting.add(look);
        look();
      });
    },
    forget() {
      events = [];
    },
  };
};

const matches = (presence: Presence | undefined, wanted: (presence: Presence) => boolean): boolean =>
  presence !== undefined && wanted(presence);

/** Told of a user who is seen live. */
export const isLive = ({ status }: Presence): boolean => status !== 'OFFLINE';
export const isOffline = ({ status }: Presence): boolean => status === 'OFFLINE';
