/** What makes people live, or lets them watch: tabs on every kind of connection. */
import { get } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { SUBSCRIPTIONS } from './documents.js';
import { Refusal } from './requests.js';
import { type Closed, type Goodbye, type GraphqlLine, openGraphql, openLine } from './sockets.js';
import {
  type Viewer,
  type Watch,
  watchAnything,
  watchCounts,
  watchHere,
  watchMe,
  watchPresence,
  watchTray,
  watchTyping,
  watchWords,
} from './watches.js';
import { pick, pickSome, portOf, type World } from './world.js';

export interface Tab {
  readonly kind: string;
  /** What it is told is compared. */
  readonly isOpen: boolean;
  /** It ended, and does not come back by itself. */
  readonly isOver: boolean;
  readonly watches: ReadonlySet<Watch>;
  /** The connection by which it asks; null: it only hears. */
  readonly line: GraphqlLine | null;
  /** Ends a subscription, or starts one. */
  churn(): void;
  leave(goodbye: Goodbye): void;
  /** Leaves, and comes back with the same session. */
  reload(goodbye: Goodbye): Promise<void>;
}

/** Users whom a list shows. */
const LIST = 20;
const OBJECTS = 5;
const MAX_WATCHES = 8;
/** Of those who come back, the latest. */
const RELOAD_MS = 2_500;
/** Attempts to come back; a node that restarts takes some seconds. */
const RETURNS = 20;
/** Closes after which a client does not come back: the user was deleted; too many connections. */
const FINAL = [4403, 4429];
/** Beats of the dialect of gateways, whose connections are lost after 45 s without. */
const BEAT_MS = 15_000;

interface Choice {
  readonly query: string;
  readonly variables: object;
  readonly watch: Watch;
}

/** A subscription of chance. */
const choose = (world: World, viewer: Viewer): Choice => {
  const list = () => {
    const userIds = pickSome(world, world.ids, LIST);
    const query = pick(world, [SUBSCRIPTIONS.presence, SUBSCRIPTIONS.named, SUBSCRIPTIONS.typists]);
    return { query, variables: { userIds }, watch: watchPresence(world, viewer, userIds) };
  };
  const kinds: readonly (() => Choice)[] = [
    list,
    list,
    list,
    () => ({ query: SUBSCRIPTIONS.presence, variables: {}, watch: watchPresence(world, viewer, null) }),
    () => ({ query: SUBSCRIPTIONS.typing, variables: {}, watch: watchTyping(viewer) }),
    () => ({ query: SUBSCRIPTIONS.tray, variables: {}, watch: watchTray(world, viewer) }),
    () => ({ query: SUBSCRIPTIONS.timeline, variables: {}, watch: watchAnything('timeline') }),
    () => ({ query: SUBSCRIPTIONS.me, variables: {}, watch: watchMe(world, viewer) }),
    () => {
      const objectIds = pickSome(world, world.objects, OBJECTS);
      return { query: SUBSCRIPTIONS.counts, variables: { objectIds }, watch: watchCounts(world, viewer, objectIds) };
    },
    () => {
      const conversationId = pick(world, world.objects);
      return {
        query: SUBSCRIPTIONS.here,
        variables: { conversationId },
        watch: watchHere(world, viewer, conversationId),
      };
    },
  ];
  return pick(world, kinds)();
};

