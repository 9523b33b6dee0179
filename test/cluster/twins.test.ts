/**
 * A viewer's whole transcript of an invisible user is the same whatever that user does (invariant 11), on whichever
 * nodes they and their viewers are: one of two who were alike hides, the other one leaves. What the host tells of them shows of
 * both alike, and moves nothing of their presence (docs/design.md#social).
 */
import { beforeAll, expect, it } from 'vitest';
import { type Cluster, startCluster } from '../support/cluster/cluster.js';
import { rounds } from '../support/cluster/rounds.js';
import type { Presence, Typing } from '../support/http/api.js';
import type { Person } from '../support/http/rollcall.js';
import {
  type Act,
  createTrayDevice,
  type HereChange,
  socialOf,
  watchHere,
  watchTimeline,
} from '../support/http/social.js';
import type { Socket, SubscriptionIterator } from '../support/http/socket.js';
import { type Choices, createChoices } from '../support/unit/choices.js';

const SEEDS = [1, 2, 3];
const TURNS = rounds(9, 15);
const AUDIENCES = ['EVERYONE', 'FOLLOWERS', 'MUTUALS', 'NOBODY'] as const;

let cluster: Cluster;
let host: Person;
beforeAll(async () => {
  cluster = await startCluster();
  host = cluster.host();
  return cluster.stop;
});

const at = (person: Person, index: number): Person => cluster.person(person.id, cluster.node(index));

/** An action that nobody else may notice, on either node. */
const beBusy = async (
  hider: Person,
  sockets: Socket[],
  { room, hall }: { readonly room: string; readonly hall: string },
  choices: Choices,
): Promise<void> => {
  const here = at(hider, choices.int(2));
  const steps: (() => Promise<unknown> | undefined)[] = [
    async () => sockets.length < 6 && sockets.push(await here.connect({ sessionId: choices.pick(['a', 'b']) })),
    () => sockets.pop()?.close(),
    () => sockets.pop()?.drop(),
    () => here.endSession(choices.pick(['a', 'b', 'phone'])),
    () => here.heartbeat({ sessionId: 'phone', device: 'MOBILE', idle: choices.oneIn(2) }),
    () => here.say(`secret ${choices.int(3)}`),
    () => here.setPresence({ status: 'INVISIBLE', activities: [{ type: 'PLAYING', name: 'secret' }] }),
    () => here.setTyping(room, choices.oneIn(2)).catch(() => undefined),
    () => host.putActivity(hider.id, 'host', [{ type: 'IN_CALL', name: 'secret' }]),
    () => socialOf(sockets.at(-1) ?? here).enter(choices.pick([room, hall])),
    () => socialOf(here).leave(choices.pick([room, hall])),
    () => socialOf(here).here(hall),
    async () => createTrayDevice(here).come(),
  ];
  for (let n = 0; n < 2; n += 1) await choices.pick(steps)();
};

/** A transcript or answer about one twin, in words that fit both. Instants tell by their order alone. */
const blurred = (told: unknown, twin: Person, lastSeen: string): string =>
  JSON.stringify(told, null, 1)
    .replaceAll(twin.id, 'twin')
    .replaceAll(lastSeen, 'then')
    .replaceAll(/"asOf": "[^"]*"/g, '"asOf": "some time"');

