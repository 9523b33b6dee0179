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
    read(sizes) {
      const gauge = (name: string, help: string, of: (sizes: Sizes) => number) =>
        new Gauge({
          name,
          help,
          registers,
          collect() {
            this.set(of(sizes()));
          },
        });
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