/** A tab of `/graphql`. `session`: its id; null: a watcher, who is not seen. */
export const openGraphqlTab = async (world: World, viewer: Viewer, session: string | null): Promise<Tab> => {
  const watches = new Map<Watch, () => void>();
  let line: GraphqlLine | null = null;
  let left = false;
  let isOver = false;
  let isReturning = false;

  const watch = () => {
    if (!line || watches.size >= MAX_WATCHES) return;
    const { query, variables, watch: chosen } = choose(world, viewer);
    const end = line.subscribe(query, variables, {
      next: chosen.next,
      refused(code) {
        world.count(`subscription ${chosen.kind} ${code}`);
        watches.delete(chosen);
      },
    });
    watches.set(chosen, end);
  };
  const onClosed = ({ code, reason }: Closed) => {
    watches.clear();
    if (left) return;
    world.count(`closed ${code} ${reason}`.trim());
    isOver ||= FINAL.includes(code);
    // One that is still being opened is refused to whoever opens it.
    if (!line) return;
    line = null;
    if (!isOver) void comeBack();
  };
  const connect = async () => {
    const port = portOf(world);
    const params = {
      authorization: viewer.token,
      ...(session === null
        ? { presence: false }
        : { sessionId: session, device: pick(world, ['WEB', 'MOBILE', 'DESKTOP', 'PLUGIN']) }),
    };
    const opened = await openGraphql({ port, params, onClosed });
    if (left) return opened.leave('close');
    line = opened;
    world.count('connections');
    for (let count = 2 + Math.floor(world.random() * 3); count > 0; count -= 1) watch();
  };
  /** As a client does: on any node that takes it. */
  const comeBack = async () => {
    if (isReturning) return;
    isReturning = true;
    for (let attempt = 0; attempt < RETURNS && !left && !line && !isOver; attempt += 1) {
      await wait(200 + world.random() * RELOAD_MS);
      if (!left) await connect().catch(() => world.count('connections refused'));
    }
    isReturning = false;
    isOver = line === null;
  };

  await connect();
  return {
    kind: session === null ? 'watcher' : 'graphql',
    get isOpen() {
      return line?.isOpen ?? false;
    },
    get isOver() {
      return isOver;
    },
    get watches() {
      return new Set(watches.keys());
    },
    get line() {
      return line;
    },
    churn() {
      const [[one, end] = []] = [...watches];
      if (one && world.random() < 0.5) {
        watches.delete(one);
        end?.();
      } else watch();
    },
    leave(goodbye) {
      left = true;
      watches.clear();
      line?.leave(goodbye);
      line = null;
    },
    async reload(goodbye) {
      const former = line;
      line = null;
      watches.clear();
      // The end of this one is no reason to come back once more.
      left = true;
      former?.leave(goodbye);
      await wait(world.random() * RELOAD_MS);
      left = false;
      await connect().catch(() => void comeBack());
    },
  };
};

const MOBILE = { ONLINE: 'online', AWAY: 'away', DO_NOT_DISTURB: 'online', OFFLINE: 'offline' } as const;
const GATEWAY = { ONLINE: 'online', AWAY: 'idle', DO_NOT_DISTURB: 'dnd', OFFLINE: 'offline' } as const;

/** A socket of a dialect. It does not come back by itself. */
export const openDialectTab = async (
  world: World,
  viewer: Viewer,
  kind: 'mobile' | 'gateway',
  session: string,
): Promise<Tab> => {
  const watch = watchWords(world, viewer, kind, kind === 'mobile' ? MOBILE : GATEWAY);
  const watches = new Set<Watch>([watch]);
  const path = kind === 'mobile' ? '/api/presence/subscribe' : '/gateway';
  let beat: NodeJS.Timeout | null = null;
  let left = false;
  const open = () =>
    openLine({
      url: `ws://127.0.0.1:${portOf(world)}${path}?session_id=${encodeURIComponent(session)}`,
      token: viewer.token,
      onMessage({ type, t, data, d }) {
        if (type === 'initial_state') for (const presence of data.presences) watch.next(presence);
        else if (type === 'presence_update') watch.next(data);
        else if (t === 'PRESENCE_UPDATE') watch.next(d);
      },
      onClosed({ code, reason }) {
        if (beat) clearInterval(beat);
        if (!left) world.count(`closed ${code} ${reason}`.trim());
      },
    });
  let line = await open();
  world.count('connections');
  const keepUp = () => {
    if (kind === 'gateway') beat = setInterval(() => line.send({ op: 1, d: null }), BEAT_MS);
  };
  keepUp();
  const leave = (goodbye: Goodbye) => {
    left = true;
    if (beat) clearInterval(beat);
    line.leave(goodbye);
  };
  return {
    kind,
    get isOpen() {
      return line.isOpen;
    },
    get isOver() {
      return !line.isOpen;
    },
    watches,
    line: null,
    churn() {},
    leave,
    async reload(goodbye) {
      leave(goodbye);
      await wait(world.random() * RELOAD_MS);
      line = await open();
      left = false;
      keepUp();
    },
  };
};

