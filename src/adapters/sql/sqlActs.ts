/** Acts: told and taken back, with what that does to trays. */
import { randomUUID } from 'node:crypto';
import { type SQL, sql } from 'drizzle-orm';
import { unavailable } from '../../presence/errors.js';
import type { Audience } from '../../presence/visibility.js';
import type { ActStore } from '../../social/ports/acts.js';
import type { SocialChange } from '../../social/ports/socialBus.js';
import type { Act, NewAct } from '../../social/socialTypes.js';
import { type Arrival, groupKeyOf, growTrays } from '../../social/trayGrowth.js';
import { actColumns } from './actRows.js';
import { sharedLocks } from './advisoryLock.js';
import type { Database, Orm } from './database.js';
import { isAboutDeleted, lockTraysAndClose } from './deletedObjects.js';
import { bigintArray, exists, serverNow, textArray } from './expressions.js';
import { createGatheredTells, isSmallTell, LOCK_MS, type TellTransactions } from './gatheredTells.js';
import { hidesFromTray } from './hiding.js';
import { ownerId } from './owners.js';
import { hideActs, type Revisions, restoreActs } from './shownActs.js';
import type { CommitSocial } from './socialCommit.js';
import { actUnderDeletion } from './socialRemovals.js';
import { heldTrays, lockTrays } from './trayLocks.js';
import { writeGrowth } from './trayWrites.js';

/** Recipients of the acts that one transaction tells or takes back; an act is never divided. */
const TOGETHER = 1_000;
/** Acts that one transaction tells or takes back. */
const ACTS_TOGETHER = 250;

/** A change that others hear of; who is in nobody's audience is heard by nobody. */
export const actChanges = (acts: readonly Act[], gone: boolean): readonly SocialChange[] =>
  acts.filter(({ audience }) => audience !== 'NOBODY').map((act) => ({ kind: 'act', act, gone }));

/** The same of acts that were taken back. */
export const retractions = (removed: Awaited<ReturnType<typeof removeActs>>): readonly SocialChange[] =>
  removed.flatMap(({ withObject, open, ownerId, ownerAudience, ...act }) => {
    const use = open === null ? null : { open, ownerId, audience: ownerAudience };
    const how = withObject ? { withObject } : act.objectId === null ? {} : { use };
    return actChanges([act], true).map((change) => ({ ...change, ...how }));
  });

export const trayChanges = (revisions: Revisions): readonly SocialChange[] =>
  [...revisions].map(([userId, revision]) => ({ kind: 'tray', userId, revision }));

/**
 * Inserts those of the acts that are new. Acts of a deleted actor are left out; the lock of an actor's row lets a deletion come
 * wholly before or after. So do the shared locks of the objects, which are held before an act is numbered: what was told before a
 * change of its object has a lower number than the change, and is committed. Rows are written in the order of ids, as everywhere, and numbered in the order of the list.
 * Each draws a number, also where the `condition` does not hold.
 */
export const insertActs = (tx: Orm, acts: readonly NewAct[], condition: SQL = sql`true`) => {
  const text = (of: (act: NewAct) => string | null) => textArray(acts.map(of));
  const actors = sql`
    select id from users where id = any(${textArray([...new Set(acts.map(({ actorId }) => actorId))])})
      and deleted_at is null order by id for share`;
  // What is told again is about the object of the first telling.
  const objects = sharedLocks(
    'conversation',
    sql`select unnest(${text(({ objectId }) => objectId)})
      union select object_id from acts where id = any(${text(({ id }) => id)})`,
  );
  const numbered = sql`
    select nextval('acts_seq_seq') as seq, ${condition} as is_kept, given.*
    from locked cross join unnest(${text(({ id }) => id)}, ${text(({ actorId }) => actorId)}, ${text(({ verb }) => verb)},
      ${text(({ objectId }) => objectId)}, ${text(({ objectType }) => objectType)}, ${text(({ text }) => text)},
      ${text(({ data }) => data)}, ${text(({ audience }) => audience)}, ${bigintArray(acts.map(({ at }) => at))})
      as given (id, actor_id, verb, object_id, object_type, text, data, audience, at)
    where locked.held >= 0`;
  const inserted = sql`
    insert into acts (id, seq, actor_id, verb, object_id, object_type, text, data, audience, at)
    select id, seq, actor_id, verb, object_id, object_type, text, data, audience, coalesce(at, ${serverNow})
    from numbered
    where (actor_id in (select id from actors) or not ${exists(sql`users where id = actor_id`)}) and is_kept
    order by id collate "C"
    on conflict (id) do nothing
    returning *`;
  return tx
    .with(
      tx.$with('locked', {}).as(objects),
      tx.$with('actors', {}).as(actors),
      tx.$with('numbered', {}).as(numbered),
      tx.$with('inserted', {}).as(inserted),
    )
    .select(actColumns('inserted'))
    .from(sql`inserted`);
};

