/**
 * The server, wired top to bottom in the order in which data flows: what is kept, what is live, the rules, the
 * fan-out, and the edge. What starts last stops first.
 */
import { randomUUID } from 'node:crypto';
import type { Config } from './config.js';
import { openDatabase } from './db/client.js';
import { startFactFeed } from './db/factFeed.js';
import { createJournal } from './db/journal.js';
import { createPeople } from './db/people.js';
import { seedDemo } from './demo.js';
import { createHub } from './fanout/hub.js';
import { createContext } from './graphql/context.js';
import { createSchema } from './graphql/schema.js';
import { type Call, observed } from './observed.js';
import { every } from './presence/every.js';
import { createPresence } from './presence/presence.js';
import { createRelations } from './presence/relations.js';
import { startSweeper } from './presence/sweeper.js';
import { startWriteBehind } from './presence/writeBehind.js';
import { createAuth, type SignInRefusal } from './server/auth.js';
import { createConnections } from './server/connections.js';
import { createDeletions } from './server/deletions.js';
import { createEngine } from './server/engine.js';
import { createGraphiqlPage } from './server/graphiql.js';
import { createHttp } from './server/http.js';
import { lately } from './server/lately.js';
import { listen } from './server/listen.js';
import type { Log } from './server/log.js';
import { createMetrics, NO_METRICS, serveMetrics } from './server/metrics.js';
import { createOrigins } from './server/origins.js';
import { createOutages } from './server/outages.js';
import { createRateLimits } from './server/rateLimits.js';
import { createSignIn } from './server/signIn.js';
import { createSockets } from './server/websocket.js';
import { openLive } from './store/live.js';

/** How often the node's lease is renewed, and how often what it serves is compared with what the store has. */
const LEASE_MS = 1_000;
const MEND_MS = 60_000;
/** How often it is looked for what is left of deleted users. */
const FINISH_DELETIONS_MS = 5_000;
/** How often it is asked who is due: of Redis, where it is a command a shard, less often. */
const SWEEP_MS = 100;
const SHARED_SWEEP_MS = 250;

/** For how long an answer of the database is taken for the present one where somebody asks for readiness. */
const READY_FOR_MS = 1_000;

export interface App {
  /** Where it listens, such as `http://127.0.0.1:4000`. */
  readonly url: string;
  readonly port: number;
  /** Where metrics are served; null where they are not. */
  readonly metricsPort: number | null;
  /** Takes it out of rotation, closes every connection (1012), writes what waits, and closes all. Idempotent. */
  stop(): Promise<void>;
}

/**
 * Starts the server, with the demo users where `demo` says so. Tokens are verified by `secrets` and the key set of `config`.
 * Rejects with a StartFault when the operator has something to mend.
 */
