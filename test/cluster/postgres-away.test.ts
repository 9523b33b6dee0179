/**
 * PostgreSQL paused, or stopped and started again (docs/operations.md, "When something fails"): what is open and known
 * goes on, what needs access facts is UNAVAILABLE, and nothing written behind is lost.
 */
import { setTimeout as wait } from 'node:timers/promises';
import postgres from 'postgres';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Cluster, startCluster } from '../support/cluster/cluster.js';
import type { Presence, Refusal, Typing } from '../support/http/api.js';
import type { Person } from '../support/http/rollcall.js';
import type { Socket, SubscriptionIterator } from '../support/http/socket.js';

/** The design says 2 s; the machine may be busy. */
const REFUSED_WITHIN_MS = 8_000;
/** Longer than every timeout of the database client. */
const AWAY_MS = 12_000;
/** For the database to be asked again, where it has to recover. */
const BACK_WITHIN_MS = 20_000;

let cluster: Cluster;
beforeAll(async () => {
  cluster = await startCluster({ ownPostgres: true });
  return cluster.stop;
});

interface Side {
  readonly person: Person;
  readonly socket: Socket;
  readonly watch: SubscriptionIterator<Presence>;
  readonly typing: SubscriptionIterator<Typing>;
}

/** Two users, live on one node each, who watch each other and have typed to each other. */
const meet = async (name: string): Promise<{ room: string; ada: Side; ben: Side }> => {
  const room = `${name}-room`;
  const people = [cluster.person(`${name}-ada`, cluster.node(0)), cluster.person(`${name}-ben`, cluster.node(1))];
  const host = cluster.host();
  await host.upsertUsers(people.map(({ id }) => ({ id })));
  await host.putConversation(
    room,
    people.map(({ id }) => id),
  );
  const sides = await Promise.all(
    people.map(async (person, i) => {
      const socket = await person.connect({ sessionId: 'tab', device: 'WEB' });
      return { person, socket, watch: socket.watch([people[1 - i]!.id]), typing: socket.watchTyping(room) };
    }),
  );
  const [ada, ben] = sides as [Side, Side];
  for (const [one, other] of [
    [ada, ben],
    [ben, ada],
  ] as const) {
    await one.watch.nextWhere(({ status }) => status === 'ONLINE');
    for (const isTyping of [true, false]) {
      await other.socket.setTyping(room, isTyping);
      expect(await one.typing.next()).toMatchObject({ isTyping });
    }
  }
  return { room, ada, ben };
};

/** How long an UNAVAILABLE answer took. */
const refusalOf = async (act: () => Promise<unknown>): Promise<number> => {
  const startedAt = performance.now();
  const code = await act().then(
    () => 'an answer',
    (error: Refusal) => error.code,
  );
  expect(code).toBe('UNAVAILABLE');
  return performance.now() - startedAt;
};

const answers = (act: () => Promise<unknown>) =>
  expect
    .poll(
      () =>
        act().then(
          () => true,
          () => false,
        ),
      { timeout: BACK_WITHIN_MS, interval: 100 },
    )
    .toBe(true);

