/**
 * Who follows whom by themselves tells so: an act that notifies the followee, and is in no timeline.
 *
 * Nobody is to tell by the time of an answer whether the followee exists, blocks the follower, or was followed before: the same
 * statements are sent for each, in the same number, on empty lists where there is nothing to do, and the tray is said to have moved
 * also where it did not. It costs a follow some ten small statements more than a `tell`.
 */
import { inArray, sql } from 'drizzle-orm';
import type { SocialChange } from '../../social/ports/socialBus.js';
import { groupKeyOf } from '../../social/trayGrowth.js';
import type { Orm } from './database.js';
import { type Follow, followActId } from './followIds.js';
import { hideActs, type Revisions, restoreActs } from './shownActs.js';
import {
  actChanges,
  deliver,
  insertActs,
  removeActs,
  retractions,
  reviveActs,
  trayChanges,
  traysOfActs,
} from './sqlActs.js';
import { users } from './tables.js';
import { trayLocks } from './trayLocks.js';

/** A tray that did not move is said to be at the beginning: whoever watches it knows better. */
const moved = ({ followeeId }: Follow, revisions: Revisions): readonly SocialChange[] =>
  trayChanges(new Map<string, number>([[followeeId, 0], ...revisions]));

/** In the order of ids, as whoever writes several users. */
const usersOf = (tx: Orm, { followerId, followeeId }: Follow) =>
  tx
    .select({ id: users.id, generation: users.generation, deletedAt: users.deletedAt })
    .from(users)
    .where(inArray(users.id, [followerId, followeeId]))
    .orderBy(users.id);

const actIdOf = (follow: Follow, found: readonly { readonly id: string; readonly generation: number }[]): string => {
  const generationOf = (userId: string) => found.find(({ id }) => id === userId)?.generation ?? 1;
  return followActId(follow, { follower: generationOf(follow.followerId), followee: generationOf(follow.followeeId) });
};

/** Tells a follow in its transaction; of an unknown or deleted followee nothing is kept. */
export const tellFollow = async (tx: Orm, follow: Follow, pushAfterMs: number): Promise<readonly SocialChange[]> => {
  const { followerId, followeeId } = follow;
  // A deletion of either comes wholly before or after.
  const found = await usersOf(tx, follow).for('share');
  const isPresent = found.some(({ id, deletedAt }) => id === followeeId && deletedAt === null);
  const act = {
    ...{ id: actIdOf(follow, found), verb: 'follow', actorId: followerId, objectId: null, objectType: null },
    ...{ text: null, data: null, audience: 'NOBODY' as const, at: null, recipients: [followeeId], group: null },
  };
  // A number is drawn in any case: cursors show how many were.
  const inserted = await insertActs(tx, [act], sql`${isPresent}::boolean`);
  const revived = await reviveActs(tx, inserted.length === 0 && isPresent ? [act.id] : []);
  const back = revived.map(({ id }) => id);
  const groupKey = groupKeyOf(act);
  const deliveries = inserted.map((row) => ({ act: row, userId: followeeId, groupKey }));
  const trays = [...deliveries.map(({ userId }) => userId), ...(await traysOfActs(tx, back))];
  await tx.execute(trayLocks(trays));
  const restored = await restoreActs(tx, back, true);
  const grown = await deliver(tx, deliveries, { pushAfterMs, everyStep: true });
  return [...actChanges(revived, false), ...moved(follow, new Map([...restored, ...grown]))];
};

/** Takes it back in the transaction that ends the follow. */
export const retractFollow = async (tx: Orm, follow: Follow): Promise<readonly SocialChange[]> => {
  const removed = await removeActs(tx, [actIdOf(follow, await usersOf(tx, follow))]);
  const ids = removed.map(({ id }) => id);
  await tx.execute(trayLocks(await traysOfActs(tx, ids)));
  return [...retractions(removed), ...moved(follow, await hideActs(tx, ids, true))];
};
