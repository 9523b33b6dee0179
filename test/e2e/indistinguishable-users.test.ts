import { describe, expect, it } from 'vitest';
import { rounds } from '../support/cluster/rounds.js';
import type { Presence } from '../support/http/api.js';
import type { Person } from '../support/http/rollcall.js';
import { serve } from '../support/http/rollcall.js';
import type { Socket, SubscriptionIterator } from '../support/http/socket.js';
import { type Choices, createChoices } from '../support/unit/choices.js';

const rollcall = await serve({ PRESENCE_OFFLINE_DEBOUNCE: '100ms', TYPING_TIMEOUT: '500ms' });
const { host } = rollcall;

/** Steps of each pair of twins. */
const TURNS = rounds(12, 25);

/** Other runs than the usual ones: `ROLLCALL_SEED=7,8`. */
const SEEDS = (process.env.ROLLCALL_SEED ?? '1,2').split(',').map(Number);
const AUDIENCES = ['EVERYONE', 'FOLLOWERS', 'MUTUALS', 'NOBODY'] as const;
const FIELDS = `id status statusMessage { text } activities { name } devices lastSeen isTyping user { name }`;

/** What a hidden user does that nobody may notice. */
async function beBusy(hider: Person, sockets: Socket[], room: string, choices: Choices): Promise<void> {
  const steps: (() => Promise<unknown>)[] = [
    async () =>
      sockets.length < 8 && sockets.push(await hider.connect({ sessionId: choices.pick(['a', 'b']), device: 'WEB' })),
    async () => sockets.pop()?.close(),
    async () => sockets.pop()?.drop(),
    () => hider.endSession(choices.pick(['a', 'b', 'phone'])),
    () => hider.heartbeat({ sessionId: 'phone', device: 'MOBILE', idle: choices.oneIn(2) }),
    () => hider.say(`secret ${choices.int(3)}`),
    () => hider.setPresence({ activities: [{ type: 'PLAYING', name: 'secret' }] }),
    () => hider.setPresence({ status: 'INVISIBLE' }),
    () => hider.setTyping(room, choices.oneIn(2)).catch(() => undefined),
    () => host.putActivity(hider.id, 'host', [{ type: 'IN_CALL', name: 'secret' }]),
  ];
  for (let turn = 0; turn < 3; turn += 1) await choices.pick(steps)();
}

/** A transcript or answer about one twin, in words that fit both. */
function blurred(text: string, twin: Person, lastSeen: string): string {
  return text
    .replaceAll(twin.id, 'twin')
    .replaceAll(lastSeen, 'then')
    .replaceAll(/"asOf":"[^"]*"/g, '"asOf":"now"');
}

describe.concurrent('of two who were alike, one hides and one leaves', { timeout: 120_000 }, () => {
  for (const seed of SEEDS) {
    it(`and whatever the hidden one does, nobody can tell which is which (seed ${seed})`, async () => {
      const choices = createChoices(seed);
      const [hider, leaver] = await rollcall.strangers('hider', 'leaver');
      const viewers = await rollcall.strangers('viewer', 'viewer', 'viewer');
      const twins = [hider, leaver];
      const rooms = new Map(twins.map((twin) => [twin, rollcall.fresh('room')]));
      const circles = new Map(twins.map((twin) => [twin, rollcall.fresh('circle')]));
      const sockets: Socket[] = [];
      for (const twin of twins) {
        for (const viewer of viewers) await viewer.follow(twin.id);
        await host.putConversation(rooms.get(twin) ?? '', [twin.id, ...viewers.map(({ id }) => id)]);
        const socket = await twin.connect({ sessionId: 'tab', device: 'WEB' });
        await socket.setPresence({ statusMessage: { text: 'hi' }, activities: [{ type: 'PLAYING', name: 'Go' }] });
      }
      const watches: {
        viewer: Person;
        of: SubscriptionIterator<Presence>[];
        typing: SubscriptionIterator<unknown>[];
      }[] = [];
      for (const viewer of viewers) {
        const socket = await viewer.lurk();
        const of = twins.map((twin) => socket.watch([twin.id]));
        const typing = twins.map((twin) => socket.watchTyping(rooms.get(twin)));
        for (const watching of of) await watching.next();
        watches.push({ viewer, of, typing });
      }
      await hider.setPresence({ status: 'INVISIBLE' });
      await leaver.endSession('tab');
      const seenLast = new Map<Person, string>();
      for (const twin of twins) seenLast.set(twin, (await host.userPresence(twin.id))?.lastSeen ?? '');

      const visible: ((twin: Person, at: Choices) => Promise<unknown>)[] = [
        (twin, at) => twin.block(at.pick(viewers).id),
        (twin, at) => twin.unblock(at.pick(viewers).id),
        (twin, at) => at.pick(viewers).block(twin.id),
        (twin, at) => at.pick(viewers).unblock(twin.id),
        (twin, at) => at.pick(viewers).follow(twin.id),
        (twin, at) => at.pick(viewers).unfollow(twin.id),
        (twin, at) => twin.follow(at.pick(viewers).id),
        (twin, at) => twin.updatePrivacy({ [at.pick(['status', 'lastSeen', 'activity'])]: at.pick(AUDIENCES) }),
        (twin, at) => host.putCircle(circles.get(twin) ?? '', [twin.id, ...at.some(viewers).map(({ id }) => id)]),
      ];
      for (let turn = 0; turn < TURNS; turn += 1) {
        const step = choices.pick(visible);
        const same = choices.int(2 ** 30);
        for (const twin of twins) {
          await step(twin, createChoices(same));
          if (twin === hider) await beBusy(hider, sockets, rooms.get(hider) ?? '', choices);
        }
        const viewer = choices.pick(viewers);
        const answers = await Promise.all(
          twins.map(async (twin) => {
            const { text } = await viewer.ask(
              `query ($id: ID!, $room: ID!) { userPresence(userId: $id) { ${FIELDS} } presence(userIds: [$id]) { ${FIELDS} }
                typing(conversationId: $room) { userId } }`,
              { id: twin.id, room: rooms.get(twin) },
            );
            return blurred(text, twin, seenLast.get(twin) ?? '');
          }),
        );
        expect(answers[0]).toBe(answers[1]);
        expect((await host.userPresence(hider.id))?.lastSeen).toBe(seenLast.get(hider));
      }

      const [sentinel] = await rollcall.strangers('sentinel');
      await sentinel.updatePrivacy({ status: 'EVERYONE' });
      for (const { viewer, of, typing } of watches) {
        const last = (await viewer.lurk()).watch([sentinel.id]);
        await last.next();
        const told = twins.map((twin, index) =>
          blurred(JSON.stringify(of[index]?.transcript, null, 1), twin, seenLast.get(twin) ?? '').replaceAll(
            /"startedAt": "[^"]*"|"asOf": "[^"]*"/g,
            '"at": "some time"',
          ),
        );
        expect(told[0]).toBe(told[1]);
        expect(typing[0]?.transcript).toEqual([]);
        expect(typing[1]?.transcript).toEqual([]);
      }
    });
  }
});
