import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The root of the package, the same from `src/adapters/sql` and from `dist/adapters/sql`. */
export const packageRoot = fileURLToPath(new URL('../../..', import.meta.url));

/** The SQL migrations, the same for PGlite and PostgreSQL. */
export const migrationsFolder = join(packageRoot, 'drizzle');
