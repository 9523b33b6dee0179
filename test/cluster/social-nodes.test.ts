/**
 * The social layer on two nodes, and what it survives: what ends sight at one node ends it at the other, what the host repeats
 * happens once, and what is told by a node that dies is found in the log (docs/design.md#social).
 */
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { type Cluster, startCluster } from '../support/cluster/cluster.js';
import { insist } from '../support/cluster/insist.js';
import type { Refusal } from '../support/http/api.js';
import type { Person } from '../support/http/rollcall.js';
import {
  createTrayDevice,
  type Notice,
  socialOf,
  watchCounts,
  watchHere,
  watchTimeline,
} from '../support/http/social.js';
import type { ToldAct } from '../support/unit/socialOracle.js';

/** The design says a second; the machine may be busy. */
const LIMIT_MS = 8_000;
const WITHIN = { timeout: LIMIT_MS, interval: 20 };
const INTERVAL_MS = 300;
/** For a back-end to be asked again, where it had gone. */
const BACK_WITHIN = { timeout: 30_000, interval: 100 };

let cluster: Cluster;
let made = 0;
beforeAll(async () => {
  cluster = await startCluster({ ownPostgres: true, ways: true, env: { BROADCAST_INTERVAL: `${INTERVAL_MS}ms` } });
});
afterAll(() => cluster.stop());

const hostAt = (node: number) => socialOf(cluster.host(cluster.node(node)));
const fresh = (name: string) => {
  made += 1;
  return `${name}-${made}`;
};
const like = (actor: Person, objectId: string, ...notify: readonly Person[]): ToldAct => ({
  id: fresh('like'),
  verb: 'like',
  actorId: actor.id,
  objectId,
  notify: notify.map(({ id }) => id),
});

/** Somebody at a node, with all that a client has open. */
const createSide = async (person: Person, room: string) => {
  const socket = await person.connect({ sessionId: 'tab' });
  const tray = createTrayDevice(person);
  await tray.come();
  const timeline = watchTimeline(socket);
  const here = watchHere(socket, room);
  const counts = watchCounts(socket, [room]);
  const social = socialOf(person);
  await social.enter(room, 'tab');
  return {
    person,
    social,
    socket,
    tray,
    counts,
    /** Acts that are shown, by id, with who did them. */
    timeline: () => {
      const held = new Map<string, string>();
      for (const { timelineChanged: act } of timeline.transcript) {
        if (act.gone) held.delete(act.id);
        else held.set(act.id, act.actor.id);
      }
      return held;
    },
    here: () => {
      const held = new Set<string>();
      for (const { hereChanged } of here.transcript) {
        for (const { id } of hereChanged.came) held.add(id);
        for (const id of hereChanged.went) held.delete(id);
      }
      return [...held].sort();
    },
    /** How much came so far, and what came past such a mark, as text. */
    mark: () => [tray.transcript().length, timeline.transcript.length, here.transcript.length] as const,
    since: ([ofTray, ofTimeline, ofHere]: readonly [number, number, number]) =>
      JSON.stringify([
        tray.transcript().slice(ofTray),
        timeline.transcript.slice(ofTimeline),
        here.transcript.slice(ofHere),
      ]),
  };
};
type Side = Awaited<ReturnType<typeof createSide>>;

/** Two at different nodes who follow each other, with a third; all are at one place, and likes of each came to the others. */
const meet = async () => {
  const host = cluster.host();
  const [ada, ben, cy] = [0, 1, 1].map((node) => cluster.person(fresh('user'), cluster.node(node))) as [
    Person,
    Person,
    Person,
  ];
  const people = [ada, ben, cy];
  await host.upsertUsers(people.map(({ id }) => ({ id, name: id })));
  await host.addFollows(
    people.flatMap((one) =>
      people.filter((other) => other !== one).map((other) => ({ followerId: one.id, followeeId: other.id })),
    ),
  );
  const room = fresh('room');
  await host.putConversation(room, [], true);
  const [one, other] = [await createSide(ada, room), await createSide(ben, room)];
  await socialOf(cy).enter(room, (await cy.heartbeat({ sessionId: 'phone' })).sessionId);
  const told = [like(ada, room, ben), like(ben, room, ada), like(cy, room, ada, ben)];
  await hostAt(0).tell(...told.slice(0, 2));
  await hostAt(1).tell(...told.slice(2));
  const sides = [one, other] as const;
  await vi.waitFor(() => {
    for (const side of sides) {
      expect(side.tray.show().notices[0]?.actorCount).toBe(2);
      expect(side.timeline().size).toBe(2);
      expect(side.here()).toHaveLength(3);
    }
  }, WITHIN);
  return { room, cy, ada: one, ben: other, sides };
};

