import { sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/postgres-js';
import { migrate } from 'drizzle-orm/postgres-js/migrator';
import postgres from 'postgres';
import { withTimeout } from '../../async/timeout.js';
import { codeOf, messageOf, rootOf, StartFault } from '../../config/startFault.js';
import type { OpenDatabase } from './database.js';
import { createDatabase } from './database.js';
import { checkDriver } from './driver.js';
import { migrationsFolder } from './packagePaths.js';
import { withRowCountCheck } from './rowCountCheck.js';
import { type SessionSettings, settleSettings } from './sessionSettings.js';

/** Connections of one node. */
const POOL = 10;
/** A server or network that does not answer is UNAVAILABLE within 2 s (docs/operations.md, "When something fails"). */
const DEADLINE_MS = 1_800;
/**
 * Settings of the sessions that serve users, as `pg_settings` shows them: milliseconds without their unit. Tests that look
 * at query plans use them too.
 */
export const SESSION_SETTINGS: SessionSettings = {
  // The server cancels a statement before the caller gives up, which frees the connection.
  statement_timeout: '1500',
  // Releases the locks of a node that vanished in the middle of a transaction.
  idle_in_transaction_session_timeout: '5000',
  // The planner takes the facts of 1,000 pairs for worth compiling; that takes longer than reading them.
  jit: 'off',
  // Where few users follow many, statistics suggest that a scan soon finds anybody's follows; for a user who follows
  // nobody it reads the whole table, once a pair. Every query has its index.
  enable_seqscan: 'off',
};
const CONNECT_TIMEOUT_SECONDS = 5;
/** Without a single answer for so long, connections are replaced: TCP alone would retry for a quarter of an hour. */
const SILENCE_MS = 10_000;
/** How long the server has for its first answer when a node starts: postgres.js would retry forever. */
const FIRST_ANSWER_MS = 10_000;
/** The advisory lock under which nodes migrate: "rollcall" in ASCII. */
const MIGRATION_LOCK = 0x726f6c6c63616c6cn;

const connect = (url: string, max: number, settings: SessionSettings) =>
  postgres(url, {
    max,
    connect_timeout: CONNECT_TIMEOUT_SECONDS,
    // Reconnects within a second of the server's return, not within postgres.js's twenty.
    backoff: (attempt: number) => Math.min(0.1 * 2 ** attempt, 1),
    connection: { application_name: 'rollcall', ...settings },
    // Arrays are sent as text, so there are no types to look up.
    fetch_types: false,
    // A pooler may run the next transaction in a session that does not know the prepared statement.
    prepare: false,
    onnotice: () => {},
  });

/** Resolves when the server at `url` answers. Rejects when it refuses, or gives no valid answer for `withinMs`. */
const reach = async (url: string, withinMs: number): Promise<void> => {
  const client = connect(url, 1, {});
  try {
    await withTimeout(client`select 1`, withinMs, () => new Error(`no answer in ${withinMs / 1_000} s`));
  } finally {
    // Closing may hang as the query did, and its outcome does not matter.
    void client.end({ timeout: 0 }).catch(() => {});
  }
};

/**
 * One node migrates; the others wait and find it done. Lock and migrations are one transaction, since a pooler may run
 * every transaction in another session and keep sessions that clients left. No timeout applies.
 */
const migrateLocked = async (url: string): Promise<void> => {
  const client = connect(url, 1, {});
  try {
    await client.begin(async (tx) => {
      await tx`set local statement_timeout = 0`;
      await tx`set local idle_in_transaction_session_timeout = 0`;
      await tx`select pg_advisory_xact_lock(${String(MIGRATION_LOCK)}::bigint)`;
      // drizzle begins its own transaction: here a savepoint.
      const inside = Object.assign(tx, { options: client.options, begin: tx.savepoint });
      await migrate(drizzle({ client: inside as unknown as postgres.Sql }), { migrationsFolder });
    });
  } finally {
    await client.end({ timeout: 1 });
  }
};

/** Advice for the operator, by the code of PostgreSQL or of the connection. */
const adviceFor = (code: string): string => {
  switch (code) {
    case '28000':
    case '28P01':
      return 'Correct the user and the password in it.';
    case '3D000':
      return 'Make that database, or correct its name.';
    case '42501':
      return 'Let that user create tables and schemas in it.';
    case '53300':
      return 'Raise max_connections of PostgreSQL: a node needs 12.';
    case '57P03':
      return 'Start again when it has started.';
    default:
      return 'See that PostgreSQL runs there, and that it can be reached from here.';
  }
};

/**
 * Opens the PostgreSQL database at `url` and applies the migrations. Rejects with a StartFault when that fails. `onAdvice`
 * receives a sentence for the operator when a pooler keeps settings from the server. After `silenceMs` without any answer
 * the connections are replaced; `firstAnswerMs` is how long the server has for its first answer.
 */
export const openPostgres = async (options: {
  readonly url: string;
  readonly onAdvice?: (sentence: string) => void;
  readonly silenceMs?: number;
  readonly firstAnswerMs?: number;
}): Promise<OpenDatabase> => {
  const { url, onAdvice = () => {}, silenceMs = SILENCE_MS, firstAnswerMs = FIRST_ANSWER_MS } = options;
  checkDriver();
  const start = async () => {
    await reach(url, firstAnswerMs);
    await migrateLocked(url);
    return await settleSettings(SESSION_SETTINGS, (settings) => connect(url, 1, settings));
  };
  const { accepted, advice } = await start().catch((cause: unknown) => {
    const root = rootOf(cause);
    const text = `The database of DATABASE_URL could not be opened: ${messageOf(root)}. ${adviceFor(codeOf(root))}`;
    throw new StartFault(text, { cause });
  });
  if (advice !== null) onAdvice(advice);

  const openPool = () => {
    const client = connect(url, POOL, accepted);
    return { client, orm: drizzle({ client: withRowCountCheck(client) }) };
  };
  let pool = openPool();
  let silentSince: number | null = null;
  let closing: Promise<void> | undefined;

  const missed = (): void => {
    silentSince ??= performance.now();
    if (closing || performance.now() - silentSince < silenceMs) return;
    silentSince = null;
    const { client } = pool;
    pool = openPool();
    // The server is gone: whether closing fails tells nothing.
    client.end({ timeout: 0 }).catch(() => {});
  };
  const met = (): void => {
    silentSince = null;
  };

  const db = createDatabase({
    orm: () => pool.orm,
    isOpen: () => closing === undefined,
    deadline: { ms: DEADLINE_MS, missed, met },
  });
  return {
    db,
    async ping() {
      await db.run((orm) => orm.execute(sql`select 1`));
    },
    close() {
      // Work in progress has a second to end.
      closing ??= pool.client.end({ timeout: 1 });
      return closing;
    },
  };
};
