/** The people of the crowd, and what they do. */
import { setTimeout as wait } from 'node:timers/promises';
import { MUTATIONS, QUERIES } from './documents.js';
import { AUDIENCES, type Privacy } from './relations.js';
import { insist } from './requests.js';
import type { Goodbye } from './sockets.js';
import { openBusTab, openDialectTab, openGraphqlTab, openStreamTab, type Tab } from './tabs.js';
import type { Viewer } from './watches.js';
import { pick, pickSome, pickWeighted, portOf, type World } from './world.js';

export interface Person extends Viewer {
  readonly tabs: Set<Tab>;
  /** One thing at a time. */
  busy: boolean;
}

export interface Deed {
  readonly name: string;
  readonly weight: number;
  /** Whether it makes sense for somebody just now. */
  readonly fits?: (person: Person) => boolean;
  readonly run: (world: World, person: Person) => Promise<unknown>;
}

const MAX_TABS = 2;

const ask = <T>(world: World, { token }: Viewer, query: string, variables: object = {}): Promise<T> =>
  world.requests.graphql<T>(portOf(world), token, query, variables);

let made = 0;
const fresh = (name: string): string => `${name}-${++made}`;

const inMs = (ms: number): string => new Date(Date.now() + ms).toISOString();

const another = (world: World, { id }: Viewer): string =>
  pick(
    world,
    world.ids.filter((each) => each !== id),
  );

const goodbyeOf = (world: World): Goodbye =>
  pickWeighted(world, [
    { weight: 5, goodbye: 'close' },
    { weight: 4, goodbye: 'drop' },
    { weight: 1, goodbye: 'silent' },
  ] as const).goodbye;

const TABS: readonly { readonly weight: number; readonly open: (world: World, person: Person) => Promise<Tab> }[] = [
  { weight: 60, open: (world, person) => openGraphqlTab(world, person, fresh('tab')) },
  { weight: 10, open: (world, person) => openGraphqlTab(world, person, null) },
  { weight: 10, open: (world, person) => openDialectTab(world, person, 'mobile', fresh('phone')) },
  { weight: 10, open: (world, person) => openDialectTab(world, person, 'gateway', fresh('chat')) },
  { weight: 5, open: openStreamTab },
  { weight: 5, open: async (world, person) => openBusTab(world, person, fresh('gateway')) },
];

export const come: Deed = {
  name: 'come',
  weight: 0,
  fits: ({ tabs }) => tabs.size < MAX_TABS,
  async run(world, person) {
    person.tabs.add(await pickWeighted(world, TABS).open(world, person));
  },
};

export const go: Deed = {
  name: 'go',
  weight: 0,
  fits: ({ tabs }) => tabs.size > 0,
  async run(world, { tabs }) {
    const tab = pick(world, [...tabs]);
    tabs.delete(tab);
    tab.leave(goodbyeOf(world));
  },
};

const reload: Deed = {
  name: 'reload',
  weight: 6,
  fits: ({ tabs }) => [...tabs].some(({ isOpen }) => isOpen),
  async run(world, { tabs }) {
    const tab = pick(
      world,
      [...tabs].filter(({ isOpen }) => isOpen),
    );
    await tab.reload(pick(world, ['close', 'drop'] as const)).catch((error: unknown) => {
      tabs.delete(tab);
      throw error;
    });
  },
};

/** What a choice of that status makes of the knowledge who is INVISIBLE. */
const choosing = async (world: World, { id }: Viewer, call: () => Promise<{ status: string; asOf: string } | null>) => {
  const user = world.relations.of(id);
  user.invisibleSince = null;
  await world.relations.change([id], call, (answer) => {
    user.invisibleSince = answer?.status === 'INVISIBLE' ? Date.parse(answer.asOf) : null;
  });
};

const STATUSES = ['ONLINE', 'AWAY', 'DO_NOT_DISTURB', 'INVISIBLE', 'INVISIBLE', 'OFFLINE', null] as const;

const setPresence: Deed = {
  name: 'setPresence',
  weight: 22,
  async run(world, person) {
    const { random } = world;
    const chosen = random() < 0.5 ? { status: pick(world, STATUSES) } : {};
    const [says, does] = [fresh('says'), fresh('something')];
    const [changes, acts, ends] = [random(), random(), random()];
    /** Anew at each attempt: an end may be past by then. */
    const inputNow = () => {
      const expiry = ends < 0.6 ? { expiresAt: inMs(2_000 + ends * 30_000) } : {};
      const message = { text: says, ...(changes < 0.2 && { emoji: '🎧' }), ...expiry };
      const activity = { type: acts < 0.1 ? 'IN_STUDIO' : 'PLAYING', name: does, ...expiry };
      return {
        ...chosen,
        ...(changes < 0.5 && { statusMessage: changes < 0.1 ? null : message }),
        ...(acts < 0.3 && { activities: acts < 0.05 ? [] : [activity] }),
      };
    };
    const call = () =>
      insist(() => ask<{ status: string; asOf: string }>(world, person, MUTATIONS.setPresence, { input: inputNow() }));
    if ('status' in chosen) await choosing(world, person, call);
    else await call();
  },
};

