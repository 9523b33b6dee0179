import { setTimeout as wait } from 'node:timers/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import { createRedisStore } from '../../src/adapters/redis/redisStore.js';
import type { LeaseOptions } from '../../src/adapters/redis/shardRenewal.js';
import { unavailable } from '../../src/presence/errors.js';
import type { UserMessage } from '../../src/presence/ports/bus.js';
import type { LostNode } from '../../src/presence/ports/leases.js';
import type { LiveStore } from '../../src/presence/ports/stores.js';
import * as commands from '../../src/presence/record.js';
import { nodeLost } from '../../src/presence/recovery.js';
import type { LiveUnderTest } from '../support/cluster/live.js';
import { message, timings } from '../support/unit/builders.js';
import { createInbox } from '../support/unit/inbox.js';

/** What many nodes share, and how a test changes it behind their backs. */
export interface SharedUnderTest {
  /** Opens one more node's view of it, closed when the test ends. */
  open(leases?: Partial<LeaseOptions>): LiveUnderTest;
  empty(): Promise<void>;
  /** A field of the hash of every shard, as a failover or a gap would leave it: `set` makes it from what it is. */
  shards(field: 'clock' | 'swept', set: (before: number) => number): Promise<void>;
}

const LEASE_MS = 150;
const TIMINGS = timings({ graceMs: 0, sessionTtlMs: 50 });
const sessionReference = { sessionId: 'app', connectionId: null, newSessionId: 'app' };
const restored = (userId: string) => async () => commands.restoreRecord(userId, { generation: 1, persisted: null });

const connect = (store: LiveStore, userId: string, connectionId: string) =>
  store.update(userId, restored(userId), (record, now) =>
    commands.connect(record, { connectionId, sessionId: 'tab', device: 'WEB' }, now),
  );
const beat = (store: LiveStore, userId: string) =>
  store.update(userId, restored(userId), (record, now) =>
    commands.heartbeat(record, { idle: false, sessionReference }, now, TIMINGS),
  );
const say = (store: LiveStore, userId: string, text: string) =>
  store.update(userId, restored(userId), (record, now) =>
    commands.setPresence(record, { statusMessage: message({ text }), sessionReference }, now, TIMINGS),
  );

