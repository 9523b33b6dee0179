import { setTimeout as wait } from 'node:timers/promises';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { OpenDatabase } from '../../../src/adapters/sql/database.js';
import { openDatabase } from '../../../src/adapters/sql/openDatabase.js';
import { createPeople } from '../../../src/adapters/sql/people.js';
import { recordingBus } from '../../contract/people.js';
import { startPostgres } from '../../support/cluster/postgres.js';

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

/** Asks on every connection there is, and one more. */
const askWidely = () => Promise.allSettled(Array.from({ length: 11 }, () => database.ping()));

/** The limit is a timer of the same event loop, so that a busy machine delays both alike. */
const expectUnavailableInTime = async (): Promise<void> => {
  const late = wait(2_000, 'late', { ref: false });
  const write = createPeople({ db: database.db, bus: recordingBus() }).follow('ann', 'bob');
  const outcome = await Promise.race([write.catch((error: unknown) => error), late]);
  expect(outcome).toMatchObject({ code: 'UNAVAILABLE', details: { retryAfterMs: expect.any(Number) } });
  for (const asked of await askWidely()) {
    expect(asked).toMatchObject({ status: 'rejected', reason: { code: 'UNAVAILABLE' } });
  }
};

const expectWorking = async (): Promise<void> => {
  await expect.poll(askWidely, { timeout: 15_000 }).toEqual(Array(11).fill({ status: 'fulfilled', value: undefined }));
  const people = createPeople({ db: database.db, bus: recordingBus() });
  await people.block('ann', 'bob');
  expect(await people.blockedAmong('ann', ['bob', 'cem'])).toEqual(new Set(['bob']));
  await people.unblock('ann', 'bob');
};

describe('a node whose PostgreSQL', () => {
  it('is stopped where it stands says so within two seconds, and works on when it goes on', async () => {
    await askWidely();
    await server.pause();
    await expectUnavailableInTime();
    await server.resume();
    await expectWorking();
  });

  it('is stopped for longer than its connections are given works on, too', async () => {
    await server.pause();
    for (const end = performance.now() + 11_000; performance.now() < end; ) await askWidely();
    await server.resume();
    await expectWorking();
  });

  it('is killed and started again says so within two seconds, and works on with new connections', async () => {
    await askWidely();
    await server.kill();
    await expectUnavailableInTime();
    await server.restart();
    await expectWorking();
  });

  it('is away vouches for nobody who may see whom, and goes on knowing who exists', async () => {
    const people = createPeople({ db: database.db, bus: recordingBus(), logged: true });
    const pairs = [{ viewerId: 'cem', userId: 'dan' }];
    await people.upsertUsers([{ id: 'cem' }, { id: 'dan' }]);
    expect(await people.ensure('cem')).toBe(true);
    await people.accessFactsToWatch(pairs);
    await server.pause();
    // Until the log of changes is found out of reach, every change would have been heard of.
    expect([...(await people.accessFactsToWatch(pairs)).values()]).toMatchObject([{ exists: true, follows: false }]);
    people.forgetAccessSummaries();
    await expect(people.accessFactsToWatch(pairs)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(await people.ensure('cem')).toBe(true);
    await server.resume();
    await expectWorking();
  });

  it('loses its connections, and nothing else, works on', async () => {
    await database.db.run((orm) =>
      orm.execute(sql`select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid()
        and application_name = 'rollcall'`),
    );
    await expectWorking();
  });
});
