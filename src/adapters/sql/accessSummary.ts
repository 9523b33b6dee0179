/** What is kept of one user for all who look: existence, privacy, and what kinds of ties they have at all. */
import { type SQL, sql } from 'drizzle-orm';
import type { Pair } from '../../presence/ports/access.js';
import type { AccessChange } from '../../presence/ports/bus.js';
import { type Audience, DEFAULT_PRIVACY, dependsOnRelation, type Privacy } from '../../presence/visibility.js';
import { byKey } from './answers.js';
import { textArray } from './arrays.js';
import type { Orm } from './database.js';

/** Kinds of ties, as bits. A pair is tied in a kind only if both have ties of that kind. */
export const RELATION_KINDS = { follows: 1, circles: 2, conversations: 4, blocks: 8 } as const;

export interface AccessSummary {
  readonly exists: boolean;
  readonly privacy: Privacy;
  /** The sum of {@link RELATION_KINDS}: of which kinds the user has any, with whomever. */
  readonly relationKinds: number;
}

/** Whether it matters how the viewer stands to the user, and may be otherwise than not at all. */
export const mayRelate = (viewer: AccessSummary, user: AccessSummary): boolean => {
  const shared = viewer.relationKinds & user.relationKinds;
  return user.exists && (dependsOnRelation(user.privacy) ? shared : shared & RELATION_KINDS.blocks) !== 0;
};

/** Whose standing a change of facts may change. */
export const accessSummariesTouched = (change: AccessChange): readonly string[] => {
  switch (change.kind) {
    case 'relation':
      return change.users;
    case 'user':
      return [change.userId];
    default:
      return change.changed;
  }
};

/**
 * True or false. `offset 0` keeps PostgreSQL from turning a question about one into a scan of a whole table, hashed for
 * all: without statistics (PGlite gathers none) it takes that for cheaper, and for circles it means all who share any.
 */
export const exists = (from: SQL): SQL<boolean> => sql<boolean>`exists (select from ${from} offset 0)`;

const relationKind = (bit: number, ...anywhere: readonly SQL[]): SQL =>
  sql`case when ${sql.join(anywhere.map(exists), sql` or `)} then ${sql.raw(String(bit))} else 0 end`;

/** The standings of those ids, one row each, as a table: `known` is also true of a tombstone, and privacy null of both. */
export const accessSummariesOf = (userIds: readonly string[]): SQL => sql`
  select asked.id, found.id is not null as known, found.status, found.last_seen, found.activity,
    ${relationKind(RELATION_KINDS.follows, sql`follows where follower_id = asked.id`, sql`follows where followee_id = asked.id`)}
    + ${relationKind(RELATION_KINDS.circles, sql`circle_members where user_id = asked.id`)}
    + ${relationKind(RELATION_KINDS.conversations, sql`conversation_members where user_id = asked.id`)}
    + ${relationKind(RELATION_KINDS.blocks, sql`blocks where blocker_id = asked.id`, sql`blocks where blocked_id = asked.id`)} as ties
  from unnest(${textArray(userIds)}) as asked (id)
  left join lateral (
    select id,
      case when deleted_at is null then privacy_status end as status,
      case when deleted_at is null then privacy_last_seen end as last_seen,
      case when deleted_at is null then privacy_activity end as activity
    from users where users.id = asked.id offset 0
  ) as found on true`;

/** What is read of {@link accessSummariesOf}, under whatever name it has in a statement. */
export const accessSummaryColumns = (table: 'standing' | 'viewer' | 'seen') => {
  const column = <T>(name: string): SQL<T> => sql<T>`${sql.raw(table)}.${sql.raw(name)}`;
  return {
    status: column<Audience | null>('status'),
    lastSeen: column<Audience | null>('last_seen'),
    activity: column<Audience | null>('activity'),
    relationKinds: column<number>('ties'),
  };
};

/** The same, read. */
interface AccessSummaryRow {
  readonly status: Audience | null;
  readonly lastSeen: Audience | null;
  readonly activity: Audience | null;
  readonly relationKinds: number;
}

export const toAccessSummary = ({ status, lastSeen, activity, relationKinds }: AccessSummaryRow): AccessSummary =>
  status !== null && lastSeen !== null && activity !== null
    ? { exists: true, privacy: { status, lastSeen, activity }, relationKinds }
    : { exists: false, privacy: DEFAULT_PRIVACY, relationKinds };

/** The standings of users who exist or did, by id. */
export const readAccessSummaries = async (
  orm: Orm,
  userIds: ReadonlySet<string>,
): Promise<Map<string, AccessSummary>> => {
  const rows = await orm
    .select({ id: sql<string>`standing.id`, known: sql<boolean>`standing.known`, ...accessSummaryColumns('standing') })
    .from(sql`(${accessSummariesOf([...userIds])}) as standing`);
  const found = byKey(userIds, rows, ({ id }) => id);
  return new Map([...found].flatMap(([id, row]) => (row.known ? [[id, toAccessSummary(row)]] : [])));
};

/** The different users of pairs. */
export const usersOf = (pairs: readonly Pair[]): readonly string[] => [
  ...new Set(pairs.flatMap(({ viewerId, userId }) => [viewerId, userId])),
];