/** A stream of Server-Sent Events, which makes nobody live. */
export const openStreamTab = (world: World, viewer: Viewer): Promise<Tab> =>
  new Promise((resolve, reject) => {
    const userIds = pickSome(world, world.ids, LIST);
    const watch = watchPresence(world, viewer, userIds);
    const query = new URLSearchParams({ query: SUBSCRIPTIONS.presence, variables: JSON.stringify({ userIds }) });
    let isOpen = true;
    const asking = get(
      {
        host: '127.0.0.1',
        port: portOf(world),
        path: `/graphql?${query}`,
        headers: { authorization: `Bearer ${viewer.token}`, accept: 'text/event-stream' },
        agent: false,
      },
      (response) => {
        if (response.statusCode !== 200) {
          asking.destroy();
          // What is behind the server is away, or the user was deleted.
          const expected = { 401: 'UNAUTHENTICATED', 429: 'RATE_LIMITED', 503: 'UNAVAILABLE' } as Record<
            number,
            string
          >;
          reject(
            new Refusal(expected[response.statusCode ?? 0] ?? '?', `A stream was answered ${response.statusCode}`),
          );
          return;
        }
        world.count('connections');
        let rest = '';
        response.setEncoding('utf8').on('data', (chunk: string) => {
          const messages = (rest + chunk).split('\n\n');
          rest = messages.pop() ?? '';
          for (const message of messages) {
            const data = /^data: (.*)$/m.exec(message)?.[1];
            if (!isOpen || !message.includes('event: next') || data === undefined) continue;
            const { data: event } = JSON.parse(data) as { data?: { presenceChanged: never } };
            if (event) watch.next(event.presenceChanged);
          }
        });
        response.on('error', () => {});
        response.on('close', () => {
          isOpen = false;
        });
        const leave = (goodbye: Goodbye) => {
          isOpen = false;
          if (goodbye === 'silent') {
            // It reads no more; the server finds out, or the client ends.
            response.pause();
            setTimeout(() => asking.destroy(), BEAT_MS);
          } else asking.destroy();
        };
        resolve({
          kind: 'stream',
          get isOpen() {
            return isOpen;
          },
          get isOver() {
            return !isOpen;
          },
          watches: new Set([watch]),
          line: null,
          churn() {},
          leave,
          reload: async (goodbye) => leave(goodbye),
        });
      },
    );
    asking.on('error', (error) => {
      isOpen = false;
      reject(error);
    });
  });

/** A connection of a gateway that tells of it over NATS. */
export const openBusTab = (world: World, { id }: Viewer, connection: string): Tab => {
  const tell = (subject: string, more: object = {}) =>
    world.bus?.tell(subject, { user_id: id, connection_id: connection, ...more });
  tell('gateway.connection.opened', { device: 'mobile' });
  const beat = setInterval(() => tell('gateway.heartbeat.received', { idle: world.random() < 0.3 }), BEAT_MS);
  return {
    kind: 'bus',
    isOpen: false,
    isOver: false,
    watches: new Set(),
    line: null,
    churn() {},
    leave(goodbye) {
      clearInterval(beat);
      // Otherwise the gateway died with it.
      if (goodbye !== 'silent') tell('gateway.connection.closed');
    },
    reload: async () => {},
  };
};
