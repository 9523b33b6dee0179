/**
 * The server, wired top to bottom in the order in which data flows: what is kept, what is live, the rules, the
 * fan-out, and the edge. What starts last stops first.
 */
import { randomUUID } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { createMemoryBus } from './bus/memory.js';
import type { Config } from './config.js';
import { openDatabase } from './db/client.js';
import { createJournal } from './db/journal.js';
import { createPeople } from './db/people.js';
import { seedDemo } from './demo.js';
import { createHub } from './fanout/hub.js';
import { createContext } from './graphql/context.js';
import { createSchema } from './graphql/schema.js';
import { createPresence } from './presence/presence.js';
import { createRelations } from './presence/relations.js';
import { startSweeper } from './presence/sweeper.js';
import { startWriteBehind } from './presence/writeBehind.js';
import { createAuth } from './server/auth.js';
import { createConnections } from './server/connections.js';
import { createEngine } from './server/engine.js';
import { createGraphiqlPage } from './server/graphiql.js';
import { createHttp } from './server/http.js';
import type { Log } from './server/log.js';
import { createOrigins } from './server/origins.js';
import { createRateLimits } from './server/rateLimits.js';
import { createSignIn } from './server/signIn.js';
import { createSockets } from './server/websocket.js';
import { createMemoryStore } from './store/memory.js';

export interface App {
  /** Where it listens, such as `http://127.0.0.1:4000`. */
  readonly url: string;
  readonly port: number;
  /** Takes it out of rotation, closes every connection (1012), writes what waits, and closes all. Idempotent. */
  stop(): Promise<void>;
}

/** Starts the server. Rejects with a sentence for the operator when it cannot. */
export const startApp = async (config: Config, { log, secret }: { log: Log; secret: string | null }): Promise<App> => {
  const stopping: (() => Promise<void> | void)[] = [];
  const failed = (what: string) => (error: unknown) => log.warn({ err: error }, `${what} failed; it is tried again`);

  /** Stops what was started, the latest first, also when something of it fails. */
  const stopAll = async () => {
    for (const stop of stopping.splice(0).reverse()) {
      await Promise.resolve()
        .then(stop)
        .catch((error: unknown) => log.error({ err: error }, 'stopping failed'));
    }
  };

  const start = async (): Promise<Omit<App, 'stop'>> => {
    // What is kept.
    const database = await openDatabase({ databaseUrl: config.databaseUrl, dataDir: config.dataDir });
    stopping.push(() => database.close());
    const bus = createMemoryBus();
    stopping.push(() => bus.close());
    const people = createPeople({ db: database.db, bus });
    const journal = createJournal({ db: database.db });

    // What is live.
    const store = createMemoryStore({ bus });
    stopping.push(() => store.close());
    const writeBehind = startWriteBehind({ store, journal, onError: failed('writing behind') });
    stopping.push(() => writeBehind.stop());

    // The rules.
    const rateLimits = createRateLimits(config.rates);
    const presence = createPresence({
      store,
      people,
      journal,
      rateLimits,
      timings: config.timings,
      newId: randomUUID,
      onJournalFailure: failed('writing a choice to hide'),
    });
    const relations = createRelations({ people, rateLimits, relationsByUsers: config.relationsByUsers });
    const connections = createConnections();
    stopping.push(
      await bus.subscribeFacts((change) => {
        if (change.kind === 'user' && change.deleted) connections.closeUser(change.userId);
        presence.factsChanged(change).catch(failed('following a change of facts'));
      }),
    );
    const sweeper = startSweeper({ store, tick: presence.tick, onError: failed('sweeping') });
    stopping.push(() => sweeper.stop());

    // The fan-out.
    const hub = await createHub({
      bus,
      store,
      people,
      readRecords: presence.readRecords,
      broadcastIntervalMs: config.timings.broadcastIntervalMs,
      onError: failed('reading what a subscription may see'),
    });
    stopping.push(() => hub.close());

    // The edge.
    const engine = createEngine({
      schema: createSchema(),
      contextFor: (operation) => createContext({ presence, relations, hub, people }, operation),
      log,
      introspection: config.introspection,
      suggestions: !config.production,
    });
    const signIn = createSignIn({ auth: createAuth({ ...config.auth, secret }), people });
    const origins = createOrigins({ allowed: config.allowedOrigins, loopback: !config.production });
    const http = createHttp({
      engine,
      signIn,
      connections,
      origins,
      log,
      ready: async () => {
        await database.ping();
        return true;
      },
      graphiql: config.graphiql ? createGraphiqlPage() : null,
      unsignedIntrospection: config.introspection === 'all',
    });
    stopping.push(() => http.stop());
    const sockets = createSockets({
      server: http.server,
      engine,
      signIn,
      connections,
      origins,
      log,
      presence,
      incarnation: randomUUID(),
      heartbeatTimeoutMs: config.timings.heartbeatTimeoutMs,
    });
    stopping.push(() => sockets.stop());
    stopping.push(() => http.failReadiness());

    if (!config.production && config.auth.secret === null && config.auth.jwksUrl === null) await seedDemo(people);

    await new Promise<void>((resolve, reject) => {
      http.server.once('error', reject);
      http.server.listen(config.port, config.host, () => {
        http.server.off('error', reject);
        resolve();
      });
    });
    const { port } = http.server.address() as AddressInfo;
    const host = config.host.includes(':') ? `[${config.host}]` : config.host;
    return { port, url: `http://${host}:${port}` };
  };

  try {
    const started = await start();
    let stopped: Promise<void> | undefined;
    return { ...started, stop: () => (stopped ??= stopAll()) };
  } catch (error) {
    await stopAll();
    throw error;
  }
};
