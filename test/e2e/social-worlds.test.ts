/**
 * Two worlds that are alike but for what somebody does whom the viewer may not see, or for acts where presence is watched:
 * whatever the viewer receives and is answered is the same in content, order and count (docs/design.md#social).
 */
import { describe, expect, it, vi } from 'vitest';
import type { Refusal } from '../support/http/api.js';
import { type Person, serve } from '../support/http/rollcall.js';
import { socialOf, watchCounts, watchHere, watchTimeline, watchTray } from '../support/http/social.js';
import type { ToldAct } from '../support/unit/socialOracle.js';

/** So few that what is left of them can be found out. */
const READS = 500;
const rollcall = await serve({ PRESENCE_OFFLINE_DEBOUNCE: '200ms', RATE_READS: `${READS},1000s` });
const { host } = rollcall;
const server = socialOf(host);
const SOON = { timeout: 20_000, interval: 20 };

type StreamName = 'presence' | 'tray' | 'timeline' | 'counts' | 'here';

const createWorld = async () => {
  const [hidden, viewer, friend, stranger] = await rollcall.strangers('hidden', 'viewer', 'friend', 'stranger');
  const [room, theirs] = [rollcall.fresh('room'), rollcall.fresh('theirs')];
  await viewer.follow(hidden.id);
  await viewer.follow(friend.id);
  await host.putConversation(room, [], true);
  await host.putConversation(theirs, [], false, { ownerId: hidden.id, audience: 'EVERYONE' });
  const tab = await hidden.connect({ sessionId: 'tab' });
  const friendly = await friend.connect({ sessionId: 'tab' });
  const socket = await viewer.connect({ sessionId: 'tab' });
  const streams = {
    presence: socket.watch([hidden.id, friend.id]),
    tray: watchTray(socket),
    timeline: watchTimeline(socket),
    counts: watchCounts(socket, [room, theirs]),
    here: watchHere(socket, room),
  };
  for (const stream of [streams.tray, streams.here]) await stream.next();
  const social = socialOf(viewer);
  const names: [string, string][] = [
    [hidden.id, 'hidden'],
    [viewer.id, 'viewer'],
    [friend.id, 'friend'],
    [stranger.id, 'stranger'],
    [room, 'room'],
    [theirs, 'theirs'],
  ];
  /** Notices have ids of their own in each world; instants differ. Revisions and positions are to be the same. */
  const blur = (value: unknown): unknown =>
    JSON.parse(
      JSON.stringify(value, function (this: Record<string, unknown>, key, item: unknown) {
        if (typeof item !== 'string') return item;
        if (['asOf', 'at', 'lastSeen', 'startedAt', 'expiresAt'].includes(key)) return 'some time';
        if (key === 'id' && 'position' in this) return 'a notice';
        return names.reduce((rest, [id, name]) => rest.replaceAll(id, name), item);
      }),
    );
  let turn = 0;
  const act = (actor: Person, name: string, notify: readonly Person[]): ToldAct => ({
    id: `${actor.id}:${name}`,
    verb: 'like',
    actorId: actor.id,
    objectId: room,
    text: name,
    notify: notify.map(({ id }) => id),
  });
  return {
    hidden,
    tab,
    viewer,
    friend,
    stranger,
    room,
    theirs,
    social,
    act,
    /** Waits until all that happened before has come on every stream. */
    async settle() {
      turn += 1;
      const mark = `turn ${turn}.`;
      await server.tell(act(friend, mark, [viewer]));
      await server.putCounts(room, { turns: turn }, BigInt(turn));
      await host.putActivity(friend.id, 'turns', [{ type: 'PLAYING', name: mark }]);
      await (turn % 2 === 1 ? socialOf(friendly).enter(room) : socialOf(friendly).leave(room));
      const has = (text: string) => (event: unknown) => JSON.stringify(event).includes(text);
      await Promise.all([
        streams.presence.nextWhere(has(mark)),
        streams.tray.nextWhere(has(mark)),
        streams.timeline.nextWhere(has(mark)),
        streams.counts.nextWhere(has(`"value":${turn}}`)),
        streams.here.nextWhere(({ hereChanged: { came, went } }) =>
          turn % 2 === 1 ? came.some(({ id }) => id === friend.id) : went.includes(friend.id),
        ),
      ]);
    },
    async ask() {
      const notices = await social.notices();
      return blur([
        notices,
        await Promise.all(notices.map(({ id }) => social.noticeActs(id))),
        await social.inbox(),
        await social.timeline({ first: 2 }),
        await social.counts([room, theirs, 'unknown']),
        await social.here(room),
        await social.here(theirs).catch(({ code }: Refusal) => code),
      ]);
    },
    told: (...wanted: readonly StreamName[]) => wanted.map((name) => blur(streams[name].transcript)),
  };
};
type World = Awaited<ReturnType<typeof createWorld>>;
const SOCIAL = ['tray', 'timeline', 'counts', 'here'] as const;

