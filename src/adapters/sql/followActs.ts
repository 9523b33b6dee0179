/** Who follows whom by themselves tells so: an act that notifies the followee, and is in no timeline. */
import { and, eq, isNull } from 'drizzle-orm';
import type { SocialChange } from '../../social/ports/socialBus.js';
import type { Orm } from './database.js';
import { type Follow, followActId } from './followIds.js';
import { retractIn, tellIn } from './sqlActs.js';
import { users } from './tables.js';

/** Tells a follow in its transaction; of an unknown or deleted followee nothing is kept. */
export const tellFollow = async (tx: Orm, follow: Follow, pushAfterMs: number): Promise<readonly SocialChange[]> => {
  const { followerId, followeeId } = follow;
  // A deletion of the followee comes wholly before or after.
  const present = await tx
    .select({ id: users.id })
    .from(users)
    .where(and(eq(users.id, followeeId), isNull(users.deletedAt)))
    .for('share');
  if (present.length === 0) return [];
  const act = {
    ...{ id: followActId(follow), verb: 'follow', actorId: followerId, objectId: null, objectType: null },
    ...{ text: null, data: null, audience: 'NOBODY' as const, at: null, recipients: [followeeId], group: null },
  };
  return (await tellIn(tx, [act], { pushAfterMs })).social;
};

/** Takes it back in the transaction that ends the follow. */
export const retractFollow = async (tx: Orm, follow: Follow): Promise<readonly SocialChange[]> =>
  (await retractIn(tx, [followActId(follow)])).social;
