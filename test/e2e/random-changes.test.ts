import { describe, expect, it } from 'vitest';
import { rounds } from '../support/cluster/rounds.js';
import type { Presence, Typing } from '../support/http/api.js';
import type { Person } from '../support/http/rollcall.js';
import { serve } from '../support/http/rollcall.js';
import type { Socket, SubscriptionIterator } from '../support/http/socket.js';
import { type Choices, createChoices } from '../support/unit/choices.js';

const GRACE_MS = 200;
const rollcall = await serve({
  PRESENCE_OFFLINE_DEBOUNCE: `${GRACE_MS}ms`,
  BROADCAST_INTERVAL: '100ms',
  TYPING_TIMEOUT: '700ms',
});
const { host } = rollcall;

/** Other storms than the usual ones: `ROLLCALL_SEED=7,8`. */
const SEEDS = (process.env.ROLLCALL_SEED ?? '1,2').split(',').map(Number);
/** Changes of presence by each actor, and of typing by each of the lanes. */
const CHANGES = rounds(50, 100);
const TYPINGS = rounds(30, 60);
const AUDIENCES = ['EVERYONE', 'EVERYONE', 'FOLLOWERS', 'MUTUALS', 'NOBODY'] as const;
const STATUSES = ['ONLINE', 'ONLINE', 'ONLINE', 'AWAY', 'DO_NOT_DISTURB', 'INVISIBLE', 'OFFLINE'] as const;
const DEVICES = ['WEB', 'MOBILE', 'DESKTOP'] as const;
const NOTHING = { status: 'OFFLINE', statusMessage: null, activities: [], devices: [], lastSeen: null };

type Step = (random: Choices) => Promise<unknown>;

/** All that an actor may do, and all that may be done about who sees them. */
function stepsOf(actor: Person, viewers: Person[], everybody: Person[], circle: string, room: string): Step[] {
  const sockets: Socket[] = [];
  const come: Step = async (random) => {
    if (sockets.length > 6) return;
    sockets.push(await actor.connect({ sessionId: random.pick(['a', 'b', 'c']), device: random.pick(DEVICES) }));
  };
  const go: Step = async (random) => {
    const socket = sockets.splice(random.int(sockets.length), 1)[0];
    await (random.oneIn(2) ? socket?.close() : socket?.drop());
  };
  const tell: Step = (random) =>
    actor.setPresence({
      ...(random.oneIn(2) ? { status: random.pick(STATUSES) } : {}),
      ...(random.oneIn(2) ? { statusMessage: random.oneIn(3) ? null : { text: `word ${random.int(3)}` } } : {}),
      ...(random.oneIn(3)
        ? { activities: random.oneIn(2) ? [] : [{ type: 'PLAYING', name: `${random.int(2)}` }] }
        : {}),
    });
  const ids = (people: Person[]) => people.map(({ id }) => id);
  return [
    come,
    come,
    go,
    go,
    tell,
    tell,
    tell,
    (random) => actor.endSession(random.pick(['a', 'b', 'c'])),
    (random) => actor.heartbeat({ sessionId: random.pick(['a', 'b', 'c']), idle: random.oneIn(2) }),
    (random) => actor.updatePrivacy({ [random.pick(['status', 'lastSeen', 'activity'])]: random.pick(AUDIENCES) }),
    (random) => actor.block(random.pick(viewers).id),
    (random) => actor.unblock(random.pick(viewers).id),
    (random) => random.pick(viewers).block(actor.id),
    (random) => random.pick(viewers).unblock(actor.id),
    (random) => random.pick(viewers).unblock(actor.id),
    (random) => random.pick(viewers).follow(actor.id),
    (random) => random.pick(viewers).unfollow(actor.id),
    (random) => actor.follow(random.pick(viewers).id),
    (random) => host.putCircle(circle, ids(random.some(everybody))),
    (random) => host.putConversation(room, ids(random.some(everybody))),
    (random) => host.putActivity(actor.id, 'host', random.oneIn(2) ? [] : [{ type: 'IN_CALL', name: 'call' }]),
  ];
}

/** What must hold of everything that one viewer was told of one user, whatever happened. */
function checkTranscript(told: Presence[]): void {
  for (const [index, { asOf, ...seen }] of told.entries()) {
    expect(seen.status).not.toBe('INVISIBLE');
    if (seen.status === 'OFFLINE') expect(seen).toMatchObject({ statusMessage: null, activities: [], devices: [] });
    else expect(seen.lastSeen).toBeNull();
    expect((seen.lastSeen ?? '') <= asOf).toBe(true);
    const before = told[index - 1];
    if (!before) continue;
    expect(asOf > before.asOf).toBe(true);
    expect({ ...before, asOf }).not.toEqual({ ...seen, asOf });
    const times = told.slice(0, index + 1).flatMap(({ lastSeen }) => lastSeen ?? []);
    expect([...times].sort()).toEqual(times);
  }
}

/** Waits until every grace and interval has passed: the server's own clock, by a message that it clears. */
async function settle(): Promise<void> {
  const [clock] = await rollcall.strangers('clock');
  const socket = await clock.connect();
  const watching = socket.watch([clock.id]);
  const expiresAt = new Date(Date.now() + 1_500).toISOString();
  await socket.setPresence({ statusMessage: { text: 'settling', expiresAt } });
  await watching.nextWhere((seen) => seen.statusMessage !== null);
  await watching.nextWhere((seen) => seen.statusMessage === null);
}