/** What every store that many nodes share must do for them. */
export const leasesContract = (name: string, shared: SharedUnderTest) =>
  describe(`leases over ${name}`, () => {
    beforeEach(() => shared.empty());

    /** What lasts is awaited as nodes do: renewing all the while. */
    const renewing = async (node: LiveUnderTest, incarnation: string, holds: () => Promise<boolean>) => {
      do {
        await node.store.renewLease(incarnation);
        await wait(10);
      } while (!(await holds()));
    };
    const lost = async ({ store }: LiveUnderTest, incarnation: string) =>
      (await store.lostNodes()).find((node) => node.incarnation === incarnation);
    /** On a busy machine the last renewal may be so long ago that nobody counts as lost until the next one. */
    const listed = async (node: LiveUnderTest, incarnation: string): Promise<LostNode> => {
      let found: LostNode | undefined;
      await renewing(node, 'sweeper', async () => {
        found = await lost(node, incarnation);
        return found !== undefined;
      });
      return found!;
    };
    const lose = ({ store }: LiveUnderTest, userId: string, incarnation: string, aliveAt: number) =>
      store.update(userId, restored(userId), (record, now) => nodeLost(record, { incarnation, aliveAt }, now, TIMINGS));

    describe('a lost node', () => {
      it('is listed for every sweeper, last alive at its last renewal, until it is dismissed', async () => {
        const [one, other] = [shared.open({ leaseMs: LEASE_MS }), shared.open({ leaseMs: LEASE_MS })];
        await one.store.renewLease('sweeper');
        const before = await one.store.now();
        await other.store.renewLease('gone');
        const after = await one.store.now();
        await connect(other.store, 'ana', 'gone/1');
        await listed(one, 'gone');

        const { aliveAt } = await listed(other, 'gone');
        expect(aliveAt).toBeGreaterThanOrEqual(before);
        expect(aliveAt).toBeLessThanOrEqual(after);
        expect(await one.store.dismiss('gone')).toBe(false);
        // Shards without its users dropped it; the others have its last renewal there.
        expect((await listed(one, 'gone')).aliveAt).toBeGreaterThanOrEqual(before);
        await lose(one, 'ana', 'gone', aliveAt);
        expect(await one.store.dismiss('gone')).toBe(true);
        expect(await lost(other, 'gone')).toBeUndefined();
      });

      it('learns of it when it renews, also after it was dismissed', async () => {
        const [one, late] = [shared.open({ leaseMs: LEASE_MS }), shared.open({ leaseMs: LEASE_MS })];
        for (const incarnation of ['marked', 'dismissed']) await late.store.renewLease(incarnation);
        await renewing(one, 'sweeper', async () => (await one.store.lostNodes()).length >= 2);
        expect(await late.store.renewLease('dismissed')).toMatchObject({ lost: true, emptied: null });
        await one.store.dismiss('dismissed');
        expect(await late.store.renewLease('dismissed')).toMatchObject({ lost: true });
        expect(await late.store.renewLease('another')).toMatchObject({ lost: false, emptied: null });
      });

      it('adds nobody to a dismissed incarnation, whose node finds by that, too, that it was lost', async () => {
        const [one, late] = [shared.open({ leaseMs: LEASE_MS }), shared.open({ leaseMs: LEASE_MS })];
        await late.store.renewLease('late');
        await listed(one, 'late');
        expect(await one.store.dismiss('late')).toBe(true);
        await expect(connect(late.store, 'ana', 'late/1')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
        expect(await late.store.usersOn('late')).toEqual([]);
        expect(await late.store.renewLease('late')).toMatchObject({ lost: true });
        await connect(late.store, 'ana', 'later/1');
      });

      it('is found also where it only joined, and never renewed', async () => {
        const [one, dies] = [shared.open({ leaseMs: LEASE_MS }), shared.open({ leaseMs: LEASE_MS })];
        await one.store.renewLease('sweeper');
        await connect(dies.store, 'ana', 'never/1');
        await listed(one, 'never');
        expect(await one.store.usersOn('never')).toEqual(['ana']);
      });

      it('finds the same again where the first answer was lost', async () => {
        const [one, late] = [shared.open({ leaseMs: LEASE_MS }), shared.open({ leaseMs: LEASE_MS })];
        let arrives = true;
        const { keys, redises, connection } = late;
        const store = createRedisStore({
          redises: {
            ...redises,
            async run(...command) {
              const answer = await redises.run(...command);
              if (!arrives) throw unavailable('The answer came too late.');
              return answer;
            },
          },
          keys,
          publish: connection.publish,
          leaseMs: LEASE_MS,
          quietMs: 0,
        });
        await store.renewLease('late');
        await listed(one, 'late');
        await one.store.dismiss('late');
        arrives = false;
        await expect(store.renewLease('late')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
        arrives = true;
        for (let i = 0; i < 2; i += 1) expect(await store.renewLease('late')).toMatchObject({ lost: true });
        expect(await store.renewLease('later')).toMatchObject({ lost: false });
      });

      it('makes one event for each user, whoever sweeps, and leaves nobody behind when a sweeper dies half way', async () => {
        const nodes = Array.from({ length: 3 }, () => shared.open({ leaseMs: LEASE_MS }));
        const [dies, ...others] = nodes as [LiveUnderTest, LiveUnderTest, LiveUnderTest];
        await dies.store.renewLease('gone');
        const userIds = Array.from({ length: 30 }, (_, i) => `user ${i}`);
        await Promise.all(userIds.map((userId) => connect(dies.store, userId, 'gone/1')));
        const answered = createInbox<UserMessage>('published records');
        for (const userId of userIds) await dies.bus.subscribeUser(userId, answered.push);
        const sweep = async (node: LiveUnderTest, upTo: number) => {
          const { aliveAt } = await listed(node, 'gone');
          const on = await node.store.usersOn('gone');
          await Promise.all(on.slice(0, upTo).map((userId) => lose(node, userId, 'gone', aliveAt)));
        };
        await sweep(dies, 10);
        expect(await others[0].store.dismiss('gone')).toBe(false);
        await Promise.all(others.map((node) => sweep(node, 100)));
        expect(await others[0].store.usersOn('gone')).toEqual([]);
        expect(await others[0].store.dismiss('gone')).toBe(true);

        // Messages about a user come in order: this one is the last.
        for (const userId of userIds) await connect(dies.store, userId, 'new/1');
        const published = await answered.take(2 * userIds.length);
        for (const userId of userIds) {
          const sessions = published
            .filter((each) => each.userId === userId)
            .map(({ record }) => record?.sessions.length);
          expect(sessions).toEqual([0, 1]);
        }
        expect(answered.transcript).toHaveLength(2 * userIds.length);
      });
    });

    describe('an empty store', () => {
      it('answers nothing before a node has looked at it', async () => {
        const { store } = shared.open();
        const asked = [
          store.read(['ana']),
          store.live({ after: null, limit: 1 }),
          store.liveAmong(['ana']),
          beat(store, 'ana'),
          store.now(),
        ];
        for (const answer of await Promise.allSettled(asked)) {
          expect(answer).toMatchObject({ status: 'rejected', reason: { code: 'UNAVAILABLE' } });
        }
        expect(await store.dueUsers(10)).toEqual([]);
        expect(await store.lostNodes()).toEqual([]);
      });

      it('recovers: changes are possible, readings are not, and nobody is due or lost until it has', async () => {
        const node = shared.open({ leaseMs: LEASE_MS, settleMs: 1_500 });
        const { store } = node;
        const renewal = await store.renewLease('here');
        expect(renewal).toMatchObject({ lost: false, emptied: null });
        expect(renewal.readyInMs).toBeGreaterThan(0);
        const begunAt = await store.now();
        const { record } = await beat(store, 'ana');
        expect(record.sessions).toHaveLength(1);
        await expect(store.read(['ana'])).rejects.toMatchObject({ code: 'UNAVAILABLE' });
        await expect(store.live({ after: null, limit: 1 })).rejects.toMatchObject({ code: 'UNAVAILABLE' });
        await expect(store.liveAmong(['ana'])).rejects.toMatchObject({ code: 'UNAVAILABLE' });

        await shared.open({ leaseMs: LEASE_MS }).store.renewLease('gone');
        const seen: number[] = [];
        await renewing(node, 'here', async () => {
          const due = await store.dueUsers(10);
          const gone = await lost(node, 'gone');
          if (due.length > 0 || gone) seen.push(await store.now());
          return due.length > 0 && gone !== undefined;
        });
        // Nobody was due or lost before the recovery ended, but for the time between the two questions.
        expect(seen[0]! - begunAt).toBeGreaterThan(1_500 - 200);
        await renewing(node, 'here', async () => (await store.renewLease('here')).readyInMs === 0);
        expect((await store.read(['ana'])).records.get('ana')).toEqual(record);
      });

      it('is found once by every node that knew the store before, and by no other', async () => {
        const [one, other] = [shared.open(), shared.open()];
        for (const [node, incarnation] of [
          [one, 'one'],
          [other, 'other'],
        ] as const) {
          await node.store.renewLease(incarnation);
          expect(await node.store.renewLease(incarnation)).toMatchObject({ emptied: null });
        }
        await shared.empty();
        for (const [node, incarnation] of [
          [one, 'one'],
          [other, 'other'],
        ] as const) {
          expect(await node.store.renewLease(incarnation)).toMatchObject({
            emptied: expect.any(Function),
            lost: false,
          });
          expect(await node.store.renewLease(incarnation)).toMatchObject({ emptied: null, lost: false });
        }
        expect(await shared.open().store.renewLease('new')).toMatchObject({ emptied: null, lost: false });
      });
    });

    it('pauses after a gap: nobody is due or lost meanwhile, and readings go on', async () => {
      const quietMs = 1_500;
      const node = shared.open({ leaseMs: LEASE_MS, gapMs: 500, quietMs });
      const { store } = node;
      await store.renewLease('here');
      await store.renewLease('gone');
      await beat(store, 'ana');
      await shared.shards('swept', (before) => before - 600);
      // Nor is anybody lost before a lease was renewed after the gap.
      expect(await store.dueUsers(10)).toEqual([]);
      expect(await store.lostNodes()).toEqual([]);
      const renewedAt = await store.now();
      await renewing(node, 'here', async () => {
        expect((await store.read(['ana'])).records.size).toBe(1);
        return (await store.dueUsers(10)).length > 0 && (await lost(node, 'gone')) !== undefined;
      });
      expect((await store.now()) - renewedAt).toBeGreaterThanOrEqual(quietMs);
    });

    describe('a gap in which leases and graces expired', () => {
      const QUIET_MS = 1_500;
      const gap = async () => {
        const node = shared.open({ leaseMs: LEASE_MS, gapMs: 500, quietMs: QUIET_MS });
        await node.store.renewLease('here');
        await node.store.renewLease('gone');
        await beat(node.store, 'ana');
        await shared.shards('clock', (before) => before + LEASE_MS + 1_000);
        return node;
      };

      it('nobody is lost before a lease was renewed again', async () => {
        const { store } = await gap();
        expect(await store.lostNodes()).toEqual([]);
      });

      it('nobody is due before a lease was renewed again', async () => {
        const { store } = await gap();
        expect(await store.dueUsers(10)).toEqual([]);
      });

      it('leaves an HTTP session that lived before it for the length of the pause', async () => {
        const { store } = await gap();
        const { now } = await store.read(['ana']);
        await store.renewLease('here');
        const [session] = (await store.read(['ana'])).records.get('ana')?.sessions ?? [];
        expect(session?.leaseUntil).toBeGreaterThanOrEqual(now + QUIET_MS);
      });
    });

    it('pauses after a gap of any length for no longer than anything timed had left', async () => {
      const node = shared.open({ leaseMs: LEASE_MS, gapMs: 500, quietMs: 100, maxQuietMs: 300 });
      const { store } = node;
      await store.renewLease('here');
      await store.renewLease('gone');
      await beat(store, 'ana');
      await shared.shards('swept', (before) => before - 3_600_000);
      const renewedAt = await store.now();
      await renewing(
        node,
        'here',
        async () => (await store.dueUsers(10)).length > 0 && (await lost(node, 'gone')) !== undefined,
      );
      expect((await store.now()) - renewedAt).toBeGreaterThanOrEqual(300);
    });

    describe('the clock', () => {
      it('goes on from its highest instant where the store comes back with an earlier one', async () => {
        const { store } = shared.open();
        await store.renewLease('here');
        const { record: before } = await say(store, 'ana', 'before');
        const ahead = (await store.now()) + 60_000;
        await shared.shards('clock', () => ahead);
        const moments = [await store.now(), (await store.read(['ana'])).now];
        for (let i = 0; i < 3; i += 1) {
          await store.renewLease('here');
          const { record, now } = await say(store, 'ana', `text ${i}`);
          moments.push(now, record.revision);
          moments.push(Math.max(record.revision, (await store.read(['ana'])).now));
        }
        expect(moments[0]).toBeGreaterThanOrEqual(ahead);
        expect(before.revision).toBeLessThan(moments[0]!);
        const revisions = moments.filter((_, i) => i > 2 && i % 3 === 0);
        expect(new Set(revisions).size).toBe(revisions.length);
        expect(revisions).toEqual([...revisions].sort((a, b) => a - b));
      });
    });

    describe('many nodes at once', () => {
      it('lose none of 200 changes of one user, published in the order of the commits', async () => {
        const nodes = Array.from({ length: 4 }, () => shared.open());
        await Promise.all(nodes.map(({ store }, i) => store.renewLease(`node ${i}`)));
        const answered = createInbox<UserMessage>('published records');
        await nodes[0]!.bus.subscribeUser('ana', answered.push);
        const results = await Promise.all(
          Array.from({ length: 200 }, (_, i) => {
            const { store } = nodes[i % nodes.length]!;
            return store.update('ana', restored('ana'), (record, now) =>
              commands.setPresence(
                record,
                { statusMessage: message({ text: `${record.message?.text ?? ''}.` }), sessionReference },
                now,
                TIMINGS,
              ),
            );
          }),
        );
        const committed = results.map(({ record }) => record).sort((a, b) => a.revision - b.revision);
        expect(committed.map(({ message: said }) => said?.text.length)).toEqual(results.map((_, i) => i + 1));
        expect((await answered.take(200)).map(({ record }) => record)).toEqual(committed);
        expect((await nodes[1]!.store.read(['ana'])).records.get('ana')).toEqual(committed.at(-1));
      });
    });
  });
