/** The feed of the social log. What it shares with that of access is tested in changeLogFeed.test.ts. */
import { sql } from 'drizzle-orm';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createMemoryBus } from '../../../src/adapters/memory/memoryBus.js';
import { writeLog } from '../../../src/adapters/sql/changeLog.js';
import { startChangeLogFeed, startSocialLogFeed } from '../../../src/adapters/sql/changeLogFeed.js';
import type { Database, OpenDatabase } from '../../../src/adapters/sql/database.js';
import { socialLog } from '../../../src/adapters/sql/logs.js';
import { createPeople } from '../../../src/adapters/sql/people.js';
import { createSocial } from '../../../src/adapters/sql/social.js';
import { createSocialCommit } from '../../../src/adapters/sql/socialCommit.js';
import type { AccessChange } from '../../../src/presence/ports/bus.js';
import type { SocialChange } from '../../../src/social/ports/socialBus.js';
import type { Act } from '../../../src/social/socialTypes.js';
import { empty } from '../../contract/people.js';
import { createTestDatabase, type TestDatabase } from '../../support/cluster/database.js';
import { openPatientMigrated } from '../../support/cluster/postgres.js';
import { createInbox } from '../../support/unit/inbox.js';

let own: TestDatabase;
let writer: OpenDatabase;
let cleanup: (() => Promise<unknown> | unknown)[] = [];
beforeAll(async () => {
  own = await createTestDatabase();
  writer = await openPatientMigrated(own.url);
});
afterAll(async () => {
  await writer.close();
  await own.drop();
});
beforeEach(() => empty(writer));
afterEach(async () => {
  for (const clean of cleanup.splice(0).reverse()) await clean();
  cleanup = [];
});

/** A node that reads the log on `poll`, and receives nothing through its bus but what it publishes itself. */
const startReader = async ({ everyMs = 3_600_000, retentionMs = 3_600_000, db = writer.db } = {}) => {
  const statements: string[] = [];
  const counted: Database = {
    run: (work) => {
      statements.push('');
      return db.run(work);
    },
  };
  const bus = createMemoryBus();
  const answered = createInbox<SocialChange>('social changes');
  const gaps = createInbox<'gap'>('gaps');
  const errors = createInbox<unknown>('errors');
  const feed = await startSocialLogFeed({
    db: counted,
    bus,
    everyMs,
    retentionMs,
    onGap: () => gaps.push('gap'),
    onError: errors.push,
  });
  cleanup.push(() => feed.stop());
  const social = createSocial({ db, bus, logged: true });
  return { bus, feed, answered, gaps, errors, social, runs: () => statements.splice(0).length };
};

/** A node whose publications reach no other node. */
const otherNode = () => createSocial({ db: writer.db, bus: createMemoryBus(), logged: true });
const put = (objectId: string, version: number) => ({
  objectId,
  version: String(version),
  counts: [{ name: 'like', value: version }],
});
const act = (id: string, actorId: string): Act => ({
  id,
  verb: 'like',
  actorId,
  objectId: null,
  objectType: null,
  text: null,
  data: null,
  audience: 'EVERYONE',
  at: 1,
  seq: 2,
});
const write = (changes: readonly SocialChange[]) =>
  writer.db.run((orm) => orm.transaction((tx) => writeLog(tx, socialLog, changes)));
const likes = (count: number, objectId = 'post'): readonly SocialChange[] =>
  Array.from({ length: count }, (_, i) => ({
    kind: 'counts',
    counts: { objectId, all: [{ name: 'like', value: i }], asOf: i },
  }));

