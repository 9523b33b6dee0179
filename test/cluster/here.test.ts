/**
 * Who is at a place, asked and watched at two nodes, under random comings, goings, reloads and changes of sight, and after one of the
 * nodes was killed: exactly who has a live session there and may be seen; a reload shows nothing (docs/design.md#places).
 */
import { beforeAll, expect, it, vi } from 'vitest';
import { type Cluster, startCluster } from '../support/cluster/cluster.js';
import { rounds } from '../support/cluster/rounds.js';
import type { Refusal } from '../support/http/api.js';
import type { Person } from '../support/http/rollcall.js';
import { socialOf, watchHere } from '../support/http/social.js';
import type { Socket } from '../support/http/socket.js';
import { createChoices } from '../support/unit/choices.js';
import { createSocialOracle } from '../support/unit/socialOracle.js';

const SEED = Number(process.env.ROLLCALL_SEED ?? 1);
const TURNS = rounds(16, 32);
/** How many turns pass before everything is compared. */
const BETWEEN = 8;
const USERS = ['ada', 'ben', 'cy', 'di'];
const ROOMS = ['open', 'closed'];
/** Longer than a reload takes on a busy machine. */
const GRACE = '4s';
/** For a lost node, and graces after it. */
const PATIENTLY = { timeout: 40_000, interval: 100 };

let cluster: Cluster;
beforeAll(async () => {
  cluster = await startCluster({ env: { PRESENCE_OFFLINE_DEBOUNCE: GRACE } });
  return cluster.stop;
});

interface Tab {
  readonly userId: string;
  readonly sessionId: string;
  readonly node: number;
  readonly socket: Socket;
}

/** Somebody who watches the places at one node, and holds what they are sent. */
const createWatcher = async (person: Person) => {
  const socket = await person.lurk();
  const streams = new Map(ROOMS.map((room) => [room, watchHere(socket, room)]));
  return {
    userId: person.id,
    held(room: string) {
      const there = new Set<string>();
      for (const { hereChanged } of streams.get(room)!.transcript) {
        for (const { id } of hereChanged.came) {
          expect(there.has(id), `${id} came twice`).toBe(false);
          there.add(id);
        }
        for (const id of hereChanged.went) expect(there.delete(id), `${id} went without having come`).toBe(true);
        expect(hereChanged.here.count).toBe(there.size);
      }
      return [...there].sort();
    },
    /** How much came so far, and who is named past such a mark. */
    mark: () => ROOMS.map((room) => streams.get(room)!.transcript.length),
    namedSince: (marks: readonly number[]) =>
      ROOMS.flatMap((room, i) =>
        streams
          .get(room)!
          .transcript.slice(marks[i])
          .flatMap(({ hereChanged: { came, went } }) => [...came.map(({ id }) => id), ...went]),
      ),
  };
};

