import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { createMemoryBus } from '../../../src/adapters/memory/memoryBus.js';
import type { OpenDatabase } from '../../../src/adapters/sql/database.js';
import { createPeople } from '../../../src/adapters/sql/people.js';
import { createEventOutbox } from '../../../src/adapters/sql/sqlEventOutbox.js';
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
const notice = (userId: string) => ({ kind: 'notice.due', userId, noticeId: 'n', position: 3 }) as const;

describe.each([
  ['PostgreSQL', onPostgres],
  ['PGlite', onPglite],
] as const)('the outbox of the webhook in %s', (_, on) => {
  it('gives each event to one node at a time, in its order, until it is removed', () =>
    on(async ({ db }) => {
      const outbox = createEventOutbox({ db });
      await outbox.add([]);
      await outbox.add([notice('ana'), notice('bob'), notice('cem')]);
      const [one, others] = [await outbox.take(1, 60_000), await outbox.take(10, 60_000)];
      expect(one).toMatchObject([{ ...notice('ana'), refusals: 0, ageMs: expect.any(Number) }]);
      expect(others.map(({ userId }) => userId)).toEqual(['bob', 'cem']);
      expect(await outbox.take(10, 60_000)).toEqual([]);
      await outbox.remove(others.map(({ id }) => id));
      await outbox.postpone(
        one.map(({ id }) => id),
        0,
        true,
      );
      await wait(5);
      expect(await outbox.take(10, 60_000)).toMatchObject([{ userId: 'ana', refusals: 1 }]);
    }));

  it('is bounded by age and number', () =>
    on(async ({ db }) => {
      const outbox = createEventOutbox({ db });
      await outbox.add(['ana', 'bob', 'cem', 'dia'].map(notice));
      const bounds = { maxAgeMs: 60_000, max: 2, limit: 10 };
      expect(await outbox.sweep(bounds)).toBe(2);
      expect((await outbox.take(10, 0)).map(({ userId }) => userId)).toEqual(['cem', 'dia']);
      await wait(5);
      expect(await outbox.sweep({ ...bounds, maxAgeMs: 1, limit: 1 })).toBe(1);
      expect(await outbox.sweep({ ...bounds, maxAgeMs: 1, limit: 1 })).toBe(1);
      expect(await outbox.sweep(bounds)).toBe(0);
    }));

  it('has the deletion of a user, once, where the webhook is on', () =>
    on(async ({ db }) => {
      const outbox = createEventOutbox({ db });
      for (const tellsDeletions of [false, true]) {
        const people = createPeople({ db, bus: createMemoryBus(), tellsDeletions });
        const userId = tellsDeletions ? 'told' : 'untold';
        await people.ensure(userId);
        await people.deleteUser(userId);
        await people.deleteUser(userId);
      }
      expect(await outbox.take(10, 60_000)).toMatchObject([{ kind: 'user.deleted', userId: 'told' }]);
    }));
});
