/**
 * The server, wired top to bottom in the order in which data flows: back-ends, node, services, fan-out, edge, access
 * changes, lease, metrics. Each phase returns what the next ones need, and pushes onto `stopping` what ends it: what
 * starts last stops first.
 */
import { randomUUID } from 'node:crypto';
import type { GraphQLSchema } from 'graphql';
import { openLive } from './adapters/backEnds.js';
import { openNowhere } from './adapters/nowhere.js';
import { createRateLimits } from './adapters/rateLimits.js';
import { startChangeLogFeed, startSocialLogFeed } from './adapters/sql/changeLogFeed.js';
import { openDatabase } from './adapters/sql/openDatabase.js';
import { createPeople } from './adapters/sql/people.js';
import { createSocial } from './adapters/sql/social.js';
import { createEventOutbox } from './adapters/sql/sqlEventOutbox.js';
import { createJournal } from './adapters/sql/sqlJournal.js';
import { createToldLive } from './adapters/sql/sqlToldLive.js';
import { every } from './async/loop.js';
import { retry } from './async/retry.js';
import { createDemoPeople, seedDemo } from './cli/demo.js';
import type { Config } from './config/config.js';
import { createCountsFanout } from './fanout/countsFanout.js';
import { createHub } from './fanout/hub.js';
import { createTimelineFanout } from './fanout/timelineFanout.js';
import { createContext, type Services } from './graphql/context.js';
import { createSchema } from './graphql/schema.js';
import { createDepartures } from './node/departures.js';
import { startDueNotices } from './node/dueNotices.js';
import { createHappenings, type Happenings } from './node/happenings.js';
import { createNode } from './node/node.js';
import { createRecentCommits } from './node/recentCommits.js';
import { createRecordReader, type ReadRecords } from './node/recordReader.js';
import { createRecordWriter } from './node/recordWriter.js';
import { type Sweeper, startSweeper } from './node/sweeper.js';
import { startWriteBehind } from './node/writeBehind.js';
import { type OpenDoors, openDoors, openHistory, openRest } from './openDoors.js';
import type { AccessChange } from './presence/ports/bus.js';
import type { Transition } from './presence/transitions.js';
import { createSignIn } from './server/auth/signIn.js';
import type { SignInRefusal } from './server/auth/signInRefusals.js';
import { signToken } from './server/auth/tokens.js';
import { createAuth } from './server/auth/verifier.js';
import { createConnections } from './server/connections.js';
import { createDeletedUserCheck } from './server/deletedUsers.js';
import { createEngine } from './server/execution/engine.js';
import { createGraphiqlPage } from './server/http/graphiql.js';
import { createHttp, type OpenHttpDoor } from './server/http/httpServer.js';
import { listen } from './server/http/listen.js';
import { serveMetrics } from './server/http/metricsServer.js';
import { createOrigins } from './server/http/origins.js';
import { BUILT_PAGE, openPage, type Page } from './server/http/page.js';
import { createGraphqlProtocol } from './server/ws/graphqlConnection.js';
import { warmUp } from './server/ws/warmUp.js';
import { createSockets } from './server/ws/webSocketServer.js';
import { createAccessChangeService } from './service/accessChangeService.js';
import { createConnectionService } from './service/connectionService.js';
import type { Caller } from './service/contract.js';
import { createCountService } from './service/countService.js';
import { createHereQuery } from './service/hereQuery.js';
import { createHistoryService } from './service/historyService.js';
import { createNoticeService } from './service/noticeService.js';
import { createPlaceService } from './service/placeService.js';
import { createPresenceService } from './service/presenceService.js';
import { createQueries } from './service/queries.js';
import { createReadBudget } from './service/readBudget.js';
import { createRelationLists } from './service/relationLists.js';
import { createRelations } from './service/relationService.js';
import { createShownTrays } from './service/shownTrays.js';
import type { Social } from './service/socialContract.js';
import { createTellService } from './service/tellService.js';
import { createTimelineService } from './service/timelineService.js';
import { createTypingService } from './service/typingService.js';
import { createUserQueue } from './service/userQueue.js';
import { createAnswerCheck } from './telemetry/answerCheck.js';
import { type Call, observed } from './telemetry/instrument.js';
import type { Log } from './telemetry/log.js';
import { createMetrics, type Metrics, NO_METRICS } from './telemetry/metrics.js';
import { createOutages, type Outages } from './telemetry/outages.js';