describe('the feed of the social log', () => {
  it('delivers the changes of other nodes that somebody listens to, once, in the order of the log', async () => {
    const { bus, feed, answered } = await startReader();
    await bus.subscribeActs('ann', answered.push);
    await bus.subscribeTray('ann', answered.push);
    await bus.subscribeCounts('post', (counts) => answered.push({ kind: 'counts', counts }));
    const changes: readonly SocialChange[] = [
      { kind: 'act', act: act('like:1', 'ann'), gone: false },
      { kind: 'tray', userId: 'ann', revision: 4 },
      { kind: 'act', act: act('like:2', 'bob'), gone: false },
      { kind: 'mute', userId: 'ann', target: { kind: 'user', id: 'bob' }, muted: true },
      { kind: 'tray', userId: 'bob', revision: 4 },
      { kind: 'act', act: act('like:1', 'ann'), gone: true },
    ];
    await write(changes);
    await otherNode().putCounts([put('post', 1), put('page', 1)]);
    await feed.poll();
    await feed.poll();
    const logId = expect.any(String);
    const heard = [changes[0], changes[1], changes[3], changes[5]].map((change) => ({ ...change, logId }));
    expect(answered.transcript.slice(0, 4)).toEqual(heard);
    expect(answered.transcript.slice(4)).toMatchObject([{ counts: { objectId: 'post', all: [{ value: 1 }] } }]);
  });

  it('does not deliver again what was received through the bus', async () => {
    const { bus, feed, answered, social } = await startReader();
    await bus.subscribeCounts('post', (counts) => answered.push({ kind: 'counts', counts }));
    await social.putCounts([put('post', 1)]);
    expect(answered.transcript).toHaveLength(1);
    await otherNode().putCounts([put('post', 2)]);
    await feed.poll();
    expect(answered.transcript).toHaveLength(2);
  });

  it('costs one query where nobody listens, or where the bus brought everything', async () => {
    const { bus, feed, social, runs } = await startReader();
    await write(likes(3_000));
    runs();
    await feed.poll();
    expect(runs()).toBe(1);
    await bus.subscribeCounts('post', () => {});
    await social.putCounts([put('post', 1)]);
    await feed.poll();
    expect(runs()).toBe(1);
    await otherNode().putCounts([put('post', 2)]);
    await feed.poll();
    expect(runs()).toBe(2);
  });

  it('reads by itself, and reports a gap for a row of a newer release or an unknown kind', async () => {
    const { bus, feed, answered, gaps } = await startReader({ everyMs: 20 });
    await bus.subscribeTray('ann', answered.push);
    await write([{ kind: 'tray', userId: 'ann', revision: 1 }]);
    expect(await answered.next()).toMatchObject({ revision: 1 });
    const insert = (format: number, topic: string) =>
      writer.db.run((orm) =>
        orm.execute(
          sql`insert into social_log (format, topic, change) values (${format}::smallint, ${topic}, '{"kind":"wave"}')`,
        ),
      );
    await insert(2, 'tray:nobody');
    await gaps.next();
    await insert(1, 'tray:nobody listens');
    await feed.poll();
    expect(gaps.transcript).toHaveLength(1);
    await insert(1, 'tray:ann');
    await gaps.next();
    await write([{ kind: 'tray', userId: 'ann', revision: 2 }]);
    expect(await answered.next()).toMatchObject({ revision: 2 });
  });

  it('replaces more than ten thousand changes by a gap, and delivers the last of a few thousand', async () => {
    const { bus, feed, answered, gaps } = await startReader();
    await bus.subscribeCounts('post', (counts) => answered.push({ kind: 'counts', counts }));
    await write(likes(6_000));
    await feed.poll();
    expect(answered.transcript).toHaveLength(6_000);
    expect(gaps.transcript).toEqual([]);
    await write(likes(10_001));
    await feed.poll();
    expect(gaps.transcript).toHaveLength(1);
    await write(likes(1));
    const before = answered.transcript.length;
    await feed.poll();
    expect(answered.transcript).toHaveLength(before + 1);
    expect(gaps.transcript).toHaveLength(1);
  });

  it('leaves the log of access alone, however many likes there are', async () => {
    const { bus, feed } = await startReader();
    await bus.subscribeCounts('post', () => {});
    const accessBus = createMemoryBus();
    const answered = createInbox<AccessChange>('access changes');
    await accessBus.subscribeAccessChanges(answered.push);
    const onError = () => {};
    const access = await startChangeLogFeed({ db: writer.db, bus: accessBus, everyMs: 3_600_000, onGap() {}, onError });
    cleanup.push(() => access.stop());
    await write(likes(10_000));
    await createPeople({ db: writer.db, bus: createMemoryBus(), logged: true }).block('ann', 'bob');
    const [, blocked] = await Promise.all([feed.poll(), access.poll().then(() => answered.transcript.length)]);
    expect(blocked).toBe(1);
  });

  it('has rows of more than an hour deleted, by any node', async () => {
    const count = async () => {
      const [row] = await writer.db.run((orm) => orm.select({ count: sql<string>`count(*)` }).from(sql`social_log`));
      return Number(row?.count);
    };
    await write(likes(5_000));
    await writer.db.run((orm) => orm.execute(sql`update social_log set at = at - 3600001`));
    await write(likes(3));
    const readers = await Promise.all([startReader(), startReader()]);
    await expect.poll(count, { timeout: 10_000 }).toBe(3);
    for (const { gaps } of readers) expect(gaps.transcript).toEqual([]);
  });
});

describe('a commit of many social changes', () => {
  const trays = Array.from({ length: 2_000 }, (_, i): SocialChange => ({ kind: 'tray', userId: `u${i}`, revision: 1 }));
  const commitOver = (publishSocial: (change: SocialChange) => Promise<void>) => {
    const delivered: SocialChange[] = [];
    const errors: unknown[] = [];
    const bus = {
      ...createMemoryBus(),
      publishSocial,
      deliverSocial: (change: SocialChange) => void delivered.push(change),
    };
    const commit = createSocialCommit({ db: writer.db, bus, logged: true, onError: (error) => errors.push(error) });
    return { delivered, errors, run: () => commit(async () => ({ result: 7, changes: [], social: trays })) };
  };

  it('publishes them in their order, with their ids, many at once', async () => {
    const published: SocialChange[] = [];
    let open = 0;
    let most = 0;
    const { run, errors } = commitOver(async (change) => {
      most = Math.max(most, ++open);
      await new Promise(setImmediate);
      open -= 1;
      published.push(change);
    });
    expect(await run()).toBe(7);
    expect(published).toEqual(trays.map((change) => ({ ...change, logId: expect.any(String) })));
    const ids = published.map(({ logId }) => Number(logId));
    expect(ids).toEqual([...ids].sort((a, b) => a - b));
    expect(most).toBe(500);
    expect(errors).toEqual([]);
  });

  it('stands where they cannot be published: this node hears of each, and is not kept waiting', async () => {
    let sent = 0;
    const { run, delivered, errors } = commitOver(() => {
      sent += 1;
      return new Promise(() => {});
    });
    expect(await run()).toBe(7);
    expect(delivered).toHaveLength(2_000);
    expect(sent).toBe(500);
    expect(errors).toHaveLength(1);
  });
});
