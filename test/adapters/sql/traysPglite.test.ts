/** Acts and trays, on PGlite. */
import { afterAll, beforeAll } from 'vitest';
import type { OpenDatabase } from '../../../src/adapters/sql/database.js';
import { describeSocial } from '../../contract/social.js';
import { openPreparedPglite } from '../../support/cluster/preparedPglite.js';
import { rounds } from '../../support/cluster/rounds.js';

let database: OpenDatabase;
beforeAll(async () => {
  database = await openPreparedPglite();
});
afterAll(() => database.close());

// The SQL is that of PostgreSQL: small crowds show that PGlite reads and writes its values alike.
describeSocial('PGlite', async () => ({ ...database, close: async () => {} }), {
  recipients: rounds(20, 1_000),
  acts: rounds(100, 1_000),
  notices: rounds(200, 3_000),
  stories: rounds(4, 20),
});
