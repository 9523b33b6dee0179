/** Acts and trays, on both databases. */
import { afterAll, beforeAll } from 'vitest';
import type { OpenDatabase } from '../../../src/adapters/sql/database.js';
import { openDatabase } from '../../../src/adapters/sql/openDatabase.js';
import { IN_MEMORY } from '../../../src/adapters/sql/pglite.js';
import { describeSocial } from '../../contract/social.js';
import { createTestDatabase, type TestDatabase } from '../../support/cluster/database.js';

let own: TestDatabase;
let embedded: OpenDatabase;
beforeAll(async () => {
  [own, embedded] = await Promise.all([createTestDatabase(), openDatabase({ databaseUrl: null, dataDir: IN_MEMORY })]);
});
afterAll(async () => {
  await Promise.all([own.drop(), embedded.close()]);
});

// PGlite takes seconds to start: one serves the whole file.
const pglite = async (): Promise<OpenDatabase> => ({ ...embedded, close: async () => {} });
const postgres = () => openDatabase({ databaseUrl: own.url, dataDir: '' });

describeSocial('PGlite', pglite);
describeSocial('PostgreSQL', postgres);
