import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { PGlite } from '@electric-sql/pglite';
import { sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/pglite';
import { migrate } from 'drizzle-orm/pglite/migrator';
import type { OpenDatabase } from './client.js';
import { createDatabase } from './database.js';
import { takeLock } from './lock.js';
import { migrationsFolder, packageRoot } from './package.js';

/** The data directory that stands for "in memory": for tests. */
export const IN_MEMORY = 'memory://';

/**
 * PGlite's own parameters, and less memory: what PostgreSQL would share among a hundred processes, one process here has
 * for itself. Without them it takes 300 MB.
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

/** What the process that makes a database runs: everything a new one is made of, and a clean stop. */
const MAKE = `
  import { PGlite } from '@electric-sql/pglite';
  const [dataDir, startParams] = process.argv.slice(1);
  const pglite = await PGlite.create({ dataDir, startParams: JSON.parse(startParams) });
  await pglite.close();
`;

/**
 * Makes a new database in a process of its own, because making one leaves 800 MB resident behind. It comes to its place
 * whole: what a killed one left half made is thrown away.
 */
const makeCluster = async (cluster: string): Promise<void> => {
  const draft = `${cluster}.new`;
  rmSync(draft, { recursive: true, force: true });
  // `--liftoff-only`: code that runs once is not worth optimising, and half the time goes into that.
  const args = ['--liftoff-only', '--input-type=module', '--eval', MAKE, draft, JSON.stringify(START_PARAMS)];
  // An evaluated program finds its packages from the working directory.
  await promisify(execFile)(process.execPath, args, { cwd: packageRoot });
  renameSync(draft, cluster);
};

/** Locks the folder, makes the database where there is none, and says where it is. */
const prepareFolder = async (dataDir: string): Promise<{ readonly cluster: string; readonly release: () => void }> => {
  mkdirSync(dataDir, { recursive: true });
  const lock = takeLock(join(dataDir, 'rollcall.lock'));
  if ('heldBy' in lock) {
    throw new Error(
      `The data in ${dataDir} is in use by another server (process ${lock.heldBy}). Stop that one, or set DATA_DIR to another folder or DATABASE_URL to a PostgreSQL server.`,
    );
  }
  try {
    const cluster = resolve(dataDir, 'pglite');
    if (!existsSync(cluster)) await makeCluster(cluster);
    return { cluster, release: lock.release };
  } catch (error) {
    lock.release();
    throw error;
  }
};

/**
 * Opens the PGlite database in the folder `dataDir` (made when missing; {@link IN_MEMORY} keeps nothing), which no
 * other process may use meanwhile: it rejects with a sentence that names the one that does.
 *
 * A commit has written its log to the file system when it resolves, so it survives the death of the process, also by
 * SIGKILL. (PGlite runs without fsync: it may not survive the death of the machine.) `relaxedDurability` would change
 * nothing here: it is for file systems that are written as a whole after each query.
 */
export const openPglite = async (options: { readonly dataDir: string }): Promise<OpenDatabase> => {
  const { cluster, release } =
    options.dataDir === IN_MEMORY ? { cluster: IN_MEMORY, release: () => {} } : await prepareFolder(options.dataDir);
  try {
    const pglite = await PGlite.create({ dataDir: cluster, startParams: START_PARAMS });
    const orm = drizzle({ client: pglite });
    await migrate(orm, { migrationsFolder });
    // Nothing else removes what was overwritten: there is no process beside this one to do so.
    if (cluster !== IN_MEMORY) await orm.execute(sql`vacuum`);

    let closing: Promise<void> | undefined;
    // Inside the process nothing hangs: it is slow at worst, and then an answer is better than none.
    const db = createDatabase({ orm: () => orm, isOpen: () => closing === undefined, deadline: null });
    return {
      db,
      async ping() {
        await db.run((orm) => orm.execute(sql`select 1`));
      },
      close() {
        closing ??= pglite.close().finally(release);
        return closing;
      },
    };
  } catch (error) {
    release();
    throw error;
  }
};
