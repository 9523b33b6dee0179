/**
 * A viewer's whole transcript of an invisible user is the same whatever that user does (invariant 11), on whichever
 * nodes they and their viewers are: one of two who were alike hides, the other one leaves.
 */
import { beforeAll, expect, it } from 'vitest';
import { type Cluster, startCluster } from '../support/cluster/cluster.js';
import type { Presence, Typing } from '../support/http/api.js';
import type { Person } from '../support/http/rollcall.js';
import type { Socket, SubscriptionIterator } from '../support/http/socket.js';
import { type Choices, createChoices } from '../support/unit/choices.js';

const SEEDS = [1, 2, 3];
const TURNS = 15;
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
const beBusy = async (hider: Person, sockets: Socket[], room: string, choices: Choices): Promise<void> => {
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
    const sockets: Socket[] = [];
    for (const twin of twins) {
      for (const viewer of viewers) await viewer.follow(twin.id);
      await host.putConversation(room(twin), [twin.id, ...viewers.map(({ id }) => id)]);
      const socket = await twin.connect({ sessionId: 'tab', device: 'WEB' });
      await socket.setPresence({
        statusMessage: { text: 'hi' },
        activities: [{ type: 'PLAYING', name: 'Go', startedAt: '2026-01-01T00:00:00.000Z' }],
      });
    }
    const watches: { viewer: Person; of: SubscriptionIterator<Presence>[]; typing: SubscriptionIterator<Typing>[] }[] =
      [];
    for (const viewer of viewers) {
      const socket = await viewer.lurk();
      const of = twins.map(({ id }) => socket.watch([id]));
      for (const watch of of) await watch.nextWhere(({ activities }) => activities.length > 0);
      watches.push({ viewer, of, typing: twins.map((twin) => socket.watchTyping(room(twin))) });
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
    ];
    for (let turn = 0; turn < TURNS; turn += 1) {
      const step = choices.pick(visible);
      const same = choices.int(2 ** 30);
      for (const twin of twins) {
        await step(at(twin, choices.int(2)), createChoices(same));
        if (twin === hider) await beBusy(hider, sockets, room(hider), choices);
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
  },
  120_000,
);
