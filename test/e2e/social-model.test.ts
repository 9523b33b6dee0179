/**
 * Random worlds beside an oracle (`socialOracle.ts`) that says what everybody should see. When all is quiet, what each
 * subscriber holds, what each query answers and what the oracle says are the same (docs/design.md#social).
 */
import { describe, expect, it, vi } from 'vitest';
import { rounds } from '../support/cluster/rounds.js';
import { type Audience, Refusal } from '../support/http/api.js';
import { type Person, serve } from '../support/http/rollcall.js';
import {
  type Act,
  type Counts,
  createTrayDevice,
  type HereChange,
  type Notice,
  socialOf,
  type TrayDevice,
  watchCounts,
  watchHere,
  watchTimeline,
} from '../support/http/social.js';
import type { Socket } from '../support/http/socket.js';
import { createChoices } from '../support/unit/choices.js';
import {
  createSocialOracle,
  type ExpectedNotice,
  type SocialOracle,
  type ToldAct,
} from '../support/unit/socialOracle.js';

const GRACE_MS = 2_000;
/** A reload that took longer than this may have been seen: the machine was busy. */
const RELOAD_WITHIN_MS = 1_000;
const rollcall = await serve({ PRESENCE_OFFLINE_DEBOUNCE: `${GRACE_MS}ms`, BROADCAST_INTERVAL: '50ms' });
const { host } = rollcall;

/** Other worlds than the usual ones: `ROLLCALL_SEED=7,8`. */
const SEEDS = (process.env.ROLLCALL_SEED ?? (rounds(0, 1) === 1 ? '1,2,3,4' : '1')).split(',').map(Number);
const TURNS = rounds(40, 160);
/** How many turns pass before everything is compared. */
const BETWEEN = 20;
const PATIENTLY = { timeout: 30_000, interval: 50 };
const AUDIENCES: readonly Audience[] = ['EVERYONE', 'FOLLOWERS', 'FOLLOWERS', 'MUTUALS', 'NOBODY'];
const SESSIONS = ['a', 'b'] as const;

const codeOf = (act: Promise<unknown>): Promise<unknown> =>
  act.then(
    () => 'done',
    (error: unknown) => {
      if (error instanceof Refusal) return error.code;
      throw error;
    },
  );

/** Everything that one user's client has open, and what it shows. */
const createScreen = async (person: Person, objects: readonly string[]) => {
  const social = socialOf(person);
  const socket = await person.lurk();
  const [first, second] = [createTrayDevice(person), createTrayDevice(person)];
  await Promise.all([first.come(), second.come()]);
  const timeline = watchTimeline(socket);
  const counts = watchCounts(socket, objects);
  const here = new Map(objects.map((id) => [id, watchHere(socket, id)] as const));
  return {
    person,
    social,
    socket,
    devices: [first, second] as readonly TrayDevice[],
    /** What a client shows that joins all that it heard by ids. */
    timeline(): Map<string, Act> {
      const held = new Map<string, Act>();
      for (const { timelineChanged: act } of timeline.transcript) {
        if (act.gone) held.delete(act.id);
        else held.set(act.id, act);
      }
      return held;
    },
    counts(): Map<string, Counts> {
      const held = new Map<string, Counts>();
      for (const { countsChanged: news } of counts.transcript) {
        const before = held.get(news.objectId);
        if (before) expect(news.asOf >= before.asOf, 'asOf of counts goes back').toBe(true);
        if (before?.asOf === news.asOf) expect(news).toEqual(before);
        held.set(news.objectId, news);
      }
      return held;
    },
    here(objectId: string): { readonly ids: string[]; readonly last: HereChange['here'] | null } {
      const held = new Set<string>();
      const events = here.get(objectId)?.transcript ?? [];
      for (const { hereChanged } of events) {
        for (const { id } of hereChanged.came) held.add(id);
        for (const id of hereChanged.went) held.delete(id);
      }
      return { ids: [...held].sort(), last: events.at(-1)?.hereChanged.here ?? null };
    },
  };
};
type Screen = Awaited<ReturnType<typeof createScreen>>;

