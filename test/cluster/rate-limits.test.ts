/** A user's allowances are shared by all nodes (docs/semantics.md, "Limits"). */
import { beforeAll, expect, it } from 'vitest';
import { type Cluster, startCluster } from '../support/cluster/cluster.js';
import { Refusal } from '../support/http/api.js';
import type { Person } from '../support/http/rollcall.js';

const refusals = async (calls: readonly Promise<unknown>[]): Promise<readonly Refusal[]> => {
  const outcomes = await Promise.allSettled(calls);
  return outcomes.flatMap((outcome) => {
    if (outcome.status === 'fulfilled') return [];
    expect(outcome.reason).toBeInstanceOf(Refusal);
    return [outcome.reason as Refusal];
  });
};

let cluster: Cluster;
beforeAll(async () => {
  cluster = await startCluster({
    env: { RATE_PRESENCE: '5,5s', RATE_TYPING: '10,500ms', RATE_MUTATIONS: '80,200ms' },
  });
  return cluster.stop;
});

it('an allowance is shared by all nodes, and comes back as designed', async () => {
  await cluster.host().upsertUsers([{ id: 'ada' }, { id: 'ben' }]);
  await cluster.host().putConversation('room', ['ada']);
  const everywhere = (id: string) => cluster.nodes.slice(0, 2).map((node) => cluster.person(id, node));
  const [ada, ben] = [everywhere('ada'), everywhere('ben')];
  const both = (times: number, act: (person: Person) => Promise<unknown>, people = ada) =>
    Array.from({ length: times }, (_, n) => act(people[n % 2]!));

  /** The refusals among so many calls; some of the allowance may come back while they run. */
  const refused = async (
    times: number,
    { atOnce, everyMs }: { readonly atOnce: number; readonly everyMs: number },
    act: (person: Person) => Promise<unknown>,
    people = ada,
  ) => {
    const startedAt = performance.now();
    const found = await refusals(both(times, act, people));
    const backAgain = Math.ceil((performance.now() - startedAt) / everyMs);
    expect(found.length).toBeLessThanOrEqual(times - atOnce);
    expect(found.length).toBeGreaterThanOrEqual(times - atOnce - backAgain);
    return found;
  };
  const typing = await refused(40, { atOnce: 10, everyMs: 500 }, (person) => person.setTyping('room'));
  expect(typing.length).toBeGreaterThan(0);
  for (const { code, retryAfterMs } of typing) {
    expect(code).toBe('RATE_LIMITED');
    expect(retryAfterMs).toBeGreaterThanOrEqual(1);
    expect(retryAfterMs).toBeLessThanOrEqual(500);
  }
  await refused(12, { atOnce: 5, everyMs: 5_000 }, (person) => person.say('hm'));
  // Hiding is never limited; to hide again is, so all that ada does here fits into her mutations.
  await Promise.all(both(10, (person) => person.setPresence({ status: 'INVISIBLE' })));

  // The wait that was given is enough.
  const limited = await refused(200, { atOnce: 80, everyMs: 200 }, (person) => person.heartbeat(), ben);
  await new Promise((resolve) => setTimeout(resolve, Number(limited.at(-1)?.retryAfterMs) + 20));
  await ben[0]!.heartbeat();

  // Every allowance expires by itself.
  const keys = await cluster.redis.admin.keys('rc:rate:*');
  expect(keys.length).toBeGreaterThan(0);
  for (const key of keys) expect(await cluster.redis.admin.pttl(key)).toBeGreaterThan(0);
}, 120_000);
