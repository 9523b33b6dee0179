/** Acts and trays, on both databases. */
import { afterAll, beforeAll } from 'vitest';
import type { OpenDatabase } from '../../../src/adapters/sql/database.js';
import { openDatabase } from '../../../src/adapters/sql/openDatabase.js';
import { describeSocial } from '../../contract/social.js';
import { createTestDatabase, type TestDatabase } from '../../support/cluster/database.js';
import { openPreparedPglite } from '../../support/cluster/preparedPglite.js';
import { rounds } from '../../support/cluster/rounds.js';

let own: TestDatabase;
let embedded: OpenDatabase;
beforeAll(async () => {
  [own, embedded] = await Promise.all([createTestDatabase(), openPreparedPglite()]);
});
afterAll(async () => {
  await Promise.all([own.drop(), embedded.close()]);
});

// One serves the whole file.
const pglite = async (): Promise<OpenDatabase> => ({ ...embedded, close: async () => {} });
const postgres = () => openDatabase({ databaseUrl: own.url, dataDir: '' });

// The same SQL in both: small crowds show that PGlite reads and writes its values alike.
describeSocial('PGlite', pglite, {
  recipients: rounds(100, 1_000),
  notices: rounds(1_100, 3_000),
  stories: rounds(4, 20),
});
// More notices than one statement reaches.
describeSocial('PostgreSQL', postgres, {
  recipients: 1_000,
  notices: rounds(2_100, 3_000),
  stories: rounds(12, 20),
});