const LEASE_HEARTBEAT_MS = 1_000;
/** One reconciliation a minute: half of that it is spread over. */
const RECONCILE_MS = 60_000;
/** How often what is left of deleted users is looked for and removed. */
const FINISH_DELETIONS_MS = 5_000;
/** How often notices, acts and counts that are too old are looked for and removed. */
const SWEEP_SOCIAL_MS = 60_000;
/** How often the store is asked who is due: less often of Redis, where that is one command for each shard. */
const SWEEP_MS = 100;
const SHARED_SWEEP_MS = 250;
/** How long one answer of the database serves all who ask whether the server is ready. */
const READY_FOR_MS = 1_000;
/** A query that was answered so long ago is an answer as well. */
const JUST_ANSWERED_MS = 250;
/** How long after a failure the index of places is put right again. */
const REINDEX_MS = 1_000;
/** How long a node that stops still listens, for balancers that have not asked whether it is ready since. */
const LISTENS_ON_MS = 5_000;

export interface App {
  /** Where it listens, such as `http://127.0.0.1:4000`. */
  readonly url: string;
  readonly port: number;
  /** Where metrics are served; null where they are not. */
  readonly metricsPort: number | null;
  /** What `/ready` says. Never rejects. */
  isReady(): Promise<boolean>;
  /** Over how many ms a stop that begins now closes the open sockets. */
  drainMs(): number;
  /** Leaves rotation, closes every connection (1012), writes what is pending, and closes the back-ends. Idempotent. */
  stop(): Promise<void>;
}

/** What every phase takes. */
interface Start {
  readonly config: Config;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly outages: Outages;
  readonly stopping: (() => Promise<void> | void)[];
}

/** What stores and carries: the live store, the bus, and the database. */
const openBackEnds = async ({ config, log, metrics, outages, stopping }: Start) => {
  const storeOutage = outages.of('the live store');
  let opened = false;
  const live = await openLive({
    ...config,
    onMessage: metrics.received,
    // Until it is open, the fault of the start says what failed.
    onError: (error) => {
      if (opened) storeOutage.failed(error);
    },
  });
  opened = true;
  stopping.push(() => live.close());
  const { bus } = live;
  const store = observed(live.store, (call) => {
    metrics.called('store', call);
    storeOutage.called(call);
  });

  const database = await openDatabase({ ...config, onAdvice: (sentence) => log.warn(sentence) });
  stopping.push(() => database.close());
  // Anybody may ask whether the server is ready, however often.
  const databaseCheck = createAnswerCheck({
    ask: () => database.ping(),
    justMs: JUST_ANSWERED_MS,
    goodForMs: READY_FOR_MS,
  });
  const databaseOutage = outages.of('the database');
  const db = observed(database.db, (call) => {
    databaseOutage.called(call);
    databaseCheck.called(call);
  });
  const timed = (call: Call) => metrics.called('database', call);
  /**
   * Whether the change log is written and followed. Other processes write there, and a commit may take effect whose answer is lost:
   * the log alone tells of it. The embedded database always answers.
   */
  const logged = config.databaseUrl !== null;
  const onError = outages.failures('publishing an access change');
  const { pushAfterMs, ...retention } = config.social;
  const people = observed(
    createPeople({ db, bus, logged, pushAfterMs, tellsDeletions: config.doors.webhook !== null, onError }),
    timed,
  );
  const social = observed(
    createSocial({
      db,
      bus,
      logged,
      pushAfterMs,
      retention,
      onError: outages.failures('publishing a social change'),
    }),
    timed,
  );
  return {
    bus,
    store,
    db,
    databaseAnswers: databaseCheck.answers,
    people,
    social,
    acts: social,
    counts: social,
    trays: social,
    timelines: social,
    conversations: people,
    journal: observed(createJournal({ db }), timed),
    stateMarks: live.stateMarks,
    toldLive: observed(createToldLive({ db }), timed),
    eventOutbox: observed(createEventOutbox({ db }), timed),
    rateLimits: createRateLimits(config.rates, live.redis),
    sweepMs: live.redis ? SHARED_SWEEP_MS : SWEEP_MS,
    logged,
  };
};
type BackEnds = Awaited<ReturnType<typeof openBackEnds>>;

