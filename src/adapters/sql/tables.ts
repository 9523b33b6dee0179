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
  uniqueIndex,
} from 'drizzle-orm/pg-core';
import { DEVICES, STATUSES } from '../../presence/types.js';
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
    /** Acts with lower numbers were told by somebody who had the id before. */
    actsFrom: bigint('acts_from', { mode: 'number' }).notNull().default(0),
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

export const conversations = pgTable(
  'conversations',
  {
    id: id('id').primaryKey(),
    open: boolean('open').notNull().default(false),
    /** Who is blocked either way with the owner may not use it. */
    ownerId: id('owner_id'),
    /** Of the owner, as it was given to them: who has that id later is another user, and owns nothing of it. */
    ownerGeneration: integer('owner_generation').notNull().default(1),
    /** Who of the owner's audience may use it; null: nobody by this. */
    audience: text('audience', { enum: AUDIENCES }),
  },
  (t) => [index('conversations_by_owner').on(t.ownerId).where(sql`${t.ownerId} is not null`)],
);

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

/**
 * Who was seen when, on which device: spans as others saw them (docs/doors.md#history). Those of one user and device never overlap.
 * Written only where `PRESENCE_HISTORY` is set.
 */
export const presenceHistory = pgTable(
  'presence_history',
  {
    userId: id('user_id').notNull(),
    generation: integer('generation').notNull(),
    device: text('device', { enum: DEVICES }).notNull(),
    status: text('status', { enum: STATUSES }).notNull(),
    fromAt: instant('from_at').notNull(),
    /** Null while it goes on. */
    toAt: instant('to_at'),
  },
  (t) => [
    primaryKey({ columns: [t.userId, t.generation, t.device, t.fromAt] }),
    check('presence_history_order', sql`${t.toAt} > ${t.fromAt}`),
    index('presence_history_open').on(t.userId, t.device).where(sql`${t.toAt} is null`),
    index('presence_history_by_age').on(t.toAt).where(sql`${t.toAt} is not null`),
  ],
);

/** Up to where the history of a user is written. Its row is the lock of that history: several are taken in the order of ids. */
export const presenceHistoryHeads = pgTable('presence_history_heads', {
  userId: id('user_id').primaryKey(),
  generation: integer('generation').notNull(),
  /** The revision of the latest step that was written: earlier ones come too late. */
  asOf: instant('as_of').notNull().default(0),
  /** The day, in days since 1970, on which `opened` spans began. */
  day: integer('day').notNull().default(0),
  opened: integer('opened').notNull().default(0),
});

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

/**
 * The social log: one row for each change of what happens around people, as {@link changeLog} for access. A table of its own: a
 * storm of likes must not stand between a block and its nodes. Rows are kept for an hour.
 */
export const socialLog = pgTable(
  'social_log',
  {
    id: bigint('id', { mode: 'number' }).primaryKey().generatedByDefaultAsIdentity(),
    xid: xid8('xid').notNull().default(sql`pg_current_xact_id()`),
    at: instant('at').notNull().default(serverNow),
    format: smallint('format').notNull(),
    /** Whom it concerns, see `socialTopics`: a node reads only the changes of topics that it listens to. */
    topic: text('topic').notNull(),
    /** A `SocialChange` without its `logId`. */
    change: jsonb('change').notNull(),
  },
  (t) => [index('social_log_by_xid').on(t.xid)],
);

/** What somebody did, as the host told it. One that was taken back stays until it is told again or too old. */
export const acts = pgTable(
  'acts',
  {
    id: id('id').primaryKey(),
    /** The order of the telling. */
    seq: bigint('seq', { mode: 'number' }).notNull().generatedByDefaultAsIdentity(),
    actorId: id('actor_id').notNull(),
    verb: text('verb').notNull(),
    objectId: id('object_id'),
    objectType: text('object_type'),
    text: text('text'),
    data: text('data'),
    audience: audience('audience'),
    at: instant('at').notNull(),
    /** When it was told first, on the database's clock: its age. */
    toldAt: instant('told_at').notNull().default(serverNow),
    /** When it was taken back. */
    goneAt: instant('gone_at'),
  },
  (t) => [
    index('acts_of_actor').on(t.actorId, t.seq.desc()).where(sql`${t.goneAt} is null and ${t.audience} <> 'NOBODY'`),
    index('acts_by_actor').on(t.actorId, t.id),
    index('acts_of_object').on(t.objectId, t.seq.desc()),
    index('acts_by_age').on(t.toldAt),
  ],
);

