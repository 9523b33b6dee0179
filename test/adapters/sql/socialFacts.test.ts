/** What the social layer reads and counts, on both databases. */
import { afterAll, beforeAll } from 'vitest';
import type { OpenDatabase } from '../../../src/adapters/sql/database.js';
import { openDatabase } from '../../../src/adapters/sql/openDatabase.js';
import { IN_MEMORY } from '../../../src/adapters/sql/pglite.js';
import { describeCounts } from '../../contract/counts.js';
import { describeOwnedConversations } from '../../contract/ownedConversations.js';
import { describeTimelines } from '../../contract/timelines.js';
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

describeCounts('PGlite', pglite);
describeCounts('PostgreSQL', postgres);
describeOwnedConversations('PGlite', pglite);
describeOwnedConversations('PostgreSQL', postgres);
describeTimelines('PGlite', pglite);
describeTimelines('PostgreSQL', postgres);
