/**
 * Counters and measurements for Prometheus (docs/operations.md lists them). No file outside this folder knows prom-client:
 * the wiring hands these hooks to whoever has something to count, and sizes are read when the metrics are.
 */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { PresenceError } from '../presence/errors.js';
import type { Transition } from '../presence/transitions.js';
import type { Call } from './instrument.js';
import { type MetricsSnapshot, snapshotOf } from './snapshots.js';

/** The sizes of this node, read when the metrics are. */
export interface Sizes {
  /** Open WebSockets, accepted or not. */
  readonly webSockets: number;
  /** Open streams of Server-Sent Events. */
  readonly eventStreams: number;
  /** Users with a connection, watchers included. */
  readonly connectedUsers: number;
  /** Connections that hold a session. */
  readonly sessions: number;
  readonly subscriptions: number;
  /** Users whom somebody on this node watches. */
  readonly watchedUsers: number;
  /** Trays that somebody on this node watches. */
  readonly watchedTrays: number;
  readonly storeReady: boolean;
  /** How long the oldest unwritten change may have been waiting for the journal. */
  readonly journalLagMs: number;
}

/** The connection to NATS, read when the metrics are. */
export interface NatsState {
  readonly connected: boolean;
  /** Messages that wait for the connection. */
  readonly kept: number;
}

/** What is still to be sent to the webhook, read when the metrics are. */
export interface WebhookState {
  readonly marked: number;
  readonly lagMs: number;
}

/** What waits for Stream, read when the metrics are. */
export interface StreamState {
  /** Users who are to be told, in the parts that this node sends. */
  readonly marked: number;
  /** The age of the oldest change among them. */
  readonly lagMs: number;
}

export interface Metrics {
  /** A call of a back-end settled. */
  called(backEnd: 'store' | 'database', call: Call): void;
  /** This node received a message of the bus. */
  received(kind: string): void;
  /** A result of a subscription was passed to its connection. */
  delivered(): void;
  slowReader(): void;
  subscriptionRefused(code: string): void;
  signInRefused(reason: string): void;
  /** One sweep did what was due for so many users. */
  swept(users: number): void;
  transition(kind: Transition['kind']): void;
  /** The host was told of so many notices that nobody looked at. */
  noticesDue(notices: number): void;
  /** A message was handed to NATS; or there was no room for it while NATS was away. */
  natsPublished(subject: string): void;
  natsDropped(subject: string): void;
  /** A message came over NATS; the outcomes are in docs/operations.md#metrics. */
  natsReceived(subject: string, outcome: string): void;
  /** Registers the reader of the connection to NATS. Called once, where there is one. */
  readNats(state: () => NatsState): void;
  /** So many spans of the history were written, or steps of it dropped. */
  historyWritten(spans: number): void;
  historyDropped(steps: number): void;
  /** States of users went to Stream, or did not; the outcomes are in docs/operations.md#metrics. */
  streamUsers(outcome: 'sent' | 'created' | 'skipped', users: number): void;
  /** Stream failed or refused a request. */
  streamFailed(): void;
  /** Registers the reader of what waits for Stream. Called once, where its door is open. */
  readStream(state: () => StreamState): void;
  /** The webhook took so many states or events; failed or refused a request; or so many events are not told any more. */
  webhookSent(kind: 'state' | 'event', count: number): void;
  webhookFailed(): void;
  webhookDropped(events: number): void;
  /** Registers the reader of what the webhook is still to be told. Called once, where its door is open. */
  readWebhook(state: () => WebhookState): void;
  /** Registers the reader of the sizes. Called once. */
  read(sizes: () => Sizes): void;
  /** All metrics in the text format of Prometheus, whose media type is `contentType`. */
  text(): Promise<string>;
  readonly contentType: string;
  /** The same as values, to be added to those of other processes. */
  snapshot(): Promise<MetricsSnapshot>;
}

/** Counts nothing. */
export const NO_METRICS: Metrics = {
  called: () => {},
  received: () => {},
  delivered: () => {},
  slowReader: () => {},
  subscriptionRefused: () => {},
  signInRefused: () => {},
  swept: () => {},
  transition: () => {},
  noticesDue: () => {},
  natsPublished: () => {},
  natsDropped: () => {},
  natsReceived: () => {},
  readNats: () => {},
  historyWritten: () => {},
  historyDropped: () => {},
  streamUsers: () => {},
  streamFailed: () => {},
  readStream: () => {},
  webhookSent: () => {},
  webhookFailed: () => {},
  webhookDropped: () => {},
  readWebhook: () => {},
  read: () => {},
  text: async () => '',
  contentType: Registry.PROMETHEUS_CONTENT_TYPE,
  snapshot: async () => [],
};

const BUCKETS_SECONDS = [0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2];

const outcomeOf = (error: unknown): string => {
  if (error === undefined) return 'ok';
  if (!(error instanceof PresenceError)) return 'failed';
  return error.code === 'UNAVAILABLE' ? 'unavailable' : 'refused';
};

