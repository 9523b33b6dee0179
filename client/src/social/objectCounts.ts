/** Counts of the objects that somebody listens to: one subscription of up to 200 objects, changed without a gap. */
import { presenceError } from '../errors.js';
import type { Internals } from '../internals.js';
import { LatestById } from '../latestById.js';
import { Recheck } from '../recheck.js';
import { Retained } from '../retained.js';
import type { Readable } from '../types.js';
import { isUserId } from '../userIds.js';
import { WatchedIds } from '../watchedIds.js';
import { COUNTED, COUNTS_CHANGED } from './documents.js';
import { reportLasting } from './failures.js';
import type { Counts } from './types.js';

/** What the server allows in one subscription and in one query, and over one connection. */
const MAX_IN_ONE = 200;
const MAX_IN_ALL = 1_000;

export class ObjectCounts {
  private readonly known: LatestById<Counts>;
  private readonly ids: WatchedIds;
  private readonly recheck: Recheck;
  private readonly watched = new Retained<string>({
    onFirst: (objectId) => this.ids.add(objectId),
    onGone: (objectId) => {
      this.ids.remove(objectId);
      this.recheck.clear(objectId);
      this.known.forget(objectId);
    },
  });

  constructor(private readonly client: Internals) {
    const { operations, report } = client;
    this.known = new LatestById(report);
    this.ids = new WatchedIds({
      maxInOne: MAX_IN_ONE,
      maxInAll: MAX_IN_ALL,
      subscribe: (ids, onStart, onRefused) =>
        operations.subscribe<{ countsChanged: Counts }>(
          COUNTS_CHANGED,
          { ids },
          ({ countsChanged }) => {
            onStart();
            if (!this.watched.has(countsChanged.id)) return;
            this.recheck.clear(countsChanged.id);
            this.known.receive(countsChanged);
          },
          onRefused,
        ),
      onError: reportLasting(client),
    });
    this.recheck = new Recheck({
      ask: async (ids) => {
        const there = new Set<string>();
        for (let i = 0; i < ids.length; i += MAX_IN_ONE) {
          const some = ids.slice(i, i + MAX_IN_ONE);
          const { counts } = await operations.send<{ counts: readonly { id: string }[] }>(COUNTED, { ids: some });
          for (const { id } of counts) there.add(id);
        }
        return there;
      },
      onAbsent: (objectId) => this.known.hide(objectId),
    });
  }

  of(objectId: string): Readable<Counts | undefined> {
    const get = () => this.known.get(objectId);
    return {
      get,
      subscribe: (listener) => {
        const { listeners } = this.known;
        if (!isUserId(objectId)) {
          // A component that has no id yet is not at fault.
          if (objectId) this.client.onError(presenceError('BAD_USER_INPUT', `"${objectId}" cannot be an id.`));
          listeners.call(listener, undefined);
          return () => {};
        }
        const release = this.watched.retain(objectId);
        const remove = listeners.add(objectId, listener);
        listeners.call(listener, get());
        return () => {
          remove();
          release();
        };
      },
    };
  }

  /** Of an object that the caller may not use any more nothing is sent. */
  up(): void {
    for (const objectId of this.watched.keys()) if (this.known.get(objectId)) this.recheck.suspect(objectId);
  }

  down(): void {
    this.recheck.stop();
    this.ids.down();
  }

  clear(): void {
    this.recheck.stop();
    this.ids.clear();
    this.watched.clear();
    this.known.clear();
  }
}
