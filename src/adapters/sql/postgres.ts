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

/** Connections a node holds at most. */
const POOL = 10;
/**
 * A server that does not answer, or a network that swallows, is UNAVAILABLE within 2 s (docs/operations.md, "When
 * something fails").
 */
const DEADLINE_MS = 1_800;
/** Of the sessions that answer users, and of whoever looks at the plans of what they ask; those in milliseconds as PostgreSQL shows them, without their unit. */
export const SESSION_SETTINGS: SessionSettings = {
  // The server gives up a statement before the caller does, so that its connection is free again.
  statement_timeout: '1500',
  // A node that vanished in the middle of a transaction lets go of its locks after so long.
  idle_in_transaction_session_timeout: '5000',
  // By their estimate the facts of 1,000 pairs are worth compiling; that takes longer than to find them.
  jit: 'off',
  // Where few follow many, statistics say that anybody's follows are found soon in the table itself; of somebody who
  // follows nobody that means all of it, for each who is asked about. Everything that is asked has its index.
  enable_seqscan: 'off',
};
const CONNECT_TIMEOUT_SECONDS = 5;
/** After so long without one answer, connections are given up for new ones: TCP itself would try for a quarter of an hour. */
const SILENCE_MS = 10_000;
/** How long a server has for its first answer when a node starts: postgres.js would go on trying for good. */
const FIRST_ANSWER_MS = 10_000;
/** Names the lock under which nodes migrate, among all advisory locks of the database: "rollcall" in ASCII. */
const MIGRATION_LOCK = 0x726f6c6c63616c6cn;

const connect = (url: string, max: number, settings: SessionSettings) =>
  postgres(url, {
    max,
    connect_timeout: CONNECT_TIMEOUT_SECONDS,
    // Back within a second when the server is, not within postgres.js's twenty.
    backoff: (attempt: number) => Math.min(0.1 * 2 ** attempt, 1),
    connection: { application_name: 'rollcall', ...settings },
    // Lists are sent as text: there are no types to look up.
    fetch_types: false,
    // A statement prepared in one session is not there in the next that a pooler gives.
    prepare: false,
    onnotice: () => {},
  });

/** Resolves when the server at `url` answers. Rejects where it refuses, or says nothing that makes sense for `withinMs`. */
const reach = async (url: string, withinMs: number): Promise<void> => {
  const client = connect(url, 1, {});
  try {
    await withTimeout(client`select 1`, withinMs, () => new Error(`no answer in ${withinMs / 1_000} s`));
  } finally {
    // It may hang as the question did, and has nothing to say goodbye to.
    void client.end({ timeout: 0 }).catch(() => {});
  }
};

/**
 * One node migrates, the others wait for it and find it done. Lock and migrations are one transaction, since a pooler
 * may give every transaction to another session, and may keep a session that is left. It may take its time.
 */
const migrateLocked = async (url: string): Promise<void> => {
  const client = connect(url, 1, {});
  try {
    await client.begin(async (tx) => {
      await tx`set local statement_timeout = 0`;
      await tx`set local idle_in_transaction_session_timeout = 0`;
      await tx`select pg_advisory_xact_lock(${String(MIGRATION_LOCK)}::bigint)`;
      // drizzle begins a transaction of its own: a savepoint of this one.
      const inside = Object.assign(tx, { options: client.options, begin: tx.savepoint });
      await migrate(drizzle({ client: inside as unknown as postgres.Sql }), { migrationsFolder });
    });
  } finally {
    await client.end({ timeout: 1 });
  }
};

/** What to do about it, by the code of PostgreSQL, or of the way to it. */
const whatToDo = (code: string): string => {
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
 * Opens the PostgreSQL database at `url`, with its migrations applied. Rejects with a StartFault where that fails.
 * `onAdvice` gets a sentence for the operator where a pooler stands in between that should be set otherwise.
 * `silenceMs` is how long nothing may be answered before the connections are replaced, `firstAnswerMs` how long the
 * server has for its first answer.
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
    const text = `The database of DATABASE_URL could not be opened: ${messageOf(root)}. ${whatToDo(codeOf(root))}`;
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
    // It has nobody to say goodbye to: whether that fails tells nothing.
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
      // What is under way has a second to end.
      closing ??= pool.client.end({ timeout: 1 });
      return closing;
    },
  };
};
