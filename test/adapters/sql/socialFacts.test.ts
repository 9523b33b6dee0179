/** What the social layer reads and counts, on both databases. */
import { afterAll, beforeAll } from 'vitest';
import type { OpenDatabase } from '../../../src/adapters/sql/database.js';
import { describeCounts } from '../../contract/counts.js';
import { describeOwnedConversations } from '../../contract/ownedConversations.js';
import { describeTimelines } from '../../contract/timelines.js';
import { createTestDatabase, type TestDatabase } from '../../support/cluster/database.js';
import { openPatientMigrated } from '../../support/cluster/postgres.js';
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
const postgres = () => openPatientMigrated(own.url);

// The same SQL in both: few worlds show that PGlite reads and writes its values alike.
const few = rounds(3, 25);
const many = rounds(8, 25);

describeCounts('PGlite', pglite, { runs: rounds(4, 60) });
describeCounts('PostgreSQL', postgres, { runs: rounds(15, 60) });
describeOwnedConversations('PGlite', pglite, { worlds: few });
describeOwnedConversations('PostgreSQL', postgres, { worlds: many });
describeTimelines('PGlite', pglite, { worlds: few });
describeTimelines('PostgreSQL', postgres, { worlds: many });
