/**
 * Worlds that are alike, each with somebody who hides, somebody who watches them over every transport, and a friend whom both
 * see. The transcript of the watcher is in words that fit any of the worlds.
 */
import { expect, vi } from 'vitest';
import { type Execute, PRESENCE, type Presence, TYPING } from './api.js';
import { executeOverHttp } from './http.js';
import type { Person, Rollcall } from './rollcall.js';
import type { Socket } from './socket.js';
import { openEventStream } from './sse.js';

/** A subscription over one of the transports. */
interface Stream {
  readonly name: string;
  /** All that came, as it came. */
  transcript(): readonly string[];
  /** Resolves when something came that is wanted, after what was wanted before. */
  until(wanted: (text: string) => boolean): Promise<unknown>;
}

export interface World {
  readonly host: Person;
  /** Who hides, and the socket that they have from the beginning. */
  readonly hidden: Person;
  readonly tab: Socket;
  readonly viewer: Person;
  readonly friend: Person;
  /** Another who is nothing to anybody. */
  readonly stranger: Person;
  /** Of all three; of the one who hides and the viewer; of the one who hides and the stranger. */
  readonly rooms: { readonly lounge: string; readonly room: string; readonly elsewhere: string };
  readonly circle: string;
  /** Waits until everything that was sent before has come on every stream. */
  settle(): Promise<void>;
  /** Waits until every presence stream has delivered that of the one who hides; resolves to the event's instant. */
  untilTold(wanted: (presence: Presence) => boolean): Promise<number>;
  /** What the viewer is answered, in turns over HTTP and over a socket. */
  ask(): Promise<readonly string[]>;
  /** How many more ids the viewer may read, by trying. */
  allowance(): Promise<number>;
  /** What came on the streams, by their names. */
  told(): Readonly<Record<string, readonly string[]>>;
}

const OWN = `${PRESENCE} isTyping user { id name avatarUrl }`;
const STREAMS: Readonly<Record<string, string>> = {
  'presence, shared': `presenceChanged(userIds: $ids) { ${PRESENCE} }`,
  'presence, with what is the viewer’s own': `presenceChanged(userIds: $ids) { ${OWN} }`,
  'the roster': `presenceChanged { ${OWN} }`,
  typing: `typingChanged { ${TYPING} user { id name } }`,
};
const QUESTIONS = [
  `query ($ids: [ID!]!, $id: ID!, $room: ID!) {
  userPresence(userId: $id) { ${OWN} }
  presence(userIds: $ids) { ${OWN} }
  all: presence { id asOf }
  roster(first: 1) { edges { cursor node { id } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } }
  typing(conversationId: $room) { ${TYPING} }
}`,
  `query ($id: ID!, $room: ID!) {
  userPresence(userId: $id) { status }
  roster(first: 2, statuses: [OFFLINE, AWAY]) { edges { cursor node { id status } } pageInfo { hasNextPage endCursor } }
  following(first: 1) { edges { cursor node { id name avatarUrl } } pageInfo { hasNextPage hasPreviousPage endCursor } }
  blocked(first: 1) { edges { cursor node { id name avatarUrl } } pageInfo { hasNextPage endCursor } }
  typing(conversationId: $room) { ${TYPING} }
}`,
];
const TYPISTS = `query ($room: ID!) { typing(conversationId: $room) { ${TYPING} } }`;

/** How many ids a viewer may read in a world, so few that {@link World.allowance} finds out what is left. */
export const READS = 500;
/** A sweep that finds the end of a grace later than this was held up, and counts for nothing. */
const LATEST_SWEEP_MS = 1_000;

const documentOf = (field: string): string =>
  `subscription ${field.includes('$ids') ? '($ids: [ID!])' : ''} { ${field} }`;

