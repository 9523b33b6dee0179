/** Who follows whom by themselves tells so: an act that notifies the followee, and is in no timeline. */
import { sql } from 'drizzle-orm';
import type { SocialChange } from '../../social/ports/socialBus.js';
import type { Orm } from './database.js';
import { exists } from './expressions.js';
import { retractIn, tellIn } from './sqlActs.js';

interface Follow {
  readonly followerId: string;
  readonly followeeId: string;
}

const encoded = (id: string): string => id.replaceAll('%', '%25').replaceAll(':', '%3A');

/** No two pairs share one: `%` and `:` of the ids are escaped. */
export const followActId = ({ followerId, followeeId }: Follow): string =>
  `follow:${encoded(followerId)}:${encoded(followeeId)}`;

/** Tells a follow in its transaction; of an unknown or deleted followee nothing is kept. */
export const tellFollow = async (tx: Orm, follow: Follow, pushAfterMs: number): Promise<readonly SocialChange[]> => {
  const { followerId, followeeId } = follow;
  const act = {
    ...{ id: followActId(follow), verb: 'follow', actorId: followerId, objectId: null, objectType: null },
    ...{ text: null, data: null, audience: 'NOBODY' as const, at: null, recipients: [followeeId], group: null },
  };
  const condition = exists(sql`users where id = ${followeeId} and deleted_at is null`);
  return (await tellIn(tx, [act], { pushAfterMs, condition })).social;
};

/** Takes it back in the transaction that ends the follow. */
export const retractFollow = async (tx: Orm, follow: Follow): Promise<readonly SocialChange[]> =>
  (await retractIn(tx, [followActId(follow)])).social;
