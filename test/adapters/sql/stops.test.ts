import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { OpenDatabase } from '../../../src/adapters/sql/database.js';
import { openDatabase } from '../../../src/adapters/sql/openDatabase.js';
import { createPeople } from '../../../src/adapters/sql/people.js';
import { recordingBus } from '../../contract/people.js';
import { startPostgres } from '../../support/cluster/postgres.js';
import { uncaughtDuring } from '../../support/unit/uncaught.js';

let server: Awaited<ReturnType<typeof startPostgres>>;
let database: OpenDatabase;

beforeAll(async () => {
  server = await startPostgres();
  database = await openDatabase({ databaseUrl: server.url, dataDir: '' });
});
afterAll(async () => {
  await database.close();
  await server.stop();
});

it.each([
  ['killed', () => server.kill()],
  ['stopped as by pg_ctl stop -m immediate', () => server.stopImmediately()],
])(
  'a PostgreSQL that is %s under load, again and again, is refusals and no uncaught error',
  async (_, stop) => {
    const people = createPeople({ db: database.db, bus: recordingBus() });
    let stopping = false;
    const refusals: unknown[] = [];
    const asking = async (i: number): Promise<void> => {
      for (let round = 0; !stopping; round++) {
        const work = [
          () => people.accessFacts([{ viewerId: `viewer ${i}`, userId: `user ${round}` }]),
          () => people.follow(`viewer ${i}`, `user ${round}`),
          () => people.upsertUsers([{ id: `viewer ${i}`, name: `${round}` }]),
        ][round % 3]!;
        await work().catch((refusal: unknown) => refusals.push(refusal));
      }
    };
    const uncaught = await uncaughtDuring(async () => {
      const load = Array.from({ length: 30 }, (_, i) => asking(i));
      for (let times = 0; times < 4; times++) {
        await expect
          .poll(() => people.updatePrivacy('nobody', {}).catch((error: { code: string }) => error.code), {
            timeout: 15_000,
          })
          .toBe('NOT_FOUND');
        await stop();
        await server.restart();
      }
      stopping = true;
      await Promise.all(load);
    });
    expect(uncaught).toEqual([]);
    expect(refusals.length).toBeGreaterThan(0);
    for (const refusal of refusals) expect(refusal).toMatchObject({ code: 'UNAVAILABLE' });
    await expect
      .poll(() => database.db.run((orm) => orm.execute(sql`select 1`)).then((rows) => [rows].length), {
        timeout: 15_000,
      })
      .toBe(1);
  },
  120_000,
);
