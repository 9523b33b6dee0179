import { describe, expect, it } from 'vitest';
import type { OpenDatabase } from '../../../src/adapters/sql/database.js';
import { createToldLive } from '../../../src/adapters/sql/sqlToldLive.js';
import { createTestDatabase } from '../../support/cluster/database.js';
import { openPatientMigrated } from '../../support/cluster/postgres.js';
import { openPreparedPglite } from '../../support/cluster/preparedPglite.js';

const onPostgres = async (run: (database: OpenDatabase) => Promise<void>) => {
  const own = await createTestDatabase();
  const database = await openPatientMigrated(own.url);
  await run(database).finally(async () => {
    await database.close();
    await own.drop();
  });
};
const onPglite = async (run: (database: OpenDatabase) => Promise<void>) => {
  const database = await openPreparedPglite();
  await run(database).finally(() => database.close());
};

describe.each([
  ['PostgreSQL', onPostgres],
  ['PGlite', onPglite],
] as const)('users who were told to be live, in %s', (_, on) => {
  it('are kept once for each consumer, until they are removed, and listed by id in pages', () =>
    on(async ({ db }) => {
      const told = createToldLive({ db });
      await told.add('webhook', []);
      await told.remove('webhook', []);
      await told.add('webhook', ['cem', 'ana']);
      await told.add('webhook', ['ana', '__proto__', 'ä🍎']);
      await told.add('stream', ['dia']);
      expect(await told.page('webhook', null, 2)).toEqual(['__proto__', 'ana']);
      expect(await told.page('webhook', 'ana', 10)).toEqual(['cem', 'ä🍎']);
      await told.remove('webhook', ['cem', 'dia', 'nobody']);
      expect(await told.page('webhook', null, 10)).toEqual(['__proto__', 'ana', 'ä🍎']);
      expect(await told.page('stream', null, 10)).toEqual(['dia']);
    }));
});
