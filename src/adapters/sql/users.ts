import { and, eq, isNull, sql } from 'drizzle-orm';
import { isUnavailable, notFound, unavailable } from '../../presence/errors.js';
import type { AccessChange } from '../../presence/ports/bus.js';
import type { UserProfile, UserUpsert } from '../../presence/ports/directory.js';
import type { People } from '../../presence/ports/stores.js';
import { DEFAULT_PRIVACY, effectivePrivacy, type Privacy } from '../../presence/visibility.js';
import { type AccessSummary, readAccessSummaries } from './accessSummary.js';
import { byKey } from './answers.js';
import { bigintArray, textArray } from './arrays.js';
import type { Database, Orm } from './database.js';
import { createDeletions, noteDeletion, unfinishedAmong } from './deletions.js';
import { type Commit, lock } from './factCommit.js';
import { createLoader } from './loader.js';
import { presenceJournal, users } from './tables.js';
import { applyUpsert, difference, type KnownUser, mergeUpserts } from './upsert.js';

const toKnown = (row: typeof users.$inferSelect): KnownUser => ({
  id: row.id,
  name: row.name,
  avatarUrl: row.avatarUrl,
  privacy: { status: row.privacyStatus, lastSeen: row.privacyLastSeen, activity: row.privacyActivity },
  generation: row.generation,
  deleted: row.deletedAt !== null,
});

const privacyColumns = (privacy: Privacy) => ({
  privacyStatus: privacy.status,
  privacyLastSeen: privacy.lastSeen,
  privacyActivity: privacy.activity,
});

const change = (userId: string, mayRevoke: boolean, deleted = false): AccessChange => ({
  kind: 'user',
  userId,
  mayRevoke,
  deleted,
});

/** How many are made known at once. */
const MAX_KNOWN = 1_000;

/** Writes what those users are now, in one statement. */
const store = async (tx: Orm, states: readonly KnownUser[]): Promise<void> => {
  const text = (of: (user: KnownUser) => string | null) => textArray(states.map(of));
  await tx.execute(sql`
    update users set name = state.name, avatar_url = state.avatar_url, privacy_status = state.status,
      privacy_last_seen = state.last_seen, privacy_activity = state.activity, generation = state.generation,
      deleted_at = null
    from unnest(
      ${text((user) => user.id)}, ${text((user) => user.name)}, ${text((user) => user.avatarUrl)},
      ${text((user) => user.privacy.status)}, ${text((user) => user.privacy.lastSeen)},
      ${text((user) => user.privacy.activity)}, ${bigintArray(states.map((user) => user.generation))}
    ) as state (id, name, avatar_url, status, last_seen, activity, generation)
    where users.id = state.id`);
};

/** For how long a deletion goes on removing before it answers, and for how long who is named again waits for that, in ms. */
const FINISH_MS = 1_000;