export const startApp = async (
  config: Config,
  { log, secrets, demo }: { readonly log: Log; readonly secrets: readonly string[]; readonly demo: boolean },
): Promise<App> => {
  const stopping: (() => Promise<void> | void)[] = [];
  const outages = createOutages({ log });
  const failed = outages.failures;
  const metrics = config.metricsPort === null ? NO_METRICS : createMetrics();

  /** Stops what was started, the latest first, also when something of it fails. */
  const stopAll = async () => {
    for (const stop of stopping.splice(0).reverse()) {
      await Promise.resolve()
        .then(stop)
        .catch((error: unknown) => log.error({ err: error }, 'stopping failed'));
    }
  };

  const start = async (): Promise<Omit<App, 'stop'>> => {
    const { timings } = config;
    /**
     * Whether the log of changes of facts is written and followed. Other processes write there, and a change of this one
     * takes effect where the answer to its commit is lost; only the embedded database answers always.
     */
    const logged = config.databaseUrl !== null;

    // What is live, and who hears of it.
    const storeOutage = outages.of('the live store');
    const live = await openLive({ ...config, onMessage: metrics.heard, onError: storeOutage.failed });
    stopping.push(() => live.close());
    const { bus } = live;
    const sweepMs = live.redis ? SHARED_SWEEP_MS : SWEEP_MS;
    const store = observed(live.store, (call) => {
      metrics.called('store', call);
      storeOutage.called(call);
    });

    // What is kept.
    const database = await openDatabase({ ...config, onAdvice: (sentence) => log.warn(sentence) });
    stopping.push(() => database.close());
    const db = observed(database.db, outages.of('the database').called);
    const ofDatabase = (call: Call) => metrics.called('database', call);
    const people = observed(
      createPeople({ db, bus, logged, onError: failed('telling of a change of facts') }),
      ofDatabase,
    );
    const journal = observed(createJournal({ db }), ofDatabase);

    // The rules.
    const rateLimits = createRateLimits(config.rates, live.redis);
    const nodeName = randomUUID();
    let incarnations = 0;
    const presence = createPresence({
      store,
      bus,
      people,
      journal,
      rateLimits,
      timings,
      sweepMs,
      newId: randomUUID,
      newIncarnation: () => `${nodeName}.${++incarnations}`,
      onRevived: (emptied) => {
        sockets.pingAll();
        if (emptied) writeBehind.rescue().catch(failed('writing behind'));
      },
      onSettled: () => hub.reread(),
      onTransition: ({ kind, ...what }) => {
        metrics.transition(kind);
        log.info(what, kind);
      },
      onJournalFailure: failed('keeping what is live'),
    });
    const { node } = presence;
    const relations = createRelations({ people, rateLimits, relationsByUsers: config.relationsByUsers });
    const connections = createConnections();
    stopping.push(
      await bus.subscribeFacts((change) => {
        if (change.kind === 'user' && change.deleted) {
          log.info({ userId: change.userId }, 'user deleted');
          connections.closeUser(change.userId);
        }
        presence.factsChanged(change).catch(failed('following a change of facts'));
      }),
    );

    const deletions = createDeletions({
      deletedAmong: (userIds) => people.deletedAmong(userIds),
      userIds: () => connections.userIds(),
      async deleted(userId) {
        connections.closeUser(userId);
        await presence.factsChanged({ kind: 'user', userId, narrows: true, deleted: true });
      },
      onError: failed('looking for users who were deleted'),
    });
    stopping.push(() => deletions.stop());

    // What happens by itself.
    await node.start();
    stopping.push(() => node.stop());
    const writeBehind = startWriteBehind({
      store,
      journal,
      remembered: presence.remembered,
      onError: failed('writing behind'),
    });
    stopping.push(() => writeBehind.stop());
    const sweeper = startSweeper({
      store,
      tick: presence.tick,
      everyMs: sweepMs,
      spreadMs: sweepMs,
      onSwept: metrics.swept,
      onError: failed('sweeping'),
    });
    stopping.push(() => sweeper.stop());

    const finishing = every(
      FINISH_DELETIONS_MS,
      (stopped) => people.finishDeletions(() => stopped.aborted),
      failed('removing what hung on deleted users'),
    );
    stopping.push(() => finishing.stop());

    // The fan-out.
    const hub = await createHub({
      bus,
      store,
      people,
      reads: presence.reads,
      readRecords: presence.readRecords,
      readAlike: presence.readAlike,
      broadcastIntervalMs: timings.broadcastIntervalMs,
      onError: failed('reading what a subscription may see'),
    });
    stopping.push(() => hub.close());
    if (logged) {
      const followingFailed = failed('reading the log of changes');
      const feed = await startFactFeed({
        db,
        bus,
        onGap: () => {
          people.forgetAll();
          hub.factsMissed();
          deletions.look();
        },
        onError: (error) => {
          people.forgetStandings();
          followingFailed(error);
        },
      });
      stopping.push(() => feed.stop());
    }

    // The edge.
    const services = { presence, relations, hub, people };
    const engine = createEngine({
      schema: createSchema(),
      contextFor: (operation) => createContext(services, operation),
      log,
      introspection: config.introspection,
      suggestions: !config.production,
      storeAnswers: () => node.storeAnswers,
      onDelivery: metrics.delivered,
      onSubscriptionRefused: (caller, code) => {
        metrics.subscriptionRefused(code);
        log.info({ userId: caller?.viewer.userId, code }, 'subscription refused');
      },
    });
    const onRefused = (reason: SignInRefusal, details = {}) => {
      metrics.signInRefused(reason);
      log.debug({ reason, ...details }, 'sign-in refused');
    };
    const keySetOutage = outages.of('the key set');
    const auth = createAuth({
      ...config.auth,
      secrets,
      onRefused,
      onKeySet: (error) => (error === undefined ? keySetOutage.worked() : keySetOutage.failed(error)),
    });
    const signIn = createSignIn({ auth, people, onRefused });
    const origins = createOrigins({
      allowed: config.allowedOrigins,
      loopback: !config.production,
      onRefused: (page) => onRefused('origin', page),
    });
    // Anybody may ask whether it is ready, however often.
    const databaseAnswers = lately(() => database.ping(), READY_FOR_MS);
    const http = createHttp({
      engine,
      signIn,
      connections,
      origins,
      log,
      ready: async () => {
        // That it is not is said at once, however long the database takes.
        if (!node.healthy) return false;
        await databaseAnswers();
        return node.healthy;
      },
      graphiql: config.graphiql ? createGraphiqlPage() : null,
      unsignedIntrospection: config.introspection === 'all',
      keepAliveMs: config.keepAliveMs,
    });
    stopping.push(() => http.stop());
    const sockets = createSockets({
      server: http.server,
      engine,
      signIn,
      connections,
      admits: (userId) => rateLimits.take('connection', userId),
      origins,
      log,
      presence,
      storeAnswers: () => node.storeAnswers,
      onHeard: (connectionId) => node.heard(connectionId),
      heartbeatTimeoutMs: timings.heartbeatTimeoutMs,
      onSlowReader: (caller) => {
        metrics.slowReader();
        log.info({ userId: caller?.viewer.userId }, 'slow reader');
      },
    });
    // What was told before a change that hides goes out before that change is answered, and never after it.
    stopping.push(
      await bus.subscribeFacts(({ narrows }) => {
        if (narrows) sockets.flush();
      }),
    );
    // The lease goes on until the last socket is closed: who is still connected must not be taken for lost.
    await node.turn();
    const turning = every(LEASE_MS, () => node.turn(), failed('renewing the lease'));
    const mending = every(MEND_MS, (stopped) => node.mend(stopped), failed('mending'));
    stopping.push(bus.onGap(() => void node.mend(mending.stopped).catch(failed('mending'))));
    // While the store hangs each of them waits for its answer: all at once, rather than one after the other.
    stopping.push(async () => {
      await Promise.all([http.stop(), turning.stop(), mending.stop(), sweeper.stop()]);
    });
    stopping.push(() => sockets.stop());
    stopping.push(() => http.failReadiness());

    if (demo) await seedDemo(people);

    // What can be seen of it from inside the network.
    metrics.read(() => ({
      webSockets: sockets.size,
      eventStreams: http.streams,
      connectedUsers: connections.users,
      sessions: node.connections,
      subscriptions: sockets.subscriptions + http.streams,
      watchedUsers: hub.size().topics,
      storeReady: node.healthy,
      journalLagMs: writeBehind.lagMs,
    }));
    const metricsServer = config.metricsPort === null ? null : await serveMetrics(metrics, config.metricsPort, config);
    stopping.push(() => metricsServer?.stop());

    const port = await listen(http.server, { ...config, setting: 'PORT' });
    const host = config.host.includes(':') ? `[${config.host}]` : config.host;
    return { port, url: `http://${host}:${port}`, metricsPort: metricsServer?.port ?? null };
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
