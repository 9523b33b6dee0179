/**
 * Keeps one connection open: asks for a token, connects, waits and tries again.
 *
 *     idle, paused ──start──▶ connecting ──acknowledged──▶ online
 *                              ▲      │ failed               │ lost
 *                              └── waiting ◀─────────────────┘
 *     refused for good ──▶ unauthorized ──reconnect──▶ connecting          stop ──▶ signedOut, closed
 */
import { afterClose } from './afterClose.js';
import { backoffMs } from './backoff.js';
import { type PresenceError, presenceError } from './errors.js';
import { Cell, type ReportFault } from './observable.js';
import type { ConnectionState, Phase } from './types.js';
import type { Wire, WireEnd } from './wire.js';

/** For how long the token callback may think. */
const TOKEN_LIMIT_MS = 30_000;
/** From the socket to the acknowledgement. */
const CONNECT_LIMIT_MS = 15_000;
/** A connection that lasted so long begins the back-off anew. */
const STABLE_MS = 5_000;
/** So many refusals of a token in a row mean that there is none. */
const MAX_REFUSALS = 2;

export interface ConnectionPorts {
  readonly token: string | (() => string | Promise<string>);
  /** Opens a socket; may throw. */
  readonly open: (token: string, on: { ready: () => void; end: (end: WireEnd) => void }) => Wire;
  readonly onUp: (wire: Wire) => void;
  /** The connection over which operations ran is gone. */
  readonly onDown: () => void;
  readonly report: ReportFault;
}

/** Fetch reports the loss of the network as a TypeError. */
const isTemporaryFault = (fault: unknown): boolean =>
  fault instanceof TypeError || (fault as { code?: unknown } | null | undefined)?.code === 'UNAVAILABLE';

export class Connection {
  readonly state: Cell<ConnectionState>;
  private wire: Wire | undefined;
  private timer: ReturnType<typeof setTimeout> | undefined;
  /** Which attempt runs; what belongs to an earlier one comes too late. */
  private run = 0;
  /** Failures in a row. */
  private attempt = 0;
  private refusals = 0;
  private onlineSince: number | undefined;

  constructor(private readonly ports: ConnectionPorts) {
    this.state = new Cell<ConnectionState>({ phase: 'idle' }, ports.report);
  }

  get phase(): Phase {
    return this.state.get().phase;
  }

  /** Connects at once, unless the client is connected, connects, or has ended. */
  start(): void {
    const { phase } = this;
    if (phase === 'connecting' || phase === 'online' || this.isOver) return;
    if (phase !== 'waiting') {
      this.attempt = 0;
      this.refusals = 0;
    }
    this.connect();
  }

  /** The network, or the user, is back: an attempt that waits begins now, and a callback may have a token again. */
  hasten(): void {
    if (this.phase === 'waiting' || (this.phase === 'unauthorized' && typeof this.ports.token !== 'string'))
      this.start();
  }

  /** Closes until {@link start}. */
  pause(): void {
    if (!this.isOver && this.phase !== 'idle') this.leave({ phase: 'paused' });
  }

  /** Ends for good, and leaves the connection, where there is one, to the caller. */
  release(): Wire | undefined {
    const wire = this.phase === 'online' ? this.wire : undefined;
    if (!wire) this.wire?.close();
    this.begin({ phase: 'signedOut' });
    return wire;
  }

  /** Closes for good. Leaves the session to its grace. */
  stop(): void {
    if (this.phase !== 'closed') this.leave({ phase: 'closed' });
  }

  /** Nothing comes over the connection any more. */
  lost(): void {
    if (this.phase !== 'online') return;
    this.wire?.abandon();
    this.ended({ code: undefined, reason: '' });
  }

  /** Whether it has ended for good. */
  get isOver(): boolean {
    return this.phase === 'signedOut' || this.phase === 'closed';
  }

  private arm(ms: number, act: () => void): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(act, ms);
  }

  private connect(): void {
    const run = this.begin({ phase: 'connecting' });
    if (run !== this.run) return;
    this.arm(TOKEN_LIMIT_MS, () => {
      this.retry(presenceError('UNAVAILABLE', 'The token callback gave no answer within 30 s.'));
    });
    this.askToken().then(
      (token) => {
        if (run === this.run) this.open(run, token);
      },
      (cause: unknown) => {
        if (run !== this.run) return;
        const message = `There is no token: ${cause instanceof Error ? cause.message : String(cause)}`;
        if (isTemporaryFault(cause)) this.retry(presenceError('UNAVAILABLE', message, { cause }));
        else this.refuse(presenceError('UNAUTHENTICATED', message, { cause }));
      },
    );
  }

  private async askToken(): Promise<string> {
    const { token } = this.ports;
    return typeof token === 'string' ? token : token();
  }

  private open(run: number, token: unknown): void {
    if (typeof token !== 'string' || token === '') {
      this.refuse(presenceError('UNAUTHENTICATED', 'There is no token.'));
      return;
    }
    this.arm(CONNECT_LIMIT_MS, () => {
      this.wire?.abandon();
      this.retry(presenceError('UNAVAILABLE', 'The server gave no answer within 15 s.'));
    });
    try {
      const wire = this.ports.open(token, {
        ready: () => {
          if (run === this.run) this.ready(wire);
        },
        end: (end) => {
          if (run === this.run) this.ended(end);
        },
      });
      this.wire = wire;
    } catch (cause) {
      this.retry(presenceError('UNAVAILABLE', `The connection failed: ${String(cause)}`, { cause }));
    }
  }

  private ready(wire: Wire): void {
    clearTimeout(this.timer);
    this.refusals = 0;
    this.onlineSince = Date.now();
    // Before listeners of the phase, who may ask for something at once.
    this.ports.onUp(wire);
    this.state.set({ phase: 'online' });
  }

  private ended(end: WireEnd): void {
    const wasOnline = this.onlineSince !== undefined;
    if (this.onlineSince !== undefined && Date.now() - this.onlineSince >= STABLE_MS) this.attempt = 0;
    const { next, error } = afterClose(end);
    if (next === 'stop') {
      this.refuse(error);
      return;
    }
    if (next === 'retry') {
      this.retry(error);
      return;
    }
    if (!wasOnline) this.refusals += 1;
    if (typeof this.ports.token === 'string' || this.refusals >= MAX_REFUSALS) {
      this.refuse(error);
      return;
    }
    // A token that expired is renewed at once; tokens that never last are not renewed in a tight loop.
    if (this.attempt > 0) {
      this.retry(error);
      return;
    }
    this.attempt += 1;
    this.connect();
  }

  private retry(error: PresenceError): void {
    const delayMs = backoffMs(this.attempt, Math.random());
    this.attempt += 1;
    const run = this.begin({ phase: 'waiting', retryAt: Date.now() + delayMs, error });
    if (run === this.run) this.arm(delayMs, () => this.connect());
  }

  private refuse(error: PresenceError): void {
    this.begin({ phase: 'unauthorized', error });
  }

  private leave(state: ConnectionState): void {
    this.wire?.close();
    this.begin(state);
  }

  /** Ends what ran before. A listener of the phase may begin something else: then the number is no longer the current one. */
  private begin(state: ConnectionState): number {
    clearTimeout(this.timer);
    const run = ++this.run;
    const wasOnline = this.onlineSince !== undefined;
    this.wire = undefined;
    this.onlineSince = undefined;
    if (wasOnline) this.ports.onDown();
    this.state.set(state);
    return run;
  }
}
