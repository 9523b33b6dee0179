/**
 * Ends the places of users who may no longer use them, after an access change that may revoke: who left a conversation or was removed,
 * who is blocked either way with its owner, who is no longer in its audience, also since the owner is deleted. Every node may do it: it
 * is idempotent. Costs a reading of the records that the change names, and a query for each 1,000 places at which they are.
 */
import { groupedBy, inBatches, inPieces } from '../async/batches.js';
import type { RecordWriter } from '../node/recordWriter.js';
import { isTemporary, isUnavailable, PresenceError } from '../presence/errors.js';
import { pairKey } from '../presence/pairs.js';
import { removeFromPlaces } from '../presence/placeCommands.js';
import { placesOf } from '../presence/places.js';
import type { AccessReader, ConversationReader } from '../presence/ports/access.js';
import type { AccessChange } from '../presence/ports/bus.js';
import type { PlaceIndex } from '../presence/ports/placeIndex.js';
import type { RecordStore } from '../presence/ports/records.js';
import { mayUse } from '../presence/visibility.js';

/** How many records are read at once. */
const BATCH = 500;
/** How many users of a place are looked at when it is closed or deleted. */
const MAX_USERS = 10_000;
/** Places of a deleted owner that are looked at. */
const MAX_OWNED = 5_000;
/** How many places are looked at together. */
const PLACES = 50;
/** Users and places of one query. */
const PAIRS = 1_000;

/** Who was deleted meanwhile is nowhere; a record of a newer release is left to the nodes of that release. */
const unlessOfOthers = (error: unknown): void => {
  const isDeleted = error instanceof PresenceError && error.code === 'NOT_FOUND';
  if (!isDeleted && (!isUnavailable(error) || isTemporary(error))) throw error;
};

interface At {
  readonly userId: string;
  readonly conversationId: string;
}

export const createLostPlaces = ({
  store,
  people,
  records,
}: {
  readonly store: Pick<RecordStore, 'read'> & Pick<PlaceIndex, 'usersAt'>;
  readonly people: Pick<AccessReader, 'conversationsOwnedBy'> & ConversationReader;
  readonly records: Pick<RecordWriter, 'update'>;
}) => {
  /** Who is at one of these places. */
  const present = async (conversationIds: readonly string[]): Promise<readonly string[]> => {
    const found = await Promise.all(conversationIds.map((id) => store.usersAt(id, MAX_USERS)));
    return found.flatMap(({ userIds }) => userIds);
  };

  /** The places that a change is about whoever is there. */
  const placesAbout = async (change: AccessChange): Promise<readonly string[]> => {
    if (change.kind === 'conversation') return [change.id];
    // Nobody is in the audience of a deleted user.
    return change.kind === 'user' && change.deleted ? people.conversationsOwnedBy(change.userId, MAX_OWNED) : [];
  };

  /** The users who may have lost what related them to owners, at whatever place. */
  const relatedBy = (change: AccessChange): readonly string[] => {
    if (change.kind === 'relation') return change.users;
    return change.kind === 'user' ? [] : change.members;
  };

  /** Of these users and places: the places that each may no longer use. */
  const lostOf = async (there: readonly At[]): Promise<ReadonlyMap<string, readonly string[]>> => {
    const lost: At[] = [];
    for (const pairs of inPieces(there, PAIRS)) {
      const facts = await people.conversationFacts(pairs);
      lost.push(
        ...pairs.filter(({ userId, conversationId }) => !mayUse(facts.get(pairKey(userId, conversationId)), userId)),
      );
    }
    const byUser = groupedBy(lost, ({ userId }) => userId);
    return new Map([...byUser].map(([userId, all]) => [userId, all.map(({ conversationId }) => conversationId)]));
  };

  /** Ends what those users have lost of the places that are meant. */
  const end = async (userIds: readonly string[], isMeant: (at: At) => boolean): Promise<void> => {
    for (const ids of inPieces(userIds, BATCH)) {
      const { records: found } = await store.read(ids);
      const there = [...found.values()].flatMap((record) =>
        placesOf(record)
          .map((conversationId): At => ({ userId: record.userId, conversationId }))
          .filter(isMeant),
      );
      await inBatches([...(await lostOf(there))], ([userId, lost]) =>
        records.update(userId, (record, now) => removeFromPlaces(record, lost, now)).catch(unlessOfOthers),
      );
    }
  };

  return {
    /** Rejects with UNAVAILABLE where it could not be done: the change has to be given again. */
    async endAfter(change: AccessChange): Promise<void> {
      if (!change.mayRevoke) return;
      const about = new Set(await placesAbout(change));
      const related = new Set(relatedBy(change));
      const users = new Set(related);
      for (const ids of inPieces([...about], PLACES)) for (const userId of await present(ids)) users.add(userId);
      await end([...users], ({ userId, conversationId }) => about.has(conversationId) || related.has(userId));
    },
    /** Whatever changed, of these users. Rejects with UNAVAILABLE where not all of it could be done. */
    endOf: (userIds: readonly string[]): Promise<void> => end(userIds, () => true),
  };
};