/**
 * Puts back those of the acts that were taken back, unless their actor, or the conversation that they are about, is deleted: also where
 * somebody else has the actor's id since.
 */
export const reviveActs = (tx: Orm, actIds: readonly string[]) => {
  const gone = sql`
    select acts.id from acts where acts.id = any(${textArray(actIds)}) and gone_at is not null
      and not ${exists(sql`users where id = actor_id and (deleted_at is not null or acts.seq < acts_from)`)}
      and not ${isAboutDeleted(sql`acts.object_id`, sql`acts.seq`)}
    order by acts.id for update of acts`;
  const revived = sql`
    update acts set gone_at = null from gone where acts.id = gone.id returning acts.*`;
  return tx
    .with(tx.$with('gone', {}).as(gone), tx.$with('revived', {}).as(revived))
    .select(actColumns('revived'))
    .from(sql`revived`);
};

/** Takes back those of the acts that were told. `withObject`: their object, a conversation, was deleted; else who might use it. */
export const removeActs = (tx: Orm, actIds: readonly string[]) => {
  const there = sql`
    select id from acts where id = any(${textArray(actIds)}) and gone_at is null order by id for update`;
  const removed = sql`
    update acts set gone_at = ${serverNow} from there where acts.id = there.id and acts.gone_at is null
    returning acts.*`;
  return tx
    .with(tx.$with('there', {}).as(there), tx.$with('removed', {}).as(removed))
    .select({
      ...actColumns('removed'),
      withObject: exists(sql`social_removals where kind = 'object' and target_id = removed.object_id
        and removed.seq < before and was_conversation`),
      open: sql<boolean | null>`object.open`,
      ownerId: sql<string | null>`object.owner_id`,
      ownerAudience: sql<Audience | null>`object.audience`,
    })
    .from(
      sql`removed left join lateral (
        select open, ${ownerId} as owner_id, audience from conversations where id = removed.object_id offset 0
      ) as object on true`,
    );
};

/** The trays that hold one of those acts. */
export const traysOfActs = async (tx: Orm, actIds: readonly string[]): Promise<readonly string[]> => {
  const rows = await tx
    .selectDistinct({ userId: sql<string>`user_id` })
    .from(sql`notice_acts`)
    .where(sql`act_id = any(${textArray(actIds)})`);
  return rows.map(({ userId }) => userId);
};

/** An act that is to come into a tray. */
export interface Delivery {
  readonly act: Act;
  readonly userId: string;
  readonly groupKey: string;
}

/** What the trays have for those acts; nothing of recipients who are deleted. Their locks are held. */
export const arrivalsQuery = (orm: Orm, deliveries: readonly Delivery[]) => {
  const text = (of: (delivery: Delivery) => string | null) => textArray(deliveries.map(of));
  return orm
    .select({
      n: sql`given.n`.mapWith(Number),
      revision: sql`tray.revision`.mapWith(Number),
      isHidden: hidesFromTray(sql`given.user_id`, sql`given.actor_id`, sql`given.object_id`),
      openId: sql<string | null>`open.id`,
      actors: sql<number | null>`open.actors`,
      latestId: sql<string | null>`latest.act_id`,
      latestSeq: sql<string | null>`latest.seq`,
    })
    .from(
      sql`unnest(${text(({ userId }) => userId)}, ${text(({ groupKey }) => groupKey)},
          ${text(({ act }) => act.actorId)}, ${text(({ act }) => act.objectId)})
          with ordinality as given (user_id, group_key, actor_id, object_id, n)
        cross join lateral (select revision from inboxes where user_id = given.user_id offset 0) as tray
        left join lateral (
          select id, actors from notices
          where user_id = given.user_id and group_key = given.group_key and read_at is null offset 0
        ) as open on true
        left join lateral (
          select act_id, seq from notice_acts
          where user_id = given.user_id and actor_id = given.actor_id and notice_id = open.id and shown
          order by seq desc limit 1
        ) as latest on true`,
    )
    .where(sql`not ${exists(sql`users where id = given.user_id and deleted_at is not null`)}`)
    .orderBy(sql`given.n`);
};

/** A tray's notices are counted each time that its revision passes a multiple of this. */
const COUNTED_EVERY = 64;
/** Notices that a tray keeps, see `socialSweeps.ts`. */
const KEPT = 1_000;

