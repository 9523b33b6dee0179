/**
 * What a watcher was told last, and how it differs from what the API answers. Some rules hold of every single event; the comparison
 * holds once nothing has changed for a while.
 */
import { contentOf, NOTHING, type Presence, QUERIES } from './documents.js';
import { Refusal } from './requests.js';
import type { Listener } from './sockets.js';
import { portOf, type World } from './world.js';

/** Whoever watches. */
export interface Viewer {
  readonly id: string;
  readonly token: string;
}

export interface Watch extends Listener {
  readonly kind: string;
  /** How what was told differs from what is answered now, in words; null: not at all. */
  difference(): Promise<string | null>;
}

/** An event may tell of a moment so long after a choice to hide; clocks of cohorts run ahead by milliseconds. */
const HIDING_SLACK_MS = 1_000;
/** Changes of visibility reach subscriptions within a second: twice that, and one for the reading of clocks. */
const SIGHT_SLACK_MS = 3_000;

type Told = Map<string, { readonly content: string; readonly status: string; readonly asOf: string }>;

/** Whether an event shows somebody who hides, or whom the viewer may not see; null: it is right. */
const wrongOf = ({ relations }: Pick<World, 'relations'>, viewerId: string, presence: Presence): string | null => {
  const { userId, asOf } = presence;
  if (viewerId === userId) return null;
  const at = Date.parse(asOf);
  const { invisibleSince } = relations.of(userId);
  if (invisibleSince !== null && presence.status !== 'OFFLINE' && at > invisibleSince + HIDING_SLACK_MS)
    return 'is INVISIBLE';
  const sight = relations.sight(viewerId, userId);
  if (at <= relations.sightChangedAt(viewerId, userId) + SIGHT_SLACK_MS) return null;
  if (!sight.status) return contentOf(presence) === NOTHING ? null : 'may not be seen';
  if (!sight.lastSeen && presence.lastSeen !== null) return 'shows its lastSeen to nobody of these';
  if (!sight.activity && presence.activities.length + presence.devices.length > 0) return 'shows activities to others';
  return null;
};

/** How one user's answer differs from what was told, and both from what the run knows. */
const differenceOf = (
  world: Pick<World, 'relations'>,
  viewerId: string,
  userId: string,
  answered: Presence | undefined,
  told: string | undefined,
): string | null => {
  const { relations } = world;
  if (relations.of(userId).pending > 0) return null;
  const sight = relations.sight(viewerId, userId);
  const pair = `${viewerId} → ${userId}`;
  if (!answered) {
    if (sight.status) return `${pair}: may be seen, and is not answered`;
    return told === undefined || told === NOTHING ? null : `${pair}: is not answered, and was told last as ${told}`;
  }
  if (!sight.status) return `${pair}: may not be seen, and is answered as ${contentOf(answered)}`;
  const wrong = wrongOf(world, viewerId, answered);
  if (wrong) return `${pair}: ${wrong}, and is answered as ${contentOf(answered)}`;
  const content = contentOf(answered);
  return content === told ? null : `${pair}: is answered as ${content}, and was told last as ${told}`;
};

const ask = <T>(world: World, { token }: Viewer, query: string, variables: object = {}): Promise<T> =>
  world.requests.graphql<T>(portOf(world), token, query, variables);

const presenceOf = async (world: World, viewer: Viewer, userIds: readonly string[]) => {
  const answers = await ask<readonly Presence[]>(world, viewer, QUERIES.presence, { userIds });
  return new Map(answers.map((each) => [each.userId, each]));
};

/** `userIds`: null is the roster. */
export const watchPresence = (world: World, viewer: Viewer, userIds: readonly string[] | null): Watch => {
  const told: Told = new Map();
  return {
    kind: userIds === null ? 'roster' : 'presence',
    next(presence: Presence) {
      const { userId, status, asOf } = presence;
      const content = contentOf(presence);
      const last = told.get(userId);
      const pair = `${viewer.id} → ${userId}`;
      if (last && last.asOf >= asOf) world.failed(`${pair}: asOf goes back from ${last.asOf} to ${asOf}`);
      if (last?.content === content) world.failed(`${pair}: is told twice as ${content}`);
      const wrong = wrongOf(world, viewer.id, presence);
      if (wrong) world.failed(`${pair}: ${wrong}, and is told as ${content} of ${asOf}`);
      told.set(userId, { content, status, asOf });
    },
    async difference() {
      const ids = userIds ?? [...world.relations.roster(viewer.id)];
      const answers = await presenceOf(world, viewer, ids);
      for (const id of ids) {
        world.count('pairs compared');
        const difference = differenceOf(world, viewer.id, id, answers.get(id), told.get(id)?.content);
        if (difference) return difference;
      }
      return null;
    },
  };
};

