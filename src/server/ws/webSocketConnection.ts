/**
 * What is the same for every WebSocket, whatever is spoken on it: signing in, the session, keep-alive, the pace of reader and writer,
 * and why it closes. `graphqlConnection.ts` and the dialects speak on top of it.
 */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { RawData, WebSocket } from 'ws';
import { Alarm } from '../../async/alarm.js';
import type { Coalescer } from '../../async/coalescer.js';
import type { SubscriptionBudget } from '../../fanout/subscription.js';
import { isUnavailable, PresenceError } from '../../presence/errors.js';
import type { Caller, Presence } from '../../service/contract.js';
import type { Log } from '../../telemetry/log.js';
import { callerOf, type SignIn } from '../auth/signIn.js';
import type { Identity } from '../auth/verifier.js';
import type { Connections } from '../connections.js';
import type { AdmissionGate } from './admissionGate.js';
import { CLOSE, closeOf, fitReason } from './closeCodes.js';
import type { ConnectParams } from './connectParams.js';
import type { KeepAlive, Peer, Pulse } from './keepAlive.js';
import { Outbound, type OutboundOwner } from './outbound.js';
import { ReadFlow } from './readFlow.js';
import { type HoldPorts, SessionHold } from './sessionHold.js';

/** What all connections of a server share. */
export interface ConnectionPorts {
  readonly signIn: SignIn;
  readonly presence: Pick<Presence, 'connect' | 'disconnect'>;
  readonly connections: Connections;
  /** Takes one connection from the user's allowance. Rejects with RATE_LIMITED where it is used up. */
  readonly admits: (userId: string) => Promise<void>;
  /** Whether the live store answers. While it does, a failed admission says nothing about the others that wait. */
  readonly storeAnswers: () => boolean;
  readonly log: Log;
}

/** The same, with what the server makes itself. */
export interface ConnectionDeps extends ConnectionPorts {
  /** Bounds how many connections are admitted at a time. */
  readonly gate: AdmissionGate;
  /** Bounds how many sessions are disconnected at a time. */
  readonly leave: HoldPorts['leave'];
  readonly keepAlive: KeepAlive;
  readonly coalescer: Coalescer;
  /** How long a reader may leave more than 256 KiB unread. */
  readonly stallMs: number;
  /** A connection is closed because its client does not read. */
  readonly onSlowReader: (caller: Caller | null) => void;
  /** A pong, a ping, or any other message was received. */
  readonly onReceived: (connectionId: string) => void;
  /** The token of a connection was verified. */
  readonly onAuthenticated: (connection: Connection) => void;
}

/** An upgraded request. */
export interface Upgraded {
  readonly socket: WebSocket;
  /** The stream below the socket. */
  readonly stream: Duplex;
  /** The name of the connection on this node. */
  readonly connectionId: string;
  readonly request: IncomingMessage;
  readonly url: URL;
}

/**
 * One connection, from the upgrade until its session is disconnected. There are as many as clients: a class, because its
 * instances are smaller than closures.
 */
export abstract class Connection implements OutboundOwner, Peer {
  readonly readFlow: ReadFlow;
  readonly outbound: Outbound;
  readonly budget: SubscriptionBudget = { watched: 0, conversations: 0, objects: 0 };
  /** Known once admitted. */
  caller: Caller | null = null;
  protected readonly pulse: Pulse;
  protected readonly connectionId: string;
  protected readonly socket: WebSocket;
  private hold: SessionHold | null = null;
  private expiry: Alarm | null = null;
  /** Gives back the place among the user's connections. */
  private releasePlace: (() => void) | null = null;
  /** How long nothing had been received when keep-alive gave the connection up; 0 where it did not. */
  silentMs = 0;
  /** How much longer than the grace the client may take to come back; 0 where it was not sent away. */
  returnsWithinMs = 0;
  /** Whether nothing came over it since it began to take the session. */
  isUnused = true;
  private ended = false;
  /** Messages received while reads are paused. */
  private unread: string[] | undefined = undefined;

  constructor(
    protected readonly deps: ConnectionDeps,
    { socket, stream, connectionId }: Upgraded,
  ) {
    this.socket = socket;
    this.connectionId = connectionId;
    this.readFlow = new ReadFlow(socket, () => this.takeNext());
    this.outbound = new Outbound(socket, stream, this.readFlow, this);
    this.pulse = deps.keepAlive.watch(this);
  }

  /** Open subscriptions. */
  abstract readonly subscriptions: number;

  /** Called once, before anything is received, with what the connection was made of. */
  abstract begin(upgraded: Upgraded): void;

  /** A message of the client. */
  protected abstract take(text: string): void;

  /** The socket closed: ends what runs for the client. */
  protected abstract finish(code: number, reason: string): Promise<void> | void;

