/**
 * The doors that the settings open, wired as `app.ts` wires the rest: REST, NATS, the webhook, Stream (docs/doors.md). The
 * code of a door is loaded where it is open, and nowhere else.
 */
import type { Database } from './adapters/sql/database.js';
import type { Config } from './config/config.js';
import type { HistoryWriter } from './doors/history/historyWriter.js';
import type { PushedHub } from './fanout/hub.js';
import type { Happenings } from './node/happenings.js';
import type { ReadRecords } from './node/recordReader.js';
import type { RecordWriter } from './node/recordWriter.js';
import type { AccessReader } from './presence/ports/access.js';
import type { Bus } from './presence/ports/bus.js';
import type { Clock } from './presence/ports/clock.js';
import type { ClosedNames } from './presence/ports/closedNames.js';
import type { Directory } from './presence/ports/directory.js';
import type { HistoryReader } from './presence/ports/history.js';
import type { StateMarks } from './presence/ports/stateMarks.js';
import type { ToldLive } from './presence/ports/toldLive.js';
import type { TypingStore } from './presence/ports/typing.js';
import type { OpenHttpDoor } from './server/http/httpServer.js';
import type { createRestDoor } from './server/rest/restDoor.js';
import type { Sockets } from './server/ws/webSocketServer.js';
import type { Caller, Presence } from './service/contract.js';
import type { EventOutbox } from './social/ports/eventOutbox.js';
import type { TrayStore } from './social/ports/trays.js';
import type { Log } from './telemetry/log.js';
import type { Metrics } from './telemetry/metrics.js';
import type { Outages } from './telemetry/outages.js';

/** What every door takes. */
export interface DoorDeps {
  readonly config: Config;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly outages: Outages;
  readonly happenings: Happenings;
  readonly store: ClosedNames & TypingStore & Clock;
  readonly bus: Bus;
  /** For `startStateSender`, with `people` and `readRecords`. */
  readonly stateMarks: StateMarks;
  readonly toldLive: ToldLive;
  readonly people: Directory & AccessReader;
  readonly trays: TrayStore;
  readonly eventOutbox: EventOutbox;
  readonly records: RecordWriter;
  readonly readRecords: ReadRecords;
  readonly presence: Presence;
  /** Whether this node knows the user to be live. */
  readonly isLive: (userId: string) => boolean;
  readonly hub: PushedHub;
  readonly sockets: Pick<Sockets, 'serve'>;
  /** A subscription was not started. */
  readonly refused: (caller: Caller | null, code: string) => void;
}

/** What stops a door that is open, once nothing happens any more that it would tell. */
type Stop = () => Promise<void>;

/** The doors that are open. */
export interface OpenDoors {
  /** Nothing comes in by them any more: other nodes take it. Resolves when what came is done, and never rejects. */
  refuse(): Promise<void>;
  /** Stops them, all at once, once nothing happens any more that they would tell; never rejects. */
  stop(): Promise<void>;
}

/** docs/doors.md#nats */
const openNats = async (deps: DoorDeps): Promise<OpenDoors | null> => {
  const { config, metrics, outages, happenings, store, people, trays, records, readRecords, presence } = deps;
  if (config.doors.nats === null) return null;
  const { createGatewayService } = await import('./service/gatewayService.js');
  const { openNatsDoor } = await import('./doors/nats/natsDoor.js');
  const { createReadAnew } = await import('./doors/nats/pendingMessages.js');
  const door = openNatsDoor({
    ...config.doors.nats,
    service: createGatewayService({ records, store, people, presence, timings: config.timings }),
    readAnew: createReadAnew({ readRecords, store, trays }),
    metrics,
    outages,
  });
  const deaf = [
    happenings.commits.add(door.committed),
    happenings.deletions.add(door.userDeleted),
    happenings.typing.add(door.typingStarted),
    happenings.noticesDue.add(door.noticesDue),
  ];
  return {
    refuse: door.refuse,
    async stop() {
      for (const stop of deaf) stop();
      await door.stop();
    },
  };
};