/** The roster in the words of a dialect. */
export const watchWords = (world: World, viewer: Viewer, kind: string, words: Readonly<Record<string, string>>) => {
  const told = new Map<string, string>();
  return {
    kind,
    next({ user_id, status }: { readonly user_id: string; readonly status: string }) {
      told.set(user_id, status);
    },
    async difference() {
      const ids = [...world.relations.roster(viewer.id)];
      const answers = await presenceOf(world, viewer, ids);
      for (const id of ids) {
        world.count('pairs compared');
        const word = words[answers.get(id)?.status ?? 'OFFLINE'];
        const last = told.get(id) ?? words.OFFLINE;
        if (word !== last)
          return `${kind}: ${viewer.id} → ${id}: is answered as ${answers.get(id)?.status}, was told last as ${last}`;
      }
      return null;
    },
  } satisfies Watch;
};

interface Inbox {
  readonly unread: number;
  readonly unseen: number;
  readonly revision: string;
}

export const watchTray = (world: World, viewer: Viewer): Watch => {
  let told: Inbox | null = null;
  const text = (inbox: Inbox | null) => inbox && JSON.stringify([inbox.unread, inbox.unseen, inbox.revision]);
  return {
    kind: 'tray',
    next({ inbox }: { readonly inbox: Inbox }) {
      if (told && BigInt(inbox.revision) < BigInt(told.revision))
        world.failed(`the tray of ${viewer.id} goes back from ${text(told)} to ${text(inbox)}`);
      told = inbox;
    },
    async difference() {
      const inbox = await ask<Inbox>(world, viewer, QUERIES.inbox);
      return text(inbox) === text(told)
        ? null
        : `the tray of ${viewer.id}: is answered as ${text(inbox)}, and was told last as ${text(told)}`;
    },
  };
};

interface Counts {
  readonly objectId: string;
  readonly all: readonly object[];
}

export const watchCounts = (world: World, viewer: Viewer, objectIds: readonly string[]): Watch => {
  const told = new Map<string, string>();
  return {
    kind: 'counts',
    next: ({ objectId, all }: Counts) => void told.set(objectId, JSON.stringify(all)),
    async difference() {
      for (const { objectId, all } of await ask<readonly Counts[]>(world, viewer, QUERIES.counts, { objectIds })) {
        const last = told.get(objectId) ?? '[]';
        if (JSON.stringify(all) !== last)
          return `counts of ${objectId}: are answered to ${viewer.id} as ${JSON.stringify(all)}, and were told last as ${last}`;
      }
      return null;
    },
  };
};

interface HereChange {
  readonly came: readonly { readonly id: string }[];
  readonly went: readonly string[];
}

/** Who is at a place; nobody, for whom it does not exist. */
const peopleAt = async (world: World, viewer: Viewer, conversationId: string): Promise<readonly string[]> => {
  try {
    const here = await ask<{ people: readonly { readonly id: string }[] }>(world, viewer, QUERIES.here, {
      conversationId,
    });
    return here.people.map(({ id }) => id);
  } catch (error) {
    if (error instanceof Refusal && error.code === 'NOT_FOUND') return [];
    throw error;
  }
};

export const watchHere = (world: World, viewer: Viewer, conversationId: string): Watch => {
  const told = new Set<string>();
  return {
    kind: 'here',
    next({ came, went }: HereChange) {
      for (const { id } of came) told.add(id);
      for (const id of went) told.delete(id);
    },
    async difference() {
      const people = await peopleAt(world, viewer, conversationId);
      for (const id of people)
        if (id !== viewer.id && world.relations.of(id).invisibleSince !== null)
          return `${id} is INVISIBLE, and answered to ${viewer.id} at ${conversationId}`;
      const [answered, last] = [[...people].sort().join(), [...told].sort().join()];
      return answered === last
        ? null
        : `at ${conversationId} ${viewer.id} is answered ${answered || 'nobody'}, and was told last ${last || 'nobody'}`;
    },
  };
};

/** Nobody types who has said nothing for longer than typing lasts. */
export const watchTyping = (viewer: Viewer): Watch => {
  const told = new Set<string>();
  return {
    kind: 'typing',
    next({ conversationId, userId, isTyping }: { conversationId: string; userId: string; isTyping: boolean }) {
      if (isTyping) told.add(`${userId} in ${conversationId}`);
      else told.delete(`${userId} in ${conversationId}`);
    },
    difference: async () =>
      told.size === 0 ? null : `${viewer.id} was not told that these stopped typing: ${[...told].join()}`,
  };
};

interface Me {
  readonly chosenStatus: string;
  readonly presence: { readonly status: string };
  readonly sessions: readonly { readonly id: string }[];
}

export const watchMe = (world: World, viewer: Viewer): Watch => {
  let told = '';
  const textOf = ({ chosenStatus, presence: { status }, sessions }: Me) =>
    JSON.stringify([chosenStatus, status, sessions.map(({ id }) => id).sort()]);
  return {
    kind: 'me',
    next(me: Me) {
      told = textOf(me);
    },
    async difference() {
      const text = textOf(await ask<Me>(world, viewer, QUERIES.me));
      return text === told ? null : `me of ${viewer.id}: is answered as ${text}, and was told last as ${told}`;
    },
  };
};

/** What cannot be told from a query: that it is sent is enough. */
export const watchAnything = (kind: string): Watch => ({ kind, next() {}, difference: async () => null });