/** `how` the one who hides and the viewer stand to each other. `graceMs` is that of the server. */
export const createWorld = async (
  rollcall: Rollcall,
  { how, graceMs }: { readonly how: 'follows' | 'circle' | 'conversation'; readonly graceMs: number },
): Promise<World> => {
  const { host } = rollcall;
  const [hidden, friend, viewer, stranger] = await rollcall.strangers('ada', 'ben', 'viewer', 'zoe');
  const [lounge, room, elsewhere, circle] = ['lounge', 'room', 'theirs', 'circle'].map((name) =>
    rollcall.fresh(name),
  ) as [string, string, string, string];
  if (how === 'follows') await viewer.follow(hidden.id);
  if (how === 'circle') await host.putCircle(circle, [hidden.id, viewer.id]);
  await viewer.follow(friend.id);
  // Who is in an open conversation is not seen by it.
  await host.putConversation(room, [hidden.id, viewer.id], how !== 'conversation');
  await host.putConversation(lounge, [hidden.id, viewer.id, friend.id], how !== 'conversation');
  await host.putConversation(elsewhere, [hidden.id, stranger.id]);
  await friend.connect({ sessionId: 'tab' });
  const tab = await hidden.connect({ sessionId: 'tab', device: 'WEB' });
  await tab.setPresence({ statusMessage: { text: 'hi' }, activities: [{ type: 'PLAYING', name: 'Go' }] });

  const ids = [hidden.id, friend.id];
  const socket = await viewer.lurk();
  const token = await viewer.token();
  const overSocket = (name: string, field: string): Stream => {
    const watch = socket.subscribe<unknown>(documentOf(field), { ids });
    return {
      name: `${name}, over WebSocket`,
      transcript: () => watch.transcript.map((data) => JSON.stringify({ data })),
      until: (wanted) => watch.nextWhere((data) => wanted(JSON.stringify({ data }))),
    };
  };
  const overEvents = async (name: string, field: string): Promise<Stream> => {
    const stream = await openEventStream(rollcall.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({ query: documentOf(field), variables: { ids } }),
    });
    return {
      name: `${name}, over SSE`,
      transcript: () => stream.transcript.map(({ data }) => data),
      until: (wanted) => stream.nextWhere(({ data }) => wanted(data)),
    };
  };
  const fields = Object.entries(STREAMS);
  const streams = [
    ...fields.map(([name, field]) => overSocket(name, field)),
    ...(await Promise.all(fields.map(([name, field]) => overEvents(name, field)))),
  ];
  const isTyping = (stream: Stream) => stream.name.startsWith('typing');
  const ofPresence = streams.filter((stream) => !isTyping(stream));
  // Whoever shares a conversation alone is not on the roster.
  const ofHidden = ofPresence.filter(({ name }) => how !== 'conversation' || !name.startsWith('the roster'));

  let turn = 0;
  /** The `lastSeen` of whoever has hidden, in this world. */
  let seenLast: string | undefined;

  /** The same, in words that fit any world. Of an event, `lastSeen` says how long before it that was. */
  const blur = (text: string, { ofEvent = false } = {}): string => {
    const names: readonly (readonly [string, string])[] = [
      [hidden.id, 'hidden'],
      [friend.id, 'friend'],
      [viewer.id, 'viewer'],
      [lounge, 'lounge'],
      [room, 'room'],
      [elsewhere, 'elsewhere'],
    ];
    const named = (value: string) => names.reduce((rest, [id, name]) => rest.replaceAll(id, name), value);
    return JSON.stringify(JSON.parse(text), function (this: Record<string, unknown>, key, value: unknown) {
      if (typeof value !== 'string') return value;
      if (key.endsWith('ursor')) return named(Buffer.from(value, 'base64url').toString());
      // Instants differ between worlds: only their order and distances can be compared.
      if (key === 'asOf' || key === 'startedAt' || key === 'expiresAt') return 'some time';
      if (key === 'lastSeen') {
        const agoMs = Date.parse(String(this.asOf)) - Date.parse(value);
        return `${value === seenLast ? 'before they hid' : 'at another time'}${ofEvent ? `, ${agoMs < graceMs ? 'at once' : 'a grace ago'}` : ''}`;
      }
      return named(value);
    });
  };

  /** Of users who are answered together, how the instants stand to each other. */
  const sameInstant = (text: string): string => {
    const instants = new Set(
      (JSON.parse(text) as { data?: { all?: { asOf: string }[] } | null }).data?.all?.map(({ asOf }) => asOf),
    );
    return instants.size <= 1 ? 'one instant' : 'several instants';
  };

  const overHttp: Execute = executeOverHttp(
    () => rollcall.url,
    () => viewer.token(),
  );
  const answered = async (execute: Execute, document: string, conversationId: string): Promise<string> => {
    const text = JSON.stringify({ data: await execute(document, { ids, id: hidden.id, room: conversationId }) });
    return `${blur(text)} ${sameInstant(text)}`;
  };

  const world: World = {
    host,
    hidden,
    tab,
    viewer,
    friend,
    stranger,
    rooms: { lounge, room, elsewhere },
    circle,
    async settle() {
      turn += 1;
      const mark = `turn-${turn}.`;
      await host.putActivity(friend.id, 'turns', [{ type: 'PLAYING', name: mark }]);
      await Promise.all(ofPresence.map((stream) => stream.until((text) => text.includes(mark))));
      // Who stops before it is known that the viewer may see them type was never seen to.
      for (const types of [true, false]) {
        await friend.setTyping(lounge, types);
        const isToldSo = (text: string) => text.includes(friend.id) && text.includes(`"isTyping":${types}`);
        await Promise.all(streams.filter(isTyping).map((stream) => stream.until(isToldSo)));
      }
    },
    async untilTold(wanted) {
      const told = async (stream: Stream): Promise<Presence> => {
        const presenceOf = (text: string) =>
          (JSON.parse(text) as { data: { presenceChanged: Presence } }).data.presenceChanged;
        let found: Presence | undefined;
        await stream.until((text) => {
          const presence = presenceOf(text);
          if (presence.id === hidden.id && wanted(presence)) found = presence;
          return found !== undefined;
        });
        return found!;
      };
      const [first] = await Promise.all(ofHidden.map(told));
      seenLast = first?.lastSeen ?? seenLast;
      return Date.parse(first!.asOf);
    },
    async ask() {
      const execute = turn % 2 === 0 ? overHttp : socket.execute;
      return Promise.all([
        ...QUESTIONS.map((document) => answered(execute, document, lounge)),
        ...[room, elsewhere].map((id) => answered(execute, TYPISTS, id).catch(String)),
      ]);
    },
    async allowance() {
      let left = 0;
      for (const count of [256, 128, 64, 32, 16, 8, 4, 2, 1]) {
        const nobodies = Array.from({ length: count }, (_, i) => `nobody-${i}`);
        const { body } = await viewer.ask('query ($ids: [ID!]) { presence(userIds: $ids) { id } }', { ids: nobodies });
        if (!body.errors) left += count;
      }
      return left;
    },
    told: () =>
      Object.fromEntries(
        streams.map((stream) => [stream.name, stream.transcript().map((text) => blur(text, { ofEvent: true }))]),
      ),
  };
  const changedAt = await world.untilTold(({ activities }) => activities.length > 0);
  // What others saw of them is longer ago than any grace: who hides now looks like one who closed a tab.
  await vi.waitFor(
    async () => {
      const now = Date.parse((await host.userPresence(hidden.id))?.asOf ?? '');
      expect(now - changedAt).toBeGreaterThan(graceMs + LATEST_SWEEP_MS);
    },
    { timeout: 30_000 },
  );
  return world;
};
