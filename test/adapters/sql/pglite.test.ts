import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accessFactsQuery } from '../../../src/adapters/sql/accessFacts.js';
import type { OpenDatabase } from '../../../src/adapters/sql/database.js';
import { describeJournal } from '../../contract/journal.js';
import { describePeople } from '../../contract/people.js';
import { openPreparedPglite } from '../../support/cluster/preparedPglite.js';

// One serves the whole file.
let database: OpenDatabase;
beforeAll(async () => {
  database = await openPreparedPglite();
});
afterAll(async () => {
  await database.close();
});

const shared = async (): Promise<OpenDatabase> => ({ ...database, close: async () => {} });

describePeople('PGlite', shared);
describeJournal('PGlite', shared);

describe('PGlite', () => {
  it('lets timers and sockets have their turn between two pieces of work', async () => {
    let turns = 0;
    const count = () => {
      turns += 1;
      counting = setImmediate(count);
    };
    let counting = setImmediate(count);
    for (let i = 0; i < 5; i++) await database.ping();
    clearImmediate(counting);
    expect(turns).toBeGreaterThanOrEqual(4);
  });

  it('reads by an index what was empty at its start', async () => {
    const plan = await database.db.run((orm) =>
      orm.execute(sql`explain ${accessFactsQuery(orm, [{ viewerId: 'ana', userId: 'bob' }]).getSQL()}`),
    );
    expect(JSON.stringify(plan)).toContain('Index');
    expect(JSON.stringify(plan)).not.toContain('Seq Scan');
  });

  it('answers until it is closed, and is UNAVAILABLE then', async () => {
    await database.ping();
    await database.close();
    await database.close();
    await expect(database.ping()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });
});
