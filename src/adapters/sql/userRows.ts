/** Rows of the table `users`. */
import { and, eq, isNull, sql } from 'drizzle-orm';
import type { AccessChange } from '../../presence/ports/bus.js';
import type { Privacy } from '../../presence/visibility.js';
import type { Orm } from './database.js';
import { bigintArray, textArray } from './expressions.js';
import { users } from './tables.js';
import type { StoredUser } from './upsert.js';

export const toStoredUser = (row: typeof users.$inferSelect): StoredUser => ({
  id: row.id,
  name: row.name,
  avatarUrl: row.avatarUrl,
  privacy: { status: row.privacyStatus, lastSeen: row.privacyLastSeen, activity: row.privacyActivity },
  generation: row.generation,
  deleted: row.deletedAt !== null,
});

export const privacyColumns = (privacy: Privacy) => ({
  privacyStatus: privacy.status,
  privacyLastSeen: privacy.lastSeen,
  privacyActivity: privacy.activity,
});

/** Rows of a user who exists: one or none. */
export const presentUserQuery = (orm: Orm, userId: string) =>
  orm
    .select()
    .from(users)
    .where(and(eq(users.id, userId), isNull(users.deletedAt)));

/** Writes the state of those users, in one statement; none of them is a tombstone afterwards. */
export const writeUsers = async (tx: Orm, states: readonly StoredUser[]): Promise<void> => {
  const text = (of: (user: StoredUser) => string | null) => textArray(states.map(of));
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

/** The access change of one user. */
export const userChange = (
  userId: string,
  { mayRevoke, deleted = false }: { readonly mayRevoke: boolean; readonly deleted?: boolean },
): AccessChange => ({ kind: 'user', userId, mayRevoke, deleted });