describe.each([
  { name: 'paused', away: () => cluster.postgres.pause(), back: () => cluster.postgres.resume() },
  { name: 'killed', away: () => cluster.postgres.kill(), back: () => cluster.postgres.restart() },
])('with PostgreSQL $name', ({ name, away, back }) => {
  it('what is known goes on, access facts are UNAVAILABLE, and nothing is lost', async () => {
    const { room, ada, ben } = await meet(name);
    const cy = cluster.person(`${name}-cy`, cluster.node(1));
    await cluster.host().upsertUsers([{ id: cy.id }]);
    await ada.person.follow(cy.id);
    const cys = await cy.connect({ sessionId: 'tab' });
    const watch = ada.socket.watch([cy.id]);
    await watch.nextWhere(({ status }) => status === 'ONLINE');

    const named = ada.socket.subscribe<{
      presenceChanged: { isTyping: boolean; statusMessage: { text: string } | null };
    }>(
      'subscription ($ids: [ID!]) { presenceChanged(userIds: $ids) { isTyping user { name } statusMessage { text } } }',
      { ids: [ben.person.id] },
    );
    await named.next();

    await away();
    const awayAt = performance.now();
    const latencies: number[] = [];
    try {
      const refused = await Promise.all(
        [
          () => ada.person.userPresence(ben.person.id),
          () => ben.socket.presence([ada.person.id]),
          () => ada.person.roster(),
          () => ada.person.typing(room),
          () => ada.person.block(cy.id),
          () => ada.socket.watch([ben.person.id]).next(),
          () => cluster.person('somebody new').setPresence({ status: 'AWAY' }),
        ].map(refusalOf),
      );
      console.log(`${name}: refused after ${Math.round(Math.max(...refused))} ms at the most`);
      expect(Math.max(...refused)).toBeLessThanOrEqual(REFUSED_WITHIN_MS);

      for (let round = 0; performance.now() - awayAt < AWAY_MS || round < 4; round += 1) {
        for (const [one, other] of [
          [ada, ben],
          [ben, ada],
        ] as const) {
          const text = `round ${round}`;
          const startedAt = performance.now();
          await (round % 2 === 0 ? other.socket : other.person).say(text);
          await one.watch.nextWhere(({ statusMessage }) => statusMessage?.text === text);
          for (const isTyping of [true, false]) {
            await (round % 2 === 0 ? other.socket : other.person).setTyping(room, isTyping);
            expect(await one.typing.next()).toMatchObject({ isTyping });
          }
          expect(await other.socket.heartbeat({ idle: round % 2 === 0 })).toMatchObject({ sessionId: 'tab' });
          latencies.push(performance.now() - startedAt);
        }
        await wait(500);
      }
      console.log(
        `${name}: the slowest round of a message, typing and a heartbeat took ${Math.round(Math.max(...latencies))} ms`,
      );

      // Other fields of an event go on with what is known.
      await ben.socket.setTyping(room);
      await ben.socket.say('typing');
      const typed = await named.nextWhere(({ presenceChanged: { statusMessage } }) => statusMessage?.text === 'typing');
      expect(typed.presenceChanged.isTyping).toBe(true);

      // Hiding neither hangs nor fails.
      const startedAt = performance.now();
      expect(await ben.socket.setPresence({ status: 'INVISIBLE' })).toMatchObject({ status: 'INVISIBLE' });
      expect(performance.now() - startedAt).toBeLessThanOrEqual(REFUSED_WITHIN_MS);
      await ada.watch.nextWhere(({ status }) => status === 'OFFLINE');
      await ben.socket.setPresence({ status: 'DO_NOT_DISTURB', statusMessage: { text: 'the last word' } });
      await ada.watch.nextWhere(({ status }) => status === 'DO_NOT_DISTURB');
      // A reload, and somebody who leaves.
      await ben.socket.drop();
      const again = await ben.person.connect({ sessionId: 'tab', device: 'WEB' });
      await cys.setPresence({ status: 'AWAY' });
      await cys.close();
      expect(await watch.nextWhere(({ status }) => status === 'OFFLINE')).toMatchObject({
        lastSeen: expect.any(String),
      });
      await again.say('the very last word');
      await ada.watch.nextWhere(({ statusMessage }) => statusMessage?.text === 'the very last word');
    } finally {
      await back();
    }

    await answers(() => ada.person.userPresence(ben.person.id));
    await ada.person.block(ben.person.id);
    const blockedAt = performance.now();
    await ada.watch.nextWhere(({ status }) => status === 'OFFLINE');
    console.log(`${name}: hidden ${Math.round(performance.now() - blockedAt)} ms after the block was answered`);
    await ada.person.unblock(ben.person.id);
    expect(await ada.watch.next()).toMatchObject({ status: 'DO_NOT_DISTURB' });

    const lastSeen = Date.parse(watch.transcript.at(-1)?.lastSeen ?? '');
    const sql = postgres(cluster.databaseUrl, { max: 1 });
    try {
      const persisted = async (id: string) => (await sql`select * from presence_journal where user_id = ${id}`)[0];
      await expect
        .poll(() => persisted(ben.person.id), { timeout: 10_000 })
        .toMatchObject({ chosen: 'DO_NOT_DISTURB', message_text: 'the very last word' });
      await expect
        .poll(() => persisted(cy.id), { timeout: 10_000 })
        .toMatchObject({ chosen: 'AWAY', last_seen: String(lastSeen) });
    } finally {
      await sql.end();
    }
    expect(await ada.person.userPresence(cy.id)).toMatchObject({ status: 'OFFLINE', lastSeen: expect.any(String) });
  }, 180_000);
});
