import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { OpenDatabase } from '../../../src/adapters/sql/database.js';
import { openDatabase } from '../../../src/adapters/sql/openDatabase.js';
import { createPeople } from '../../../src/adapters/sql/people.js';
import { describeFaultyAnswers } from '../../contract/faultyAnswers.js';
import { describeFaultyWrites } from '../../contract/faultyWrites.js';
import { recordingBus } from '../../contract/people.js';
import { createTestDatabase, type TestDatabase } from '../../support/cluster/database.js';
import { openFaultyPostgres } from '../../support/cluster/faultyPostgres.js';
import { answerOf } from '../../support/unit/failing.js';

describe('PostgreSQL', () => {
  let own: TestDatabase;
  beforeAll(async () => {
    own = await createTestDatabase();
  });
  afterAll(() => own.drop());

  const open = async () => {
    const wire = await openFaultyPostgres(own.url);
    const { db, close } = await openDatabase({ databaseUrl: wire.url, dataDir: '' });
    return {
      db,
      faults: wire.faults,
      async close() {
        await close();
        await wire.close();
      },
    };
  };
  describeFaultyAnswers('PostgreSQL', open, {
    failing: ['cancelled', 'cut'],
    wrong: ['lost', 'twice'],
    counted: true,
    check: 'full',
  });
  describeFaultyWrites('PostgreSQL', open, { kinds: ['cut', 'lost'], logged: true, check: 'full' });

  describe('a statement that runs out of its time after some rows', () => {
    let database: OpenDatabase;
    beforeAll(async () => {
      database = await openDatabase({ databaseUrl: own.url, dataDir: '' });
    });
    afterAll(() => database.close());

    it('shifts no answer that comes after it, on any connection', async () => {
      const people = createPeople({ db: database.db, bus: recordingBus() });
      const users = Array.from({ length: 20 }, (_, i) => ({ id: `user ${i}`, name: `User ${i}` }));
      await answerOf(() => people.upsertUsers(users));
      const late = Array.from({ length: 10 }, (_, row) =>
        database.db.run((orm) =>
          orm.execute(sql`select i, case when i > ${row}::int then pg_sleep(9) end from generate_series(0, 20) as i`),
        ),
      );
      for (const outcome of await Promise.allSettled(late)) {
        expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'UNAVAILABLE' } });
      }
      const answers = await Promise.all(
        Array.from({ length: 30 }, () =>
          createPeople({ db: database.db, bus: recordingBus() }).profiles(users.map(({ id }) => id)),
        ),
      );
      for (const answer of answers) {
        expect(answer).toEqual(new Map(users.map((user) => [user.id, { ...user, avatarUrl: null }])));
      }
    });
  });
});