  /**
   * Signs in, counts the connection, takes the session. Resolves to the session's id, null where it takes none; undefined where it closed
   * the socket instead. Never rejects.
   */
  protected async admit(token: string | null, params: () => ConnectParams): Promise<string | null | undefined> {
    const { gate, log, signIn, storeAnswers } = this.deps;
    let leaveGate = () => {};
    try {
      // Before the gate, which unauthenticated clients must not fill while the key set is slow.
      const identity = await signIn.verify(token);
      if (!this.isOpen) return undefined;
      this.deps.onAuthenticated(this);
      leaveGate = await gate.enter();
      if (!this.isOpen) return undefined;
      const sessionId = await this.enter(identity, params());
      return this.isOpen ? sessionId : undefined;
    } catch (error) {
      if (!(error instanceof PresenceError)) log.error({ err: error }, 'connection failed');
      // Each connection that waits would run into the same time-out, one after another.
      if (isUnavailable(error) && !storeAnswers()) gate.rejectWaiting(error);
      this.close(...closeOf(error));
      return undefined;
    } finally {
      leaveGate();
    }
  }

  /** Closes the socket. The first call decides the code and the reason. */
  close(code: number = CLOSE.INTERNAL, reason = ''): void {
    this.readFlow.release();
    // What was delivered before the close is sent before it.
    this.outbound.run();
    this.socket.close(code, fitReason(reason));
  }

  /** The server restarts: the client is to connect again, which may take so many ms longer than the grace. */
  sendAway(returnsWithinMs: number): void {
    // A client that closed by itself left.
    if (this.isOpen) this.returnsWithinMs = returnsWithinMs;
    this.close(CLOSE.RESTART, 'The server restarts.');
  }

  /** The socket closed: nothing more is sent. */
  closed(): void {
    this.pulse.stop();
    this.outbound.close();
  }

  /** The socket closed. Resolves once the session is disconnected, or `abandoned` ended the attempts. */
  async end(code: number, reason: string, abandoned: AbortSignal): Promise<void> {
    this.ended = true;
    this.expiry?.callOff();
    this.releasePlace?.();
    await Promise.all([this.finish(code, reason), this.hold?.release(this, abandoned)]);
  }

  /** A message was received. */
  received(data: RawData): void {
    this.answered();
    // Between the server's close frame and the client's answer no message counts: the token may have expired.
    if (this.socket.readyState !== this.socket.OPEN) return;
    const text = data.toString();
    // At most what one read of the socket contains, or one message of the greatest length.
    if (this.readFlow.isPaused || this.unread !== undefined) {
      this.unread ??= [];
      this.unread.push(text);
      return;
    }
    this.take(text);
  }

  /** A ping was received. */
  pinged(data: Buffer): void {
    this.answered();
    this.outbound.pong(data);
  }

  /** Handles the messages that wait, one in each turn of the event loop, until reads are paused again. */
  private takeNext(): void {
    setImmediate(() => {
      if (this.readFlow.isPaused || this.unread === undefined) return;
      const next = this.unread.shift();
      if (this.unread.length === 0) this.unread = undefined;
      if (next !== undefined && this.isOpen) this.take(next);
      if (this.unread !== undefined) this.takeNext();
    });
  }

  /** The client gave a sign of life. */
  answered(): void {
    if (this.hold !== null) this.isUnused = false;
    this.pulse.received();
    this.deps.onReceived(this.connectionId);
  }

  ping(): void {
    if (this.socket.readyState === this.socket.OPEN) this.socket.ping();
  }

  lost(lastReceivedMsAgo: number): void {
    this.silentMs = lastReceivedMsAgo;
    this.socket.terminate();
  }

  get coalescer(): Coalescer {
    return this.deps.coalescer;
  }

  get stallMs(): number {
    return this.deps.stallMs;
  }

  onStall(): void {
    this.deps.onSlowReader(this.caller);
    this.close(CLOSE.TRY_AGAIN_LATER, 'The reader is too slow.');
  }

  protected get isOpen(): boolean {
    return !this.ended && this.socket.readyState === this.socket.OPEN;
  }

  /** Takes a place among the user's connections. Before `ensure`: a user deleted meanwhile is then refused or closed. */
  private count({ service, userId }: Identity): void {
    if (service) return;
    this.releasePlace = this.deps.connections.open(userId, () => this.close(CLOSE.FORBIDDEN, 'The user was deleted.'));
    if (this.releasePlace === null) {
      throw new PresenceError('RATE_LIMITED', 'Too many connections: close one of them first.');
    }
  }

  /** Ensures the user and takes the session; returns its id. Stops where the socket closed: `end` has run then. */
  private async enter(identity: Identity, wanted: ConnectParams): Promise<string | null> {
    const { signIn } = this.deps;
    this.count(identity);
    this.expiry = new Alarm(identity.expiresAt, () => this.close(CLOSE.FORBIDDEN, 'The token has run out.'));
    if (!identity.service) await this.deps.admits(identity.userId);
    await signIn.ensure(identity);
    if (!this.isOpen) return null;
    this.caller = callerOf(identity, this.connectionId);
    if (identity.service || !wanted.presence) return null;
    this.hold = new SessionHold(this.deps, identity.userId, this.connectionId);
    return await this.hold.take(wanted);
  }
}