/** Who exists, with name, picture and privacy; and who existed. */
export const createUsers = ({ db, commit }: { readonly db: Database; readonly commit: Commit }) => {
  const deletions = createDeletions({ db });

  /** Goes on with the removal for a moment. What is left then, or cannot be done now, is done by and by. */
  const finishSoon = async (userIds: readonly string[]): Promise<void> => {
    const until = performance.now() + FINISH_MS;
    try {
      await deletions.finish(userIds, () => performance.now() > until);
    } catch (error) {
      if (!isUnavailable(error)) throw error;
    }
  };

  /** The row of a user who exists, held until the transaction ends. */
  const lockRow = async (tx: Orm, userId: string): Promise<KnownUser | undefined> => {
    const [row] = await tx
      .select()
      .from(users)
      .where(and(eq(users.id, userId), isNull(users.deletedAt)))
      .for('update');
    return row && toKnown(row);
  };

  /** `onUnfinished` hears of users who cannot be named again yet; it is then UNAVAILABLE, and nothing is written. */
  const upsert = (
    upserts: readonly UserUpsert[],
    onUnfinished: (userIds: readonly string[]) => void = () => {},
  ): Promise<number> => {
    const ids = textArray(upserts.map((upsert) => upsert.id));
    return commit(async (tx) => {
      const created = await tx
        .insert(users)
        .values(upserts.map(({ id }) => ({ id })))
        .onConflictDoNothing()
        .returning({ id: users.id });
      const rows = await tx.select().from(users).where(sql`${users.id} = any(${ids})`).orderBy(users.id).for('update');

      const left = await unfinishedAmong(
        tx,
        rows.filter((row) => row.deletedAt !== null).map((row) => row.id),
      );
      if (left.length > 0) {
        onUnfinished(left);
        throw unavailable(`The deletion of ${left[0]} has not ended yet. Try again in a moment.`);
      }
      const isNew = new Set(created.map((row) => row.id));
      const before = new Map(rows.map((row) => [row.id, toKnown(row)]));
      const changed: KnownUser[] = [];
      const changes: AccessChange[] = [];
      for (const upsert of upserts) {
        const user = before.get(upsert.id);
        if (!user) continue;
        const after = applyUpsert(user, upsert);
        const { stored, visible, mayRevoke } = difference(user, after);
        if (stored) changed.push(after);
        // Nobody saw a user who did not exist: whatever their privacy, nobody loses sight.
        const appears = isNew.has(user.id) || user.deleted;
        if (visible || appears) changes.push(change(user.id, mayRevoke && !appears));
      }
      if (changed.length > 0) await store(tx, changed);
      return { result: upserts.length, changes };
    });
  };

  const verbs = {
    async privacy(userId) {
      const [row] = await db.run((orm) =>
        orm
          .select()
          .from(users)
          .where(and(eq(users.id, userId), isNull(users.deletedAt))),
      );
      return effectivePrivacy(row ? toKnown(row).privacy : DEFAULT_PRIVACY);
    },

    async updatePrivacy(userId, privacy) {
      return await commit(async (tx) => {
        const before = await lockRow(tx, userId);
        if (!before) throw notFound('There is no such user.');
        const after = applyUpsert(before, { id: userId, privacy });
        const { stored, visible, mayRevoke } = difference(before, after);
        if (stored) await tx.update(users).set(privacyColumns(after.privacy)).where(eq(users.id, userId));
        return { result: effectivePrivacy(after.privacy), changes: visible ? [change(userId, mayRevoke)] : [] };
      });
    },

    async upsertUsers(list) {
      const upserts = mergeUpserts(list);
      if (upserts.length === 0) return 0;
      let unfinished: readonly string[] = [];
      try {
        return await upsert(upserts, (left) => {
          unfinished = left;
        });
      } catch (error) {
        if (unfinished.length === 0) throw error;
        await finishSoon(unfinished);
        return await upsert(upserts);
      }
    },

    async deleteUser(userId) {
      const existed = await commit(async (tx) => {
        await lock(tx, 'user', [userId]);
        // The row first: who writes the journal holds it meanwhile, and what they wrote is then seen and removed.
        const [gone] = await tx
          .update(users)
          .set({
            name: null,
            avatarUrl: null,
            ...privacyColumns(DEFAULT_PRIVACY),
            deletedAt: sql`(extract(epoch from clock_timestamp()) * 1000)::bigint`,
          })
          .where(and(eq(users.id, userId), isNull(users.deletedAt)))
          .returning({ id: users.id });
        if (!gone) return { result: false, changes: [] };
        await tx.delete(presenceJournal).where(eq(presenceJournal.userId, userId));
        await noteDeletion(tx, userId);
        return { result: true, changes: [change(userId, true, true)] };
      });
      await finishSoon([userId]);
      return existed;
    },

    async deletedAmong(userIds) {
      const asked = new Set(userIds);
      const rows = await db.run(async (orm) =>
        byKey(
          asked,
          await orm
            .select({ id: sql<string>`asked.id`, deletedAt: users.deletedAt })
            .from(sql`unnest(${textArray([...asked])}) as asked (id)`)
            .leftJoin(users, eq(users.id, sql`asked.id`)),
          ({ id }) => id,
        ),
      );
      return new Set([...rows.values()].flatMap(({ id, deletedAt }) => (deletedAt === null ? [] : [id])));
    },
  } satisfies Pick<People, 'deletedAmong' | 'privacy' | 'updatePrivacy' | 'upsertUsers' | 'deleteUser'>;

  const accessSummariesOf = (userIds: ReadonlySet<string>) => db.run((orm) => readAccessSummaries(orm, userIds));

  const create = (userIds: readonly string[]): Promise<void> =>
    commit(async (tx) => {
      const rows = await tx
        .insert(users)
        .values(userIds.toSorted().map((id) => ({ id })))
        .onConflictDoNothing()
        .returning({ id: users.id });
      return { result: undefined, changes: rows.map(({ id }) => change(id, false)) };
    });

  const makeAllKnown = createLoader<string, AccessSummary>({
    max: MAX_KNOWN,
    async load(userIds) {
      const present = await accessSummariesOf(new Set(userIds));
      const missing = new Set(userIds.filter((userId) => !present.has(userId)));
      if (missing.size > 0) {
        await create([...missing]);
        for (const [userId, accessSummary] of await accessSummariesOf(missing)) present.set(userId, accessSummary);
      }
      return present;
    },
  });

  return {
    verbs,
    /** Goes on with deletions that were left. */
    finishDeletions: (isStopped: () => boolean) => deletions.finish(null, isStopped),

    /** Makes users known of whose ids there neither is nor was one; how all stand then, by id. */
    makeKnown: makeAllKnown,

    /** Names and pictures of those who exist, by id. */
    async readProfiles(userIds: ReadonlySet<string>): Promise<ReadonlyMap<string, UserProfile>> {
      const rows = await db.run(async (orm) =>
        byKey(
          userIds,
          await orm
            .select({
              id: sql<string>`asked.id`,
              found: { id: users.id, name: users.name, avatarUrl: users.avatarUrl },
            })
            .from(sql`unnest(${textArray([...userIds])}) as asked (id)`)
            .leftJoin(users, and(eq(users.id, sql`asked.id`), isNull(users.deletedAt))),
          ({ id }) => id,
        ),
      );
      return new Map([...rows].flatMap(([id, { found }]) => (found ? [[id, found]] : [])));
    },
  };
};