/** What this node does by itself for the social layer: it tells of notices that are due, and removes what is old. */
const startSocialLoops = (
  { log, metrics, outages, stopping }: Omit<Start, 'config'>,
  { social }: Pick<BackEnds, 'social'>,
  readRecords: ReadRecords,
  happenings: Pick<Happenings, 'noticesDue'>,
): void => {
  const dueNotices = startDueNotices({
    trays: social,
    readRecords,
    hints: {
      async noticesDue(due) {
        metrics.noticesDue(due.length);
        for (const { notice, unseen } of due) {
          const { userId, id: noticeId, position } = notice;
          log.info({ userId, noticeId, position: String(position), unseen }, 'notice due');
        }
        happenings.noticesDue.call(due);
      },
    },
    onError: outages.failures('telling of due notices'),
  });
  stopping.push(() => dueNotices.stop());
  const sweep = async (stopped: AbortSignal): Promise<void> => {
    while (!stopped.aborted && (await social.sweepSocial())) {
      // Batch after batch.
    }
  };
  const sweeping = every(SWEEP_SOCIAL_MS, sweep, outages.failures('removing old notices, acts and counts'));
  stopping.push(() => sweeping.stop());
};

/** What this node does by itself whoever hears of it: it holds sessions, commits, and writes behind. */
const startNode = async (
  { config, log, metrics, outages, stopping }: Start,
  { bus, store, db, people, journal, sweepMs }: BackEnds,
  { pingAll, reread }: { readonly pingAll: () => void; readonly reread: () => void },
  happenings: Happenings,
) => {
  const { timings } = config;
  const onTransition = ({ kind, ...what }: Transition) => {
    metrics.transition(kind);
    log.info(what, kind);
  };
  const onError = outages.failures('maintaining live state');
  const onWriteBehindError = outages.failures('writing behind');

  const recentCommits = createRecentCommits();
  const { readRecords, readAlike } = createRecordReader({ store, journal, recentCommits });
  const history = await openHistory({ config, metrics, outages, db, readRecords, happenings });
  stopping.push(() => history?.stop());
  const departures = createDepartures({ graceMs: timings.graceMs, sweepMs });
  const records = createRecordWriter({
    store,
    bus,
    journal,
    recentCommits,
    departures,
    onTransition,
    onCommit: happenings.commits.call,
    onDeleted: happenings.deletions.call,
    onJournalFailure: onError,
  });
  const nodeName = randomUUID();
  let incarnations = 0;
  const node = createNode({
    store,
    bus,
    records,
    readRecords,
    recentCommits,
    timings,
    newIncarnation: () => `${nodeName}.${++incarnations}`,
    onRevived: (emptied) => {
      pingAll();
      if (emptied) writeBehind.rescue().catch(onWriteBehindError);
    },
    onReady: () => {
      reread();
      // A part of the store may have lost the index of places whose users are in another part, which has their records.
      void retry(() => store.reindexPlaces(recentCommits.liveUsers()), { everyMs: REINDEX_MS, onFailure: onError });
    },
    onTransition,
    onError,
  });
  await node.start();
  stopping.push(() => node.stop());
  const writeBehind = startWriteBehind({ store, journal, recentCommits, onError: onWriteBehindError });
  stopping.push(() => writeBehind.stop());
  const finishing = every(
    FINISH_DELETIONS_MS,
    (stopped) => people.finishDeletions(() => stopped.aborted),
    outages.failures('removing data of deleted users'),
  );
  stopping.push(() => finishing.stop());
  return { recentCommits, readRecords, readAlike, history, departures, records, node, writeBehind };
};
type NodeParts = Awaited<ReturnType<typeof startNode>>;