/** The tray of a user. Its row is the lock of the tray: several are taken in the order of ids. */
export const inboxes = pgTable('inboxes', {
  userId: id('user_id').primaryKey(),
  revision: bigint('revision', { mode: 'number' }).notNull().default(0),
  /** The revision up to which the user has seen the tray. */
  seen: bigint('seen', { mode: 'number' }).notNull().default(0),
  /** The revision at which notices were last removed for their age or number: changes from before it are not complete. */
  swept: bigint('swept', { mode: 'number' }).notNull().default(0),
  /** The instant of the revision: it grows with it. */
  asOf: instant('as_of').notNull().default(serverNow),
});

/**
 * A group of acts in one tray. Indexes here are read backwards for what is latest: one that is descending sorts null last, and does not
 * serve `desc`.
 */
export const notices = pgTable(
  'notices',
  {
    userId: id('user_id').notNull(),
    id: id('id').notNull(),
    groupKey: text('group_key').notNull(),
    verb: text('verb').notNull(),
    objectId: id('object_id'),
    objectType: text('object_type'),
    /** The revision of the tray at its latest shown act. */
    position: bigint('position', { mode: 'number' }).notNull(),
    /** The revision of the tray at its latest visible change. */
    changed: bigint('changed', { mode: 'number' }).notNull(),
    /** When its latest act was told. */
    at: instant('at').notNull(),
    readAt: instant('read_at'),
    /** Distinct actors of shown acts; 0: it is gone. */
    actors: integer('actors').notNull().default(0),
    /** When a push is due, unless it is looked at before; null: never, or told. */
    dueAt: instant('due_at'),
  },
  (t) => [
    primaryKey({ columns: [t.userId, t.id] }),
    uniqueIndex('notices_open').on(t.userId, t.groupKey).where(sql`${t.readAt} is null`),
    index('notices_shown').on(t.userId, t.position, t.id).where(sql`${t.actors} > 0`),
    index('notices_unread').on(t.userId, t.position).where(sql`${t.readAt} is null and ${t.actors} > 0`),
    index('notices_changed').on(t.userId, t.changed),
    index('notices_by_age').on(t.at),
    index('notices_due').on(t.dueAt).where(sql`${t.dueAt} is not null`),
  ],
);

/** The acts of notices. */
export const noticeActs = pgTable(
  'notice_acts',
  {
    userId: id('user_id').notNull(),
    actId: id('act_id').notNull(),
    noticeId: id('notice_id').notNull(),
    actorId: id('actor_id').notNull(),
    seq: bigint('seq', { mode: 'number' }).notNull(),
    /** Not taken back, and not hidden by a block or a mute. */
    shown: boolean('shown').notNull(),
    /** A block or a mute hides it, or did when it was last looked at: what comes back with an unblocking is among these. */
    hidden: boolean('hidden').notNull().default(false),
    /** The latest shown act of its actor in the notice: a notice has one for each of its actors. */
    latest: boolean('latest').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.userId, t.actId] }),
    index('notice_acts_latest').on(t.userId, t.noticeId, t.seq).where(sql`${t.latest}`),
    index('notice_acts_by_notice').on(t.userId, t.noticeId, t.shown, t.seq),
    index('notice_acts_by_actor').on(t.userId, t.actorId, t.noticeId, t.shown, t.seq),
    index('notice_acts_by_act').on(t.actId),
    index('notice_acts_hidden').on(t.userId, t.actorId).where(sql`${t.hidden}`),
    index('notice_acts_hidden_by_notice').on(t.userId, t.noticeId).where(sql`${t.hidden}`),
  ],
);

