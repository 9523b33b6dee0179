/** PostgreSQL stopped repeatedly while several nodes query it all the time: no process ends, nothing is lost. */
import { setTimeout as wait } from 'node:timers/promises';
import postgres from 'postgres';
import { expect, it } from 'vitest';
import { startCluster } from '../support/cluster/cluster.js';
import { gather } from '../support/cluster/crowd.js';
import { rounds } from '../support/cluster/rounds.js';
import { Refusal } from '../support/http/api.js';
import { isLive, observe } from '../support/http/observer.js';

const USERS = rounds(30, 60);
const STOPS = rounds(3, 10);
/** How many queries each node has under way. */
const AT_ONCE = rounds(2, 20);

it('PostgreSQL that is stopped under load again and again ends no node, hides nobody, and gets every change in the end', async () => {
  const cluster = await startCluster({
    nodes: 3,
    ownPostgres: true,
    env: { HEARTBEAT_TIMEOUT: '45s', PRESENCE_OFFLINE_DEBOUNCE: '40s' },
  });
  const ids = await cluster.followed('watcher', 'user', USERS);
  const observers = await Promise.all(
    cluster.nodes.map(async (node) => observe(await cluster.person('watcher', node).connect({ presence: false }))),
  );
  const crowd = await gather({ ids, at: (place) => cluster.node(place % 3) });
  for (const observer of observers) {
    await observer.until(ids, isLive);
    observer.forget();
  }

  const wrong: unknown[] = [];
  let [answers, refusals, over] = [0, 0, false];
  /** The right answer, or the refusal that is due. */
  const asked = async (question: () => Promise<unknown>, isRight: (answer: unknown) => boolean) => {
    try {
      const answer = await question();
      answers += 1;
      if (!isRight(answer)) wrong.push(answer);
    } catch (error) {
      refusals += 1;
      if (!(error instanceof Refusal && error.code === 'UNAVAILABLE')) wrong.push(error);
    }
  };
  const said = new Map<string, string>();
  const ask = async (place: number, at: number): Promise<void> => {
    const node = cluster.node(place);
    for (let round = 0; !over; round += 1) {
      const id = ids[(at * 7 + round * AT_ONCE) % USERS]!;
      await asked(
        () => cluster.host(node).presence(ids),
        (shown) => (shown as { status: string }[]).filter(({ status }) => status === 'ONLINE').length === USERS,
      );
      await asked(
        () => cluster.person(id, node).me(),
        (me) => (me as { userId: string }).userId === id,
      );
    }
  };
  /** Each user sets one message after another. */
  const speak = async (place: number): Promise<void> => {
    const mine = ids.filter((_, i) => i % 3 === place);
    for (let round = 0; !over; round += 1) {
      const id = mine[round % mine.length]!;
      const text = `word ${round}`;
      // A refused change may have been made all the same: it is repeated until it is answered.
      while (said.get(id) !== text) {
        await asked(
          async () => {
            await cluster.person(id, cluster.node(place)).say(text);
            said.set(id, text);
          },
          () => true,
        );
      }
    }
  };
  const load = [0, 1, 2].flatMap((place) => [
    ...Array.from({ length: AT_ONCE }, (_, at) => ask(place, at)),
    speak(place),
  ]);

  for (let stop = 0; stop < STOPS; stop += 1) {
    const before = answers;
    await cluster.postgres.stopImmediately();
    await cluster.postgres.restart();
    // Under load again before the next stop: each node has to have reconnected.
    while (answers < before + AT_ONCE) await wait(20);
  }
  over = true;
  await Promise.all(load);
  console.log(`stopped ${STOPS} times: ${answers} answers, ${refusals} refusals`);

  expect(wrong).toEqual([]);
  for (const { run } of cluster.nodes) expect([run.child.exitCode, run.child.signalCode]).toEqual([null, null]);
  expect(crowd.closes).toEqual([]);
  for (const observer of observers) {
    await observer.until([...said.keys()], ({ userId, statusMessage }) => statusMessage?.text === said.get(userId));
    expect(observer.offline).toEqual([]);
  }
  const sql = postgres(cluster.databaseUrl, { max: 1 });
  try {
    const persisted = async () => {
      const rows = await sql<{ userId: string; text: string }[]>`
        select user_id as "userId", message_text as text from presence_journal
        where message_text is not null`;
      return new Map(rows.map(({ userId, text }) => [userId, text]));
    };
    await expect.poll(persisted, { timeout: 15_000 }).toEqual(said);
  } finally {
    await sql.end();
  }
});