/** More than is allowed at once. */
const hurry: Deed = {
  name: 'hurry',
  weight: 1,
  async run(world, person) {
    for (let times = 0; times < 8; times += 1)
      await ask(world, person, MUTATIONS.setPresence, { input: { statusMessage: { text: fresh('says') } } });
  },
};

/** The same by a dialect, none of which has a word for INVISIBLE. */
const setByDialect: Deed = {
  name: 'set by a dialect',
  weight: 6,
  async run(world, person) {
    const { token } = person;
    const [method, path, body] = pick(world, [
      [
        'PUT',
        '/api/v1/presence/status',
        { status: pick(world, ['in_studio', 'away', 'dnd', 'offline']), daw: fresh('Live') },
      ],
      ['POST', '/api/presence/status', { status: pick(world, ['online', 'away', 'offline']) }],
      ['PUT', '/api/v1/me/presence', { status: pick(world, ['online', 'offline']), in_studio: true }],
      ['POST', '/presence/status', { status: pick(world, ['online', 'idle', 'dnd']), custom_status: fresh('says') }],
    ] as const);
    await choosing(world, person, async () => {
      await insist(() => world.requests.rest({ port: portOf(world), method, path, token, body }));
      return null;
    });
  },
};

const beat: Deed = {
  name: 'heartbeat',
  weight: 8,
  run: (world, person) =>
    ask(world, person, MUTATIONS.heartbeat, {
      input: { idle: world.random() < 0.4, ...(world.random() < 0.3 && { sessionId: 'app' }) },
    }),
};

const endSession: Deed = {
  name: 'endSession',
  weight: 2,
  run: async (world, person) => {
    const { sessions } = await ask<{ sessions: readonly { id: string }[] }>(world, person, QUERIES.me);
    if (sessions.length > 0) await ask(world, person, MUTATIONS.endSession, { sessionId: pick(world, sessions).id });
  },
};

const type: Deed = {
  name: 'type',
  weight: 14,
  async run(world, person) {
    // Few are members of a talk: most who type do so in a hall.
    const conversationId = pick(world, world.random() < 0.6 ? world.halls : world.talks);
    const isTyping = world.random() < 0.8;
    const rest = { port: portOf(world), token: person.token };
    if (world.random() < 0.7) await ask(world, person, MUTATIONS.setTyping, { input: { conversationId, isTyping } });
    else if (world.random() < 0.5)
      await world.requests.rest({ ...rest, path: '/presence/typing', body: { channel_id: conversationId } });
    else
      await world.requests.rest({
        ...rest,
        path: `/api/conversations/${conversationId}/typing`,
        body: { is_typing: isTyping },
      });
  },
};

/** Over the socket, whose session enters; else over HTTP. */
const overLine = (world: World, person: Person, query: string, variables: object): Promise<unknown> => {
  const line = [...person.tabs].find(({ line, isOpen }) => line && isOpen)?.line;
  if (!line) return ask(world, person, query, variables);
  return new Promise((resolve) => {
    // A socket that closes before the answer leaves it open; nobody needs it.
    const late = setTimeout(resolve, 5_000);
    const settle = () => {
      clearTimeout(late);
      resolve(undefined);
    };
    line.subscribe(query, variables, { next: settle, refused: settle });
  });
};

const enter: Deed = {
  name: 'enter',
  weight: 8,
  run: (world, person) => overLine(world, person, MUTATIONS.enter, { conversationId: pick(world, world.objects) }),
};
const leave: Deed = {
  name: 'leave',
  weight: 4,
  run: (world, person) => overLine(world, person, MUTATIONS.leave, { conversationId: pick(world, world.objects) }),
};

const relate = (verb: 'follow' | 'unfollow' | 'block' | 'unblock', weight: number): Deed => ({
  name: verb,
  weight,
  async run(world, person) {
    const own = world.relations.of(person.id);
    const set = verb.endsWith('follow') ? own.follows : own.blocks;
    const isUndoing = verb.startsWith('un');
    const among = isUndoing ? [...set] : [another(world, person)];
    if (among.length === 0) return;
    const userId = pick(world, among);
    await world.relations.change(
      [person.id, userId],
      () => insist(() => ask(world, person, MUTATIONS[verb], { userId })),
      () => (isUndoing ? set.delete(userId) : set.add(userId)),
    );
  },
});