const namesOf = (notices: readonly Notice[]) => notices.flatMap(({ actors }) => actors.map(({ id }) => id));
/** Waits until a side shows nothing of another, then lets more happen: nothing that came since may name them. */
const namesNever = async (side: Side, other: Side, cy: Person, room: string) => {
  await vi.waitFor(() => {
    expect(namesOf(side.tray.show().notices)).toEqual([cy.id]);
    expect([...side.timeline().values()]).not.toContain(other.person.id);
  }, WITHIN);
  const mark = side.mark();
  const later = like(cy, room, side.person);
  await hostAt(1).tell(like(other.person, room, side.person), later);
  await vi.waitFor(() => expect(side.timeline().has(later.id)).toBe(true), WITHIN);
  await vi.waitFor(() => expect(side.tray.show().notices[0]?.latest.id).toBe(later.id), WITHIN);
  expect(side.since(mark)).not.toContain(`"${other.person.id}"`);
};

it('a block at one node ends all sight at both within a second, and its end restores the very same list', async () => {
  const { room, cy, ada, ben, sides } = await meet();
  const before = await Promise.all(sides.map(({ social }) => social.notices()));
  await ada.person.block(ben.person.id);
  await vi.waitFor(() => {
    for (const side of sides) {
      expect(namesOf(side.tray.show().notices)).toEqual([cy.id]);
      expect(side.here()).toEqual([side.person.id, cy.id].sort());
    }
  }, WITHIN);
  expect(await Promise.all(sides.map(({ social }) => social.notices()))).not.toEqual(before);
  await ada.person.unblock(ben.person.id);
  await vi.waitFor(() => {
    for (const [i, side] of sides.entries()) {
      expect(side.tray.show().notices).toEqual(before[i]);
      expect(side.timeline().size).toBe(2);
      expect(side.here()).toHaveLength(3);
    }
  }, WITHIN);
  expect(await Promise.all(sides.map(({ social }) => social.notices()))).toEqual(before);

  await ben.person.block(ada.person.id);
  await namesNever(ada, ben, cy, room);
  await namesNever(ben, ada, cy, room);
});

it('who is muted at one node is not named at it any more, and is not told', async () => {
  const { room, cy, ada, ben } = await meet();
  const before = await ben.social.notices();
  // Their devices are at the other node.
  await socialOf(cluster.person(ben.person.id, cluster.node(0))).mute({ userId: ada.person.id });
  await namesNever(ben, ada, cy, room);
  expect(namesOf(ada.tray.show().notices)).toContain(ben.person.id);
  expect(ben.here()).toHaveLength(3);
  await socialOf(cluster.person(ben.person.id, cluster.node(0))).unmute({ userId: ada.person.id });
  await vi.waitFor(() => {
    const [notice] = ben.tray.show().notices;
    expect(notice).toMatchObject({ id: before[0]!.id, actorCount: 2 });
  }, WITHIN);
});

it('who is deleted at one node is named at neither any more', async () => {
  const { room, cy, ada, ben } = await meet();
  await cluster.host(cluster.node(0)).deleteUser(ada.person.id);
  await namesNever(ben, ada, cy, room);
  await vi.waitFor(() => expect(ben.here()).toEqual([ben.person.id, cy.id].sort()), WITHIN);
});

it('what the host calls twice, late and in any order at different nodes happens once, and ends at the latest', async () => {
  const { room, cy, ada, ben, sides } = await meet();
  const acts = Array.from({ length: 6 }, () => like(cy, room, ada.person, ben.person));
  const hosts = [hostAt(0), hostAt(1)];
  const versions = Array.from({ length: 12 }, (_, i) => BigInt((i * 5) % 12) + 1n);
  const answers = await Promise.all([
    ...hosts.map((host) => host.tell(...acts)),
    ...hosts.map((host) => host.tell(...[...acts].reverse())),
    ...acts.map((act, i) => hosts[i % 2]!.tell(act)),
  ]);
  expect(answers.reduce((sum, told) => sum + told, 0)).toBe(acts.length);
  await Promise.all(versions.map((version, i) => hosts[i % 2]!.putCounts(room, { likes: Number(version) }, version)));
  await vi.waitFor(async () => {
    for (const side of sides) {
      const notices = await side.social.notices();
      expect(notices).toHaveLength(1);
      expect(await side.social.noticeActs(notices[0]!.id)).toHaveLength(8);
      expect(side.tray.show().notices).toEqual(notices);
      const [counts] = await side.social.counts([room]);
      expect(counts?.all).toEqual([{ name: 'likes', value: 12 }]);
      expect(side.counts.transcript.at(-1)?.countsChanged).toEqual(counts);
      const orders = side.counts.transcript.map(({ countsChanged }) => countsChanged.asOf);
      expect([...orders].sort()).toEqual(orders);
    }
  }, WITHIN);
});