it.each(SEEDS)(
  'nobody at either node can tell who hides from who left (seed %i)',
  async (seed) => {
    const choices = createChoices(seed);
    const twins = [0, 1].map((i) => cluster.person(`twin-${i}-${seed}`, cluster.node(choices.int(2))));
    const [hider, leaver] = twins as [Person, Person];
    const viewers = [0, 1].map((i) => cluster.person(`viewer-${i}-${seed}`, cluster.node(i)));
    await host.upsertUsers([...twins, ...viewers].map(({ id }) => ({ id })));
    const room = (twin: Person) => `room of ${twin.id}`;
    const hall = (twin: Person) => `hall of ${twin.id}`;
    const sockets: Socket[] = [];
    for (const twin of twins) {
      for (const viewer of viewers) await viewer.follow(twin.id);
      await host.putConversation(room(twin), [twin.id, ...viewers.map(({ id }) => id)]);
      await host.putConversation(hall(twin), [], true);
      const socket = await twin.connect({ sessionId: 'tab', device: 'WEB' });
      await socket.setPresence({
        statusMessage: { text: 'hi' },
        activities: [{ type: 'PLAYING', name: 'Go', startedAt: '2026-01-01T00:00:00.000Z' }],
      });
    }
    const watches: {
      viewer: Person;
      of: SubscriptionIterator<Presence>[];
      typing: SubscriptionIterator<Typing>[];
      here: SubscriptionIterator<{ hereChanged: HereChange }>[];
      timeline: SubscriptionIterator<{ timelineChanged: Act }>;
    }[] = [];
    for (const viewer of viewers) {
      const socket = await viewer.lurk();
      const of = twins.map(({ id }) => socket.watch([id]));
      for (const watch of of) await watch.nextWhere(({ activities }) => activities.length > 0);
      const here = twins.map((twin) => watchHere(socket, hall(twin)));
      for (const each of here) await each.next();
      const timeline = watchTimeline(socket);
      watches.push({ viewer, of, typing: twins.map((twin) => socket.watchTyping(room(twin))), here, timeline });
    }
    await hider.setPresence({ status: 'INVISIBLE' });
    await leaver.endSession('tab');
    const then = new Map<Person, string>();
    for (const twin of twins) then.set(twin, (await host.userPresence(twin.id))?.lastSeen ?? 'never');

    const visible: ((twin: Person, same: Choices) => Promise<unknown>)[] = [
      (twin, same) => same.pick(viewers).block(twin.id),
      (twin, same) => same.pick(viewers).unblock(twin.id),
      (twin, same) => twin.block(same.pick(viewers).id),
      (twin, same) => twin.unblock(same.pick(viewers).id),
      (twin, same) => same.pick(viewers).unfollow(twin.id),
      (twin, same) => same.pick(viewers).follow(twin.id),
      (twin, same) => twin.updatePrivacy({ [same.pick(['status', 'lastSeen', 'activity'])]: same.pick(AUDIENCES) }),
      (twin, same) => socialOf(host).tell(likeOf(twin, same.int(4))),
      (twin, same) => socialOf(host).tell(likeOf(twin, same.int(4))),
      (twin, same) => socialOf(host).retract(likeOf(twin, same.int(4)).id),
      async (twin, same) => {
        const viewer = same.pick(viewers);
        const { sessionId } = await viewer.heartbeat({ sessionId: 'phone' });
        await socialOf(viewer)[same.pick(['enter', 'leave'] as const)](hall(twin), sessionId);
      },
    ];
    const likeOf = (twin: Person, number: number) => ({
      id: `like ${number} of ${twin.id}`,
      verb: 'like',
      actorId: twin.id,
      objectId: hall(twin),
      notify: viewers.map(({ id }) => id),
    });
    /** What the viewer is answered of what happened around a twin; of the tray's order and totals both are parts. */
    const around = async (social: ReturnType<typeof socialOf>, twin: Person) => {
      const [timeline, notices, here] = await Promise.all([
        social.timeline(),
        social.notices(),
        social.here(hall(twin)),
      ]);
      return [
        timeline.filter(({ actor }) => actor.id === twin.id).map(({ id }) => id),
        notices
          .filter(({ objectId }) => objectId === hall(twin))
          .map(({ actors, actorCount, latest, isRead }) => [actors, actorCount, latest.id, isRead]),
        here.people.map(({ id }) => id),
        here.count,
      ];
    };
    for (let turn = 0; turn < TURNS; turn += 1) {
      const step = choices.pick(visible);
      const same = choices.int(2 ** 30);
      for (const twin of twins) {
        await step(at(twin, choices.int(2)), createChoices(same));
        if (twin === hider) await beBusy(hider, sockets, { room: room(hider), hall: hall(hider) }, choices);
      }
      for (const viewer of viewers) {
        const asked = at(viewer, choices.int(2));
        const answers = await Promise.all(
          twins.map(async (twin) =>
            blurred(
              [
                await asked.presence([twin.id]),
                await asked.typing(room(twin)),
                await asked.isTyping(twin.id).catch(() => null),
                turn % 3 === 0 ? await around(socialOf(asked), twin) : null,
              ],
              twin,
              then.get(twin) ?? '',
            ),
          ),
        );
        expect(answers[0]).toBe(answers[1]);
      }
      expect((await host.userPresence(hider.id))?.lastSeen).toBe(then.get(hider));
    }

    // Everything before this has arrived by then.
    for (const twin of twins)
      await twin.updatePrivacy({ status: 'EVERYONE', lastSeen: 'EVERYONE', activity: 'EVERYONE' });
    for (const twin of twins)
      for (const viewer of viewers) await Promise.all([twin.unblock(viewer.id), viewer.unblock(twin.id)]);
    const sentinel = cluster.person(`sentinel-${seed}`, cluster.node(0));
    await host.upsertUsers([{ id: sentinel.id, privacy: { status: 'EVERYONE' } }]);
    for (const { viewer } of watches) await (await viewer.lurk()).watch([sentinel.id]).next();
    const told = () =>
      watches.map(({ of }) => of.map(({ transcript }, i) => blurred(transcript, twins[i]!, then.get(twins[i]!) ?? '')));
    await expect.poll(() => told().map(([one, other]) => one === other)).toEqual(watches.map(() => true));
    for (const [one, other] of told()) {
      expect(one).toBe(other);
      expect(one).not.toContain('secret');
    }
    for (const { typing } of watches) for (const { transcript } of typing) expect(transcript).toEqual([]);
    /** Who came and went as a viewer was told, and the acts that their timeline holds of a twin. */
    const heldOf = ({ here, timeline }: (typeof watches)[number], i: number) => {
      const acts = new Set<string>();
      for (const { timelineChanged: act } of timeline.transcript) {
        if (!act.id.endsWith(twins[i]!.id)) continue;
        if (act.gone) acts.delete(act.id);
        else acts.add(act.id);
      }
      const comings = here[i]!.transcript.map(({ hereChanged: { came, went } }) => [came.map(({ id }) => id), went]);
      return blurred([comings, [...acts].sort()], twins[i]!, 'never');
    };
    for (const watch of watches) {
      const { viewer } = watch;
      const acts = (await socialOf(viewer).timeline()).filter(({ actor }) => actor.id === hider.id).length;
      const actsIn = (text: string) => text.match(/"like/g)?.length ?? 0;
      await expect
        .poll(() => twins.map((_, i) => heldOf(watch, i)).map((held, _, all) => [held === all[0], actsIn(held)]))
        .toEqual(twins.map(() => [true, acts]));
    }
  },
  120_000,
);
