/** Acts and trays, on PostgreSQL. */
import { afterAll, beforeAll } from 'vitest';
import { describeSocial } from '../../contract/social.js';
import { createTestDatabase, type TestDatabase } from '../../support/cluster/database.js';
import { openPatientMigrated } from '../../support/cluster/postgres.js';
import { rounds } from '../../support/cluster/rounds.js';

let own: TestDatabase;
beforeAll(async () => {
  own = await createTestDatabase();
});
afterAll(() => own.drop());

// More notices than one statement reaches.
describeSocial('PostgreSQL', () => openPatientMigrated(own.url), {
  recipients: rounds(250, 1_000),
  acts: 1_000,
  notices: rounds(2_100, 3_000),
  stories: 36,
});
