import { and, eq, isNull, type SQL, sql } from 'drizzle-orm';
import { unreadableRecord } from '../../presence/errors.js';
import type { Journal } from '../../presence/ports/journal.js';
import type { DurablePresence, JournalRow, PresenceStatus } from '../../presence/types.js';
import type { Database, Orm } from './database.js';
import { bigintArray, textArray } from './expressions.js';
import { columnsOf, listOf } from './listColumns.js';
import { createLoader } from './loader.js';
import { rowsByKey } from './rowsByKey.js';
import { presenceJournal, users } from './tables.js';

/** The one format that this release writes and reads. */
const FORMAT = 1;
/** Bound on the users of several reads that share a query. */
const MAX_USERS = 4_000;

/** The newest row of each user: one statement cannot write a row twice. */
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

/** What is read of a row, in this order, as JSON has it. */
type StoredRow = readonly [
  format: number,
  revision: number,
  asOfRevision: number | null,
  chosen: PresenceStatus,
  chosenAsOf: number | null,
  messageText: string | null,
  messageEmoji: string | null,
  messageExpiresAt: number | null,
  messageAsOf: number | null,
  lastSeen: number | null,
];
const storedRow: SQL = (() => {
  const { format, revision, asOfRevision, chosen, chosenAsOf } = presenceJournal;
  const { messageText, messageEmoji, messageExpiresAt, messageAsOf, lastSeen } = presenceJournal;
  return sql`json_build_array(${format}, ${revision}, ${asOfRevision}, ${chosen}, ${chosenAsOf},
    ${messageText}, ${messageEmoji}, ${messageExpiresAt}, ${messageAsOf}, ${lastSeen})`;
})();

const toRow = (generation: number, stored: StoredRow | null): JournalRow => {
  if (stored === null) return { generation, persisted: null };
  const [format, revision, asOfRevision, chosen, chosenAsOf, text, emoji, expiresAt, messageAsOf, lastSeen] = stored;
  if (format !== FORMAT) {
    return {
      generation,
      get persisted(): never {
        throw unreadableRecord();
      },
    };
  }
  // An earlier release wrote the row without the revisions of its parts.
  const isOfThis = asOfRevision === revision;
  return {
    generation,
    persisted: {
      revision,
      chosen,
      chosenAsOf: (isOfThis ? chosenAsOf : null) ?? revision,
      message: text === null ? null : { text, emoji, expiresAt },
      messageAsOf: (isOfThis ? messageAsOf : null) ?? revision,
      lastSeen,
    },
  };
};

/**
 * One statement for any number of rows of distinct users. It merges with the stored row as `Journal.write` promises: the
 * choice and the message each stay as of the later revision. `for share` holds the user's row, so that a deletion comes
 * wholly before or after the write.
 */
