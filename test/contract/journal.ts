import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { OpenDatabase } from '../../src/adapters/sql/database.js';
import { createPeople } from '../../src/adapters/sql/people.js';
import { createJournal } from '../../src/adapters/sql/sqlJournal.js';
import { presenceJournal } from '../../src/adapters/sql/tables.js';
import type { DurablePresence } from '../../src/presence/types.js';
import { durable, NOON } from '../support/unit/builders.js';
import { answerOf } from '../support/unit/failing.js';
import { empty, recordingBus } from './people.js';

const row = (userId: string, changes: Partial<DurablePresence> = {}): DurablePresence =>
  durable({ userId, ...changes });

/** What every {@link createJournal} must do, over whatever database `open` opens. */
export const describeJournal = (name: string, open: () => Promise<OpenDatabase>): void => {
  describe(`journal over ${name}`, () => {
    let database: OpenDatabase;
    let journal: ReturnType<typeof createJournal>;
    let people: ReturnType<typeof createPeople>;

    const persisted = async (userId: string) => (await journal.read([userId])).get(userId)?.persisted;

    beforeAll(async () => {
      database = await open();
    });
    afterAll(async () => {
      await database.close();
    });
    beforeEach(async () => {
      await empty(database);
      journal = createJournal({ db: database.db });
      people = createPeople({ db: database.db, bus: recordingBus() });
      await people.upsertUsers([{ id: 'ann' }, { id: 'bob' }]);
    });

    it('reads back what was written, to the millisecond', async () => {
      const message = { text: 'At "lunch", {back} soon \\o/', emoji: '🥪', expiresAt: NOON + 1 };
      await journal.write([row('ann', { chosen: 'INVISIBLE', message, lastSeen: NOON - 1 }), row('bob')]);
      const asOf = { revision: NOON, chosenAsOf: NOON, messageAsOf: NOON };
      expect(await persisted('ann')).toEqual({ ...asOf, chosen: 'INVISIBLE', message, lastSeen: NOON - 1 });
      expect(await persisted('bob')).toEqual({ ...asOf, chosen: 'ONLINE', message: null, lastSeen: null });
    });

    it('keeps a message whose text says null apart from none', async () => {
      await journal.write([row('ann', { message: { text: 'NULL', emoji: null, expiresAt: null } })]);
      expect((await persisted('ann'))?.message).toEqual({ text: 'NULL', emoji: null, expiresAt: null });
    });

    it('knows users without a stored presence, and misses those who do not exist', async () => {
      await people.deleteUser('bob');
      const rows = await journal.read(['ann', 'bob', 'nobody']);
      expect([...rows]).toEqual([['ann', { generation: 1, persisted: null }]]);
      expect((await journal.read([])).size).toBe(0);
    });

    it('never lets an older or equal revision overwrite a newer one', async () => {
      await journal.write([row('ann', { revision: NOON, chosen: 'AWAY' })]);
      await journal.write([row('ann', { revision: NOON - 1, chosen: 'INVISIBLE' })]);
      await journal.write([row('ann', { revision: NOON, chosen: 'OFFLINE' })]);
      expect(await persisted('ann')).toMatchObject({ revision: NOON, chosen: 'AWAY' });
      await journal.write([row('ann', { revision: NOON + 1, chosen: 'DO_NOT_DISTURB' })]);
      expect(await persisted('ann')).toMatchObject({ revision: NOON + 1, chosen: 'DO_NOT_DISTURB' });
    });

    const said = { text: 'Said', emoji: null, expiresAt: null };
    const says = row('ann', { revision: NOON + 2, chosenAsOf: NOON, message: said });
    const hides = row('ann', { revision: NOON + 5, messageAsOf: NOON, chosen: 'INVISIBLE', lastSeen: NOON + 4 });

    it.each([
      ['first', [says, hides]],
      ['last', [hides, says]],
    ])('keeps what is of later, the choice and the message apart, where the older row comes %s', async (_, rows) => {
      for (const next of rows) await journal.write([next]);
      // As of later than either, since it is neither.
      const both = { ...says, revision: NOON + 6, chosen: 'INVISIBLE', chosenAsOf: NOON + 5, lastSeen: NOON + 4 };
      const { userId: _user, generation: _generation, ...wanted } = both;
      expect(await persisted('ann')).toEqual(wanted);
      for (const next of rows) await journal.write([next]);
      expect(await persisted('ann')).toEqual(wanted);
    });

    it('dates a row of an earlier release by its revision', async () => {
      await journal.write([row('ann', { chosen: 'AWAY', message: said })]);
      await database.db.run((orm) =>
        orm.execute(sql`update presence_journal set chosen_as_of = null, message_as_of = null, as_of_revision = null`),
      );
      expect(await persisted('ann')).toMatchObject({ chosenAsOf: NOON, messageAsOf: NOON });
      await journal.write([row('ann', { revision: NOON + 9, chosenAsOf: NOON - 1, messageAsOf: NOON + 3 })]);
      // It is of both.
      expect(await persisted('ann')).toMatchObject({ revision: NOON + 10, chosen: 'AWAY', message: null });
    });

    it('dates by its revision what an earlier release wrote over a row of this one', async () => {
      await journal.write([row('ann', { chosen: 'AWAY', message: said })]);
      await database.db.run((orm) =>
        orm.execute(sql`update presence_journal set revision = ${NOON + 5}, chosen = 'INVISIBLE', message_text = null`),
      );
      expect(await persisted('ann')).toMatchObject({ chosenAsOf: NOON + 5, messageAsOf: NOON + 5 });
      await journal.write([row('ann', { revision: NOON + 3, chosen: 'DO_NOT_DISTURB', message: said })]);
      expect(await persisted('ann')).toMatchObject({ revision: NOON + 5, chosen: 'INVISIBLE', message: null });
      await journal.write([
        row('ann', { revision: NOON + 9, chosenAsOf: NOON + 3, messageAsOf: NOON + 9, message: said }),
      ]);
      expect(await persisted('ann')).toMatchObject({ chosen: 'INVISIBLE', chosenAsOf: NOON + 5, message: said });
    });

    it('takes a later lastSeen of an equal revision: somebody stayed live', async () => {
      await journal.write([row('ann', { revision: NOON, lastSeen: NOON - 5 })]);
      await journal.write([row('ann', { revision: NOON, lastSeen: NOON + 60_000 })]);
      expect(await persisted('ann')).toMatchObject({ revision: NOON, lastSeen: NOON + 60_000 });
      await journal.write([row('ann', { revision: NOON, lastSeen: NOON })]);
      expect(await persisted('ann')).toMatchObject({ lastSeen: NOON + 60_000 });
    });

    it('takes the newest of several rows of one user in a batch', async () => {
      await journal.write([
        row('ann', { revision: NOON + 1, chosen: 'AWAY' }),
        row('ann', { revision: NOON + 2, chosen: 'INVISIBLE' }),
        row('ann', { revision: NOON, chosen: 'OFFLINE' }),
      ]);
      expect(await persisted('ann')).toMatchObject({ revision: NOON + 2, chosen: 'INVISIBLE' });
      await journal.write([]);
    });

    it('skips users who do not exist, and writes the others', async () => {
      await people.deleteUser('bob');
      await journal.write([row('nobody'), row('bob'), row('ann')]);
      expect([...(await journal.read(['nobody', 'bob', 'ann'])).keys()]).toEqual(['ann']);
      expect(await persisted('ann')).not.toBeNull();
      const written = database.db.run((orm) => orm.select({ id: presenceJournal.userId }).from(presenceJournal));
      expect(await written).toEqual([{ id: 'ann' }]);
    });

    it('takes nothing of a generation that is over, and starts the next one empty', async () => {
      await journal.write([row('ann', { revision: NOON + 9, chosen: 'INVISIBLE' })]);
      await people.deleteUser('ann');
      await people.upsertUsers([{ id: 'ann' }]);
      expect((await journal.read(['ann'])).get('ann')).toEqual({ generation: 2, persisted: null });
      await journal.write([row('ann', { revision: NOON + 10, generation: 1, chosen: 'INVISIBLE' })]);
      expect(await persisted('ann')).toBeNull();
      await journal.write([row('ann', { generation: 2, chosen: 'AWAY' })]);
      expect(await persisted('ann')).toMatchObject({ revision: NOON, chosen: 'AWAY' });
    });

    it('never overwrites, and does not guess, a row of a format it does not know; the others go on', async () => {
      await journal.write([row('ann', { chosen: 'AWAY' }), row('bob')]);
      await database.db.run((orm) => orm.execute(sql`update presence_journal set format = 2 where user_id = 'ann'`));
      const alone = await journal.read(['ann']);
      expect(() => alone.get('ann')?.persisted).toThrow(expect.objectContaining({ code: 'UNAVAILABLE' }));

      await journal.write([row('ann', { revision: NOON + 5 }), row('bob', { revision: NOON + 5, chosen: 'AWAY' })]);
      const rows = await journal.read(['ann', 'bob']);
      expect(rows.get('bob')?.persisted).toMatchObject({ revision: NOON + 5, chosen: 'AWAY' });
      expect(() => rows.get('ann')?.persisted).toThrow(expect.objectContaining({ code: 'UNAVAILABLE' }));

      await database.db.run((orm) => orm.execute(sql`update presence_journal set format = 1 where user_id = 'ann'`));
      expect(await persisted('ann')).toMatchObject({ revision: NOON, chosen: 'AWAY' });
    });

    it('writes and reads a batch of thousands', async () => {
      const ids = Array.from({ length: 3_000 }, (_, i) => `u${i}`);
      await answerOf(() => people.upsertUsers(ids.map((id) => ({ id }))));
      await answerOf(() => journal.write(ids.map((id, i) => row(id, { revision: NOON + i }))));
      const rows = await answerOf(() => journal.read(ids));
      expect(ids.map((id) => rows.get(id)?.persisted?.revision)).toEqual(ids.map((_, i) => NOON + i));
    });
  });
};
