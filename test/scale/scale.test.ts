/**
 * What answering users costs with a million of them: which tables are read, how many pages, and for how long. Every verb of the
 * adapters of the database is called as the server calls it, and every statement that it sends is explained.
 */
import { drizzle } from 'drizzle-orm/postgres-js';
import postgres from 'postgres';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readChangeLog, trimChangeLog } from '../../src/adapters/sql/changeLog.js';
import { createDatabase } from '../../src/adapters/sql/database.js';
import { accessLog } from '../../src/adapters/sql/logs.js';
import { openDatabase } from '../../src/adapters/sql/openDatabase.js';
import { createPeople } from '../../src/adapters/sql/people.js';
import { SESSION_SETTINGS } from '../../src/adapters/sql/postgres.js';
import { withRowCountCheck } from '../../src/adapters/sql/rowCountCheck.js';
import { createJournal } from '../../src/adapters/sql/sqlJournal.js';
import { PresenceError } from '../../src/presence/errors.js';
import { recordingBus } from '../contract/people.js';
import { type Explained, nodesOf, readWhole } from '../support/cluster/plans.js';
import { startPostgres } from '../support/cluster/postgres.js';
import { durable } from '../support/unit/builders.js';
import { fillTown, TOWN } from './town.js';

/** What a statement may take, in ms: a third of the statement timeout. */
const LIMIT_MS = Number(SESSION_SETTINGS.statement_timeout) / 3;
/** Pages of 8 KiB that may be looked at for each thing that is asked about, written or answered. */
const PAGES_AN_ITEM = 100;

let server: Awaited<ReturnType<typeof startPostgres>>;
let client: postgres.Sql;
let people: ReturnType<typeof createPeople>;
let journal: ReturnType<typeof createJournal>;
let db: ReturnType<typeof createDatabase>;

interface Statement {
  readonly text: string;
  readonly parameters: (string | number | null)[];
}
/** The statements that were sent. */
const sent: Statement[] = [];
const figures: { verb: string; items: number; statements: number; pages: number; ms: number }[] = [];

beforeAll(async () => {
  server = await startPostgres({
    settings: ['max_wal_size=8GB', 'maintenance_work_mem=512MB', 'checkpoint_timeout=1h'],
  });
  await (await openDatabase({ databaseUrl: server.url, dataDir: '' })).close();
  const filler = postgres(server.url, { max: 1, onnotice: () => {} });
  await fillTown(filler);
  await filler.end();
  client = postgres(server.url, {
    max: 1,
    fetch_types: false,
    prepare: false,
    connection: SESSION_SETTINGS,
    onnotice: () => {},
  });
  const logQuery = (text: string, parameters: unknown[]) => {
    sent.push({ text, parameters: parameters as Statement['parameters'] });
  };
  const orm = drizzle({ client: withRowCountCheck(client), logger: { logQuery } });
  db = createDatabase({ orm: () => orm, isOpen: () => true, deadline: null });
  people = createPeople({ db, bus: recordingBus(), logged: true });
  journal = createJournal({ db });
});
afterAll(async () => {
  console.table(figures);
  await client.end();
  await server.stop();
});

const some = (count: number, from = 0, step = 1): readonly string[] =>
  Array.from({ length: count }, (_, i) => `u${from + i * step}`);
const pairsOf = (viewerId: string, userIds: readonly string[]) => userIds.map((userId) => ({ viewerId, userId }));
const viewersOf = (userId: string, viewerIds: readonly string[]) => viewerIds.map((viewerId) => ({ viewerId, userId }));
const spread = some(1_000, 7, 997);
const rowsOf = (userIds: readonly string[]) =>
  userIds.map((userId) => durable({ userId, revision: 2, chosen: 'AWAY', lastSeen: 1 }));
const newcomers = Array.from({ length: 1_000 }, (_, i) => `newcomer${i}`);

