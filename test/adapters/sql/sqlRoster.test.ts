import postgres from 'postgres';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createPeople } from '../../../src/adapters/sql/people.js';
import { facetsFor, maySee } from '../../../src/presence/visibility.js';
import { recordingBus } from '../../contract/people.js';
import { createTestDatabase, type TestDatabase } from '../../support/cluster/database.js';
import { openPatientMigrated } from '../../support/cluster/postgres.js';

let own: TestDatabase;
let database: Awaited<ReturnType<typeof openPatientMigrated>>;

beforeAll(async () => {
  own = await createTestDatabase();
  database = await openPatientMigrated(own.url);
});
afterAll(async () => {
  await database.close();
  await own.drop();
});

it('answers a member of twelve circles of 5,000, and of twelve that all have the same members', async () => {
  // The server's own sessions give up what takes longer than a statement may.
  const client = postgres(own.url, { max: 1, onnotice: () => {} });
  await client`
    with a as (insert into users (id) select 'u' || i from generate_series(0, 59999) as i),
      b as (insert into circle_members select 'apart' || i / 5000, 'u' || i from generate_series(0, 59999) as i),
      c as (insert into circle_members select 'alike' || i / 5000, 'u' || i % 5000 from generate_series(0, 59999) as i),
      d as (insert into circle_members select 'apart' || i, 'one' from generate_series(0, 11) as i),
      e as (insert into circle_members select 'alike' || i, 'other' from generate_series(0, 11) as i)
    insert into users (id) values ('one'), ('other')`;
  await client.end();
  const people = createPeople({ db: database.db, bus: recordingBus() });
  for (const viewerId of ['one', 'other']) {
    const accessFacts = await people.rosterAccessFacts(viewerId, 5_000);

    expect(accessFacts.size).toBe(5_000);
    const unseen = [...accessFacts].filter(
      ([id, known]) => !maySee(facetsFor({ kind: 'user', userId: viewerId }, id, known)),
    );
    expect(unseen).toEqual([]);
  }
});