/** What this node does for everybody when it is due, of which the doors hear: they open before, and close after it has stopped. */
const startDue = (
  start: Start,
  { store, social, sweepMs }: Pick<BackEnds, 'store' | 'social' | 'sweepMs'>,
  { records, readRecords }: Pick<NodeParts, 'records' | 'readRecords'>,
  happenings: Pick<Happenings, 'noticesDue'>,
): Sweeper => {
  const sweeper = startSweeper({
    store,
    tick: records.tick,
    everyMs: sweepMs,
    spreadMs: sweepMs,
    onSwept: start.metrics.swept,
    onError: start.outages.failures('sweeping'),
  });
  start.stopping.push(() => sweeper.stop());
  startSocialLoops(start, { social }, readRecords, happenings);
  return sweeper;
};

/** Blocks and mutes of one user that may wait on one node: more than the allowance of mutations lets through at once. */
const MAX_HIDING = 100;

/** What resolvers and sockets call. */
const createServices = (
  { config: { timings, relationsByUsers }, outages }: Start,
  { store, people, journal, rateLimits, acts, counts, trays, timelines, conversations }: BackEnds,
  { recentCommits, readRecords, readAlike, history, departures, records, node: heldSessions }: NodeParts,
  { typing }: Pick<Happenings, 'typing'>,
) => {
  const reads = createReadBudget({ rateLimits });
  const hiding = createUserQueue({ maxWaiting: MAX_HIDING });
  const newId = randomUUID;
  const readHere = createHereQuery({
    store,
    people,
    readAlike,
    timings,
    onError: outages.failures('correcting who is at a place'),
  });
  const places = createPlaceService({ records, people, heldSessions, reads, readHere, rateLimits, timings, newId });
  return {
    reads,
    presence: {
      ...createConnectionService({ records, heldSessions, timings, newId }),
      ...createPresenceService({
        records,
        readAlike,
        store,
        people,
        heldSessions,
        departures,
        rateLimits,
        timings,
        newId,
      }),
      ...createQueries({ store, people, reads, readRecords, readAlike }),
      ...createTypingService({ store, people, heldSessions, reads, rateLimits, timings, onStarted: typing.call }),
      ...places,
      ...createHistoryService({ history: history?.reader ?? null }),
    },
    relations: {
      ...createRelations({ people, rateLimits, relationsByUsers, hiding }),
      ...createRelationLists({ people, reads }),
    },
    social: {
      ...createTellService({ acts }),
      ...createCountService({ counts, conversations, reads }),
      ...createNoticeService({ trays, reads, rateLimits, hiding }),
      ...createTimelineService({ timelines, reads }),
    } satisfies Social,
    shownTrays: createShownTrays({ places, rateLimits, onError: outages.failures('marking sessions with a tray') }),
    accessChanges: createAccessChangeService({ store, people, journal, recentCommits, records }),
  };
};
type ServiceParts = ReturnType<typeof createServices>;