describe.concurrent('after a storm of changes', { timeout: 120_000 }, () => {
  for (const seed of SEEDS) {
    it(`subscriptions end where queries are, and every event on the way is consistent (seed ${seed})`, async () => {
      const viewers = await rollcall.strangers('viewer', 'viewer', 'viewer');
      const actors = await rollcall.strangers('actor', 'actor', 'actor');
      const everybody = [...viewers, ...actors];
      const circle = rollcall.fresh('circle');
      const room = rollcall.fresh('room');
      const ids = actors.map(({ id }) => id);
      const watches: { viewer: Person; watching: SubscriptionIterator<Presence>; roster: boolean }[] = [];
      for (const viewer of viewers) {
        const socket = await viewer.lurk();
        watches.push({ viewer, watching: socket.watch(ids), roster: false });
        watches.push({ viewer, watching: socket.watch(), roster: true });
      }
      await Promise.all(
        actors.map(async (actor, lane) => {
          const random = createChoices(seed * 10 + lane);
          const steps = stepsOf(actor, [...viewers], everybody, circle, room);
          for (let turn = 0; turn < CHANGES; turn += 1) await random.pick(steps)(random);
        }),
      );
      await settle();

      for (const { viewer, watching, roster } of watches) {
        const asked = roster ? await viewer.presence() : await viewer.presence(ids);
        const answers = new Map(asked.map((presence) => [presence.id, presence]));
        for (const id of ids) {
          const told = watching.transcript.filter((seen) => seen.id === id);
          checkTranscript(told);
          const held = told.at(-1) ?? { id, userId: id, ...NOTHING, asOf: '' };
          const answer = answers.get(id);
          if (answer) {
            expect({ ...held, asOf: '' }).toEqual({ ...answer, asOf: '' });
            expect(answer.asOf >= held.asOf).toBe(true);
          } else if (!roster || (await viewer.userPresence(id)) === null) {
            expect(held).toMatchObject(NOTHING);
          }
        }
      }
    });
  }
});

describe.concurrent('after a storm of typing', { timeout: 120_000 }, () => {
  for (const seed of SEEDS) {
    it(`who is held to type is who types, and starts and stops took turns (seed ${seed})`, async () => {
      const random = createChoices(seed);
      const viewers = await rollcall.strangers('viewer', 'viewer');
      const typists = await rollcall.strangers('typist', 'typist', 'typist');
      const rooms = [rollcall.fresh('room'), rollcall.fresh('room')];
      const everybody = [...viewers, ...typists].map(({ id }) => id);
      for (const room of rooms) await host.putConversation(room, everybody);
      const watches: { viewer: Person; watching: SubscriptionIterator<Typing>; of: string[] }[] = [];
      for (const viewer of viewers) {
        const socket = await viewer.lurk();
        for (const room of rooms) watches.push({ viewer, watching: socket.watchTyping(room), of: [room] });
        watches.push({ viewer, watching: socket.watchTyping(), of: rooms });
      }
      const sockets = await Promise.all(typists.map((typist) => typist.connect({ sessionId: 'tab' })));
      const steps: (() => Promise<unknown>)[] = [
        () => random.pick(sockets).setTyping(random.pick(rooms), true),
        () => random.pick(sockets).setTyping(random.pick(rooms), true),
        () => random.pick(sockets).setTyping(random.pick(rooms), false),
        () => random.pick(typists).heartbeat({ sessionId: 'phone' }),
        () => random.pick(typists).setTyping(random.pick(rooms), random.oneIn(2), 'phone'),
        () => random.pick(typists).endSession('phone'),
        () => random.pick(sockets).setPresence({ status: random.pick(['ONLINE', 'ONLINE', 'AWAY', 'INVISIBLE']) }),
        () => random.pick(viewers).block(random.pick(typists).id),
        () => random.pick(viewers).unblock(random.pick(typists).id),
        () => random.pick(typists).unblock(random.pick(viewers).id),
        () => host.putConversation(random.pick(rooms), random.oneIn(2) ? everybody : random.some(everybody)),
      ];
      const lane = async () => {
        for (let turn = 0; turn < TYPINGS; turn += 1) {
          // Who was just removed from a conversation is told that it does not exist.
          await random
            .pick(steps)()
            .catch((error: { code?: unknown }) => expect(error.code).toBe('NOT_FOUND'));
        }
      };
      await Promise.all([lane(), lane(), lane()]);
      for (const room of rooms) await host.putConversation(room, everybody);
      await settle();
      for (const { viewer, watching, of } of watches) {
        for (const room of of) {
          expect(await viewer.typing(room)).toEqual([]);
          for (const { id } of typists) {
            const told = watching.transcript.filter((typing) => typing.conversationId === room && typing.userId === id);
            expect(told.map(({ isTyping }) => isTyping)).toEqual(told.map((_, index) => index % 2 === 0));
            expect(told.length % 2).toBe(0);
            for (const { isTyping, expiresAt } of told) expect(expiresAt !== null).toBe(isTyping);
          }
        }
      }
    });
  }
});