/** Notes trays that may have too many notices for the sweeper. */
const noteExcess = async (
  tx: Orm,
  arrivals: readonly Arrival[],
  revisions: Revisions,
  everyStep: boolean,
): Promise<void> => {
  const before = new Map(arrivals.map(({ userId, revision }) => [userId, revision]));
  const passed = ([userId, revision]: readonly [string, number]) =>
    Math.floor(revision / COUNTED_EVERY) > Math.floor((before.get(userId) ?? 0) / COUNTED_EVERY);
  const trays = [...revisions].filter(passed).map(([userId]) => userId);
  if (trays.length === 0 && !everyStep) return;
  await tx.execute(sql`
    insert into social_removals (kind, target_id)
    select 'excess', id from unnest(${textArray(trays)}) as tray (id)
    where exists (select from notices where user_id = tray.id offset ${KEPT})
    order by id collate "C" on conflict do nothing`);
};

/**
 * Brings new acts to their recipients, hidden where they are `closed`: taken back already. The trays' locks are held. `everyStep`: the
 * same statements are sent whatever there is, see `changeShown`.
 */
export const deliver = async (
  tx: Orm,
  deliveries: readonly Delivery[],
  {
    closed = new Set<string>(),
    pushAfterMs,
    everyStep = false,
  }: { readonly closed?: ReadonlySet<string>; readonly pushAfterMs: number; readonly everyStep?: boolean },
): Promise<Revisions> => {
  if (deliveries.length === 0 && !everyStep) return new Map();
  const found = await arrivalsQuery(tx, deliveries);
  const arrivals = found.flatMap(({ n, openId, actors, latestId, latestSeq, isHidden, ...facts }): Arrival[] => {
    const delivery = deliveries[n - 1];
    if (!delivery) return [];
    const { act, userId, groupKey } = delivery;
    const { id: actId, actorId, seq, verb, objectId, objectType } = act;
    const open = openId === null ? null : { id: openId, actors: actors ?? 0 };
    const latest = latestId === null ? null : { actId: latestId, seq: Number(latestSeq) };
    const place = { userId, actId, actorId, seq, verb, objectId, objectType, groupKey, open, latest };
    return [{ ...place, ...facts, isHidden: isHidden || closed.has(actId) }];
  });
  const growth = growTrays(arrivals, randomUUID);
  await writeGrowth(tx, growth, pushAfterMs);
  await noteExcess(tx, arrivals, growth.revisions, everyStep);
  return growth.revisions;
};

/**
 * Tells acts with distinct ids in the transaction. Returns the ids of those that were new or came back, and the changes. What is about a
 * deleted conversation is kept as taken back, and shows to nobody.
 */
export const tellIn = async (
  tx: Orm,
  acts: readonly NewAct[],
  { pushAfterMs }: { readonly pushAfterMs: number },
): Promise<{ readonly told: readonly string[]; readonly social: readonly SocialChange[] }> => {
  const asked = new Map(acts.map((act) => [act.id, act]));
  // Written in the order of ids, told of in the order of the list: front ends put what they hear on top.
  const inserted = (await insertActs(tx, acts)).toSorted((a, b) => a.seq - b.seq);
  const told = new Set(inserted.map(({ id }) => id));
  const others = acts.flatMap(({ id }) => (told.has(id) ? [] : [id]));
  // The rest of the deletion would take back what is told again.
  const deleted = others.length > 0 ? await actUnderDeletion(tx, others) : undefined;
  if (deleted !== undefined)
    throw unavailable(`The deletion of the object of ${deleted} has not ended yet. Try again in a moment.`);
  const revived = others.length > 0 ? (await reviveActs(tx, others)).toSorted((a, b) => a.seq - b.seq) : [];
  const deliveries = inserted.flatMap((act) => {
    const { recipients, group } = asked.get(act.id)!;
    const groupKey = groupKeyOf({ ...act, group });
    return recipients.filter((userId) => userId !== act.actorId).map((userId) => ({ act, userId, groupKey }));
  });
  const back = revived.map(({ id }) => id);
  const backIn = back.length > 0 ? await traysOfActs(tx, back) : [];
  const trays = [...deliveries.map(({ userId }) => userId), ...backIn];
  const closable = inserted.flatMap(({ id, objectId }) => (objectId === null ? [] : [id]));
  const closed = closable.length > 0 ? await lockTraysAndClose(tx, trays, closable) : new Set<string>();
  if (closable.length === 0) await lockTrays(tx, trays);
  const restored = back.length > 0 ? await restoreActs(tx, back) : new Map();
  const grown = await deliver(tx, deliveries, { closed, pushAfterMs });
  const shown = inserted.filter(({ id }) => !closed.has(id));
  return {
    told: [...told, ...back],
    social: [...actChanges([...revived, ...shown], false), ...trayChanges(new Map([...restored, ...grown]))],
  };
};