/** From the bus to the subscriptions of this node. */
const startFanout = (
  { config: { timings }, outages, stopping }: Start,
  { bus, store, people, trays, counts, timelines, conversations }: BackEnds,
  { readRecords, readAlike }: NodeParts,
  { reads, shownTrays }: ServiceParts,
) => {
  const hub = createHub({
    bus,
    store,
    people,
    reads,
    readRecords,
    readAlike,
    trays,
    shownTrays,
    timings,
    onError: outages.failures('reading what a subscription may see'),
  });
  stopping.push(() => hub.close());
  const onError = outages.failures('reading what a subscription of the social layer may see');
  const ofCounts = createCountsFanout({
    bus,
    counts,
    conversations,
    reads,
    broadcastIntervalMs: timings.broadcastIntervalMs,
    onError,
  });
  stopping.push(() => ofCounts.close());
  const ofTimelines = createTimelineFanout({
    bus,
    timelines,
    people,
    reads,
    onError,
    onGivenUp: outages.failures('reading who sees acts', 'what subscriptions were sent of them has ended'),
  });
  stopping.push(() => ofTimelines.close());
  const rereadSocial = () => {
    ofCounts.reread();
    ofTimelines.reread();
  };
  stopping.push(bus.onGap(rereadSocial));
  return {
    ...hub,
    watchCounts: ofCounts.watchCounts,
    watchTimeline: ofTimelines.watchTimeline,
    accessChanged(change: AccessChange) {
      for (const each of [hub, ofCounts, ofTimelines]) each.accessChanged(change);
    },
    accessChangesMissed() {
      for (const each of [hub, ofCounts, ofTimelines]) each.accessChangesMissed();
    },
    socialChangesMissed() {
      hub.socialChangesMissed();
      rereadSocial();
    },
  };
};
type HubParts = ReturnType<typeof startFanout>;

/** Who may call: tokens, key set and origins. */
const createDoor = ({ config, log, metrics, outages }: Start, { people }: BackEnds, secrets: readonly string[]) => {
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
  return {
    signIn: createSignIn({ auth, people, onRefused }),
    origins: createOrigins({
      allowed: config.allowedOrigins,
      loopback: !config.production,
      onRefused: (page) => onRefused('origin', page),
    }),
  };
};

/** The page at `/`: in development, where there are demo users to show in it. Else null. */
const openDemoPage = async (
  { config }: Start,
  { demo, secrets }: { readonly demo: boolean; readonly secrets: readonly string[] },
): Promise<Page | null> => {
  const [secret] = secrets;
  if (config.production || !demo || secret === undefined) return null;
  return openPage({ folder: BUILT_PAGE, people: createDemoPeople({ ...config.auth, secret }) });
};

/** GraphQL over HTTP, Server-Sent Events and WebSockets. It does not listen yet. */
const createEdge = (
  { config, log, metrics, stopping }: Start,
  { databaseAnswers, rateLimits, people }: BackEnds,
  { node }: NodeParts,
  { signIn, origins }: ReturnType<typeof createDoor>,
  services: Services,
  {
    schema,
    page = null,
    openDoor = null,
  }: { readonly schema: GraphQLSchema; readonly page?: Page | null; readonly openDoor?: OpenHttpDoor | null },
) => {
  const connections = createConnections();
  const refused = (caller: Caller | null, code: string) => {
    metrics.subscriptionRefused(code);
    log.info({ userId: caller?.viewer.userId, code }, 'subscription refused');
  };
  const engine = createEngine({
    schema,
    contextFor: (operation) => createContext(services, operation),
    people,
    log,
    introspection: config.introspection,
    suggestions: !config.production,
    storeAnswers: () => node.storeAnswers,
    onDelivery: metrics.delivered,
    onSubscriptionRefused: refused,
  });
  const http = createHttp({
    engine,
    signIn,
    connections,
    origins,
    log,
    ready: async () => {
      // A node that is not ready says so at once, however long the database takes.
      if (!node.ready) return false;
      await databaseAnswers();
      return node.ready;
    },
    graphiql: config.graphiql ? createGraphiqlPage() : null,
    page,
    openDoor,
    unsignedIntrospection: config.introspection === 'all',
    keepAliveMs: config.keepAliveMs,
  });
  stopping.push(() => http.stop());
  const sockets = createSockets({
    server: http.server,
    isBusy: () => engine.mutations > 0,
    deliveryWaitMs: config.deliveryWaitMs,
    signIn,
    connections,
    admits: (userId) => rateLimits.take('connection', userId),
    origins,
    log,
    presence: services.presence,
    storeAnswers: () => node.storeAnswers,
    onReceived: (connectionId) => node.answered(connectionId),
    heartbeatTimeoutMs: config.timings.heartbeatTimeoutMs,
    drainTimeoutMs: config.drainTimeoutMs,
    onSlowReader: (caller) => {
      metrics.slowReader();
      log.info({ userId: caller?.viewer.userId }, 'slow reader');
    },
  });
  sockets.serve('/graphql', createGraphqlProtocol({ engine }));
  return { connections, http, sockets, refused };
};
type Edge = ReturnType<typeof createEdge>;

