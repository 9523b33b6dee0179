/**
 * Two worlds that are alike but for what somebody does whom the viewer may not see: whatever the viewer receives, over HTTP,
 * Server-Sent Events and WebSocket, is the same in content, order and count.
 */
import { print } from 'graphql';
import { describe, expect, it, vi } from 'vitest';
import { MeChangedDocument } from '../generated/operations.js';
import { serve } from '../support/http/rollcall.js';
import { createWorld, READS, type World } from '../support/http/worlds.js';

const GRACE_MS = 200;
const rollcall = await serve({
  PRESENCE_OFFLINE_DEBOUNCE: `${GRACE_MS}ms`,
  SESSION_TTL: '1s',
  TYPING_TIMEOUT: '5s',
  RATE_PRESENCE: '12,1000s',
  RATE_READS: `${READS},1000s`,
});

/** What a deed may touch: the sessions that make a user live, what they say, and facets of it. */
type Aspect = 'life' | 'text' | 'activity' | 'typing' | 'elsewhere' | 'privacy' | 'existence';

interface Deed {
  readonly touches: readonly Aspect[];
  readonly act: (world: World) => Promise<unknown>;
}

const PATIENTLY = { timeout: 30_000, interval: 100 };
const sessionsOf = async ({ hidden }: World) => (await hidden.me()).sessions.map(({ id }) => id);
const isOver = (world: World, sessionId: string) =>
  vi.waitFor(async () => expect(await sessionsOf(world)).not.toContain(sessionId), PATIENTLY);
const soon = () => new Date(Date.now() + 3_000).toISOString();
const secret = { type: 'PLAYING', name: 'secret' };

