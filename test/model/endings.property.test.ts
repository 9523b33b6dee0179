/** Whatever happens to nodes during a recovery: it ends a lease after the last event. See docs/architecture.md#recovery. */
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { unavailable } from '../../src/presence/errors.js';
import { isSeenLive } from '../../src/presence/status.js';
import { startRedis, type TestRedis } from '../support/cluster/redis.js';
import { createTeam, orRefused, takeCopy } from '../support/cluster/team.js';

const USERS = ['ana', 'bo', 'cy', 'di'];
const SHARDS = 2;
const MAX_NODES = 5;
const LEASE_MS = 600;
/** How long connections have to answer, in ms. */
const ANSWER_MS = 2_000;
/** What a busy machine may add. */
const LOAD_MS = 5_000;
/** A machine that pauses for longer makes a node miss the recovery, with whom it knows silent connections do not come back. */
const PAUSE_MS = LEASE_MS / 3;

let redis: TestRedis;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.stop());

const node = fc.nat({ max: MAX_NODES - 1 });
const user = fc.constantFrom(...USERS);
const happening = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('turn' as const), node }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('open' as const), node, user }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constantFrom('flushed' as const, 'set back' as const) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('part lost' as const), shard: fc.nat({ max: SHARDS - 1 }) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('joins' as const) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('pauses' as const, 'dies' as const), node }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('goes on' as const) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('journal' as const), away: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('silent' as const), node }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('newer release' as const), user }) },
);
type Happening = typeof happening extends fc.Arbitrary<infer H> ? H : never;

const openWorld = async () => {
  const team = createTeam(redis, { users: USERS, shards: SHARDS, leases: { settleMs: 50, leaseMs: LEASE_MS } });
  let running = await team.start(2);
  let paused: typeof running = [];
  const all = [...running];
  const { keys } = running[0]!;
  const shardKeys = Array.from({ length: SHARDS }, (_, shard) => keys.of(shard).shard);
  let goBack = await takeCopy(redis, shardKeys);
  const opened: { readonly on: (typeof running)[number]; readonly userId: string; readonly id: string }[] = [];
  const silent = new Set<string>();
  let longestMs = 0;

  const join = async () => {
    if (all.length === MAX_NODES) return;
    const made = await team.startNode();
    all.push(made);
    running = [...running, made];
  };

  const take = async (what: Happening) => {
    const on = 'node' in what ? running[what.node % Math.max(1, running.length)] : undefined;
    switch (what.kind) {
      case 'turn':
        await orRefused(on?.turn() ?? Promise.resolve());
        return on?.answer();
      case 'open': {
        const id = on && (await orRefused(on.open(what.user)));
        if (on && id && id !== 'refused') opened.push({ on, userId: what.user, id });
        return;
      }
      case 'flushed':
        goBack = await takeCopy(redis, shardKeys);
        return redis.admin.flushall();
      case 'set back':
        return goBack();
      case 'part lost':
        return redis.admin.del(keys.of(what.shard).shard);
      case 'joins':
        return join();
      case 'pauses':
      case 'dies':
        running = running.filter((each) => each !== on);
        if (what.kind === 'pauses' && on) paused.push(on);
        return;
      case 'goes on':
        running = [...running, ...paused];
        paused = [];
        return;
      case 'journal':
        team.journal.failure = what.away ? unavailable('PostgreSQL is away.') : undefined;
        return;
      case 'silent':
        for (const each of opened.filter((one) => one.on === on)) {
          each.on.fallSilent(each.id);
          silent.add(each.id);
        }
        return;
      case 'newer release':
        return redis.admin.set(keys.record(what.user), '2|of a newer release');
    }
  };

  return {
    async step(what: Happening) {
      const beganAt = performance.now();
      await take(what);
      longestMs = Math.max(longestMs, performance.now() - beganAt);
    },
    /** Nothing happens any more; those that run take their turns. */
    async recovered() {
      team.journal.failure = undefined;
      if (running.length === 0) await join();
      if (running.length === 0) running = paused.slice(0, 1);
      if (running.length === 0) return;
      longestMs = Math.max(longestMs, await team.settled(running, LEASE_MS + ANSWER_MS + LOAD_MS));
      const { records } = await running[0]!.presence.readRecords(USERS);
      const readable = async (userId: string) => !(await redis.admin.get(keys.record(userId)))?.startsWith('2|');
      const isCertain = (id: string) => longestMs < PAUSE_MS || !silent.has(id);
      for (const { on, userId, id } of opened) {
        if (!running.includes(on) || !isCertain(id) || !(await readable(userId))) continue;
        expect(records.get(userId), userId).toSatisfy(isSeenLive);
      }
    },
    async close() {
      for (const each of all) await each.stop();
    },
  };
};

it('a store recovers within a lease of the last event of it or of a node', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(happening, { minLength: 6, maxLength: 20 }), async (happenings) => {
      await redis.admin.flushall();
      const world = await openWorld();
      try {
        for (const what of happenings) await world.step(what);
        await world.recovered();
      } finally {
        await world.close();
      }
    }),
    // A busy machine makes fewer runs, and a counterexample may not be the smallest.
    { numRuns: 15, interruptAfterTimeLimit: 30_000 },
  );
}, 90_000);