/** A notice in the words of the oracle. */
const inWords = ({ latest, actors, actorCount, isRead }: Notice) => ({
  latest: latest.id,
  actors: actors.map(({ id }) => id),
  actorCount,
  isRead,
});
const expected = ({ latest, actors, actorCount, isRead }: ExpectedNotice) => ({ latest, actors, actorCount, isRead });
const byLatest = <T extends { readonly latest: string }>(notices: readonly T[]): T[] =>
  [...notices].sort((one, other) => (one.latest < other.latest ? -1 : 1));

/** The oracle, with what is done to it written down. */
const recorded = (oracle: SocialOracle, story: string[]): SocialOracle =>
  new Proxy(oracle, {
    get(target, name: keyof SocialOracle) {
      const method = target[name] as (...args: unknown[]) => unknown;
      return (...args: unknown[]) => {
        if (CHANGES.has(name)) story.push(`${name} ${args.map((arg) => JSON.stringify(arg, digits)).join(' ')}`);
        return method(...args);
      };
    },
  });
const digits = (_: string, value: unknown) => (typeof value === 'bigint' ? String(value) : value);
const CHANGES: ReadonlySet<keyof SocialOracle> = new Set([
  'tell',
  'retract',
  'follow',
  'unfollow',
  'block',
  'unblock',
  'mute',
  'unmute',
  'setPrivacy',
  'setHiding',
  'putRoom',
  'putCircle',
  'deleteRoom',
  'deleteUser',
  'putCounts',
  'markSeen',
  'markRead',
  'startSession',
  'endSession',
  'enter',
  'leave',
]);