/** docs/doors.md#webhooks */
const openWebhook = async (deps: DoorDeps): Promise<Stop | null> => {
  const { config, metrics, outages, happenings, stateMarks, toldLive, people, trays, eventOutbox, readRecords } = deps;
  if (config.doors.webhook === null) return null;
  const { createDueAnew } = await import('./node/dueAnew.js');
  const { openWebhookDoor } = await import('./doors/webhook/webhookDoor.js');
  const door = openWebhookDoor({
    ...config.doors.webhook,
    marks: stateMarks,
    toldLive,
    readRecords,
    people,
    outbox: eventOutbox,
    dueAnew: createDueAnew({ readRecords, trays }),
    metrics,
    outages,
  });
  const deaf = happenings.noticesDue.add(door.noticesDue);
  return async () => {
    deaf();
    await door.stop();
  };
};

/** docs/doors.md#sockets-of-the-dialects: they stop with all sockets. */
const openSockets = async ({ config, hub, sockets, metrics, refused }: DoorDeps): Promise<null> => {
  if (!config.doors.rest) return null;
  const { openDialects } = await import('./server/ws/dialects/openDialects.js');
  openDialects(sockets, { hub, onDelivery: metrics.delivered, onSubscriptionRefused: refused });
  return null;
};

/** The dialects of REST, for HTTP to serve; null where they are closed. They hold nothing that must be stopped. */
export const openRest = async (
  { doors }: Pick<Config, 'doors'>,
  deps: Parameters<typeof createRestDoor>[0],
): Promise<OpenHttpDoor | null> => {
  if (!doors.rest) return null;
  const rest = await import('./server/rest/restDoor.js');
  return rest.createRestDoor(deps);
};

/** docs/doors.md#stream */
const openStream = async (deps: DoorDeps): Promise<Stop | null> => {
  const { stream } = deps.config.doors;
  if (stream === null) return null;
  const { openStreamDoor } = await import('./doors/stream/streamDoor.js');
  return openStreamDoor({ ...deps, marks: deps.stateMarks, config: stream });
};

/** Opens the doors that the settings name. */
export const openDoors = async (deps: DoorDeps): Promise<OpenDoors> => {
  const [nats, ...others] = await Promise.all([openNats(deps), openWebhook(deps), openSockets(deps), openStream(deps)]);
  const stops = [nats?.stop, ...others].filter((stop) => stop != null);
  return {
    refuse: async () => nats?.refuse(),
    async stop() {
      await Promise.allSettled(stops.map((stop) => stop()));
    },
  };
};

/** The history as the node and the services use it. */
export interface OpenHistory extends Pick<HistoryWriter, 'stop'> {
  readonly reader: HistoryReader;
}

/**
 * Opens the history; null where none is kept. Apart from the other doors: it begins before the first commit of the node, and ends after
 * the last.
 */
export const openHistory = async ({
  config,
  metrics,
  outages,
  db,
  readRecords,
  happenings,
}: Pick<DoorDeps, 'config' | 'metrics' | 'outages' | 'readRecords'> & {
  readonly db: Database;
  readonly happenings: Pick<Happenings, 'commits'>;
}): Promise<OpenHistory | null> => {
  const { historyMs } = config.doors;
  if (historyMs === null) return null;
  const [{ createHistory }, { startHistoryWriter }] = await Promise.all([
    import('./adapters/sql/sqlHistory.js'),
    import('./doors/history/historyWriter.js'),
  ]);
  const history = createHistory({ db, retentionMs: historyMs });
  const { committed, stop } = startHistoryWriter({
    history,
    readRecords,
    onError: outages.failures('writing the history'),
    onWritten: metrics.historyWritten,
    onDropped: metrics.historyDropped,
  });
  happenings.commits.add((before, after, _now, isRestored) => committed(before, after, isRestored));
  return { reader: history, stop };
};