/** The steps of {@link onAccessChange}. */
export interface AccessChangeSteps {
  /** Empties the caches of what the change concerns. */
  readonly forget: (change: AccessChange) => void;
  /** Suspends what the change may revoke, and has it read again. */
  readonly fanOut: (change: AccessChange) => void;
  /** Applies the change to connections and to live state. */
  readonly service: (change: AccessChange) => void;
  /** Writes out what is pending on the sockets. */
  readonly flush: () => void;
}

/**
 * What a change of access facts does on this node, whole and in this order, before anything else happens. The caches
 * forget first: whatever follows would read from them what held before. The fan-out suspends before the service acts, so
 * that nothing of what the service does is delivered to whom the change hides it from. The flush comes last: what was
 * delivered before a change that hides goes out before that change is answered, and never after it.
 */
export const onAccessChange = ({ forget, fanOut, service, flush }: AccessChangeSteps) => {
  const flushRevoked = ({ mayRevoke }: AccessChange) => {
    if (mayRevoke) flush();
  };
  const inOrder = [forget, fanOut, service, flushRevoked];
  return (change: AccessChange): void => {
    for (const step of inOrder) step(change);
  };
};

/** Subscribes the node to changes of access facts, and finds those that were not received. */
const followAccessChanges = async (
  { log, outages, stopping }: Start,
  { bus, db, people, logged }: BackEnds,
  { accessChanges }: ServiceParts,
  hub: HubParts,
  { connections, sockets }: Edge,
): Promise<void> => {
  const onError = outages.failures('applying an access change');
  const receive = onAccessChange({
    forget: people.accessChanged,
    fanOut: hub.accessChanged,
    service(change) {
      if (change.kind === 'user' && change.deleted) {
        log.info({ userId: change.userId }, 'user deleted');
        connections.closeUser(change.userId);
      }
      accessChanges.accessChanged(change).catch(onError);
    },
    flush: () => sockets.flush(),
  });
  stopping.push(await bus.subscribeAccessChanges(receive));
  people.subscribed();

  const deletedUserCheck = createDeletedUserCheck({
    deletedAmong: people.deletedAmong,
    userIds: () => connections.userIds(),
    async onDeleted(userId) {
      connections.closeUser(userId);
      await accessChanges.accessChanged({ kind: 'user', userId, mayRevoke: true, deleted: true });
    },
    onError: outages.failures('looking for deleted users'),
  });
  stopping.push(() => deletedUserCheck.stop());

  if (!logged) return;
  const onFeedError = outages.failures('reading the change log');
  const feed = await startChangeLogFeed({
    db,
    bus,
    onGap: () => {
      people.forgetAll();
      hub.accessChangesMissed();
      accessChanges.accessChangesMissed().catch(onError);
      deletedUserCheck.run();
    },
    onError: (error) => {
      people.forgetAccessSummaries();
      onFeedError(error);
    },
  });
  stopping.push(() => feed.stop());
  const socialFeed = await startSocialLogFeed({
    db,
    bus,
    onGap: () => hub.socialChangesMissed(),
    onError: outages.failures('reading the social log'),
  });
  stopping.push(() => socialFeed.stop());
};