/** Takes acts back in the transaction. Returns how many were there, and the changes. */
export const retractIn = async (
  tx: Orm,
  actIds: readonly string[],
): Promise<{ readonly result: number; readonly social: readonly SocialChange[] }> => {
  const removed = await removeActs(tx, actIds);
  const ids = removed.map(({ id }) => id);
  if (ids.length === 0) return { result: 0, social: [] };
  const trays = await traysOfActs(tx, ids);
  await lockTrays(tx, trays);
  const revisions = trays.length > 0 ? await hideActs(tx, ids) : new Map();
  return { result: ids.length, social: [...retractions(removed), ...trayChanges(revisions)] };
};

/** Cuts a list so that the sizes in each piece sum up to at most {@link TOGETHER}, unless a single one is larger. */
const inTransactions = <T>(items: readonly T[], sizeOf: (item: T) => number): readonly (readonly T[])[] => {
  const pieces: T[][] = [];
  let size = Number.POSITIVE_INFINITY;
  for (const item of items) {
    size += sizeOf(item);
    const last = pieces.at(-1);
    if (last && size <= TOGETHER && last.length < ACTS_TOGETHER) last.push(item);
    else {
      pieces.push([item]);
      size = sizeOf(item);
    }
  }
  return pieces;
};

/**
 * Acts of a large call are told in several transactions, each act in one: where the call fails half way, the acts before are told,
 * and the host repeats it. `pushAfterMs` is how long a notice waits unread for its push.
 */
export const createActStore = ({
  db,
  commit,
  pushAfterMs,
}: {
  readonly db: Database;
  readonly commit: CommitSocial;
  readonly pushAfterMs: number;
}) => {
  /** In how many trays each of the acts is. */
  const traysEach = async (actIds: readonly string[]): Promise<ReadonlyMap<string, number>> => {
    const rows = await db.run((orm) =>
      orm
        .select({ id: sql<string>`act_id`, trays: sql`count(*)`.mapWith(Number) })
        .from(sql`notice_acts`)
        .where(sql`act_id = any(${textArray(actIds)})`)
        .groupBy(sql`act_id`),
    );
    return new Map(rows.map(({ id, trays }) => [id, trays]));
  };

  /** Takes acts back, in transactions of which `condition` holds. Resolves to how many; to null where it does not hold any more. */
  const retractWhile = async (
    actIds: readonly string[],
    condition: (tx: Orm) => Promise<boolean>,
  ): Promise<number | null> => {
    const distinct = [...new Set(actIds)];
    const trays = distinct.length > 1 ? await traysEach(distinct) : new Map<string, number>();
    let count = 0;
    for (const piece of inTransactions(distinct, (id) => trays.get(id) ?? 0)) {
      const retracted = await commit<number | null>(async (tx) => ({
        ...((await condition(tx)) ? await retractIn(tx, piece) : { result: null, social: [] }),
        changes: [],
      }));
      if (retracted === null) return null;
      count += retracted;
    }
    return count;
  };

  const alone: TellTransactions['alone'] = (acts) =>
    commit(async (tx) => {
      const { told, social } = await tellIn(tx, acts, { pushAfterMs });
      return { result: new Set(told), changes: [], social };
    });

  const shared: TellTransactions['shared'] = async (acts) => {
    /** Nothing is committed while its statements are sent. */
    let isTelling = false;
    try {
      return await commit(async (tx) => {
        isTelling = true;
        await tx.execute(sql`set local lock_timeout = ${sql.raw(String(LOCK_MS))}`);
        const { told, social } = await tellIn(tx, acts, { pushAfterMs });
        isTelling = false;
        return { result: new Set(told), changes: [], social };
      });
    } catch (error) {
      if (isTelling) return null;
      throw error;
    }
  };
  const held: TellTransactions['held'] = (userIds) => db.run((orm) => heldTrays(orm, userIds));
  const tellGathered = createGatheredTells({ transactions: { alone, shared, held }, deadlineMs: db.deadlineMs });

  return {
    async tell(acts) {
      const distinct = [...new Map(acts.toReversed().map((act) => [act.id, act])).values()].reverse();
      if (isSmallTell(distinct)) return distinct.length === 0 ? 0 : await tellGathered(distinct);
      let count = 0;
      for (const piece of inTransactions(distinct, ({ recipients }) => recipients.length))
        count += (await alone(piece)).size;
      return count;
    },

    retract: async (actIds) => (await retractWhile(actIds, async () => true)) ?? 0,
    retractWhile,
  } satisfies ActStore & { readonly retractWhile: typeof retractWhile };
};
