import { and, eq, isNull, sql } from 'drizzle-orm';
import { eachInTurn } from '../../async/batches.js';
import { unavailable } from '../../presence/errors.js';
import type { AccessChange } from '../../presence/ports/bus.js';
import type { Directory, UserProfile, UserUpsert } from '../../presence/ports/directory.js';
import { DEFAULT_PRIVACY } from '../../presence/visibility.js';
import type { AccessCaches } from './accessCaches.js';
import type { Commit, Written } from './accessCommit.js';
import { type AccessSummary, readAccessSummaries } from './accessSummary.js';
import { takeLocks } from './advisoryLock.js';
import type { Database, Orm } from './database.js';
import { createDeletions, noteDeletion, unfinishedAmong } from './deletions.js';
import { serverNow, textArray } from './expressions.js';
import { createLoader } from './loader.js';
import { rowsByKey } from './rowsByKey.js';
import { noteDeletedUser, type SocialRemovals, unremovedAmong } from './socialRemovals.js';
import { presenceJournal, users, webhookEvents } from './tables.js';
import { applyUpsert, difference, mergeUpserts, type StoredUser } from './upsert.js';
import { privacyColumns, toStoredUser, userChange, writeUsers } from './userRows.js';

/** Bound on the users of several calls of `ensure` that share a query. */
const MAX_ENSURED = 1_000;

/** How long `deleteUser`, and an upsert of a user under deletion, remove left-over rows before they answer. */
const FINISH_MS = 1_000;

/**
 * Writes the upserts, sorted by id and at most one a user. Rejects with UNAVAILABLE where a deletion has not removed
 * everything yet, after `onUnfinished` received those users.
 */
const writeUpserts = async (
  tx: Orm,
  upserts: readonly UserUpsert[],
  onUnfinished: (userIds: readonly string[]) => void,
): Promise<Written<number>> => {
  const ids = textArray(upserts.map((upsert) => upsert.id));
  const created = await tx
    .insert(users)
    .values(upserts.map(({ id }) => ({ id })))
    .onConflictDoNothing()
    .returning({ id: users.id });
  const rows = await tx.select().from(users).where(sql`${users.id} = any(${ids})`).orderBy(users.id).for('update');

  const deleted = rows.filter((row) => row.deletedAt !== null).map((row) => row.id);
  const left = [...new Set([...(await unfinishedAmong(tx, deleted)), ...(await unremovedAmong(tx, deleted))])];
  if (left.length > 0) {
    onUnfinished(left);
    throw unavailable(`The deletion of ${left[0]} has not ended yet. Try again in a moment.`);
  }
  const isNew = new Set(created.map((row) => row.id));
  const before = new Map(rows.map((row) => [row.id, toStoredUser(row)]));
  const changed: StoredUser[] = [];
  const changes: AccessChange[] = [];
  for (const upsert of upserts) {
    const user = before.get(upsert.id);
    if (!user) continue;
    const after = applyUpsert(user, upsert);
    const { stored, visible, mayRevoke } = difference(user, after);
    if (stored) changed.push(after);
    // Nobody saw a user who did not exist, so no privacy of theirs revokes visibility.
    const appears = isNew.has(user.id) || user.deleted;
    if (visible || appears) changes.push(userChange(user.id, { mayRevoke: mayRevoke && !appears }));
  }
  if (changed.length > 0) await writeUsers(tx, changed);
  return { result: upserts.length, changes };
};

/** Leaves a tombstone and a note of what is to be removed. The result: whether the user existed. */
const writeTombstone = async (tx: Orm, userId: string): Promise<Written<boolean>> => {
  await takeLocks(tx, 'user', [userId]);
  // The row first: a writer of the journal holds it meanwhile, so the delete below sees what that one wrote.
  const [gone] = await tx
    .update(users)
    .set({ name: null, avatarUrl: null, ...privacyColumns(DEFAULT_PRIVACY), deletedAt: serverNow })
    .where(and(eq(users.id, userId), isNull(users.deletedAt)))
    .returning({ id: users.id });
  if (!gone) return { result: false, changes: [] };
  await tx.delete(presenceJournal).where(eq(presenceJournal.userId, userId));
  await noteDeletion(tx, userId);
  const actsFrom = await noteDeletedUser(tx, userId);
  await tx.update(users).set({ actsFrom }).where(eq(users.id, userId));
  return { result: true, changes: [userChange(userId, { mayRevoke: true, deleted: true })] };
};