const mute: Deed = {
  name: 'mute',
  weight: 3,
  run: (world, person) => {
    const what = world.random() < 0.5 ? { userId: another(world, person) } : { objectId: pick(world, world.objects) };
    return ask(world, person, world.random() < 0.5 ? MUTATIONS.mute : MUTATIONS.unmute, what);
  },
};

const updatePrivacy: Deed = {
  name: 'updatePrivacy',
  weight: 4,
  async run(world, person) {
    // Mostly seen: else there is little to compare.
    const audience = () => pick(world, ['EVERYONE', 'FOLLOWERS', ...AUDIENCES] as const);
    const facet = pick(world, ['status', 'lastSeen', 'activity'] as const);
    const input: Partial<Privacy> = { [facet]: audience() };
    const own = world.relations.of(person.id);
    await world.relations.change(
      [person.id],
      () => insist(() => ask(world, person, MUTATIONS.updatePrivacy, { input })),
      () => {
        own.privacy = { ...own.privacy, ...input };
      },
    );
  },
};

const read: Deed = {
  name: 'read',
  weight: 14,
  run: (world, person) => {
    const userIds = pickSome(world, world.ids, 30);
    const conversationId = pick(world, world.objects);
    const userId = pick(world, world.ids);
    return pick(world, [
      () => ask(world, person, QUERIES.presence, { userIds }),
      () => ask(world, person, QUERIES.userPresence, { userId }),
      () => ask(world, person, QUERIES.roster, { first: 50 }),
      () => ask(world, person, QUERIES.typing, { conversationId: pick(world, world.halls) }),
      () => ask(world, person, QUERIES.timeline, { first: 20 }),
      () => ask(world, person, QUERIES.counts, { objectIds: pickSome(world, world.objects, 5) }),
      () => ask(world, person, QUERIES.here, { conversationId }),
      () => ask(world, person, QUERIES.following),
      () => ask(world, person, QUERIES.blocked),
      ...[
        `/api/v1/presence/users?ids=${userIds.join()}`,
        '/api/presence/users',
        `/api/presence/users/${userId}`,
        '/api/v1/activity/timeline?limit=10',
        `/presence/${userId}`,
      ].map((path) => () => world.requests.rest({ port: portOf(world), method: 'GET', path, token: person.token })),
    ])();
  },
};

const readTray: Deed = {
  name: 'read a tray',
  weight: 6,
  async run(world, person) {
    const { revision } = await ask<{ revision: string }>(world, person, QUERIES.inbox);
    const { edges } = await ask<{ edges: readonly { node: { id: string } }[] }>(world, person, QUERIES.notices, {
      first: 20,
    });
    if (edges.length > 0 && world.random() < 0.3)
      await ask(world, person, QUERIES.noticeActs, { noticeId: pick(world, edges).node.id });
    await ask(world, person, pick(world, [MUTATIONS.markSeen, MUTATIONS.markRead]), { upTo: revision });
  },
};

const churn: Deed = {
  name: 'subscriptions change',
  weight: 8,
  fits: ({ tabs }) => [...tabs].some(({ isOpen }) => isOpen),
  run: async (_, { tabs }) => {
    for (const tab of tabs) if (tab.isOpen) tab.churn();
  },
};

/** What is refused leaves nothing behind either. */
const err: Deed = {
  name: 'err',
  weight: 2,
  run: async (world, person) => {
    const line = [...person.tabs].find((tab) => tab.line)?.line;
    const none = { next: () => {}, refused: () => {} };
    line?.subscribe('subscription { presenceChanged { nonsense } }', {}, none);
    line?.subscribe(
      'subscription ($id: ID!) { hereChanged(conversationId: $id) { went } }',
      { id: fresh('nowhere') },
      none,
    );
    const { status } = await world.requests.ask({
      port: portOf(world),
      path: '/graphql',
      token: 'no.such.token',
      body: {},
    });
    if (status !== 401) world.failed(`A request without a valid token was answered ${status}.`);
    await ask(world, person, QUERIES.presence, { userIds: [''] }).catch(() => {});
  },
};

/** What a person does by themselves, beside coming and going. */
export const DEEDS: readonly Deed[] = [
  reload,
  setPresence,
  hurry,
  setByDialect,
  beat,
  endSession,
  type,
  enter,
  leave,
  relate('follow', 4),
  relate('unfollow', 4),
  relate('block', 3),
  relate('unblock', 3),
  mute,
  updatePrivacy,
  read,
  readTray,
  churn,
  err,
];

/** Everybody leaves, each in their way. */
export const leaveAll = async (world: World, people: readonly Person[]): Promise<void> => {
  for (const { tabs } of people) {
    for (const tab of tabs) tab.leave(goodbyeOf(world));
    tabs.clear();
    await wait(10);
  }
};