/** In this order: each goes on from the one before it. */
const DEEDS: Readonly<Record<string, Deed>> = {
  'is named again': {
    touches: ['existence'],
    act: ({ host, hidden }) => host.upsertUsers([{ id: hidden.id, name: hidden.id }]),
  },
  'watches themselves on other devices, from now on': {
    touches: ['activity'],
    async act({ hidden }) {
      const devices = await Promise.all([hidden.lurk(), hidden.lurk()]);
      for (const device of devices) await device.subscribe(print(MeChangedDocument)).next();
    },
  },
  'opens a second tab, closes it and resumes it, is cut off, and has its grace run out': {
    touches: ['activity'],
    async act(world) {
      const { hidden } = world;
      await (await hidden.connect({ sessionId: 'phone', device: 'MOBILE' })).close();
      await (await hidden.connect({ sessionId: 'phone', device: 'DESKTOP' })).drop();
      await isOver(world, 'phone');
    },
  },
  'sends heartbeats of a phone in use, and its lease runs out': {
    touches: ['activity'],
    async act(world) {
      await world.hidden.heartbeat({ sessionId: 'plugin', device: 'PLUGIN', idle: false });
      await isOver(world, 'plugin');
    },
  },
  'plays, in a tab and by what the host knows': {
    touches: ['activity'],
    async act({ hidden, host }) {
      await hidden.setPresence({ activities: [secret], sessionId: 'tab' });
      await host.putActivity(hidden.id, 'calls', [{ type: 'IN_CALL', name: 'secret' }]);
      await host.putActivity(hidden.id, 'calls', []);
    },
  },
  'plays what ends by itself': {
    touches: ['activity'],
    async act({ hidden }) {
      const own = async () => (await hidden.me()).presence.activities.map(({ name }) => name);
      await hidden.setPresence({ activities: [{ ...secret, expiresAt: soon() }], sessionId: 'tab' });
      await vi.waitFor(async () => expect(await own()).toEqual([]), PATIENTLY);
    },
  },
  'has one session more than there is room for': {
    touches: ['activity'],
    async act(world) {
      const ids = Array.from({ length: 21 }, (_, i) => `many-${i}`);
      await Promise.all(ids.map((sessionId) => world.hidden.heartbeat({ sessionId, device: 'MOBILE' })));
      await vi.waitFor(async () => expect((await sessionsOf(world)).length).toBeLessThan(3), PATIENTLY);
    },
  },
  'types where the viewer is not': {
    touches: ['elsewhere'],
    async act({ hidden, rooms: { elsewhere } }) {
      await hidden.setTyping(elsewhere);
      await hidden.setTyping(elsewhere, false);
      await hidden.setTyping(elsewhere);
    },
  },
  'types where the viewer is, and stops or lets it run out': {
    touches: ['typing'],
    async act({ hidden, rooms: { lounge, room } }) {
      await hidden.setTyping(lounge);
      await hidden.setTyping(room);
      await hidden.setTyping(room, false);
      await hidden.setTyping(room);
    },
  },
  'says something, for a moment': {
    touches: ['text'],
    async act({ hidden }) {
      await hidden.say('secret');
      await hidden.setPresence({ statusMessage: { text: 'secret', expiresAt: soon() } });
      await vi.waitFor(async () => expect((await hidden.me()).presence.statusMessage).toBeNull(), PATIENTLY);
    },
  },
  'becomes idle': {
    touches: ['life'],
    act: ({ hidden }) => hidden.heartbeat({ sessionId: 'tab', idle: true }),
  },
  'has no session any more, and then one again': {
    touches: ['life'],
    async act(world) {
      await world.hidden.endSession('tab');
      await world.tab.close();
      const socket = await world.hidden.connect({ sessionId: 'tab', device: 'WEB' });
      await socket.close();
      await isOver(world, 'tab');
      await world.hidden.connect({ sessionId: 'tab', device: 'DESKTOP' });
    },
  },
  'narrows and widens what others see of activities': {
    touches: ['activity', 'text'],
    async act({ hidden }) {
      await hidden.updatePrivacy({ activity: 'NOBODY' });
      await hidden.updatePrivacy({ activity: 'EVERYONE' });
    },
  },
  'opens what is of no use to whom they block': {
    touches: ['privacy'],
    act: ({ hidden }) => hidden.updatePrivacy({ status: 'EVERYONE', lastSeen: 'EVERYONE', activity: 'EVERYONE' }),
  },
  'follows and blocks others': {
    touches: ['text'],
    async act({ hidden, stranger, viewer }) {
      await hidden.follow(stranger.id);
      await hidden.block(stranger.id);
      await hidden.unblock(stranger.id);
      await hidden.unfollow(viewer.id);
    },
  },
  'hides by another name, and again': {
    touches: ['life'],
    async act({ hidden }) {
      await hidden.setPresence({ status: 'OFFLINE' });
      await hidden.setPresence({ status: 'INVISIBLE' });
    },
  },
  'says so much that they have to wait': {
    touches: ['text'],
    async act({ hidden }) {
      const says = Array.from({ length: 13 }, (_, i) => hidden.say(`secret ${i}`));
      const codes = await Promise.all(says.map((said) => said.catch(({ code }: { code: unknown }) => code)));
      expect(codes).toContain('RATE_LIMITED');
    },
  },
};

/** A way of being hidden: how it comes about, and what of a user nobody may notice any more. */
interface Way {
  readonly how?: Parameters<typeof createWorld>[1]['how'];
  /** `isBusy` tells the two worlds apart, where they come to the same in different ways. */
  readonly hide: (world: World, isBusy: boolean) => Promise<unknown>;
  readonly hides: readonly Aspect[];
  /** Whether what holds is that there is no such user. */
  readonly isGone: boolean;
}

const HIDDEN: readonly Aspect[] = ['life', 'text', 'activity', 'typing', 'elsewhere'];
const isOffline = ({ status }: { readonly status: string }) => status === 'OFFLINE';
const lost = (act: (world: World) => Promise<unknown>, options: Partial<Way> = {}): Way => ({
  hide: async (world) => {
    await act(world);
    await world.untilTold(isOffline);
  },
  hides: ['life', 'text', 'activity', 'elsewhere'],
  isGone: true,
  ...options,
});

