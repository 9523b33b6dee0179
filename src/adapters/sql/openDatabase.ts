import type { OpenDatabase } from './database.js';
import { openPglite } from './pglite.js';
import { openPostgres } from './postgres.js';

/**
 * Opens PostgreSQL at `databaseUrl` or, where that is null, PGlite in the folder `dataDir` (docs/semantics.md,
 * "Settings"), and applies the migrations. Rejects with a StartFault for the operator.
 */
export const openDatabase = (options: {
  readonly databaseUrl: string | null;
  readonly dataDir: string;
  /** Receives a sentence for the operator when settings of the database should be better. */
  readonly onAdvice?: (sentence: string) => void;
}): Promise<OpenDatabase> => {
  const { databaseUrl, dataDir, ...others } = options;
  return databaseUrl === null ? openPglite({ dataDir }) : openPostgres({ url: databaseUrl, ...others });
};