/** Access summaries of users, by id; creates those whose id is unknown. Tombstones stay. */
const createEnsurer = ({ db, commit }: { readonly db: Database; readonly commit: Commit }) => {
  const read = (userIds: ReadonlySet<string>) => db.run((orm) => readAccessSummaries(orm, userIds));

  const create = (userIds: readonly string[]): Promise<void> =>
    commit(async (tx) => {
      const rows = await tx
        .insert(users)
        .values(userIds.toSorted().map((id) => ({ id })))
        .onConflictDoNothing()
        .returning({ id: users.id });
      return { result: undefined, changes: rows.map(({ id }) => userChange(id, { mayRevoke: false })) };
    });

  return createLoader<string, AccessSummary>({
    max: MAX_ENSURED,
    async load(userIds) {
      const present = await read(new Set(userIds));
      const missing = new Set(userIds.filter((userId) => !present.has(userId)));
      if (missing.size > 0) {
        await create([...missing]);
        for (const [userId, accessSummary] of await read(missing)) present.set(userId, accessSummary);
      }
      return present;
    },
  });
};

/** Bound on the users of several calls of `profiles` that share a query. */
const MAX_PROFILES = 5_000;
/** Remembered of an id of which there is no user: acts may be by anybody, and each event names its actors. */
const NO_PROFILE: UserProfile = Object.freeze({ id: '', name: null, avatarUrl: null });

/** Names and pictures of the users who exist, by id; {@link NO_PROFILE} for each other id. */
const readProfiles = async (db: Database, userIds: ReadonlySet<string>): Promise<ReadonlyMap<string, UserProfile>> => {
  const rows = await db.run(async (orm) =>
    rowsByKey(
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
  return new Map([...rows].map(([id, { found }]) => [id, found ?? NO_PROFILE]));
};

/** The users, and the tombstones of those who were deleted. */
export const createDirectory = ({
  db,
  commit,
  caches,
  removals,
  tellsDeletions = false,
}: {
  readonly db: Database;
  readonly commit: Commit;
  readonly caches: AccessCaches;
  /** What a deleted user takes along of what happens around people. */
  readonly removals: SocialRemovals;
  /** Whether a deletion leaves an event for the webhook, see `EventOutbox`. */
  readonly tellsDeletions?: boolean;
}) => {
  const { existence, profiles, accessSummaries } = caches;
  const deletions = createDeletions({ db });
  const ensureAll = createEnsurer({ db, commit });
  const loadProfiles = createLoader<string, UserProfile>({
    max: MAX_PROFILES,
    load: (userIds) => readProfiles(db, new Set(userIds)),
  });

  /** Removes left-over rows for a moment. `finishDeletions` removes what then remains, or cannot be removed now, and reports why. */
  const finishSoon = async (userIds: readonly string[]): Promise<void> => {
    const until = performance.now() + FINISH_MS;
    await deletions.finish(userIds, () => performance.now() > until).catch(() => {});
    await removals.finishSoon(userIds);
  };

  const upsert = (upserts: readonly UserUpsert[], onUnfinished: (userIds: readonly string[]) => void = () => {}) =>
    commit((tx) => writeUpserts(tx, upserts, onUnfinished));

  return {
    async ensure(userId) {
      const cached = existence.get(userId);
      if (cached !== undefined) return cached;
      await caches.receiving();
      const read = await existence.fill([userId], async () => {
        const summaries = await accessSummaries.fill([userId], () => ensureAll([userId]));
        return new Map([[userId, summaries.get(userId)?.exists ?? false]]);
      });
      return read.get(userId) ?? false;
    },

    async deletedAmong(userIds) {
      const asked = new Set(userIds);
      const rows = await db.run(async (orm) =>
        rowsByKey(
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

    async profiles(userIds) {
      const found = new Map<string, UserProfile>();
      const missing = new Set<string>();
      const add = (id: string, profile: UserProfile | undefined): void => {
        if (profile && profile !== NO_PROFILE) found.set(id, profile);
      };
      for (const id of userIds) {
        const cached = profiles.get(id);
        if (cached) add(id, cached);
        else missing.add(id);
      }
      if (missing.size === 0) return found;
      await caches.receiving();
      const ids = [...missing];
      const read = await profiles.fill(ids, () => loadProfiles(ids));
      for (const id of ids) add(id, read.get(id));
      return found;
    },

    knownProfile(userId) {
      const cached = profiles.get(userId);
      return cached === NO_PROFILE ? null : cached;
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
        const written = await writeTombstone(tx, userId);
        if (written.result && tellsDeletions) await tx.insert(webhookEvents).values({ kind: 'user.deleted', userId });
        return written;
      });
      await finishSoon([userId]);
      return existed;
    },

    /** Removes what deletions left over, until nothing remains or `isStopped`. Rejects as they do, after all of them. */
    finishDeletions: (isStopped: () => boolean): Promise<void> =>
      eachInTurn([deletions, removals], ({ finish }) => finish(null, isStopped)),
  } satisfies Directory & { finishDeletions(isStopped: () => boolean): Promise<void> };
};