/** What somebody does who hides: of presence alone. */
const MOVES: Readonly<Record<string, (world: World) => Promise<unknown>>> = {
  'enters and leaves, in two tabs': async ({ hidden, tab, room }) => {
    const other = await hidden.connect({ sessionId: 'other' });
    for (const each of [tab, other]) await socialOf(each).enter(room);
    await socialOf(tab).leave(room);
    await other.drop();
  },
  'enters over HTTP, and ends the session': async ({ hidden, room }) => {
    await hidden.heartbeat({ sessionId: 'phone' });
    await socialOf(hidden).enter(room, 'phone');
    await hidden.endSession('phone');
  },
  'says something, plays, and changes who may see it': async ({ hidden, tab, room }) => {
    await socialOf(tab).enter(room);
    await hidden.setPresence({ statusMessage: { text: 'secret' }, activities: [{ type: 'PLAYING', name: 'secret' }] });
    await hidden.updatePrivacy({ activity: 'NOBODY' });
    await hidden.updatePrivacy({ activity: 'EVERYONE' });
  },
};
/** What somebody does, and what is told of them, whose acts are out of sight too. */
const ACTS: Readonly<Record<string, (world: World) => Promise<unknown>>> = {
  'likes, takes it back, and likes again': async ({ hidden, viewer, act }) => {
    const secret = act(hidden, 'secret', [viewer]);
    await server.tell(secret);
    await server.retract(secret.id);
    await server.tell(secret, act(hidden, 'secret too', [viewer]));
  },
  'follows the viewer, and ends it': async ({ hidden, viewer }) => {
    await hidden.follow(viewer.id);
    await hidden.unfollow(viewer.id);
    await hidden.follow(viewer.id);
  },
  'has counts moved, and somebody who is there, at what is theirs': async ({ hidden, tab, theirs }) => {
    await server.putCounts(theirs, { likes: 7 }, 7n);
    await socialOf(tab).enter(theirs);
    await server.tell({ id: `${hidden.id}:post`, verb: 'post', actorId: hidden.id, objectId: theirs });
  },
};

const hideBoth = async (worlds: readonly World[], hide: (world: World) => Promise<unknown>) => {
  for (const world of worlds) {
    await hide(world);
    await vi.waitFor(
      async () => expect((await world.viewer.userPresence(world.hidden.id))?.status ?? 'OFFLINE').toBe('OFFLINE'),
      SOON,
    );
  }
};
const compare = async (busy: World, still: World, deed: string, ...streams: readonly StreamName[]) => {
  await Promise.all([busy.settle(), still.settle()]);
  const [one, other] = [busy.told(...streams), still.told(...streams)];
  expect(one, deed).toEqual(other);
  expect(JSON.stringify(one), deed).not.toContain('secret');
};

describe.concurrent('a viewer cannot tell by what happens around people', () => {
  it('what somebody does who is INVISIBLE', async () => {
    const [busy, still] = await Promise.all([createWorld(), createWorld()]);
    await hideBoth([busy, still], ({ hidden }) => hidden.setPresence({ status: 'INVISIBLE' }));
    for (const [deed, move] of Object.entries(MOVES)) {
      await move(busy);
      await compare(busy, still, deed, 'presence', ...SOCIAL);
      expect(await busy.ask(), deed).toEqual(await still.ask());
    }
    // What is told of them shows, and says nothing of whether they are there.
    await server.tell(busy.act(busy.hidden, 'seen', [busy.viewer]), busy.act(busy.viewer, 'own', [busy.hidden]));
    await busy.tab.follow(busy.viewer.id);
    await compare(busy, still, 'acts', 'presence', 'here');
    expect(JSON.stringify(busy.told('tray', 'timeline'))).toContain('seen');
  });

  it.each([
    ['blocks them', ({ hidden, viewer }: World) => hidden.block(viewer.id)],
    ['is blocked by them', ({ hidden, viewer }: World) => viewer.block(hidden.id)],
  ] as const)('what somebody does who %s', async (_, hide) => {
    const [busy, still] = await Promise.all([createWorld(), createWorld()]);
    await hideBoth([busy, still], hide);
    for (const [deed, act] of Object.entries({ ...MOVES, ...ACTS })) {
      await act(busy);
      await compare(busy, still, deed, 'presence', ...SOCIAL);
      expect(await busy.ask(), deed).toEqual(await still.ask());
    }
  });

  it('what is hidden from what is unknown, by answers or by what they cost', async () => {
    const { viewer, hidden, stranger, theirs } = await createWorld();
    await hidden.block(viewer.id);
    await server.tell({ id: `${hidden.id}:to`, verb: 'like', actorId: stranger.id, notify: [hidden.id] });
    const [foreign] = await socialOf(hidden).notices();
    const left = async ({ ask }: Person) => {
      let found = 0;
      for (const count of [256, 128, 64, 32, 16, 8, 4, 2, 1]) {
        const ids = Array.from({ length: count }, (_, i) => `nobody-${i}`);
        const { body } = await ask('query ($ids: [ID!]) { presence(userIds: $ids) { id } }', { ids });
        if (!body.errors) found += count;
      }
      return found;
    };
    const asks = async (person: Person, objectId: string, userId: string, noticeId: string) => {
      const social = socialOf(person);
      const calls = [
        social.counts([objectId]),
        social.here(objectId),
        social.enter(objectId, 'tab'),
        social.leave(objectId, 'tab'),
        social.noticeActs(noticeId),
        social.mute({ userId }),
        social.unmute({ userId }),
        social.mute({ objectId }),
        social.unmute({ objectId }),
      ];
      return Promise.all(calls.map((call) => call.catch(({ code, message }: Refusal) => [code, message])));
    };
    const [one, other] = [await rollcall.strangers('one'), await rollcall.strangers('other')].flat() as [
      Person,
      Person,
    ];
    await hidden.block(one.id);
    for (const person of [one, other]) await person.heartbeat({ sessionId: 'tab' });
    const answers = await Promise.all([
      asks(one, theirs, hidden.id, foreign!.id),
      asks(other, 'unknown', 'unknown', '999999'),
    ]);
    expect(answers[0]).toEqual(answers[1]);
    expect(await left(one)).toBe(await left(other));
  });
});
