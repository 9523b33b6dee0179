import { afterAll, beforeAll } from 'vitest';
import { openDatabase } from '../../../src/adapters/sql/openDatabase.js';
import { describeHistory } from '../../contract/history.js';
import { createTestDatabase, type TestDatabase } from '../../support/cluster/database.js';
import { openPreparedPglite } from '../../support/cluster/preparedPglite.js';

let own: TestDatabase;
beforeAll(async () => {
  own = await createTestDatabase();
});
afterAll(async () => {
  await own.drop();
});

describeHistory('PGlite', () => openPreparedPglite());
describeHistory('PostgreSQL', () => openDatabase({ databaseUrl: own.url, dataDir: '' }));
