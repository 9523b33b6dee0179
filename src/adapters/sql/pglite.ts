import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { promisify } from 'node:util';
import { PGlite } from '@electric-sql/pglite';
import { sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/pglite';
import { migrate } from 'drizzle-orm/pglite/migrator';
import { inDataDir } from '../../config/dataDir.js';
import { messageOf, StartFault } from '../../config/startFault.js';
import type { Database, OpenDatabase } from './database.js';
import { createDatabase } from './database.js';
import { takeLock } from './fileLock.js';
import { migrationsFolder, packageRoot } from './packagePaths.js';
import { withPrepared } from './preparedPglite.js';
import { startVacuum } from './vacuum.js';

/**
 * PGlite's defaults with less memory: the buffers that PostgreSQL shares among a hundred processes serve one here. Without
 * these settings it takes 300 MB.
 */
const START_PARAMS = [
  ...PGlite.defaultStartParams,
  ...[
    'shared_buffers=16MB',
    'max_connections=10',
    'max_wal_senders=0',
    'wal_level=minimal',
    'max_wal_size=64MB',
  ].flatMap((setting) => ['-c', setting]),
];

/** The program of the process that creates a database. */
const CREATE_PROGRAM = `
  import { PGlite } from '@electric-sql/pglite';
  const [dataDir, startParams] = process.argv.slice(1);
  const pglite = await PGlite.create({ dataDir, startParams: JSON.parse(startParams) });
  await pglite.close();
`;

/**
 * Creates a database in a separate process, since that leaves 800 MB resident behind. The rename at the end makes it
 * atomic: a half-made database of a killed process is thrown away.
 */
const createCluster = async (cluster: string): Promise<void> => {
  const draft = `${cluster}.new`;
  rmSync(draft, { recursive: true, force: true });
  // `--liftoff-only`: optimising code that runs once takes half the time.
  const args = ['--liftoff-only', '--input-type=module', '--eval', CREATE_PROGRAM, draft, JSON.stringify(START_PARAMS)];
  // An evaluated program resolves its packages from the working directory.
  await promisify(execFile)(process.execPath, args, { cwd: packageRoot });
  renameSync(draft, cluster);
};

/** The version of the databases that this release of PGlite creates and opens. */
const POSTGRES_MAJOR = '18';

const checkVersion = (dataDir: string, cluster: string): void => {
  const file = join(cluster, 'PG_VERSION');
  const version = existsSync(file) ? readFileSync(file, 'utf8').trim() : 'unknown';
  if (version === POSTGRES_MAJOR) return;
  throw new StartFault(
    `DATA_DIR (${dataDir}) holds a database of version ${version}, and this release opens those of ${POSTGRES_MAJOR}. Start the release that made it, or set DATA_DIR to another folder.`,
  );
};

/** Opens an existing database. Rejects with a StartFault when it is damaged: the operator restores it. */
const openCluster = async (dataDir: string, cluster: string): Promise<PGlite> => {
  try {
    return await PGlite.create({ dataDir: cluster, startParams: START_PARAMS });
  } catch (cause) {
    throw new StartFault(
      `DATA_DIR (${dataDir}) holds a database that cannot be opened: ${messageOf(cause)}. Restore it from a backup, or set DATA_DIR to another folder.`,
      { cause },
    );
  }
};

/** Locks the folder and creates the database where there is none. Returns the path of the database. */
const prepareFolder = async (dataDir: string): Promise<{ readonly cluster: string; readonly release: () => void }> => {
  mkdirSync(dataDir, { recursive: true });
  const lock = takeLock(join(dataDir, 'rollcall.lock'));
  if ('heldBy' in lock) {
    throw new StartFault(
      `DATA_DIR (${dataDir}) is in use by another server (process ${lock.heldBy}). Stop that one, or set DATA_DIR to another folder or DATABASE_URL to a PostgreSQL server.`,
    );
  }
  try {
    const cluster = resolve(dataDir, 'pglite');
    if (existsSync(cluster)) checkVersion(dataDir, cluster);
    else await createCluster(cluster);
    return { cluster, release: lock.release };
  } catch (error) {
    lock.release();
    throw error;
  }
};

/**
 * Opens the PGlite database in the folder `dataDir`, created when missing. Rejects with a
 * StartFault that names the process when another one uses the folder.
 *
 * A resolved commit has written its log to the file system, so it survives the death of the process, also by SIGKILL.
 * (PGlite runs without fsync: it may not survive the death of the machine.) `relaxedDurability` would change nothing: it
 * is for file systems that are written as a whole after each query.
 */
export const openPglite = async (options: { readonly dataDir: string }): Promise<OpenDatabase> => {
  const { cluster, release } = await inDataDir(options.dataDir, () => prepareFolder(options.dataDir));
  try {
    const pglite = await openCluster(options.dataDir, cluster);
    const orm = drizzle({ client: withPrepared(pglite) as PGlite });
    await migrate(orm, { migrationsFolder });
    // All queries are by keys, and 3,000 rows of a table say enough for these.
    await orm.execute(sql`set default_statistics_target = 10`);
    await orm.execute(sql`vacuum analyze`);
    await orm.execute(sql`set plan_cache_mode = force_generic_plan`);
    // Until its rows are counted, a new table would be read from end to end.
    await orm.execute(sql`set enable_seqscan = off`);

    let closing: Promise<void> | undefined;
    // A database inside the process never hangs; it is slow at worst, and a late answer is better than none.
    const inside = createDatabase({ orm: () => orm, isOpen: () => closing === undefined, deadline: null });
    // It works in this thread, and its promises alone let no timer and no socket have a turn, however many follow each other.
    const run: Database['run'] = async (work) => {
      await setImmediate();
      return await inside.run(work);
    };
    const vacuum = startVacuum({ run });
    const db: Database = {
      run(work) {
        vacuum.worked();
        return run(work);
      },
    };
    return {
      db,
      async ping() {
        await db.run((orm) => orm.execute(sql`select 1`));
      },
      close() {
        closing ??= vacuum
          .stop()
          .then(() => pglite.close())
          .finally(release);
        return closing;
      },
    };
  } catch (error) {
    release();
    throw error;
  }
};
