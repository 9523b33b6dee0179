/** PGlite over a copy of a folder that another run has prepared: to create a database takes two seconds, to open one a tenth. */
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { OpenDatabase } from '../../../src/adapters/sql/database.js';
import { openPglite } from '../../../src/adapters/sql/pglite.js';
import { prepareData } from '../http/preparedData.js';
import { removeFolder } from './folders.js';

const packageRoot = fileURLToPath(new URL('../../../', import.meta.url));

/** An empty database of the caller's own, with all tables; its folder goes as it is closed. */
export const openPreparedPglite = async (): Promise<OpenDatabase> => {
  const prepared = await prepareData({
    cacheFolder: join(packageRoot, 'node_modules', '.cache', 'rollcall-pglite'),
    madeBy: ['src/adapters/sql/pglite.ts', 'drizzle', 'package-lock.json'].map((path) => join(packageRoot, path)),
    async firstStart(folder) {
      await (await openPglite({ dataDir: folder })).close();
    },
  });
  const folder = await mkdtemp(join(tmpdir(), 'rollcall-pglite-'));
  await prepared.copyTo(join(folder, 'data'));
  const database = await openPglite({ dataDir: join(folder, 'data') });
  return {
    ...database,
    async close() {
      await database.close();
      await removeFolder(folder);
    },
  };
};