export const journalWrite = (rows: readonly DurablePresence[]): SQL => {
  const text = (of: (row: DurablePresence) => string | null) => textArray(rows.map(of));
  const number = (of: (row: DurablePresence) => number | null) => bigintArray(rows.map(of));
  type AsOf = 'chosen_as_of' | 'message_as_of';
  const persistedAsOf = (column: AsOf) =>
    sql`case when stored.as_of_revision = stored.revision then stored.${sql.identifier(column)} else stored.revision end`;
  const isOfLater = (column: AsOf) =>
    sql`(excluded.generation > stored.generation or excluded.${sql.identifier(column)} > ${persistedAsOf(column)})`;
  const laterAsOf = (column: AsOf) => {
    const name = sql.identifier(column);
    return sql`${name} = case when ${isOfLater(column)} then excluded.${name} else ${persistedAsOf(column)} end`;
  };
  const later = (asOf: AsOf, column: string) => {
    const name = sql.identifier(column);
    return sql`${name} = case when ${isOfLater(asOf)} then excluded.${name} else stored.${name} end`;
  };
  const isOfBoth = sql`excluded.chosen_as_of < ${persistedAsOf('chosen_as_of')}
    or excluded.message_as_of < ${persistedAsOf('message_as_of')}`;
  const revision = sql`case
    when excluded.generation > stored.generation then excluded.revision
    when excluded.revision < stored.revision then stored.revision + 1
    when ${isOfBoth} then excluded.revision + 1
    else excluded.revision
  end`;
  return sql`
    insert into presence_journal as stored (user_id, generation, revision, as_of_revision, chosen, chosen_as_of,
      message_text, message_emoji, message_expires_at, message_as_of, last_seen, format)
    select users.id, users.generation, new.revision, new.revision, new.chosen, new.chosen_as_of,
      new.message_text, new.message_emoji, new.message_expires_at, new.message_as_of, new.last_seen, ${FORMAT}::smallint
    from unnest(
      ${text((row) => row.userId)}, ${number((row) => row.generation)}, ${number((row) => row.revision)},
      ${text((row) => row.chosen)}, ${number((row) => row.chosenAsOf)}, ${text((row) => row.message?.text ?? null)},
      ${text((row) => row.message?.emoji ?? null)}, ${number((row) => row.message?.expiresAt ?? null)},
      ${number((row) => row.messageAsOf)}, ${number((row) => row.lastSeen)}
    ) as new (user_id, generation, revision, chosen, chosen_as_of,
      message_text, message_emoji, message_expires_at, message_as_of, last_seen)
    join users on users.id = new.user_id and users.generation = new.generation and users.deleted_at is null
    order by users.id
    for share of users
    on conflict (user_id) do update set
      generation = excluded.generation,
      revision = ${revision}, as_of_revision = ${revision},
      ${later('chosen_as_of', 'chosen')}, ${laterAsOf('chosen_as_of')},
      ${later('message_as_of', 'message_text')}, ${later('message_as_of', 'message_emoji')},
      ${later('message_as_of', 'message_expires_at')}, ${laterAsOf('message_as_of')},
      last_seen = case
        when (excluded.generation, excluded.revision) >= (stored.generation, stored.revision) then excluded.last_seen
        else stored.last_seen
      end
    where stored.format = ${FORMAT} and excluded.generation >= stored.generation
      and ((excluded.generation, excluded.revision) > (stored.generation, stored.revision)
        or ${isOfLater('chosen_as_of')} or ${isOfLater('message_as_of')}
        or ((excluded.generation, excluded.revision) = (stored.generation, stored.revision)
          and excluded.last_seen > coalesce(stored.last_seen, 0)))`;
};

/** Lists of those distinct ids: the journal of the user's present generation, null where no user exists. */
export const journalQuery = (orm: Orm, userIds: readonly string[]) =>
  orm
    .select({
      id: listOf<string>(sql`asked.id`),
      generation: listOf<number | null>(sql`${users.generation}`),
      journal: listOf<StoredRow | null>(sql`case when ${presenceJournal.userId} is not null then ${storedRow} end`),
    })
    .from(sql`unnest(${textArray(userIds)}) as asked (id)`)
    .leftJoin(users, and(eq(users.id, sql`asked.id`), isNull(users.deletedAt)))
    .leftJoin(
      presenceJournal,
      and(eq(presenceJournal.userId, users.id), eq(presenceJournal.generation, users.generation)),
    );

/**
 * The journal in the table `presence_journal` (docs/design.md#2-shape, "Write-behind").
 *
 * A row in a format that this release does not know is never overwritten. The `persisted` of its user throws UNAVAILABLE
 * when it is read, since null would say that nothing was persisted.
 */
export const createJournal = ({ db }: { readonly db: Database }) => {
  const readRows = createLoader<string, JournalRow | null>({
    max: MAX_USERS,
    async load(userIds) {
      const asked = new Set(userIds);
      return await db.run(async (orm) => {
        const { id, generation, journal } = columnsOf(await journalQuery(orm, [...asked]));
        const rows = generation.map((of, row) => (of === null ? null : toRow(of, journal[row] ?? null)));
        return rowsByKey(asked, rows, (_, row) => id[row]!);
      });
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
