/**
 * Ends the places of users who may no longer use them, after an access change that may revoke: who left a conversation or was removed,
 * who is blocked either way with its owner, who is no longer in its audience, also since the owner is deleted. Every node may do it: it
 * is idempotent. Costs a reading of the records that the change names, and a query for each place at which some of them are.
 */
import { groupedBy, inBatches, inPieces } from '../async/batches.js';
import type { RecordWriter } from '../node/recordWriter.js';
import { removeFromPlaces } from '../presence/placeCommands.js';
import { placesOf } from '../presence/places.js';
import type { AccessReader } from '../presence/ports/access.js';
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
  readonly people: Pick<AccessReader, 'conversationFor' | 'conversationsOwnedBy'>;
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

  /** Of these users and places: the places that each may no longer use, one query a place. */
  const lostOf = async (there: readonly At[]): Promise<ReadonlyMap<string, readonly string[]>> => {
    const lost: At[] = [];
    await inBatches([...groupedBy(there, ({ conversationId }) => conversationId)], async ([conversationId, all]) => {
      const found = await people.conversationFor(
        conversationId,
        all.map(({ userId }) => userId),
      );
      lost.push(...all.filter(({ userId }) => !mayUse(found.get(userId), userId)));
    });
    const byUser = groupedBy(lost, ({ userId }) => userId);
    return new Map([...byUser].map(([userId, all]) => [userId, all.map(({ conversationId }) => conversationId)]));
  };

  /** Rejects with UNAVAILABLE where it could not be done: the change has to be given again. */
  return async (change: AccessChange): Promise<void> => {
    if (!change.mayRevoke) return;
    const about = new Set(await placesAbout(change));
    const related = new Set(relatedBy(change));
    const users = new Set(related);
    for (const ids of inPieces([...about], PLACES)) for (const userId of await present(ids)) users.add(userId);
    for (const userIds of inPieces([...users], BATCH)) {
      const { records: found } = await store.read(userIds);
      const there = [...found.values()].flatMap((record) =>
        placesOf(record)
          .filter((conversationId) => about.has(conversationId) || related.has(record.userId))
          .map((conversationId) => ({ userId: record.userId, conversationId })),
      );
      await inBatches([...(await lostOf(there))], ([userId, lost]) =>
        records.update(userId, (record, now) => removeFromPlaces(record, lost, now)),
      );
    }
  };
};
