/** Who is seen at which place. */

/** The users of one place, as the index has them. */
export interface PlaceUsers {
  /** In no order, at most as many as were asked for. */
  readonly userIds: readonly string[];
  readonly total: number;
}

/**
 * The index of the users of each place. It has every user who is seen there live (audience aside), and for a moment also some who
 * left: records decide. A commit of `RecordStore.update` marks, in one step with itself, the places at which its user is seen from
 * now on, or no longer; the index follows before `update` resolves, and a coming is then published (`Bus.subscribePlace`). Where a
 * node dies or fails in between, the mark stays, and {@link PlaceIndex.indexPlaces} of any node makes up for it a second later. Who
 * left is published with the record alone. Methods reject with UNAVAILABLE while the store cannot be asked, and readings also
 * while it is recovering. Each adapter passes `test/contract/store.ts`.
 */
export interface PlaceIndex {
  /** Up to `limit` users of a place, and how many there are in all. */
  usersAt(conversationId: string, limit: number): Promise<PlaceUsers>;
  /** Follows marks that are left; resolves to how many there were. */
  indexPlaces(): Promise<number>;
  /** Puts these users into the index of their places again: a part of the store lost it, and has their records still. */
  reindexPlaces(userIds: readonly string[]): Promise<void>;
  /** Those users were found not to be seen at the place, though the index has them: looks at their records again. */
  checkPlace(conversationId: string, userIds: readonly string[]): Promise<void>;
}
