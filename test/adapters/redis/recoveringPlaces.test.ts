/** Places after a loss of the store: who is there is right as soon as it answers again, by the records and in the index. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { placesOf } from '../../../src/presence/places.js';
import { startRedis, type TestRedis } from '../../support/cluster/redis.js';
import { callerOf, createTeam, takeCopy } from '../../support/cluster/team.js';

let redis: TestRedis;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.stop());
beforeEach(() => redis.admin.flushall());

const IDS = ['ana', 'bo', 'cy', 'di', 'eve'];
const PLACE = 'plaza';
type Node = Awaited<ReturnType<ReturnType<typeof createTeam>['startNode']>>;

/** Two nodes; ana and bo are at a place, each on another node, and the others are live elsewhere. */
const atPlace = async () => {
  const team = createTeam(redis, { users: IDS });
  team.conversations.set(PLACE, { open: true, members: IDS });
  await team.people.putCircle('all', IDS);
  const nodes = await team.start(2);
  const [one, other] = nodes as [Node, Node];
  const connections = new Map<string, string>();
  for (const [i, userId] of ['ana', 'bo', 'cy'].entries()) connections.set(userId, await nodes[i % 2]!.open(userId));
  for (const userId of ['di', 'eve'])
    await one.presence.heartbeat(callerOf(userId), { idle: false, sessionId: 'phone' });
  const enter = (node: Node, userId: string) => node.presence.enter(callerOf(userId), { conversationId: PLACE });
  const leave = (node: Node, userId: string) => node.presence.leave(callerOf(userId), { conversationId: PLACE });
  await enter(one, 'ana');
  await enter(other, 'bo');
  await enter(one, 'eve');
  for (const node of nodes) await node.turn();
  const hereAt = async (node: Node) => {
    const { people } = await node.presence.here({ kind: 'user', userId: 'cy' }, PLACE);
    return people.map(({ userId }) => userId);
  };
  /** ana leaves, bo loses what he had by closing his tab on purpose, cy and di come. */
  const moveOn = async () => {
    expect(await leave(other, 'ana')).toBe(true);
    await other.presence.endSession(callerOf('bo'), 'tab');
    await enter(one, 'cy');
    await enter(other, 'di');
    expect(await hereAt(one)).toEqual(['cy', 'di', 'eve']);
    for (const node of nodes) await node.turn();
  };
  /** The answer while the nodes go on as they do each second. */
  const soon = (ask: () => Promise<readonly string[]>) =>
    expect.poll(async () => {
      for (const node of nodes) await node.turn();
      return ask();
    });
  return { ...team, nodes, one, other, moveOn, hereAt, soon };
};

/** What is left in the index, whoever asks. */
const indexAt = async ({ store }: Node) => [...(await store.usersAt(PLACE, 10)).userIds].sort();

it('has who came since, and nobody who left since, where the store comes back older than it was', async () => {
  const { nodes, one, other, moveOn, hereAt, settled } = await atPlace();
  const goBack = await takeCopy(redis);
  await moveOn();
  await goBack();
  expect(await indexAt(one).catch(() => 'refused')).toEqual(['ana', 'bo', 'eve']);
  await settled(nodes);
  for (const node of nodes) expect(await hereAt(node)).toEqual(['cy', 'di', 'eve']);
  expect(await indexAt(one)).toEqual(['cy', 'di', 'eve']);
  expect(placesOf(await other.record('ana'))).toEqual([]);
});

it('has everybody again where the store comes back empty', async () => {
  const { nodes, one, moveOn, hereAt, settled } = await atPlace();
  await moveOn();
  await redis.admin.flushall();
  await settled(nodes);
  for (const node of nodes) expect(await hereAt(node)).toEqual(['cy', 'di', 'eve']);
  expect(await indexAt(one)).toEqual(['cy', 'di', 'eve']);
});

describe('a shard with the index of a place, of whose people the records are elsewhere', () => {
  const parts = async () => {
    const under = await atPlace();
    const { keys } = under.one;
    const shard = keys.shardOf(PLACE);
    const elsewhere = IDS.filter((userId) => keys.shardOf(userId) !== shard);
    expect(elsewhere.length).toBeGreaterThan(2);
    const names = () => redis.admin.keys(`rc:{${shard}}:*`);
    return { ...under, names };
  };

  it('that comes back empty has everybody again', async () => {
    const { nodes, one, moveOn, hereAt, settled, names, soon } = await parts();
    await moveOn();
    await redis.admin.del(...(await names()));
    await settled(nodes);
    await soon(() => indexAt(one)).toEqual(['cy', 'di', 'eve']);
    for (const node of nodes) expect(await hereAt(node)).toEqual(['cy', 'di', 'eve']);
  });

  it('that comes back older lists nobody who left since, has who came, and forgets those who left', async () => {
    const { nodes, one, moveOn, hereAt, settled, names, soon } = await parts();
    const before = await names();
    const dumps = await Promise.all(before.map((name) => redis.admin.dumpBuffer(name)));
    await moveOn();
    const back = redis.admin.multi().del(...(await names()));
    for (const [i, name] of before.entries()) back.restore(name, 0, dumps[i]!);
    await back.exec();
    await settled(nodes);
    for (const node of nodes) await soon(() => hereAt(node)).toEqual(['cy', 'di', 'eve']);
    await soon(() => indexAt(one)).toEqual(['cy', 'di', 'eve']);
  });
});