/** Each verb by its name, or with a word on the case; how many it is asked about; and the call. */
const calls: readonly (readonly [string, number, () => Promise<unknown>])[] = [
  ['facts: of one viewer', 1_000, () => people.accessFacts(pairsOf('u9', spread))],
  ['facts: of one who follows 10,000', 1_000, () => people.accessFacts(pairsOf('fan0', spread))],
  ['facts: of one with 300,000 blocks', 1_000, () => people.accessFacts(pairsOf('u1', spread))],
  ['facts: of one in 12 circles of 5,000', 1_000, () => people.accessFacts(pairsOf('u2', some(1_000, 100_000, 59)))],
  ['facts: of one in 20,000 conversations', 1_000, () => people.accessFacts(pairsOf('u3', some(1_000, 600_000)))],
  [
    'facts: of those who look at one with 3,000,000 followers',
    1_000,
    () => people.accessFacts(viewersOf('star', spread)),
  ],
  ['factsToWatch', 1_000, () => people.accessFactsToWatch(pairsOf('fan1', spread))],
  ['roster: of 10,000 follows', 5_000, () => people.roster('fan2', 5_000)],
  ['roster: of 12 circles of 5,000', 12 * 5_000, () => people.roster('u2', 5_000)],
  ['roster: of one with 3,000,000 followers', 1, () => people.roster('star', 5_000)],
  ['rosterFacts: of 10,000 follows', 5_000, () => people.rosterAccessFacts('fan2', 5_000)],
  ['rosterFacts: of 12 circles of 5,000', 12 * 5_000, () => people.rosterAccessFacts('u2', 5_000)],
  ['profiles', 1_000, () => people.profiles(spread)],
  ['ensure', 1, () => people.ensure('u123456')],
  ['ensure: of one who is new', 1, () => people.ensure('newcomer')],
  ['deletedAmong', 1_000, () => people.deletedAmong(spread)],
  ['privacy', 1, () => people.privacy('u10')],
  ['conversation', 1, () => people.conversation('hall', 'u12')],
  ['conversationFor', 1_000, () => people.conversationFor('hall', spread)],
  ['membership', 1, () => people.membership('hall', 'u13')],
  ['conversationsOf: of 20,000', 5_000, () => people.conversationsOf('u3', 5_000)],
  [
    'conversationsAmong',
    1_000,
    () =>
      people.conversationsAmong(
        'u3',
        spread.map((_, i) => `talk${i * 3}`),
      ),
  ],
  ['blockedAmong: of 300,000', 1_000, () => people.blockedAmong('u1', spread)],
  ['journal.read', 1_000, () => journal.read(spread)],
  ['journal.read: as many as are asked at once', 4_000, () => journal.read(some(4_000, 11, 211))],
  ['journal.write', 1_000, () => journal.write(rowsOf(spread))],
  ['updatePrivacy', 1, () => people.updatePrivacy('u10', { status: 'EVERYONE' })],
  ['follow: one with 3,000,000 followers', 1, () => people.follow('u10', 'star')],
  ['follow', 1, () => people.follow('u10', 'u11')],
  ['unfollow', 1, () => people.unfollow('u10', 'u11')],
  ['block', 1, () => people.block('u1', 'u999999')],
  ['unblock', 1, () => people.unblock('u1', 'u999999')],
  ['upsertUsers: who are new', 1_000, () => people.upsertUsers(newcomers.map((id) => ({ id, name: id })))],
  ['upsertUsers', 1_000, () => people.upsertUsers(spread.map((id) => ({ id, name: 'Another' })))],
  [
    'addFollows',
    1_000,
    () =>
      people.addFollows(viewersOf('u4', spread).map(({ viewerId }) => ({ followerId: viewerId, followeeId: 'u4' }))),
  ],
  [
    'addFollows: of those who follow 9,999',
    TOWN.fans,
    () =>
      people.addFollows(Array.from({ length: TOWN.fans }, (_, i) => ({ followerId: `fan${i}`, followeeId: 'star' }))),
  ],
  ['removeFollows', 1_000, () => people.removeFollows(spread.map((followerId) => ({ followerId, followeeId: 'u4' })))],
  ['putCircle: of 5,000, where they are in others', 5_000, () => people.putCircle('another', some(5_000, 100_000, 11))],
  ['putCircle: one of 5,000 leaves', 5_000, () => people.putCircle('another', some(4_999, 100_000, 11))],
  ['deleteCircle: of 5,000', 5_000, () => people.deleteCircle('another')],
  ['putConversation: of 5,000', 5_000, () => people.putConversation('meeting', some(5_000, 500_000), false)],
  ['deleteConversation: of 5,000', 5_000, () => people.deleteConversation('meeting')],
  [
    'the log: what is new',
    1,
    async () => readChangeLog(db, accessLog, (await readChangeLog(db, accessLog, null)).position),
  ],
  ['the log: rows that are old', 200, () => trimChangeLog(db, accessLog, 0)],
];

/** Explains a statement by carrying it out and taking it back. */
const explained = async ({ text, parameters }: Statement) => {
  const none = new Error('taken back');
  let row: Explained | undefined;
  await client
    .begin(async (tx) => {
      const rows = await tx.unsafe<Explained[]>(`explain (analyze, buffers, format json) ${text}`, parameters);
      row = rows[0];
      throw none;
    })
    .catch((error: unknown) => {
      if (error !== none) throw error;
    });
  const [{ Plan: plan, 'Execution Time': ms = 0 }] = row!['QUERY PLAN'];
  const pages = (plan['Shared Hit Blocks'] ?? 0) + (plan['Shared Read Blocks'] ?? 0);
  const reads = nodesOf(plan).some((node) => node['Relation Name'] !== undefined);
  return { whole: reads ? readWhole(plan) : [], pages, ms };
};