/** The lease goes on until the last socket is closed: nobody who is still connected may be declared lost. */
const keepLease = (
  { outages, stopping }: Start,
  { bus }: BackEnds,
  { node }: NodeParts,
  { http, sockets }: Edge,
  sweeper: Sweeper,
): void => {
  const onReconcileError = outages.failures('reconciliation');
  const leasing = every(LEASE_HEARTBEAT_MS, () => node.leaseHeartbeat(), outages.failures('renewing the lease'));
  const reconciling = every(RECONCILE_MS / 2, (stopped) => node.reconcile(stopped, RECONCILE_MS / 2), onReconcileError);
  stopping.push(bus.onGap(() => void node.reconcile(reconciling.stopped).catch(onReconcileError)));
  // While the store hangs each of them waits for its answer: all at once, rather than one after another.
  stopping.push(async () => {
    await Promise.all([http.stop(), leasing.stop(), reconciling.stop(), sweeper.stop()]);
  });
  stopping.push(async () => {
    // While sockets are closed one after another, what is new goes elsewhere: balancers know by then.
    const leaving = setTimeout(() => void http.stop(), LISTENS_ON_MS);
    await sockets.stop();
    clearTimeout(leaving);
  });
  stopping.push(() => http.failReadiness());
};

/**
 * What is seen of the server from inside the network. Returns its port; null where metrics are not served, or (not `isServed`)
 * by another process.
 */
const startMetrics = async (
  { config, metrics, stopping }: Start,
  { node, writeBehind }: NodeParts,
  hub: HubParts,
  { connections, http, sockets }: Edge,
  isServed: boolean,
): Promise<number | null> => {
  metrics.read(() => ({
    webSockets: sockets.size,
    eventStreams: http.streams,
    connectedUsers: connections.users,
    sessions: node.connections,
    subscriptions: sockets.subscriptions + http.streams,
    watchedUsers: hub.size().topics,
    watchedTrays: hub.watchedTrays(),
    storeReady: node.ready,
    journalLagMs: writeBehind.lagMs,
  }));
  if (config.metricsPort === null || !isServed) return null;
  const server = await serveMetrics(metrics, config.metricsPort, { ...config, isReady: http.isReady });
  stopping.push(() => server.stop());
  return server.port;
};

/** Stops what was started, the latest first, also where some of it fails. */
const stopAll = async ({ log, stopping }: Pick<Start, 'log' | 'stopping'>): Promise<void> => {
  for (const stop of stopping.splice(0).reverse()) {
    await Promise.resolve()
      .then(stop)
      .catch((error: unknown) => log.error({ err: error }, 'stopping failed'));
  }
};

/** Clients that the warm-up makes at the most, and the users whom each watches. */
const WARM_UP = { clients: 512, watched: 50 };

/**
 * Serves clients that come from inside, with the code that serves all others, so that the first of those find it compiled: a second
 * server, on back ends of its own ({@link openNowhere}), which nobody can reach and which has ended when this resolves. Never rejects.
 */
const warm = async (start: Start, backEnds: BackEnds, schema: GraphQLSchema): Promise<void> => {
  const log = start.log.child({}, { level: 'silent' });
  const secret = randomUUID();
  const auth = { ...start.config.auth, jwksUrl: null, issuer: null, audience: null };
  const doors = { rest: false, nats: null, webhook: null, stream: null, historyMs: null };
  const inner: Start = {
    config: { ...start.config, auth, doors },
    log,
    metrics: NO_METRICS,
    outages: createOutages({ log }),
    stopping: [],
  };
  const timeUp = AbortSignal.timeout(start.config.warmUpMs);
  const startedAt = performance.now();
  try {
    const { close, people, ...others } = await openNowhere(start.config, backEnds);
    inner.stopping.push(close);
    const nowhere: BackEnds = { ...backEnds, ...others, people: { ...backEnds.people, ...people } };
    const happenings = createHappenings(() => {});
    const node = await startNode(inner, nowhere, { pingAll() {}, reread() {} }, happenings);
    const services = createServices(inner, nowhere, node, happenings);
    const hub = startFanout(inner, nowhere, node, services);
    const door = createDoor(inner, nowhere, [secret]);
    const asked = { ...services, hub, people: nowhere.people };
    const { http } = createEdge(inner, nowhere, node, door, asked, { schema });
    const tokenOf = (userId: string) => signToken({ secret, userId, ttlSeconds: 60 });
    const clients = await warmUp({ ...WARM_UP, server: http.server, tokenOf, newId: randomUUID, stopped: timeUp });
    start.log.debug({ clients, ms: Math.round(performance.now() - startedAt) }, 'warmed up');
  } catch (error) {
    start.log.debug({ err: error }, 'the warm-up failed');
  } finally {
    await stopAll(inner);
  }
};