it('a storm told at both nodes is one event in an interval for a tray and an object, and the last is delivered', async () => {
  const { room, ada, ben, sides } = await meet();
  const before = sides.map(({ tray, counts }) => [tray.transcript().length, counts.transcript.length] as const);
  const startedAt = performance.now();
  const tellAndCount = async (node: number) => {
    for (let call = node; call < 40; call += 2) {
      const acts = Array.from({ length: 5 }, (_, i) => ({
        ...like(ada.person, room, ada.person, ben.person),
        actorId: `stranger-${call}-${i}`,
      }));
      await insist(() => hostAt(node).tell(...acts));
      await insist(() => hostAt(node).putCounts(room, { likes: call }, BigInt(call + 1)));
    }
  };
  await Promise.all([tellAndCount(0), tellAndCount(1)]);
  await vi.waitFor(async () => {
    for (const { social, tray, counts } of sides) {
      const notices = await social.notices();
      expect(notices[0]?.actorCount).toBe(202);
      expect(tray.show().notices).toEqual(notices);
      expect(counts.transcript.at(-1)?.countsChanged).toEqual((await social.counts([room]))[0]);
      expect(counts.transcript.at(-1)?.countsChanged.all).toEqual([{ name: 'likes', value: 39 }]);
    }
  }, WITHIN);
  const intervals = Math.ceil((performance.now() - startedAt) / INTERVAL_MS) + 1;
  for (const [i, { tray, counts }] of sides.entries()) {
    const [ofTray, ofCounts] = before[i]!;
    expect(tray.transcript().length - ofTray).toBeLessThanOrEqual(intervals);
    expect(counts.transcript.length - ofCounts).toBeLessThanOrEqual(intervals);
  }
});

it('a Redis that is emptied loses no place of a session that is there, and nothing else', async () => {
  const { room, cy, ada, ben, sides } = await meet();
  await hostAt(0).putCounts(room, { likes: 1 }, 1n);
  await vi.waitFor(() => expect(ben.counts.transcript.at(-1)?.countsChanged.all).toHaveLength(1), WITHIN);
  const before = await Promise.all(sides.map(({ social }) => social.notices()));
  await cluster.redis.admin.flushall();
  await insist(() => cluster.host().presence([ada.person.id]));
  await insist(() => cluster.host(cluster.node(1)).presence([ada.person.id]));
  await vi.waitFor(async () => {
    const { people } = await ada.social.here(room);
    expect(people.map(({ id }) => id)).toEqual([ada.person.id, ben.person.id, cy.id].sort());
    for (const side of sides) expect(side.here()).toHaveLength(3);
  }, BACK_WITHIN);
  expect(await Promise.all(sides.map(({ social }) => social.notices()))).toEqual(before);
  const late = like(cy, room, ada.person, ben.person);
  await hostAt(0).tell(late);
  await hostAt(1).putCounts(room, { likes: 2 }, 2n);
  await vi.waitFor(() => {
    for (const side of sides) {
      expect(side.tray.show().notices[0]?.latest.id).toBe(late.id);
      expect(side.timeline().has(late.id)).toBe(true);
      expect(side.counts.transcript.at(-1)?.countsChanged.all).toEqual([{ name: 'likes', value: 2 }]);
    }
  }, WITHIN);
});

it('with PostgreSQL away what the host tells is UNAVAILABLE, trays keep, and what it repeats happens once', async () => {
  const { room, cy, ada, ben, sides } = await meet();
  const shown = sides.map(({ tray }) => tray.show());
  const act = like(cy, room, ada.person, ben.person);
  const codeOf = (call: Promise<unknown>) =>
    call.then(
      () => 'done',
      ({ code }: Refusal) => code,
    );
  await cluster.postgres.pause();
  try {
    const codes = [hostAt(0).tell(act), hostAt(1).tell(act), hostAt(0).putCounts(room, { likes: 5 }, 5n)].map(codeOf);
    expect(await Promise.all(codes)).toEqual(['UNAVAILABLE', 'UNAVAILABLE', 'UNAVAILABLE']);
    expect(sides.map(({ tray }) => tray.show())).toEqual(shown);
  } finally {
    await cluster.postgres.resume();
  }
  await Promise.all([
    insist(() => hostAt(0).tell(act)),
    insist(() => hostAt(1).tell(act)),
    insist(() => hostAt(1).putCounts(room, { likes: 5 }, 5n)),
  ]);
  await vi.waitFor(async () => {
    for (const side of sides) {
      const notices = await side.social.notices();
      expect(side.tray.show().notices).toEqual(notices);
      expect((await side.social.noticeActs(notices[0]!.id)).filter(({ id }) => id === act.id)).toHaveLength(1);
      expect(notices[0]!.latest.id).toBe(act.id);
      expect(side.counts.transcript.at(-1)?.countsChanged.all).toEqual([{ name: 'likes', value: 5 }]);
    }
  }, BACK_WITHIN);
  for (const { tray } of sides) expect(await tray.isOpen()).toBe(true);
});

it('what a node committed that died before it told is found by the others in the log', async () => {
  const { room, cy, ben } = await meet();
  const act = like(cy, room, ben.person);
  // Nothing that this node publishes arrives any more.
  cluster.way(0).hold();
  const telling = hostAt(0)
    .tell(act)
    .catch(() => {});
  await vi.waitFor(async () => expect((await ben.social.notices())[0]?.latest.id).toBe(act.id), BACK_WITHIN);
  await cluster.node(0).stop('SIGKILL');
  await telling;
  await vi.waitFor(() => {
    expect(ben.tray.show().notices[0]?.latest.id).toBe(act.id);
    expect(ben.timeline().has(act.id)).toBe(true);
  }, WITHIN);
});