const createWorld = async (seed: number) => {
  const random = createChoices(seed);
  const size = 5 + random.int(rounds(1, 4));
  const people: Person[] = await rollcall.strangers(...Array.from({ length: size }, () => 'user'));
  const ids = people.map(({ id }) => id);
  /** What was done, for whoever reads of a failure. */
  const story: string[] = [];
  const oracle = recorded(createSocialOracle(ids), story);
  const objects = ['open', 'members', 'owned', 'other'].map((name) => rollcall.fresh(name));
  const [open, members, owned, other] = objects as [string, string, string, string];
  const nowhere = rollcall.fresh('nowhere');
  const circle = rollcall.fresh('circle');
  const [firstOwner, secondOwner] = ids as [string, string];
  const putRoom = async (id: string, room: NonNullable<ReturnType<SocialOracle['room']>>) => {
    await host.putConversation(id, [...room.members], room.open, room.owner ?? {});
    oracle.putRoom(id, room);
  };
  await putRoom(open, { members: [], open: true, owner: null });
  await putRoom(members, { members: ids, open: false, owner: null });
  await putRoom(owned, { members: [], open: false, owner: { ownerId: firstOwner, audience: 'EVERYONE' } });
  await putRoom(other, { members: [], open: false, owner: { ownerId: secondOwner, audience: 'EVERYONE' } });
  const screens = await Promise.all(people.map((person) => createScreen(person, objects)));
  const screenOf = (id: string) => screens.find(({ person }) => person.id === id)!;
  const alive = () => people.filter(({ id }) => oracle.has(id));

  const told: ToldAct[] = [];
  const newAct = (notify = random.some(ids)): ToldAct => {
    const actorId = random.pick(ids);
    const verb = random.pick(['like', 'like', 'comment']);
    const objectId = random.pick([open, members, owned, owned, other, nowhere]);
    const id = rollcall.fresh(`act:${verb}`);
    const act: ToldAct = {
      id,
      verb,
      actorId,
      objectId,
      text: `words of ${id}`,
      notify,
      audience: random.pick(AUDIENCES),
      ...(random.oneIn(5) ? { group: id } : {}),
    };
    told.push(act);
    return act;
  };
  const hosts = [
    socialOf(host),
    socialOf(
      await rollcall.person('the-host').connect({
        presence: false,
        token: await host.token(),
      }),
    ),
  ] as const;
  const hostSocial = () => random.pick(hosts);

  /** Revisions that were seen, with the oracle's instant of each. */
  const revisions = new Map<string, { readonly revision: string; readonly tick: number }[]>();
  const lookAt = async (userId: string) => {
    const { revision } = await screenOf(userId).social.inbox();
    const seen = revisions.get(userId) ?? [];
    revisions.set(userId, seen);
    seen.push({ revision, tick: oracle.tick(userId) });
    return seen;
  };

  const checkFresh = async (acts: readonly ToldAct[], answer: Promise<number>) => {
    const isAgain = acts.some(({ id }) => told.some((act) => act.id === id && !acts.includes(act)));
    const fresh = oracle.tell(acts);
    const got = await answer;
    if (!isAgain) expect(got).toBe(fresh);
  };

  /** One of these at a time: each changes what others are shown of acts. */
  const trayDeeds: readonly (() => Promise<unknown>)[] = [
    ...Array.from({ length: 5 }, () => async () => {
      const acts = Array.from({ length: 1 + random.int(3) }, () => newAct());
      await checkFresh(acts, hostSocial().tell(...acts));
    }),
    // The host repeats itself at two connections at once: what came first counts.
    async () => {
      const acts = [newAct(), newAct()];
      const answers = await Promise.all(hosts.map((each) => each.tell(...acts)));
      expect(answers[0]! + answers[1]!).toBe(oracle.tell(acts));
    },
    // Many at once into one open group.
    async () => {
      const [recipient] = random.some(ids);
      if (!recipient) return;
      const acts = Array.from({ length: 4 }, () => newAct([recipient])).map(
        (act): ToldAct => ({ ...act, verb: 'race', objectId: owned, group: `race of ${seed}`, audience: 'NOBODY' }),
      );
      told.splice(told.length - acts.length, acts.length, ...acts);
      const answers = await Promise.all(acts.map((act, i) => hosts[i % 2]!.tell(act)));
      expect(answers.reduce((sum, fresh) => sum + fresh, 0)).toBe(acts.filter((act) => oracle.has(act.actorId)).length);
      // Which of them came first, nobody can say but the server.
      await settleRace(recipient, acts);
    },
    // Late, and in any order.
    async () => {
      const again = random.some(told).slice(0, 6).reverse();
      if (again.length === 0) return;
      oracle.tell(again);
      await hostSocial().tell(...again);
    },
    async () => {
      const gone = Array.from({ length: 3 }, () => random.pick(told)).flatMap((act) => act?.id ?? []);
      if (gone.length === 0) return;
      expect(await hostSocial().retract(...gone)).toBe(oracle.retract(gone));
    },
    ...Array.from({ length: 3 }, () => async () => {
      const [one, another] = [random.pick(alive()), random.pick(alive())];
      if (one === another) return;
      if (random.oneIn(3)) {
        await one.unfollow(another.id);
        oracle.unfollow(one.id, another.id);
      } else {
        await one.follow(another.id);
        oracle.follow(one.id, another.id);
      }
    }),
    ...Array.from({ length: 2 }, () => async () => {
      const [one, another] = [random.pick(alive()), random.pick(alive())];
      if (one === another) return;
      const isEnd = random.oneIn(2);
      await (isEnd ? one.unblock(another.id) : one.block(another.id));
      (isEnd ? oracle.unblock : oracle.block)(one.id, another.id);
    }),
    async () => {
      const { person, social } = screenOf(random.pick(alive()).id);
      const ends = random.oneIn(2);
      const call = ends ? social.unmute : social.mute;
      const note = ends ? oracle.unmute : oracle.mute;
      if (random.oneIn(2)) {
        const objectId = random.pick(objects);
        await call({ objectId });
        note(person.id, 'object', objectId);
      } else {
        const { id: userId } = random.pick(alive());
        if (userId === person.id) return;
        await call({ userId });
        note(person.id, 'user', userId);
      }
    },
    async () => {
      const one = random.pick(alive());
      const audience = random.pick(AUDIENCES);
      await one.updatePrivacy({ status: audience });
      oracle.setPrivacy(one.id, audience);
    },
    () => putRoom(members, { members: random.some(alive()).map(({ id }) => id), open: random.oneIn(3), owner: null }),
    () =>
      putRoom(owned, { members: [], open: false, owner: { ownerId: firstOwner, audience: random.pick(AUDIENCES) } }),
    async () => {
      const some = random.some(alive()).map(({ id }) => id);
      await host.putCircle(circle, some);
      oracle.putCircle(circle, some);
    },
    ...Array.from({ length: 3 }, () => async () => {
      const { id } = random.pick(alive());
      const seen = await lookAt(id);
      const { revision, tick } = random.pick([...seen, seen.at(-1)!]);
      const { social } = screenOf(id);
      if (random.oneIn(3)) {
        const before = oracle.tray(id);
        oracle.markSeen(id, tick);
        expect(await social.markSeen(revision)).toMatchObject({
          unread: before.unread,
          unseen: oracle.tray(id).unseen,
        });
        return;
      }
      const shown = await social.notices();
      const some = random.oneIn(2) ? null : random.some(shown);
      oracle.markRead(id, tick, some?.map(({ latest }) => latest.id) ?? null);
      const { unread, unseen } = oracle.tray(id);
      const noticeIds = some?.map((notice) => notice.id) ?? null;
      expect(await social.markRead(revision, noticeIds)).toMatchObject({ unread, unseen });
    }),
  ];
  const replaceOther = async () => {
    await host.deleteConversation(other);
    oracle.deleteRoom(other);
    lost.push(...oracle.prunePlaces());
    if (random.oneIn(2)) await putRoom(other, { members: [], open: true, owner: null });
  };
  const settleRace = async (recipient: string, acts: readonly ToldAct[]) => {
    const { social } = screenOf(recipient);
    if (!oracle.has(recipient)) return void oracle.tell(acts);
    const mine = acts.filter(({ actorId }) => actorId !== recipient && !oracle.isApart(recipient, actorId));
    const shown = await social.notices();
    const found = shown.filter(({ verb }) => verb === 'race');
    const came = (await Promise.all(found.map(({ id }) => social.noticeActs(id)))).flat().map(({ id }) => id);
    const order = came.filter((id) => mine.some((act) => act.id === id)).reverse();
    const rest = acts.filter(({ id }) => !order.includes(id));
    oracle.tell([...order.map((id) => acts.find((act) => act.id === id)!), ...rest]);
  };

  let version = 0n;
  const countDeed = async () => {
    const objectId = random.pick([...objects.slice(0, 3), nowhere]);
    const puts = Array.from({ length: 1 + random.int(4) }, () => {
      version += 1n;
      const late = version - BigInt(random.oneIn(3) ? random.int(Number(version)) : 0);
      // The values of a version are always the same, as the host's commits are.
      const values = random.oneIn(4) ? { likes: Number(late) } : { likes: Number(late), comments: Number(late % 7n) };
      return { values, late };
    });
    await Promise.all(
      [...puts, ...random.some(puts)].map(({ values, late }) => hostSocial().putCounts(objectId, values, late)),
    );
    for (const { values, late } of puts) oracle.putCounts(objectId, values, late);
  };

  const sockets = new Map<string, Socket>();
  /** Sessions that are in their grace: who returns may be found there still. */
  let endsAt = 0;
  /** Places that were lost since all was quiet. Who may use them again by now is still there, or not. */
  const lost: ReturnType<SocialOracle['prunePlaces']> = [];
  const ending = new Set<string>();
  const placeDeed = async () => {
    const person = random.pick(alive());
    const session = random.pick(SESSIONS);
    const key = `${person.id} ${session}`;
    if (ending.has(key)) return;
    const socket = sockets.get(key);
    if (!socket) {
      sockets.set(key, await person.connect({ sessionId: session }));
      oracle.startSession(person.id, session);
      return;
    }
    const turn = random.int(12);
    if (turn < 6) {
      const objectId = random.pick([...objects, nowhere]);
      const at = oracle.placesOf(person.id, session);
      // Whether entering again makes a place the latest is nowhere said.
      if (at.includes(objectId) || lost.some(({ userId, sessionId }) => `${userId} ${sessionId}` === key)) return;
      const code = await codeOf(
        random.oneIn(2) ? socialOf(socket).enter(objectId) : socialOf(person).enter(objectId, session),
      );
      // Beside this runs what may change who may.
      if (code === 'done') oracle.enter(person.id, session, objectId);
      else expect(code).toBe('NOT_FOUND');
    } else if (turn === 6) {
      const [objectId] = oracle.placesOf(person.id, session);
      if (objectId === undefined) return;
      await socialOf(socket).leave(objectId);
      oracle.leave(person.id, session, objectId);
    } else if (turn < 9) {
      const status = random.pick(['ONLINE', 'INVISIBLE', 'AWAY'] as const);
      await person.setPresence({ status });
      oracle.setHiding(person.id, status === 'INVISIBLE');
    } else if (turn === 9) {
      await socket.drop();
      sockets.delete(key);
      ending.add(key);
      endsAt = performance.now() + GRACE_MS;
      oracle.endSession(person.id, session);
    } else if (turn === 10) {
      await person.endSession(session);
      await socket.close();
      sockets.delete(key);
      oracle.endSession(person.id, session);
    } else {
      const startedAt = performance.now();
      await (random.oneIn(2) ? socket.drop() : socket.close());
      sockets.set(key, await person.connect({ sessionId: session }));
      if (performance.now() - startedAt < RELOAD_WITHIN_MS) return;
      const again = sockets.get(key)!;
      for (const objectId of oracle.placesOf(person.id, session)) {
        if ((await codeOf(socialOf(again).enter(objectId))) !== 'done') oracle.leave(person.id, session, objectId);
      }
    }
  };
  const deviceDeed = async () => {
    const device = random.pick(random.pick(alive().map(({ id }) => screenOf(id))).devices);
    await (random.oneIn(2) ? device.go() : device.come());
  };

  const places = new Map<string, string>();
  /** What the subscriber holds, and what the queries answer, is what the oracle says. */
  const compare = async (screen: Screen, asks: boolean) => {
    const { person, social, devices } = screen;
    const { id } = person;
    const tray = oracle.tray(id);
    for (const device of devices) {
      await device.refresh(social);
      await vi.waitFor(() => {
        const { inbox, notices } = device.show();
        const { unread, unseen } = tray;
        expect({ unread: inbox?.unread, unseen: inbox?.unseen }, `the totals of ${id}`).toEqual({ unread, unseen });
        expect(byLatest(notices.map(inWords)), `the tray of ${id}`).toEqual(byLatest(tray.notices.map(expected)));
      }, PATIENTLY);
    }
    await vi.waitFor(() => {
      expect([...screen.timeline().keys()].sort(), `the timeline of ${id}`).toEqual(oracle.timeline(id).sort());
      const counts = screen.counts();
      for (const objectId of objects) {
        const values = oracle.counts(id, objectId);
        const held = counts.get(objectId)?.all.map(({ name, value }) => [name, value] as const);
        if (values) expect(Object.fromEntries(held ?? []), `counts of ${objectId} to ${id}`).toEqual(values);
        expect(screen.here(objectId).ids, `at ${objectId} for ${id}`).toEqual(oracle.here(id, objectId) ?? []);
      }
    }, PATIENTLY);
    if (!asks) return;

    const [inbox, notices] = await Promise.all([social.inbox(), social.notices({ first: 1 + random.int(20) })]);
    expect(
      notices
        .map(inWords)
        .map(({ latest }) => latest)
        .sort(),
    ).toEqual(tray.notices.map(({ latest }) => latest).sort());
    const placeOf = new Map(tray.notices.map(({ latest, place }) => [latest, place]));
    const order = notices.map(({ latest }) => placeOf.get(latest.id)!);
    expect(order, `the order of the tray of ${id}`).toEqual([...order].sort((one, another) => another - one));
    for (const device of devices) {
      const shown = device.show();
      expect(shown.inbox).toEqual(inbox);
      expect(new Map(shown.notices.map((notice) => [notice.id, notice]))).toEqual(
        new Map(notices.map((notice) => [notice.id, notice])),
      );
    }
    const unread = await social.notices({ unreadOnly: true });
    expect(unread).toEqual(notices.filter(({ isRead }) => !isRead));
    for (const notice of notices) {
      // No position moves but by an act that comes.
      const place = `${id} ${notice.id} ${placeOf.get(notice.latest.id)}`;
      expect(places.get(place) ?? notice.position).toBe(notice.position);
      places.set(place, notice.position);
    }
    const some = random.some(notices).slice(0, 2);
    for (const notice of some) {
      const acts = await social.noticeActs(notice.id, { first: 1 + random.int(5) });
      const { acts: wanted } = tray.notices.find(({ latest }) => latest === notice.latest.id)!;
      expect(acts.map((act) => act.id)).toEqual(wanted);
      expect(acts[0]).toEqual(notice.latest);
    }

    const timeline = await social.timeline({ first: 1 + random.int(20) });
    expect(timeline.map((act) => act.id)).toEqual(oracle.timeline(id));
    expect(screen.timeline()).toEqual(new Map(timeline.map((act) => [act.id, act])));

    const counts = await social.counts([...objects, nowhere]);
    expect(counts.map(({ objectId }) => objectId)).toEqual(objects.filter((objectId) => oracle.mayUse(id, objectId)));
    for (const answer of counts) {
      expect(Object.fromEntries(answer.all.map(({ name, value }) => [name, value]))).toEqual(
        oracle.counts(id, answer.objectId),
      );
      const held = screen.counts().get(answer.objectId);
      expect(held?.all ?? []).toEqual(answer.all);
      if (held && answer.all.length > 0) expect(held.asOf).toBe(answer.asOf);
    }
    for (const objectId of [...objects, nowhere]) {
      const wanted = oracle.here(id, objectId);
      if (!wanted) {
        expect(await codeOf(social.here(objectId))).toBe('NOT_FOUND');
        continue;
      }
      const { people: listed, count, approximate } = await social.here(objectId);
      expect(listed.map((each) => each.id)).toEqual(wanted);
      expect({ count, approximate }).toEqual({ count: wanted.length, approximate: false });
      expect(screen.here(objectId).last?.count ?? 0).toBe(wanted.length);
    }
  };

  return {
    story,
    async turn() {
      await Promise.all([random.pick(trayDeeds)(), countDeed(), placeDeed()]);
      lost.push(...oracle.prunePlaces());
      if (random.oneIn(20)) await replaceOther();
      if (random.oneIn(3)) await deviceDeed();
    },
    async deleteOne() {
      const person = people.at(-1)!;
      for (const [key, socket] of sockets) {
        if (!key.startsWith(`${person.id} `)) continue;
        await socket.drop();
        sockets.delete(key);
      }
      await host.deleteUser(person.id);
      oracle.deleteUser(person.id);
      lost.push(...oracle.prunePlaces());
    },
    async compareAll(asks: boolean) {
      const screensOfAll = alive().map(({ id }) => screenOf(id));
      await Promise.all(screensOfAll.flatMap(({ devices }) => devices.map((device) => device.come())));
      await new Promise((resolve) => setTimeout(resolve, Math.max(0, endsAt - performance.now())));
      ending.clear();
      for (const { userId, sessionId, objectId } of lost.splice(0)) {
        if (!sockets.has(`${userId} ${sessionId}`) || !oracle.mayUse(userId, objectId)) continue;
        await screenOf(userId).social.leave(objectId, sessionId);
      }
      for (const screen of screensOfAll) await compare(screen, asks);
      story.push('all is quiet');
    },
  };
};