/** Explains what was sent: how many pages were looked at, and how long the slowest statement took at its best. */
const explainAll = async (statements: readonly Statement[]) => {
  let pages = 0;
  let slowest = 0;
  for (const statement of statements) {
    const first = await explained(statement);
    expect(first.whole, statement.text).toEqual([]);
    // The pages are in memory then, and the machine may have been busy.
    const again = [await explained(statement), await explained(statement)];
    pages += first.pages;
    slowest = Math.max(slowest, Math.min(first.ms, ...again.map(({ ms }) => ms)));
  }
  return { statements: statements.length, pages, ms: Number(slowest.toFixed(1)) };
};

const expectLookUps = async (verb: string, items: number, statements: readonly Statement[]) => {
  expect(statements.length).toBeGreaterThan(0);
  const figure = { verb, items, ...(await explainAll(statements)) };
  figures.push(figure);
  expect(figure.pages / items).toBeLessThan(PAGES_AN_ITEM);
  expect(figure.ms).toBeLessThan(LIMIT_MS);
};

it.each(calls)('%s reads no table whole, and looks at what it is asked about', async (verb, items, call) => {
  sent.splice(0);
  await call();
  await expectLookUps(verb, items, sent.splice(0));
});

it('leaves out no verb of the database', () => {
  const verbs = new Set(calls.map(([verb]) => verb.split(':')[0]));
  /** Read nothing, or are looked at below. */
  const others = ['forgetAll', 'forgetStandings', 'deleteUser', 'finishDeletions'];
  const all = [...Object.keys(people), ...Object.keys(journal).map((name) => `journal.${name}`)];
  expect(all.filter((verb) => !verbs.has(verb) && !others.includes(verb))).toEqual([]);
});

it('deletes a user with 3,000,000 followers while others are served, over a crash of the database', async () => {
  sent.splice(0);
  const began = performance.now();
  expect(await people.deleteUser('star')).toBe(true);
  const answered = performance.now() - began;
  // Each kind of statement once, in the order in which they were sent.
  const kinds = [...new Map(sent.splice(0).map((statement) => [statement.text, statement])).values()];
  await expectLookUps('deleteUser: with 3,000,000 followers, a piece of them', 2_000, kinds);

  const open = () => openDatabase({ databaseUrl: server.url, dataDir: '' });
  const first = await open();
  const here = createPeople({ db: first.db, bus: recordingBus(), logged: true });
  const [fact] = [...(await here.accessFacts([{ viewerId: 'u5', userId: 'star' }])).values()];
  expect(fact?.exists).toBe(false);
  expect(await here.upsertUsers([{ id: 'star' }]).catch(({ code }: { code: string }) => code)).toBe('UNAVAILABLE');

  const followers = async () => {
    const one = postgres(server.url, { max: 1, onnotice: () => {} });
    const [row] = await one<{ count: number }[]>`select count(*)::int from follows where followee_id = 'star'`;
    await one.end();
    return row!.count;
  };

  // A third of the way, then the database is gone at once.
  let pieces = 0;
  await here.finishDeletions(() => ++pieces > 500);
  const crashing = here.finishDeletions(() => false);
  const gone = expect(crashing).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  await server.kill();
  await gone;
  await first.close();
  await server.restart();
  const left = await followers();
  expect(left).toBeLessThan(TOWN.followers - 900_000);
  expect(left).toBeGreaterThan(1_000_000);

  const second = await open();
  const there = createPeople({ db: second.db, bus: recordingBus(), logged: true });
  let over = false;
  const resumed = performance.now();
  /** As the server does: what cannot be done now is gone on with. */
  const finish = async (): Promise<void> => {
    try {
      await there.finishDeletions(() => false);
    } catch (error) {
      if (!(error instanceof PresenceError && error.code === 'UNAVAILABLE')) throw error;
      await finish();
    }
  };
  const finishing = finish().finally(() => {
    over = true;
  });
  const waits: number[] = [];
  let refused = 0;
  for (let i = 0; !over; i++) {
    const asked = performance.now();
    const answers = await Promise.allSettled([
      there.accessFacts(pairsOf(`u${i % TOWN.users}`, spread.slice(0, 50))),
      there.follow(`u${500_000 + i}`, 'u4'),
      i % 10 === 0 ? there.rosterAccessFacts('fan3', 5_000) : null,
    ]);
    refused += answers.filter(({ status }) => status === 'rejected').length;
    waits.push(performance.now() - asked);
  }
  await finishing;
  const took = performance.now() - resumed;
  expect(await followers()).toBe(0);
  await there.upsertUsers([{ id: 'star' }]);
  expect(refused / waits.length).toBeLessThan(0.05);
  waits.sort((a, b) => a - b);
  console.table({
    'deleteUser answered, ms': Math.round(answered),
    'followers removed a second': Math.round((left / took) * 1000),
    'served meanwhile, median ms': Math.round(waits[Math.floor(waits.length / 2)]!),
    'served meanwhile, slowest ms': Math.round(waits.at(-1)!),
    'served meanwhile, rounds': waits.length,
    'served meanwhile, refused': refused,
  });
  await second.close();
});
