import { and, eq, isNull, type SQL, sql } from 'drizzle-orm';
import { unreadableRecord } from '../presence/errors.js';
import type { Journal, JournalRow } from '../presence/ports.js';
import type { DurablePresence } from '../presence/types.js';
import { byKey } from './answers.js';
import { bigintArray, textArray } from './arrays.js';
import type { Database, Orm } from './database.js';
import { createGathered } from './gather.js';
import { presenceJournal, users } from './schema.js';

/** How this release writes a row, and the one format it reads. */
const FORMAT = 1;
/** Of how many users the rows are read at once, for several who ask. */
const MAX_USERS = 4_000;

/** Of each user the newest: one statement cannot write a row twice. */
const newest = (rows: readonly DurablePresence[]): readonly DurablePresence[] => {
  const byUser = new Map<string, DurablePresence>();
  for (const row of rows) {
    const other = byUser.get(row.userId);
    const isNewer =
      !other ||
      row.generation > other.generation ||
      (row.generation === other.generation && row.revision > other.revision);
    if (isNewer) byUser.set(row.userId, row);
  }
  return [...byUser.values()];
};

const toRow = (generation: number, journal: typeof presenceJournal.$inferSelect | null): JournalRow => {
  if (journal === null) return { generation, kept: null };
  if (journal.format !== FORMAT) {
    return {
      generation,
      get kept(): never {
        throw unreadableRecord();
      },
    };
  }
  const { revision, chosen, messageText, messageEmoji, messageExpiresAt, lastSeen } = journal;
  const message = messageText === null ? null : { text: messageText, emoji: messageEmoji, expiresAt: messageExpiresAt };
  return { generation, kept: { revision, chosen, message, lastSeen } };
};

/**
 * One statement for any number of rows, of different users. The user's row is held while it is written, so that a deletion
 * comes wholly before or after it.
 */
export const journalWrite = (rows: readonly DurablePresence[]): SQL => {
  const text = (of: (row: DurablePresence) => string | null) => textArray(rows.map(of));
  const number = (of: (row: DurablePresence) => number | null) => bigintArray(rows.map(of));
  return sql`
    insert into presence_journal as kept (user_id, generation, revision, chosen,
      message_text, message_emoji, message_expires_at, last_seen, format)
    select users.id, users.generation, new.revision, new.chosen,
      new.message_text, new.message_emoji, new.message_expires_at, new.last_seen, ${FORMAT}::smallint
    from unnest(
      ${text((row) => row.userId)}, ${number((row) => row.generation)}, ${number((row) => row.revision)},
      ${text((row) => row.chosen)}, ${text((row) => row.message?.text ?? null)},
      ${text((row) => row.message?.emoji ?? null)}, ${number((row) => row.message?.expiresAt ?? null)},
      ${number((row) => row.lastSeen)}
    ) as new (user_id, generation, revision, chosen, message_text, message_emoji, message_expires_at, last_seen)
    join users on users.id = new.user_id and users.generation = new.generation and users.deleted_at is null
    order by users.id
    for share of users
    on conflict (user_id) do update set
      generation = excluded.generation, revision = excluded.revision, chosen = excluded.chosen,
      message_text = excluded.message_text, message_emoji = excluded.message_emoji,
      message_expires_at = excluded.message_expires_at, last_seen = excluded.last_seen
    where kept.format = ${FORMAT}
      and ((excluded.generation, excluded.revision) > (kept.generation, kept.revision)
        or ((excluded.generation, excluded.revision) = (kept.generation, kept.revision)
          and excluded.last_seen > coalesce(kept.last_seen, 0)))`;
};

/** One row for each of those different ids: what is kept of the user's present generation, null where no user exists. */
export const journalQuery = (orm: Orm, userIds: readonly string[]) =>
  orm
    .select({ id: sql<string>`asked.id`, generation: users.generation, journal: presenceJournal })
    .from(sql`unnest(${textArray(userIds)}) as asked (id)`)
    .leftJoin(users, and(eq(users.id, sql`asked.id`), isNull(users.deletedAt)))
    .leftJoin(
      presenceJournal,
      and(eq(presenceJournal.userId, users.id), eq(presenceJournal.generation, users.generation)),
    );

/**
 * What outlives a restart, in the table `presence_journal`.
 *
 * A row in a format that this release does not know is never overwritten. That user's `kept` throws UNAVAILABLE when it is
 * looked at, since to leave it out or null would say that there is nothing.
 */
export const createJournal = ({ db }: { readonly db: Database }) => {
  const readRows = createGathered<string, JournalRow>({
    max: MAX_USERS,
    async ask(userIds) {
      const asked = new Set(userIds);
      const rows = await db.run(async (orm) => byKey(asked, await journalQuery(orm, [...asked]), ({ id }) => id));
      return new Map(
        [...rows].flatMap(([id, { generation, journal }]) =>
          generation === null ? [] : [[id, toRow(generation, journal)]],
        ),
      );
    },
  });

  return {
    async read(userIds) {
      if (userIds.length === 0) return new Map();
      const rows = await readRows(userIds);
      return new Map(
        userIds.flatMap((userId) => {
          const row = rows.get(userId);
          return row ? [[userId, row]] : [];
        }),
      );
    },

    async write(rows) {
      const last = newest(rows);
      if (last.length > 0) await db.run((orm) => orm.execute(journalWrite(last)));
    },
  } satisfies Journal;
};