export const createMetrics = (): Metrics => {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];

  const counter = (name: string, help: string) => new Counter({ name, help, registers });
  const counterBy = <Label extends string>(label: Label, name: string, help: string) =>
    new Counter({ name, help, registers, labelNames: [label] });
  const duration = (name: string, help: string) =>
    new Histogram({ name, help, registers, labelNames: ['method', 'outcome'], buckets: BUCKETS_SECONDS });

  const durations = {
    store: duration('rollcall_store_call_duration_seconds', 'Calls of the live store (Redis, or memory).'),
    database: duration('rollcall_database_call_duration_seconds', 'Calls of the database (PostgreSQL, or PGlite).'),
  };
  const messages = counterBy(
    'kind',
    'rollcall_bus_messages_total',
    'Messages that this node received through the bus.',
  );
  const deliveries = counter('rollcall_deliveries_total', 'Results of subscriptions handed on to connections.');
  const slowReaders = counter('rollcall_slow_readers_total', 'Connections closed for not reading.');
  const refused = counterBy('code', 'rollcall_subscriptions_refused_total', 'Subscriptions that were not started.');
  const signIns = counterBy(
    'reason',
    'rollcall_sign_ins_refused_total',
    'Requests and sockets that were not signed in.',
  );
  const sweeps = counter('rollcall_sweeps_total', 'Turns of the sweeper that asked who is due.');
  const sweptUsers = counter('rollcall_swept_users_total', 'Users for whom this node did what was due.');
  const happened = counterBy('kind', 'rollcall_transitions_total', 'What the log tells of, committed by this node.');

  const due = counter('rollcall_notices_due_total', 'Notices of which this node told the host that they are due.');
  const spans = counter('rollcall_history_spans_written_total', 'Spans of the history that this node began or ended.');
  const lostSteps = counter(
    'rollcall_history_steps_dropped_total',
    'Changes that did not get into the history: too many waited, or they could not be written.',
  );

  const told = counterBy('subject', 'rollcall_nats_published_total', 'Messages published to NATS.');
  const untold = counterBy('subject', 'rollcall_nats_dropped_total', 'Messages for which there was no room.');
  const natsMessages = new Counter({
    name: 'rollcall_nats_received_total',
    help: 'Messages received from NATS.',
    registers,
    labelNames: ['subject', 'outcome'],
  });
  const streamUsers = counterBy('outcome', 'rollcall_stream_users_total', 'States of users for Stream.');
  const streamFailures = counter('rollcall_stream_failures_total', 'Requests that Stream failed or refused.');
  const gaugeOf = (name: string, help: string, value: () => number) =>
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(value());
      },
    });

  const webhookSent = counterBy('kind', 'rollcall_webhook_sent_total', 'States and events that the webhook took.');
  const webhookFailed = counter('rollcall_webhook_failed_total', 'Requests that failed or were refused.');
  const webhookDropped = counter('rollcall_webhook_dropped_total', 'Events that are not told any more.');

  return {
    text: () => registry.metrics(),
    contentType: registry.contentType,
    snapshot: () => snapshotOf(registry),
    called: (backEnd, { method, ms, error }) =>
      durations[backEnd].observe({ method, outcome: outcomeOf(error) }, ms / 1_000),
    received: (kind) => messages.inc({ kind }),
    delivered: () => deliveries.inc(),
    slowReader: () => slowReaders.inc(),
    subscriptionRefused: (code) => refused.inc({ code }),
    signInRefused: (reason) => signIns.inc({ reason: reason.replaceAll(' ', '_') }),
    swept(users) {
      sweeps.inc();
      sweptUsers.inc(users);
    },
    transition: (kind) => happened.inc({ kind: kind.replaceAll(' ', '_') }),
    noticesDue: (notices) => due.inc(notices),
    natsPublished: (subject) => told.inc({ subject }),
    natsDropped: (subject) => untold.inc({ subject }),
    natsReceived: (subject, outcome) => natsMessages.inc({ subject, outcome }),
    streamUsers: (outcome, users) => streamUsers.inc({ outcome }, users),
    streamFailed: () => streamFailures.inc(),
    readStream(state) {
      gaugeOf('rollcall_stream_marked', 'Users who wait to be told to Stream.', () => state().marked);
      gaugeOf(
        'rollcall_stream_lag_seconds',
        'The age of the oldest change that Stream lacks.',
        () => state().lagMs / 1_000,
      );
    },
    readNats(state) {
      gaugeOf('rollcall_nats_connected', '1 while NATS is connected.', () => +state().connected);
      gaugeOf('rollcall_nats_kept', 'Messages that wait for NATS.', () => state().kept);
    },
    historyWritten: (written) => spans.inc(written),
    historyDropped: (steps) => lostSteps.inc(steps),
    webhookSent: (kind, count) => webhookSent.inc({ kind }, count),
    webhookFailed: () => webhookFailed.inc(),
    webhookDropped: (events) => webhookDropped.inc(events),
    readWebhook(state) {
      gaugeOf('rollcall_webhook_marked', 'Users whose state is still to be sent.', () => state().marked);
      gaugeOf('rollcall_webhook_lag_seconds', 'Age of the oldest of them.', () => state().lagMs / 1_000);
    },
    read(sizes) {
      const gauge = (name: string, help: string, of: (sizes: Sizes) => number) =>
        gaugeOf(name, help, () => of(sizes()));
      new Gauge({
        name: 'rollcall_connections',
        help: 'Open connections of this node.',
        registers,
        labelNames: ['transport'],
        collect() {
          const { webSockets, eventStreams } = sizes();
          this.set({ transport: 'websocket' }, webSockets);
          this.set({ transport: 'sse' }, eventStreams);
        },
      });
      gauge('rollcall_connected_users', 'Users with a connection to this node.', (now) => now.connectedUsers);
      gauge('rollcall_sessions', 'Connections of this node that hold a session.', (now) => now.sessions);
      gauge('rollcall_subscriptions', 'Subscriptions open on this node.', (now) => now.subscriptions);
      gauge('rollcall_watched_users', 'Users whom somebody on this node watches.', (now) => now.watchedUsers);
      gauge('rollcall_watched_trays', 'Trays that somebody on this node watches.', (now) => now.watchedTrays);
      gauge('rollcall_store_ready', '1 while the live store answers and is not recovering.', (now) => +now.storeReady);
      gauge(
        'rollcall_journal_lag_seconds',
        'For how long a change may have been waiting to be written to the database.',
        (now) => now.journalLagMs / 1_000,
      );
    },
  };
};
