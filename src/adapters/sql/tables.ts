import { sql } from 'drizzle-orm';
import {
  bigint,
  boolean,
  check,
  customType,
  index,
  integer,
  jsonb,
  pgSequence,
  pgTable,
  primaryKey,
  smallint,
  text,
} from 'drizzle-orm/pg-core';
import { STATUSES } from '../../presence/types.js';
import { AUDIENCES } from '../../presence/visibility.js';
import { serverNow } from './expressions.js';

/**
 * An id. `COLLATE "C"` orders by the bytes of UTF-8, that is by code point, in every locale. JavaScript's `<` orders by
 * UTF-16 code unit: the two differ only between a character beyond U+FFFF and one of U+E000 to U+FFFF.
 */
const id = customType<{ data: string }>({ dataType: () => 'text COLLATE "C"' });
/** An instant or a revision, in milliseconds since 1970: a double holds it exactly. */
const instant = (name: string) => bigint(name, { mode: 'number' });
const audience = (name: string) => text(name, { enum: AUDIENCES }).notNull().default('FOLLOWERS');

/**
 * The users. A deleted one stays as a tombstone (`deletedAt`) with default values; an upsert after that begins another
 * `generation`. Privacy is stored as chosen, also where `lastSeen` or `activity` is wider than `status`: see
 * `effectivePrivacy`.
 */
export const users = pgTable(
  'users',
  {
    id: id('id').primaryKey(),
    name: text('name'),
    avatarUrl: text('avatar_url'),
    privacyStatus: audience('privacy_status'),
    privacyLastSeen: audience('privacy_last_seen'),
    privacyActivity: audience('privacy_activity'),
    generation: integer('generation').notNull().default(1),
    deletedAt: instant('deleted_at'),
    createdAt: instant('created_at').notNull().default(serverNow),
  },
  (t) => [index('users_present').on(t.id).where(sql`${t.deletedAt} is null`)],
);

/** Numbers relations and memberships in the order of their writing. */
export const relationNumbers = pgSequence('relation_numbers');

/**
 * The number of a relation or membership, from {@link relationNumbers}; null in rows of earlier releases. It tells the rows
 * of a deleted user that are still to be removed from those written after the deletion.
 */
const since = () => bigint('since', { mode: 'number' }).default(sql`nextval('relation_numbers')`);

/** Deleted users of whose relations and memberships some with numbers below `before` may be left. */
export const deletions = pgTable('deletions', {
  userId: id('user_id').primaryKey(),
  before: bigint('before', { mode: 'number' }).notNull(),
});

// Relations and memberships have no foreign key on users: they may name an unknown user, and take effect when that user
// appears. Members are written and removed together with their circle or conversation, under its lock: a foreign key
// there would cost a look-up for each of 5,000 members and guard nothing. Each table is read from both ends, so each has
// its primary key and an index on the reversed pair.

export const follows = pgTable(
  'follows',
  { followerId: id('follower_id').notNull(), followeeId: id('followee_id').notNull(), since: since() },
  (t) => [
    primaryKey({ columns: [t.followerId, t.followeeId] }),
    index('follows_by_followee').on(t.followeeId, t.followerId),
  ],
);

export const blocks = pgTable(
  'blocks',
  { blockerId: id('blocker_id').notNull(), blockedId: id('blocked_id').notNull(), since: since() },
  (t) => [primaryKey({ columns: [t.blockerId, t.blockedId] }), index('blocks_by_blocked').on(t.blockedId, t.blockerId)],
);

export const circles = pgTable('circles', { id: id('id').primaryKey() });

export const circleMembers = pgTable(
  'circle_members',
  {
    circleId: id('circle_id').notNull(),
    userId: id('user_id').notNull(),
    since: since(),
  },
  (t) => [primaryKey({ columns: [t.circleId, t.userId] }), index('circle_members_by_user').on(t.userId, t.circleId)],
);

export const conversations = pgTable('conversations', {
  id: id('id').primaryKey(),
  open: boolean('open').notNull().default(false),
});

export const conversationMembers = pgTable(
  'conversation_members',
  {
    conversationId: id('conversation_id').notNull(),
    userId: id('user_id').notNull(),
    since: since(),
  },
  (t) => [
    primaryKey({ columns: [t.conversationId, t.userId] }),
    index('conversation_members_by_user').on(t.userId, t.conversationId),
  ],
);

/** What of a user's presence outlives a restart: one row a user, written behind. */
export const presenceJournal = pgTable(
  'presence_journal',
  {
    userId: id('user_id').primaryKey(),
    generation: integer('generation').notNull(),
    revision: instant('revision').notNull(),
    chosen: text('chosen', { enum: STATUSES }).notNull(),
    messageText: text('message_text'),
    messageEmoji: text('message_emoji'),
    messageExpiresAt: instant('message_expires_at'),
    lastSeen: instant('last_seen'),
    /** The revisions as of which the choice and the message are known. */
    chosenAsOf: instant('chosen_as_of'),
    messageAsOf: instant('message_as_of'),
    /**
     * The revision with which those two were written. Where `revision` differs, an earlier release wrote the row, and all of
     * it is known as of `revision`.
     */
    asOfRevision: instant('as_of_revision'),
    /** The format of the row. A release never overwrites a format that it does not know. */
    format: smallint('format').notNull(),
  },
  (t) => [
    check(
      'presence_journal_message',
      sql`${t.messageText} is not null or (${t.messageEmoji} is null and ${t.messageExpiresAt} is null)`,
    ),
  ],
);

const xid8 = customType<{ data: string }>({ dataType: () => 'xid8' });

/**
 * The change log: one row for each access change, written in the transaction of the change; `changeLog.ts` tells how it is
 * read without missing any. Rows are kept for an hour.
 */
export const changeLog = pgTable(
  'fact_log',
  {
    /** In the order of changes that depend on each other: a writer that waited for a lock draws a later number. */
    id: bigint('id', { mode: 'number' }).primaryKey().generatedByDefaultAsIdentity(),
    /** The transaction that wrote it. */
    xid: xid8('xid').notNull().default(sql`pg_current_xact_id()`),
    at: instant('at').notNull().default(serverNow),
    /** The format of `change`. */
    format: smallint('format').notNull(),
    /** A `StoredAccessChange` without its `logId`. */
    change: jsonb('change').notNull(),
  },
  (t) => [index('fact_log_by_xid').on(t.xid)],
);
