/** The access summary of one user: existence, privacy, and the kinds of relations that the user has with anybody. */
import { type SQL, sql } from 'drizzle-orm';
import type { Pair } from '../../presence/ports/access.js';
import type { AccessChange } from '../../presence/ports/bus.js';
import { type Audience, DEFAULT_PRIVACY, dependsOnRelation, type Privacy } from '../../presence/visibility.js';
import type { Orm } from './database.js';
import { exists, textArray } from './expressions.js';
import { rowsByKey } from './rowsByKey.js';

/** Kinds of relations, as bits. Two users can be related in a kind only if both have relations of that kind. */
export const RELATION_KINDS = { follows: 1, circles: 2, conversations: 4, blocks: 8 } as const;

export interface AccessSummary {
  readonly exists: boolean;
  readonly privacy: Privacy;
  /** The sum of the {@link RELATION_KINDS} of which the user has any relation. */
  readonly relationKinds: number;
}

/** Whether the two may be related in a way that the user's visibility depends on. */
export const mayRelate = (viewer: AccessSummary, user: AccessSummary): boolean => {
  const shared = viewer.relationKinds & user.relationKinds;
  return user.exists && (dependsOnRelation(user.privacy) ? shared : shared & RELATION_KINDS.blocks) !== 0;
};

/** The users whose summaries an access change may alter. */
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

const relationKind = (bit: number, ...anywhere: readonly SQL[]): SQL =>
  sql`case when ${sql.join(anywhere.map(exists), sql` or `)} then ${sql.raw(String(bit))} else 0 end`;

/**
 * A subquery with the summary of each of the ids, one row each. `known` is true of a tombstone too; privacy is null both
 * for a tombstone and for an unknown id.
 */
export const accessSummariesOf = (userIds: readonly string[]): SQL => sql`
  select asked.id, found.id is not null as known, found.status, found.last_seen, found.activity,
    ${relationKind(RELATION_KINDS.follows, sql`follows where follower_id = asked.id`, sql`follows where followee_id = asked.id`)}
    + ${relationKind(RELATION_KINDS.circles, sql`circle_members where user_id = asked.id`)}
    + ${relationKind(RELATION_KINDS.conversations, sql`conversation_members where user_id = asked.id`)}
    + ${relationKind(RELATION_KINDS.blocks, sql`blocks where blocker_id = asked.id`, sql`blocks where blocked_id = asked.id`)} as relation_kinds
  from unnest(${textArray(userIds)}) as asked (id)
  left join lateral (
    select id,
      case when deleted_at is null then privacy_status end as status,
      case when deleted_at is null then privacy_last_seen end as last_seen,
      case when deleted_at is null then privacy_activity end as activity
    from users where users.id = asked.id offset 0
  ) as found on true`;

/** The columns of {@link accessSummariesOf} that {@link toAccessSummary} takes, by the alias of the subquery. */
export const accessSummaryColumns = (alias: 'summary' | 'viewer' | 'seen') => {
  const column = <T>(name: string): SQL<T> => sql<T>`${sql.raw(alias)}.${sql.raw(name)}`;
  return {
    status: column<Audience | null>('status'),
    lastSeen: column<Audience | null>('last_seen'),
    activity: column<Audience | null>('activity'),
    relationKinds: column<number>('relation_kinds'),
  };
};

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

/** A summary of {@link accessSummariesOf} as one text, for {@link accessSummaryIn}: there are few different ones. */
export const accessSummaryText = (alias: 'viewer' | 'seen'): SQL<string> => {
  const columns = ['relation_kinds', 'status', 'last_seen', 'activity'].map((name) => sql.raw(`${alias}.${name}`));
  return sql<string>`concat_ws(' ', ${sql.join(columns, sql`, `)})`;
};

/** The summaries by their texts: those that are alike are one object. */
const byText = new Map<string, AccessSummary>();

/** The summary in an {@link accessSummaryText}, which leaves out what is null. */
export const accessSummaryIn = (text: string): AccessSummary => {
  const known = byText.get(text);
  if (known) return known;
  const [relationKinds, status = null, lastSeen = null, activity = null] = text.split(' ') as [string, ...Audience[]];
  const summary = toAccessSummary({ status, lastSeen, activity, relationKinds: Number(relationKinds) });
  byText.set(text, summary);
  return summary;
};

/** Summaries by id, of users and of tombstones; unknown ids are missing. */
export const readAccessSummaries = async (
  orm: Orm,
  userIds: ReadonlySet<string>,
): Promise<Map<string, AccessSummary>> => {
  const rows = await orm
    .select({ id: sql<string>`summary.id`, known: sql<boolean>`summary.known`, ...accessSummaryColumns('summary') })
    .from(sql`(${accessSummariesOf([...userIds])}) as summary`);
  const found = rowsByKey(userIds, rows, ({ id }) => id);
  return new Map([...found].flatMap(([id, row]) => (row.known ? [[id, toAccessSummary(row)]] : [])));
};

/** The distinct users of the pairs, on either side. */
export const usersOf = (pairs: readonly Pair[]): readonly string[] => [
  ...new Set(pairs.flatMap(({ viewerId, userId }) => [viewerId, userId])),
];