describe.concurrent('a random world', { timeout: 300_000 }, () => {
  for (const seed of SEEDS) {
    it(`shows to subscribers and in queries what the oracle says (seed ${seed})`, async ({ onTestFailed }) => {
      const world = await createWorld(seed);
      onTestFailed(() => console.log(world.story.join('\n')));
      for (let turn = 1; turn <= TURNS; turn += 1) {
        await world.turn();
        if (turn === Math.floor(TURNS * 0.8)) await world.deleteOne();
        if (turn % BETWEEN === 0) await world.compareAll(turn % (2 * BETWEEN) === 0);
      }
    });
  }
});

it('who leaves a place, hides, and enters again is not named to who saw them before', async () => {
  const [ada, ben, cy] = await rollcall.strangers('ada', 'ben', 'cy');
  const room = rollcall.fresh('room');
  await host.putConversation(room, [], true);
  for (const person of [ada, cy]) await person.updatePrivacy({ status: 'EVERYONE' });
  const [tab, other] = [await ada.connect(), await cy.connect()];
  const here = watchHere(await ben.lurk(), room);
  await here.next();
  await socialOf(tab).enter(room);
  await here.nextWhere(({ hereChanged }) => hereChanged.came.some(({ id }) => id === ada.id));
  await socialOf(tab).leave(room);
  await here.nextWhere(({ hereChanged }) => hereChanged.went.includes(ada.id));
  await ada.updatePrivacy({ status: 'NOBODY' });
  await socialOf(tab).enter(room);
  await socialOf(other).enter(room);
  expect((await here.next()).hereChanged.came.map(({ id }) => id)).toEqual([cy.id]);
});
