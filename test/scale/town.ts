/** A database of a million users, made in SQL. */
import type postgres from 'postgres';

/** How many there are of each. */
export const TOWN = {
  users: 1_000_000,
  /** Of `star`; the users, and more ids that nobody was named by yet. */
  followers: 3_000_000,
  /** `fan0` and on, who follow about as many as one may: but for those of `star`, few follow many. */
  fans: 300,
  follows: 9_999,
  /** Of `u1`: half of them block, half are blocked. */
  blocks: 300_000,
  /** Of 5,000 members, `u2` in each, whose other members share nobody else. */
  circles: 12,
  members: 5_000,
  /** Of `u3`. */
  conversations: 20_000,
  log: 200_000,
} as const;

const TABLES = [
  'users',
  'follows',
  'blocks',
  'circles',
  'circle_members',
  'conversations',
  'conversation_members',
  'presence_journal',
  'fact_log',
];

const FILL = [
  `insert into users (id, name) select 'u' || i, 'User ' || i from generate_series(0, ${TOWN.users - 1}) as i
    union all select 'star', 'Star' union all select 'fan' || i, 'Fan' from generate_series(0, ${TOWN.fans - 1}) as i`,
  `insert into follows (follower_id, followee_id)
    select 'u' || i, 'star' from generate_series(0, ${TOWN.followers - 1}) as i`,
  `insert into follows (follower_id, followee_id)
    select 'fan' || f, 'u' || (f * 3301 + i * 97) % ${TOWN.users}
    from generate_series(0, ${TOWN.fans - 1}) as f, generate_series(1, ${TOWN.follows}) as i`,
  `insert into blocks (blocker_id, blocked_id)
    select case when i % 2 = 0 then 'u1' else 'u' || i + 10 end, case when i % 2 = 0 then 'u' || i + 10 else 'u1' end
    from generate_series(0, ${TOWN.blocks - 1}) as i`,
  `insert into circles select 'big' || c from generate_series(0, ${TOWN.circles - 1}) as c
    union all select 'small' || c from generate_series(0, 19999) as c`,
  `insert into circle_members (circle_id, user_id)
    select 'big' || c, 'u' || 100000 + c * ${TOWN.members} + i
    from generate_series(0, ${TOWN.circles - 1}) as c, generate_series(1, ${TOWN.members - 1}) as i
    union all select 'big' || c, 'u2' from generate_series(0, ${TOWN.circles - 1}) as c
    union all select 'small' || i / 20, 'u' || 200000 + i from generate_series(0, 399999) as i`,
  `insert into conversations (id) select 'talk' || k from generate_series(0, ${TOWN.conversations - 1}) as k
    union all select 'chat' || k from generate_series(0, 99999) as k union all select 'hall'`,
  `insert into conversation_members (conversation_id, user_id)
    select 'talk' || k, 'u3' from generate_series(0, ${TOWN.conversations - 1}) as k
    union all select 'talk' || k, 'u' || 600000 + k from generate_series(0, ${TOWN.conversations - 1}) as k
    union all select 'hall', 'u' || i from generate_series(0, ${TOWN.members - 2}) as i
    union all select 'chat' || i / 5, 'u' || 300000 + i from generate_series(0, 499999) as i`,
  `insert into presence_journal (user_id, generation, revision, chosen, last_seen, format)
    select 'u' || i, 1, 1, 'ONLINE', 1, 1 from generate_series(0, ${TOWN.users - 1}) as i`,
  `insert into fact_log (xid, format, change)
    select (3 + i % 500)::text::xid8, 1, '{"kind":"relation","users":["a","b"],"narrows":false}'
    from generate_series(1, ${TOWN.log}) as i`,
];

interface Index {
  readonly table: string;
  readonly name: string;
  readonly definition: string;
  /** The constraint that it is of. */
  readonly constraint: string | null;
}

/**
 * Fills the empty tables. Indexes are those of the migrations: they are made again after the rows, which takes a third of
 * the time. `client` is a session without a statement timeout.
 */
export const fillTown = async (client: postgres.Sql): Promise<void> => {
  const indexes = await client<Index[]>`
    select tablename as table, indexname as name, indexdef as definition, pg_get_constraintdef(pg_constraint.oid) as constraint
    from pg_indexes left join pg_constraint on conname = indexname
    where schemaname = 'public' and tablename in ${client(TABLES)}`;
  for (const { table, name, constraint } of indexes) {
    await client.unsafe(
      constraint === null ? `drop index "${name}"` : `alter table ${table} drop constraint "${name}"`,
    );
  }
  for (const statement of FILL) await client.unsafe(statement);
  for (const { table, name, definition, constraint } of indexes) {
    await client.unsafe(
      constraint === null ? definition : `alter table ${table} add constraint "${name}" ${constraint}`,
    );
  }
  await client.unsafe('vacuum analyze');
  await client.unsafe('checkpoint');
};