it(`lists who is there and may be seen, at both nodes and after one was killed (seed ${SEED})`, async () => {
  const choices = createChoices(SEED);
  const oracle = createSocialOracle(USERS);
  const host = cluster.host();
  const story: string[] = [];
  const at = (userId: string, node = choices.int(2)) => cluster.person(userId, cluster.node(node));
  await host.upsertUsers(USERS.map((id) => ({ id })));
  const pairs = USERS.flatMap((one) => USERS.filter((other) => other !== one).map((other) => [one, other] as const));
  await host.addFollows(pairs.map(([followerId, followeeId]) => ({ followerId, followeeId })));
  for (const [one, other] of pairs) oracle.follow(one, other);
  const putRoom = async (id: string, members: readonly string[]) => {
    const open = id === 'open';
    await host.putConversation(id, [...members], open);
    oracle.putRoom(id, { members, open, owner: null });
    oracle.prunePlaces();
  };
  for (const room of ROOMS) await putRoom(room, USERS);
  const watchers = await Promise.all([0, 1].flatMap((node) => USERS.map((userId) => createWatcher(at(userId, node)))));

  const tabs: Tab[] = [];
  let made = 0;
  const open = async (userId: string, sessionId: string, node: number) => {
    tabs.push({ userId, sessionId, node, socket: await at(userId, node).connect({ sessionId }) });
    oracle.startSession(userId, sessionId);
  };
  const enter = async ({ userId, sessionId, socket }: Tab, room: string) => {
    // Over the connection, or at whichever node.
    const caller = choices.oneIn(2) ? { social: socialOf(socket) } : { social: socialOf(at(userId)), sessionId };
    await caller.social.enter(room, caller.sessionId);
    oracle.enter(userId, sessionId, room);
  };
  const usable = (userId: string) => ROOMS.filter((room) => oracle.mayUse(userId, room));
  const steps: readonly (() => Promise<unknown>)[] = [
    async () => {
      if (tabs.length < 8) await open(choices.pick(USERS), `tab-${++made}`, choices.int(2));
    },
    async () => {
      const [tab] = tabs.length > 2 ? tabs.splice(choices.int(tabs.length), 1) : [];
      await tab?.socket.close();
      if (tab) oracle.endSession(tab.userId, tab.sessionId);
    },
    ...Array.from({ length: 3 }, () => async () => {
      const tab = choices.pick(tabs);
      const rooms = usable(tab.userId);
      if (rooms.length > 0) await enter(tab, choices.pick(rooms));
    }),
    async () => {
      const tab = choices.pick(tabs);
      const room = choices.pick(ROOMS);
      await socialOf(at(tab.userId)).leave(room, tab.sessionId);
      oracle.leave(tab.userId, tab.sessionId, room);
    },
    async () => {
      const [tab] = tabs.splice(choices.int(tabs.length), 1) as [Tab];
      await (choices.oneIn(2) ? tab.socket.drop() : tab.socket.close());
      await open(tab.userId, tab.sessionId, choices.int(2));
    },
    async () => {
      const userId = choices.pick(USERS);
      const hides = choices.oneIn(2);
      // Without a session it would start one.
      if (!tabs.some((tab) => tab.userId === userId)) return;
      const { sessionId } = tabs.find((tab) => tab.userId === userId)!;
      await at(userId).setPresence({ sessionId, status: hides ? 'INVISIBLE' : 'ONLINE' });
      oracle.setHiding(userId, hides);
    },
    async () => {
      const [one, other] = choices.pick(pairs);
      const blocks = choices.oneIn(2);
      await (blocks ? at(one).block(other) : at(one).unblock(other));
      if (blocks) oracle.block(one, other);
      else oracle.unblock(one, other);
    },
    () =>
      putRoom(
        'closed',
        USERS.filter(() => !choices.oneIn(3)),
      ),
  ];

  const compare = async (nodes: readonly number[]) => {
    const watching = watchers.filter((_, i) => nodes.includes(Math.floor(i / USERS.length)));
    await vi.waitFor(async () => {
      for (const room of ROOMS) {
        for (const { userId, held } of watching)
          expect(held(room), `${userId} watches ${room}`).toEqual(oracle.here(userId, room) ?? []);
        for (const userId of USERS) {
          const expected = oracle.here(userId, room);
          for (const node of nodes) {
            const asked = socialOf(at(userId, node)).here(room);
            const people = await asked.then(
              (here) => here.people.map(({ id }) => id),
              ({ code }: Refusal) => (code === 'NOT_FOUND' ? null : code),
            );
            expect(people, `${userId} asks node ${node} who is at ${room}`).toEqual(expected);
          }
        }
      }
    }, PATIENTLY);
  };

  try {
    for (const [i, userId] of USERS.entries()) await open(userId, `tab-${++made}`, i % 2);
    for (let turn = 1; turn <= TURNS; turn += 1) {
      const which = choices.int(steps.length);
      story.push(`${turn}: step ${which}`);
      await steps[which]!();
      if (turn % BETWEEN === 0) await compare([0, 1]);
    }

    // Everybody may be seen, and is there with a tab at each node.
    for (const [one, other] of pairs) {
      await at(one).unblock(other);
      oracle.unblock(one, other);
    }
    await putRoom('closed', USERS);
    for (const tab of tabs.splice(0)) {
      await tab.socket.close();
      oracle.endSession(tab.userId, tab.sessionId);
    }
    for (const [i, userId] of USERS.entries()) {
      await open(userId, `last-${i}`, i % 2);
      const tab = tabs.at(-1)!;
      await at(userId).setPresence({ sessionId: tab.sessionId, status: 'ONLINE' });
      oracle.setHiding(userId, false);
      for (const room of ROOMS) await enter(tab, room);
    }
    await compare([0, 1]);
    const first = watchers.slice(0, USERS.length);
    const marks = first.map(({ mark }) => mark());
    const [stays, goes] = tabs.filter(({ node }) => node === 1) as [Tab, Tab];
    const reloads = tabs.find(({ node }) => node === 0)!;
    await reloads.socket.drop();
    await at(reloads.userId, 1).connect({ sessionId: reloads.sessionId });
    await cluster.node(1).stop('SIGKILL');
    await at(reloads.userId, 0).connect({ sessionId: reloads.sessionId });
    await at(stays.userId, 0).connect({ sessionId: stays.sessionId });
    oracle.endSession(goes.userId, goes.sessionId);
    await compare([0]);
    for (const [i, watcher] of first.entries()) {
      const named = watcher.namedSince(marks[i]!);
      expect(new Set(named), `${watcher.userId} was told`).toEqual(new Set([goes.userId]));
    }
  } catch (error) {
    console.log(story.join('\n'));
    throw error;
  }
}, 180_000);
