/**
 * What a socket of a dialect takes in memory beside one of `/graphql` that watches the same: the presence of a roster of 50 and typing.
 * In one process, on memory and PGlite, after a collection. `node dist-bench/bench/doorSockets.js [CONNECTIONS] [SERVER.js]`, after
 * `npm run build && npx tsc -p bench/tsconfig.json`; another build of the server compares `/graphql` with that of another day.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type RawData, WebSocket } from 'ws';
import { inFlight } from './client/crowd.js';
import { createPoster, untilAvailable } from './client/poster.js';
import { addFollows, type Request } from './client/socialMessages.js';
import { userIdsOf } from './client/userIds.js';
import { ROOT } from './contenders.js';
import { startServer } from './process.js';
import { SECRET, tokenOf } from './tokens.js';

const CONNECTIONS = Number(process.argv[2] ?? 2_000);
const FILE = resolve(process.argv[3] ?? join(ROOT, 'dist/main.js'));
const ROSTER = 50;
/** Connections made beforehand, so that the code is warm. */
const WARM_UP = 300;
const WIDTH = 32;
const BULK = 1_000;

const PRESENCE =
  'subscription { presenceChanged { userId status statusMessage { text } activities { type name startedAt } lastSeen asOf } }';
const TYPING = 'subscription { typingChanged { conversationId userId isTyping } }';

interface Kind {
  readonly path: string;
  readonly protocols: readonly string[];
  /** What answers a message; null: nothing. `events` counts the users who were said. */
  reply(text: string, userId: string): readonly string[];
  usersIn(text: string): number;
}

const KINDS: Readonly<Record<string, Kind>> = {
  '/graphql': {
    path: '/graphql',
    protocols: ['graphql-transport-ws'],
    reply: (text) =>
      text.includes('"connection_ack"')
        ? [PRESENCE, TYPING].map((query, at) =>
            JSON.stringify({ id: String(at), type: 'subscribe', payload: { query } }),
          )
        : [],
    usersIn: (text) => (text.includes('presenceChanged') ? 1 : 0),
  },
  mobile: {
    path: '/api/presence/subscribe',
    protocols: [],
    reply: () => [],
    usersIn: (text) => text.split('"user_id"').length - 1,
  },
  gateway: {
    path: '/gateway',
    protocols: [],
    reply: () => [],
    usersIn: (text) => (text.includes('PRESENCE_UPDATE') ? 1 : 0),
  },
};

/** Connects one, and waits until its roster was said. */
const connect = (port: number, { path, protocols, reply, usersIn }: Kind, userId: string): Promise<WebSocket> =>
  new Promise((done, fail) => {
    const token = tokenOf(userId);
    const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, [...protocols], {
      headers: { authorization: `Bearer ${token}` },
      perMessageDeflate: false,
    });
    let users = 0;
    socket.on('open', () => {
      if (protocols.length > 0)
        socket.send(JSON.stringify({ type: 'connection_init', payload: { authorization: token } }));
    });
    socket.on('message', (data: RawData) => {
      const text = data.toString();
      for (const answer of reply(text, userId)) socket.send(answer);
      users += usersIn(text);
      if (users >= ROSTER) done(socket);
    });
    socket.on('close', (code, reason) => fail(new Error(`${path} closed: ${code} ${reason.toString()}`)));
  });

const measure = async (name: string, kind: Kind): Promise<void> => {
  const dataDir = await mkdtemp(join(tmpdir(), 'rollcall-bench-'));
  const server = await startServer(FILE, {
    REST: 'on',
    HOST: '127.0.0.1',
    AUTH_JWT_SECRET: SECRET,
    DATA_DIR: join(dataDir, 'data'),
    RATE_READS: 'off',
    RATE_CONNECTIONS: 'off',
  }).catch(async (error: unknown) => {
    await rm(dataDir, { recursive: true, force: true });
    throw error;
  });
  try {
    const poster = createPoster({ port: server.port, connections: 4 });
    const stars = userIdsOf('star', ROSTER);
    const early = userIdsOf('early', WARM_UP);
    const fans = userIdsOf('fan', CONNECTIONS);
    const follows = [...early, ...fans].flatMap((followerId) =>
      stars.map((followeeId) => ({ followerId, followeeId })),
    );
    const host = tokenOf('the-host', { service: true });
    const post = ({ path, body }: Request) => untilAvailable(() => poster.post(path, host, body));
    const users = [...stars, ...early, ...fans].map((id) => ({ id }));
    for (let from = 0; from < users.length; from += BULK) {
      const query = 'mutation Users($users: [UserInput!]!) { upsertUsers(users: $users) }';
      const variables = { users: users.slice(from, from + BULK) };
      await post({ path: '/graphql', body: JSON.stringify({ query, variables }) });
    }
    for (let from = 0; from < follows.length; from += BULK) await post(addFollows(follows.slice(from, from + BULK)));
    await inFlight(early, WIDTH, async (userId) => void (await connect(server.port, kind, userId)));
    const before = await server.memory();
    await inFlight(fans, WIDTH, async (userId) => void (await connect(server.port, kind, userId)));
    const after = await server.memory();
    const kib = (bytes: number): string => (bytes / 1_024 / CONNECTIONS).toFixed(2);
    console.log(`${name}: heap ${kib(after.heap - before.heap)} KiB, resident ${kib(after.rss - before.rss)} KiB`);
  } finally {
    await server.stop();
    await rm(dataDir, { recursive: true, force: true });
  }
};

for (const [name, kind] of Object.entries(KINDS)) {
  if (process.argv[4] !== undefined && process.argv[4] !== name) continue;
  await measure(name, kind);
}
process.exit(0);
