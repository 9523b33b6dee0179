/** Counts as a kind of what is watched: a topic is an object, its state all values, the sight whether the viewer may use it. */
import { sameItems } from '../presence/copies.js';
import type { Count, Counts } from '../social/socialTypes.js';
import type { Kind, KindTypes } from './kind.js';
import { Topic } from './topic.js';

export interface CountsTypes extends KindTypes {
  readonly state: Counts;
  readonly sight: { readonly mayUse: boolean };
  readonly content: readonly Count[];
  readonly view: Counts;
}

const sameCount = (a: Count, b: Count): boolean => a.name === b.name && a.value === b.value;

/** One watched object on this node. */
export class CountsTopic extends Topic<CountsTypes> {
  /** Whose it is, as read last: who is related to the owner may use it. Null: nobody's; undefined: not known. */
  ownerId: string | null | undefined = undefined;
  /** Counts the times that the owner became unknown: a reading that began before does not tell. */
  ownerEpoch = 0;

  /**
   * The values of a reading that began when `before` was known here. What is known then is committed, so a reading that lacks it
   * tells that the database lost it: a backup was restored, or values that nobody moved for long were removed. Then what was read
   * holds, at an instant after all that was sent.
   */
  observeReading(read: Counts, before: Counts | undefined): void {
    const { state } = this;
    const isLost =
      state === before && state !== undefined && state.all.length > 0 && !sameItems(read.all, state.all, sameCount);
    if (!isLost || (read.all.length > 0 && read.asOf >= state.asOf)) {
      this.observe(read);
      return;
    }
    this.forget();
    this.observe({ ...read, asOf: state.asOf + 1 });
  }
}

export const COUNTS: Kind<CountsTypes> = {
  /**
   * The later instant holds. An object of which nothing was put answers with the moment of the reading, which may be later than
   * a put that the reading did not find: such an answer never holds against values, and values always do against it.
   */
  newer(received, known) {
    if (!known) return received;
    if (received.all.length === 0) return undefined;
    if (received.asOf > known.asOf) return received;
    return known.all.length === 0 ? { ...received, asOf: known.asOf + 1 } : undefined;
  },
  revision: (counts) => counts.asOf,
  revisionFor: (counts) => counts.asOf,
  contentFor: (counts) => counts.all,
  contentAt: (all) => all,
  sameContent: (a, b) => sameItems(a, b, sameCount),
  hides: () => false,
  maySee: ({ mayUse }) => mayUse,
  sameSight: (a, b) => a.mayUse === b.mayUse,
  expires: () => false,
  expiresAt: () => null,
  // Counts have no last event: they fall silent.
  notVisible: null,
  named: () => null,
  viewOf: (objectId, all, asOf) => ({ objectId, all, asOf }),
};
