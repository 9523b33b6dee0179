/** What is kept of one user for all who look: existence, privacy, and what kinds of ties they have at all. */
import { type SQL, sql } from 'drizzle-orm';
import type { FactChange, Pair } from '../../presence/ports.js';
import { type Audience, DEFAULT_PRIVACY, dependsOnRelation, type Privacy } from '../../presence/visibility.js';
import { byKey } from './answers.js';
import { textArray } from './arrays.js';
import type { Orm } from './database.js';

/** Kinds of ties, as bits. A pair is tied in a kind only if both have ties of that kind. */
export const TIES = { follows: 1, circles: 2, conversations: 4, blocks: 8 } as const;

export interface Standing {
  readonly exists: boolean;
  readonly privacy: Privacy;
  /** The sum of {@link TIES}: of which kinds the user has any, with whomever. */
  readonly ties: number;
}

/** Whether it matters how the viewer stands to the user, and may be otherwise than not at all. */
export const mayRelate = (viewer: Standing, user: Standing): boolean => {
  const shared = viewer.ties & user.ties;
  return user.exists && (dependsOnRelation(user.privacy) ? shared : shared & TIES.blocks) !== 0;
};

/** Whose standing a change of facts may change. */
export const standingsTouched = (change: FactChange): readonly string[] => {
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

const tie = (bit: number, ...anywhere: readonly SQL[]): SQL =>
  sql`case when ${sql.join(anywhere.map(exists), sql` or `)} then ${sql.raw(String(bit))} else 0 end`;

/** The standings of those ids, one row each, as a table: `known` is also true of a tombstone, and privacy null of both. */
export const standingsOf = (userIds: readonly string[]): SQL => sql`
  select asked.id, found.id is not null as known, found.status, found.last_seen, found.activity,
    ${tie(TIES.follows, sql`follows where follower_id = asked.id`, sql`follows where followee_id = asked.id`)}
    + ${tie(TIES.circles, sql`circle_members where user_id = asked.id`)}
    + ${tie(TIES.conversations, sql`conversation_members where user_id = asked.id`)}
    + ${tie(TIES.blocks, sql`blocks where blocker_id = asked.id`, sql`blocks where blocked_id = asked.id`)} as ties
  from unnest(${textArray(userIds)}) as asked (id)
  left join lateral (
    select id,
      case when deleted_at is null then privacy_status end as status,
      case when deleted_at is null then privacy_last_seen end as last_seen,
      case when deleted_at is null then privacy_activity end as activity
    from users where users.id = asked.id offset 0
  ) as found on true`;

/** What is read of {@link standingsOf}, under whatever name it has in a statement. */
export const standingColumns = (table: 'standing' | 'viewer' | 'seen') => {
  const column = <T>(name: string): SQL<T> => sql<T>`${sql.raw(table)}.${sql.raw(name)}`;
  return {
    status: column<Audience | null>('status'),
    lastSeen: column<Audience | null>('last_seen'),
    activity: column<Audience | null>('activity'),
    ties: column<number>('ties'),
  };
};

/** The same, read. */
interface StandingRow {
  readonly status: Audience | null;
  readonly lastSeen: Audience | null;
  readonly activity: Audience | null;
  readonly ties: number;
}

export const toStanding = ({ status, lastSeen, activity, ties }: StandingRow): Standing =>
  status !== null && lastSeen !== null && activity !== null
    ? { exists: true, privacy: { status, lastSeen, activity }, ties }
    : { exists: false, privacy: DEFAULT_PRIVACY, ties };

/** The standings of users who exist or did, by id. */
export const readStandings = async (orm: Orm, userIds: ReadonlySet<string>): Promise<Map<string, Standing>> => {
  const rows = await orm
    .select({ id: sql<string>`standing.id`, known: sql<boolean>`standing.known`, ...standingColumns('standing') })
    .from(sql`(${standingsOf([...userIds])}) as standing`);
  const found = byKey(userIds, rows, ({ id }) => id);
  return new Map([...found].flatMap(([id, row]) => (row.known ? [[id, toStanding(row)]] : [])));
};

/** The different users of pairs. */
export const usersOf = (pairs: readonly Pair[]): readonly string[] => [
  ...new Set(pairs.flatMap(({ viewerId, userId }) => [viewerId, userId])),
];