/**
 * Conversations that were deleted: nothing that is told about one shows, until it is made again. Kept for as long as an act that it
 * holds back, and as acts are.
 */
export const deletedObjects = pgTable(
  'deleted_objects',
  {
    objectId: id('object_id').primaryKey(),
    at: instant('at').notNull().default(serverNow),
    /** Acts with lower numbers are about a conversation that was deleted: they never come back. */
    before: bigint('before', { mode: 'number' }).notNull().default(0),
    /** The same of the deletion before the last one. */
    formerBefore: bigint('former_before', { mode: 'number' }).notNull().default(0),
    /** It was made again. */
    reopened: boolean('reopened').notNull().default(false),
  },
  (t) => [index('deleted_objects_by_age').on(t.at)],
);

/** What the host counts: registers. */
export const counts = pgTable(
  'counts',
  {
    objectId: id('object_id').notNull(),
    name: text('name').notNull(),
    value: integer('value').notNull(),
    /** The host's version of the value. */
    version: bigint('version', { mode: 'bigint' }).notNull(),
    asOf: instant('as_of').notNull(),
  },
  (t) => [primaryKey({ columns: [t.objectId, t.name] }), index('counts_by_age').on(t.asOf)],
);

/** Users and objects whose acts a user does not see. */
export const mutes = pgTable(
  'mutes',
  {
    userId: id('user_id').notNull(),
    kind: text('kind', { enum: ['user', 'object'] }).notNull(),
    targetId: id('target_id').notNull(),
    since: since(),
  },
  (t) => [primaryKey({ columns: [t.userId, t.kind, t.targetId] }), index('mutes_by_target').on(t.targetId, t.kind)],
);

/**
 * What is to be removed or taken back in batches: acts of a deleted user or about a deleted object, the tray and the mutes of a
 * deleted user, the oldest notices of a tray that has too many.
 */
export const removals = pgTable(
  'social_removals',
  {
    kind: text('kind', { enum: ['actor', 'object', 'tray', 'excess'] }).notNull(),
    targetId: id('target_id').notNull(),
    /** Acts that were told later stay; 0 where there is no such bound. */
    before: bigint('before', { mode: 'number' }).notNull().default(0),
    /** Of an object: not everybody may have been able to use it. So it is of what a node wrote that does not know. */
    wasConversation: boolean('was_conversation').notNull().default(true),
  },
  (t) => [primaryKey({ columns: [t.kind, t.targetId] })],
);

/** Users whom a consumer of states was told to be live, see `ToldLive`. */
export const toldLive = pgTable(
  'told_live',
  { consumer: text('consumer').notNull(), userId: id('user_id').notNull() },
  (t) => [primaryKey({ columns: [t.consumer, t.userId] })],
);

/** What happened once and the webhook has yet to be told, see `EventOutbox`. Rows are kept for a day. */
export const webhookEvents = pgTable(
  'webhook_events',
  {
    id: bigint('id', { mode: 'number' }).primaryKey().generatedByDefaultAsIdentity(),
    kind: text('kind', { enum: ['notice.due', 'user.deleted'] }).notNull(),
    userId: id('user_id').notNull(),
    /** The notice that is due; empty: none. */
    noticeId: id('notice_id').notNull().default(''),
    /** The revision of the tray at the notice's latest act; 0: none. */
    position: bigint('position', { mode: 'number' }).notNull().default(0),
    at: instant('at').notNull().default(serverNow),
    /** When it is tried next. */
    dueAt: instant('due_at').notNull().default(serverNow),
    /** How often it was refused. */
    refusals: integer('refusals').notNull().default(0),
  },
  (t) => [index('webhook_events_due').on(t.dueAt, t.id), index('webhook_events_by_age').on(t.at)],
);
