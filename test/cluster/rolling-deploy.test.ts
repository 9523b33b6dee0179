import { expect, it } from 'vitest';
import { type Node, startCluster } from '../support/cluster/cluster.js';
import { gather } from '../support/cluster/crowd.js';
import { rounds } from '../support/cluster/rounds.js';
import { isLive, observe } from '../support/http/observer.js';

const CLIENTS = rounds(90, 500);
/**
 * Clients, the nodes they leave and the cold ones that take them in share a busy machine: the grace is as long as they
 * may take together, and so is what a client may be silent for.
 */
const PATIENT = { PRESENCE_OFFLINE_DEBOUNCE: '40s', HEARTBEAT_TIMEOUT: '45s' };

it(`three nodes replaced one by one under ${CLIENTS} clients: no OFFLINE event, no latest state lost`, async () => {
  const cluster = await startCluster({ nodes: 3, env: PATIENT });
  const serving: Node[] = [...cluster.nodes];
  /** As a load balancer chooses: the ready nodes, in turn. */
  const balanced = (place: number, attempt: number): Node => {
    const node = serving[(place + attempt) % serving.length];
    if (!node) throw new Error('nothing is left to serve');
    return node;
  };
  const ids = await cluster.followed('watcher', 'user', CLIENTS);
  const watching = await cluster.add();
  const observer = observe(await cluster.person('watcher', watching).connect({ presence: false }));
  const crowd = await gather({ ids, at: balanced });
  await observer.until(ids, isLive);
  observer.forget();

  let said = 0;
  const wrote = new Map<string, string>();
  for (const old of cluster.nodes.slice(0, 3)) {
    const replacement = await cluster.add();
    serving.splice(serving.indexOf(old), 1, replacement);
    const stopping = old.stop();
    // Changes go on while it stops, at the nodes that stay.
    for (const id of ids.slice(said, said + 10)) {
      const text = `word ${said}`;
      await cluster.person(id, balanced(said, 0)).say(text);
      wrote.set(id, text);
      said += 1;
    }
    expect(await stopping).toEqual({ code: 0, signal: null });
    await crowd.allLive();
  }
  await observer.until([...wrote.keys()], ({ userId, statusMessage }) => statusMessage?.text === wrote.get(userId));

  console.log(
    `rolling deploy: ${crowd.closes.length} moves, away for ${Math.max(...crowd.absences)} ms at most, ${observer.events.length} events`,
  );
  expect(observer.offline).toEqual([]);
  expect(new Set(crowd.closes.map(({ code }) => code))).toEqual(new Set([1012]));
  const present = await cluster.host(watching).presence(ids);
  expect(present.filter((presence) => !isLive(presence))).toEqual([]);
  for (const { userId, statusMessage } of present) expect(statusMessage?.text).toBe(wrote.get(userId));
});
