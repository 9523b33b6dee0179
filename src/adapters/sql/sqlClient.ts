import type { Database } from './database.js';
import { openPglite } from './pglite.js';
import { openPostgres } from './postgres.js';

/** An open database, with its migrations applied. */
export interface OpenDatabase {
  readonly db: Database;
  /** Resolves when the database answers; rejects with UNAVAILABLE within 2 s when it does not. For `/ready`. */
  ping(): Promise<void>;
  /** Lets what is under way end, closes, and gives the data folder free. Closing twice is closing once. */
  close(): Promise<void>;
}

/**
 * Opens PostgreSQL at `databaseUrl`, or, where that is null, PGlite in the folder `dataDir` (docs/semantics.md,
 * "Settings"), and applies the migrations. Rejects with a sentence for the operator.
 */
export const openDatabase = (options: {
  readonly databaseUrl: string | null;
  readonly dataDir: string;
  /** Gets a sentence for the operator, where the database could serve better. */
  readonly onAdvice?: (sentence: string) => void;
}): Promise<OpenDatabase> => {
  const { databaseUrl, dataDir, ...others } = options;
  return databaseUrl === null ? openPglite({ dataDir }) : openPostgres({ url: databaseUrl, ...others });
};
