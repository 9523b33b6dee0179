/**
 * Blocks and mutes reach into trays: what they hide goes at once, in the transaction that writes them, and what nothing hides any more
 * is back in its place. The locks of the trays keep it in step with acts that are told at the same time.
 */
import { type SQL, sql } from 'drizzle-orm';
import type { MuteTarget } from '../../social/socialTypes.js';
import type { Orm } from './database.js';
import { changeShown, type Revisions } from './shownActs.js';
import { forgetEmptyTrays, lockTrays } from './trayLocks.js';

const ofActor = (userId: string, actorId: string): SQL =>
  sql`(placed.user_id = ${userId} and placed.actor_id = ${actorId})`;

/** After a block of two users was written (`shown` false), or removed. */
export const changeSightOfPair = async (tx: Orm, a: string, b: string, shown: boolean): Promise<Revisions> => {
  await lockTrays(tx, [a, b]);
  // One after the other: each is found by its index.
  const first = await changeShown(tx, ofActor(a, b), shown);
  const second = await changeShown(tx, ofActor(b, a), shown);
  await forgetEmptyTrays(tx, [a, b]);
  return new Map([...first, ...second]);
};

/** After a mute was written (`shown` false), or removed; the tray's lock is held. */
export const changeSightOfTarget = (
  tx: Orm,
  userId: string,
  { kind, id }: MuteTarget,
  shown: boolean,
): Promise<Revisions> => {
  if (kind === 'user') return changeShown(tx, ofActor(userId, id), shown);
  // A group of the host's own may hold acts about several objects.
  const aboutIt = sql`placed.user_id = ${userId} and told.object_id = ${id}
    and (notices.object_id = ${id} or notices.group_key like '#%')`;
  return changeShown(tx, aboutIt, shown);
};