/**
 * Starts the server, with the demo users where `demo` says so. Tokens are verified by `secrets` and the key set of `config`.
 * Rejects with a StartFault when the operator has something to mend. `metrics`, where given, are counted into, and are served
 * by another process.
 */
export const startApp = async (
  config: Config,
  {
    log,
    secrets,
    demo,
    metrics: shared,
  }: {
    readonly log: Log;
    readonly secrets: readonly string[];
    readonly demo: boolean;
    readonly metrics?: Metrics | undefined;
  },
): Promise<App> => {
  const stopping: Start['stopping'] = [];
  const metrics = shared ?? (config.metricsPort === null ? NO_METRICS : createMetrics());
  const start: Start = { config, log, metrics, outages: createOutages({ log }), stopping };

  try {
    const backEnds = await openBackEnds(start);
    const { people } = backEnds;
    const schema = createSchema();
    if (config.warmUpMs > 0) await warm(start, backEnds, schema);
    // Last of all but the back ends: until the node itself has stopped, things happen that doors tell.
    let doors: OpenDoors | null = null;
    stopping.push(() => doors?.stop());
    const happenings = createHappenings(start.outages.failures('telling a door', 'it is not told again'));
    const pingedAndReread = { pingAll: () => edge.sockets.pingAll(), reread: () => hub.reread() };
    const node = await startNode(start, backEnds, pingedAndReread, happenings);
    const services = createServices(start, backEnds, node, happenings);
    const { presence, relations, social } = services;
    const hub = startFanout(start, backEnds, node, services);
    const door = createDoor(start, backEnds, secrets);
    const page = await openDemoPage(start, { demo, secrets });
    const asked = { presence, relations, social, hub, people };
    const openDoor = await openRest(config, { services: asked, storeAnswers: () => node.node.storeAnswers });
    const edge = createEdge(start, backEnds, node, door, asked, { schema, page, openDoor });
    await followAccessChanges(start, backEnds, services, hub, edge);
    // The lease alone: lost nodes, as all that is due, wait for the doors, which hear of it.
    await node.node.renewLease();
    const { store, bus, social: trays, stateMarks, toldLive, eventOutbox } = backEnds;
    const { records, readRecords, recentCommits } = node;
    const { sockets, refused } = edge;
    const stores = { store, bus, stateMarks, toldLive, eventOutbox, people, trays };
    const isLive = (userId: string) => recentCommits.record(userId) !== undefined;
    const parts = { happenings, ...stores, records, readRecords, isLive, presence, hub, sockets, refused };
    const opened = await openDoors({ ...start, ...parts });
    doors = opened;
    stopping.push(() => opened.refuse());
    // Before what stops first: while clients are sent away, `/ready` there says no.
    const metricsPort = await startMetrics(start, node, hub, edge, shared === undefined);
    keepLease(start, backEnds, node, edge, startDue(start, backEnds, node, happenings));
    if (demo) await seedDemo(people);
    const port = await listen(edge.http.server, { ...config, setting: 'PORT' });

    const host = config.host.includes(':') ? `[${config.host}]` : config.host;
    let stopped: Promise<void> | undefined;
    return {
      port,
      url: `http://${host}:${port}`,
      metricsPort,
      isReady: edge.http.isReady,
      drainMs: () => sockets.drainMs,
      stop: () => (stopped ??= stopAll(start)),
    };
  } catch (error) {
    await stopAll(start);
    throw error;
  }
};
