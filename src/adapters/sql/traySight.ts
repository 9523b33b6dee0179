/**
 * Blocks and mutes reach into trays: what they hide goes at once, in the transaction that writes them, and what nothing hides any more
 * is back in its place. The locks of the trays keep it in step with acts that are told at the same time.
 */
import { type SQL, sql } from 'drizzle-orm';
import type { MuteTarget } from '../../social/socialTypes.js';
import type { Orm } from './database.js';
import { judgeActor } from './pairSight.js';
import { changeShown, type Revisions } from './shownActs.js';
import { forgetEmptyTrays, lockTrays } from './trayLocks.js';

/**
 * How long a statement of a block may take, once it has the locks: whoever did ever so much can be blocked. 20,000 acts in a tray take a
 * second. Where that is longer than an answer may take, the caller is told to try again, and it goes on.
 */
const JUDGING_MS = 60_000;

/** What is shown again was hidden: what was taken back is not looked at. */
const among = (which: SQL, shown: boolean): SQL => (shown ? sql`(${which}) and placed.hidden` : which);

/** Acts of one user in the tray of another, of which a change of sight shows or hides some. */
export const sightOfActor = (userId: string, actorId: string, shown: boolean): SQL =>
  among(sql`placed.user_id = ${userId} and placed.actor_id = ${actorId}`, shown);

/** Acts about an object in a tray. A group of the host's own may hold acts about several objects. */
export const sightOfObject = (userId: string, objectId: string, shown: boolean): SQL =>
  among(
    sql`placed.user_id = ${userId} and told.object_id = ${objectId}
      and (notices.object_id = ${objectId} or notices.group_key like '#%')`,
    shown,
  );

/** After a block of two users was written, or removed. A tray that did not move is said to be at the beginning: whoever watches it knows better. */
export const changeSightOfPair = async (tx: Orm, a: string, b: string): Promise<Revisions> => {
  await lockTrays(tx, [a, b]);
  await tx.execute(sql`set local statement_timeout = ${sql.raw(String(JUDGING_MS))}`);
  const first = await judgeActor(tx, a, b);
  const second = await judgeActor(tx, b, a);
  await forgetEmptyTrays(tx, [a, b]);
  return new Map([[a, 0], [b, 0], ...first, ...second]);
};

/** After a mute was written (`shown` false), or removed; the tray's lock is held. */
export const changeSightOfTarget = (
  tx: Orm,
  userId: string,
  { kind, id }: MuteTarget,
  shown: boolean,
): Promise<Revisions> => {
  const sight = kind === 'user' ? sightOfActor : sightOfObject;
  return changeShown(tx, sight(userId, id, shown), shown, { bySight: true });
};