const WAYS: Readonly<Record<string, Way>> = {
  'who is INVISIBLE': lost(({ hidden }) => hidden.setPresence({ status: 'INVISIBLE' }), {
    hides: HIDDEN,
    isGone: false,
  }),
  'who blocks the viewer': lost(({ hidden, viewer }) => hidden.block(viewer.id), { hides: [...HIDDEN, 'privacy'] }),
  'whom the viewer blocks': lost(({ hidden, viewer }) => viewer.block(hidden.id), { hides: [...HIDDEN, 'privacy'] }),
  'who shows themselves to nobody': lost(({ hidden }) => hidden.updatePrivacy({ status: 'NOBODY' })),
  'who left the circle': lost(({ host, circle, hidden }) => host.putCircle(circle, [hidden.id]), { how: 'circle' }),
  'who left the conversations': lost(
    async ({ host, hidden, viewer, friend, rooms }) => {
      await host.putConversation(rooms.room, [hidden.id]);
      await host.putConversation(rooms.lounge, [viewer.id, friend.id]);
    },
    { how: 'conversation' },
  ),
  'who is deleted': lost(({ host, hidden }) => host.deleteUser(hidden.id), {
    hides: ['existence', 'life', 'text', 'activity'],
  }),
  'whose activities are not for the viewer': {
    hide: async (world) => {
      await world.hidden.updatePrivacy({ activity: 'NOBODY' });
      await world.untilTold(({ devices }) => devices.length === 0);
    },
    hides: ['activity', 'elsewhere'],
    isGone: false,
  },
  'whose last visit is not for the viewer': {
    hide: async (world, isBusy) => {
      await world.hidden.updatePrivacy({ lastSeen: 'NOBODY' });
      // A lost connection was seen a grace ago, and who says goodbye at once.
      if (isBusy) await world.tab.drop();
      else await world.hidden.endSession('tab');
      await world.untilTold(isOffline);
    },
    hides: [],
    isGone: false,
  },
  'who types elsewhere': { hide: async () => {}, hides: ['elsewhere'], isGone: false },
};

/** So few at a time that a busy machine still answers all of them. */
const AT_ONCE = 3;
const groups = Object.entries(WAYS).flatMap((_, i, ways) => (i % AT_ONCE === 0 ? [ways.slice(i, i + AT_ONCE)] : []));

describe.each(groups)('nobody can tell what somebody does', (...ways) => {
  it.concurrent.each(ways)('%s', { timeout: 300_000 }, async (_, { how = 'follows', hide, hides, isGone }) => {
    const create = () => createWorld(rollcall, { how, graceMs: GRACE_MS });
    const [busy, still] = await Promise.all([create(), create()]);
    const both = <T>(act: (world: World) => Promise<T>) => Promise.all([act(busy), act(still)]);
    const compare = async (deed: string) => {
      await both(({ settle }) => settle());
      const [one, other] = await both((world) => world.ask());
      expect(one, deed).toEqual(other);
      expect(busy.told(), deed).toEqual(still.told());
      expect(JSON.stringify([one, busy.told()]), deed).not.toContain('secret');
    };
    await both((world) => hide(world, world === busy));
    await compare('hides');
    await both(async ({ viewer, hidden }) => {
      const [one, nobody] = await Promise.all([hidden.id, 'nobody'].map((id) => viewer.userPresence(id)));
      if (isGone) expect(one).toEqual(nobody);
    });
    for (const [deed, { touches, act }] of Object.entries(DEEDS)) {
      if (!touches.every((aspect) => hides.includes(aspect))) continue;
      await act(busy);
      await compare(deed);
    }
    const [one, other] = await both((world) => world.allowance());
    expect(one).toBe(other);
  });
});
