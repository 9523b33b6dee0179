import type { Duplex } from 'node:stream';
import { type WebSocket as ProtocolSocket, parseMessage } from 'graphql-ws';
import type { RawData, WebSocket } from 'ws';
import { Alarm } from '../../async/alarm.js';
import type { Coalescer } from '../../async/coalescer.js';
import type { SubscriptionBudget } from '../../fanout/subscription.js';
import { isUnavailable, PresenceError } from '../../presence/errors.js';
import type { Caller, Presence } from '../../service/contract.js';
import type { Log } from '../../telemetry/log.js';
import { paramsToken } from '../auth/credentials.js';
import { callerOf, type SignIn } from '../auth/signIn.js';
import type { Identity } from '../auth/verifier.js';
import type { Connections } from '../connections.js';
import type { Gate } from './admissionGate.js';
import { CLOSE, fitReason } from './closeCodes.js';
import { readConnectParams } from './connectParams.js';
import type { KeepAlive, Peer, Pulse } from './keepAlive.js';
import { Operations, type OperationsDeps, type OperationsOwner } from './operations.js';
import { Outbound, type OutboundOwner } from './outbound.js';
import { ReadFlow } from './readFlow.js';
import { SessionHold } from './sessionHold.js';

/** Of one message, before `connection_init` is accepted and from then on. What is longer is 1009, before it is read. */
export const MAX_MESSAGE_BYTES_BEFORE_INIT = 8 * 1024;
const MAX_MESSAGE_BYTES = 256 * 1024;

/** ws has one bound for all sockets of a server; that of one is its receiver's, and none of its public interface. */
const boundMessages = (socket: WebSocket, bytes: number): void => {
  Object.assign((socket as unknown as { readonly _receiver: object })._receiver, { _maxPayload: bytes });
};

/**
 * A message for graphql-ws, which keeps what it is given for as long as the operation goes on: nothing but what it reads.
 * What is no JSON is left for it to refuse.
 */
const messageOf = (text: string): unknown => {
  try {
    const message: unknown = JSON.parse(text);
    if (!isObject(message) || message.type !== 'subscribe' || !isObject(message.payload)) return message;
    const { query, operationName, variables, extensions } = message.payload;
    return { id: message.id, type: message.type, payload: { query, operationName, variables, extensions } };
  } catch {
    return text;
  }
};

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

/** Messages that only a server sends; graphql-ws throws at them. */
const isMisdirected = (message: unknown): boolean => {
  try {
    return ['connection_ack', 'next', 'error'].includes(parseMessage(message).type);
  } catch {
    return true;
  }
};

/** What all connections of a server share. */
export interface ConnectionPorts {
  readonly signIn: SignIn;
  readonly presence: Pick<Presence, 'connect' | 'disconnect'>;
  readonly connections: Connections;
  /** Lets a user connect once more. Rejects with RATE_LIMITED where they do so too often. */
  readonly admits: (userId: string) => Promise<void>;
  /** Whether the live store answers: who cannot be let in although it does is one of a kind. */
  readonly storeAnswers: () => boolean;
  readonly log: Log;
}

/** The same, with what the server makes of itself. */
export interface ConnectionDeps extends ConnectionPorts, OperationsDeps {
  /** Through which everybody is let in. */
  readonly gate: Gate;
  readonly keepAlive: KeepAlive;
  readonly coalescer: Coalescer;
  /** How long a reader may leave more than 256 KiB unread. */
  readonly stallMs: number;
  /** A connection is closed because nobody reads it. */
  readonly onSlowReader: (caller: Caller | null) => void;
  /** A connection answered: a pong, a ping, or any message. */
  readonly onReceived: (connectionId: string) => void;
  /** Who speaks is no stranger. */
  readonly onAuthenticated: (connection: Connection) => void;
}

/** What a failure to let somebody in closes the socket with. */
const closeOf = (error: unknown): readonly [code: number, reason: string] => {
  if (!(error instanceof PresenceError)) return [CLOSE.TRY_AGAIN_LATER, 'Try again later.'];
  switch (error.code) {
    case 'UNAUTHENTICATED':
    case 'FORBIDDEN':
    case 'NOT_FOUND':
      return [CLOSE.FORBIDDEN, error.message];
    case 'BAD_USER_INPUT':
      return [CLOSE.BAD_REQUEST, error.message];
    case 'RATE_LIMITED':
      // Who has too many has to close one; who comes too often comes again later by themselves.
      return [error.details.retryAfterMs === undefined ? CLOSE.TOO_MANY : CLOSE.TRY_AGAIN_LATER, error.message];
    case 'UNAVAILABLE':
    case 'INTERNAL':
      return [CLOSE.TRY_AGAIN_LATER, 'Try again later.'];
  }
};

/** One socket, from the upgrade until nothing is left of it. As many as there are clients: a class, for its size. */
export class Connection implements OperationsOwner, OutboundOwner, Peer, ProtocolSocket {
  readonly readFlow: ReadFlow;
  readonly outbound: Outbound;
  readonly operations: Operations;
  readonly budget: SubscriptionBudget = { watched: 0, conversations: 0 };
  /** Whether `connection_init` was accepted. */
  accepted = false;
  /** Who speaks; known once accepted. */
  caller: Caller | null = null;
  private readonly pulse: Pulse;
  private hold: SessionHold | null = null;
  private expiry: Alarm | null = null;
  /** Gives back the place among the user's connections. */
  private uncount: (() => void) | null = null;
  /** For how long nothing had been heard when it was given up. */
  private silentMs = 0;
  private ended = false;
  /** Messages that came while the client was held back. */
  private unread: string[] | undefined = undefined;
  private listen: ((message: unknown) => Promise<void>) | null = null;

  constructor(
    private readonly deps: ConnectionDeps,
    private readonly socket: WebSocket,
    stream: Duplex,
    private readonly connectionId: string,
    /** The `?token=` of the upgrade, for clients that can send no other. */
    private readonly urlToken: string | null,
  ) {
    this.readFlow = new ReadFlow(socket, () => this.takeNext());
    this.outbound = new Outbound(socket, stream, this.readFlow, this);
    this.operations = new Operations(deps, this);
    this.pulse = deps.keepAlive.watch(this);
  }

  /**
   * Judges `connection_init`: signs in, counts the connection, takes the session. Returns the payload of the
   * acknowledgement; false where it closed the socket instead. Never rejects.
   */
  async accept(params: Readonly<Record<string, unknown>> | undefined): Promise<Record<string, unknown> | boolean> {
    const { gate, log, signIn, storeAnswers } = this.deps;
    let makeRoom = () => {};
    try {
      // Before the line, which strangers must not fill while the keys are slow to come.
      const identity = await signIn.verify(paramsToken(params) ?? this.urlToken);
      if (!this.isOpen) return false;
      this.deps.onAuthenticated(this);
      makeRoom = await gate.enter();
      if (!this.isOpen) return false;
      const sessionId = await this.admit(identity, params);
      if (!this.isOpen) return false;
      this.accepted = true;
      boundMessages(this.socket, MAX_MESSAGE_BYTES);
      return sessionId === null ? true : { sessionId };
    } catch (error) {
      if (!(error instanceof PresenceError)) log.error({ err: error }, 'connection failed');
      // Each of those in line would wait as long, one after the other, for the same.
      if (isUnavailable(error) && !storeAnswers()) gate.rejectWaiting(error);
      this.close(...closeOf(error));
      return false;
    } finally {
      makeRoom();
    }
  }

  /** Closes the socket, with the first reason that is given. */
  close(code: number = CLOSE.INTERNAL, reason = ''): void {
    this.readFlow.letGo();
    // What was told before is sent before.
    this.outbound.run();
    this.socket.close(code, fitReason(reason));
  }

  /** The socket is closed: nothing more is sent. */
  closed(): void {
    this.pulse.stop();
    this.outbound.close();
  }

  /** The socket is closed. Resolves when nothing is left. */
  async end(abandoned: AbortSignal): Promise<void> {
    this.ended = true;
    this.expiry?.callOff();
    this.uncount?.();
    await this.hold?.release(this.silentMs, abandoned);
  }

  get protocol(): string {
    return this.socket.protocol;
  }

  send(text: string): Promise<void> {
    return this.outbound.send(text);
  }

  onMessage(listen: (text: string) => Promise<void>): void {
    // It takes messages that are read already, too.
    this.listen = listen as (message: unknown) => Promise<void>;
  }

  /** A message came in. */
  received(data: RawData): void {
    this.answered();
    // Between our close frame and the client's answer nothing is taken any more: the token may have run out.
    if (this.socket.readyState !== this.socket.OPEN) return;
    const text = data.toString();
    // What was read before the brake went on: less than one message of the greatest length, or one reading of the socket.
    if (this.readFlow.isPaused || this.unread !== undefined) {
      this.unread ??= [];
      this.unread.push(text);
      return;
    }
    this.take(text);
  }

  /** It asks whether we are here. */
  pinged(data: Buffer): void {
    this.answered();
    this.outbound.pong(data);
  }

  /** Takes what waited, one message after the other, for as long as the client is not held back. */
  private takeNext(): void {
    setImmediate(() => {
      if (this.readFlow.isPaused || this.unread === undefined) return;
      const next = this.unread.shift();
      if (this.unread.length === 0) this.unread = undefined;
      if (next !== undefined && this.isOpen) this.take(next);
      if (this.unread !== undefined) this.takeNext();
    });
  }

  private take(text: string): void {
    const message = messageOf(text);
    this.listen?.(message).catch((error: unknown) => {
      if (isMisdirected(message)) return this.close(CLOSE.BAD_REQUEST, 'Invalid message received');
      this.deps.log.error({ err: error }, 'message failed');
      this.close(CLOSE.INTERNAL, 'Internal error');
    });
  }

  /** It answered. */
  answered(): void {
    this.pulse.answered();
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

  private get isOpen(): boolean {
    return !this.ended && this.socket.readyState === this.socket.OPEN;
  }

  /** Counted before the user is ensured: one who is deleted meanwhile is either refused or closed, never missed. */
  private count({ service, userId }: Identity): void {
    if (service) return;
    this.uncount = this.deps.connections.open(userId, () => this.close(CLOSE.FORBIDDEN, 'The user was deleted.'));
    if (this.uncount === null) {
      throw new PresenceError('RATE_LIMITED', 'Too many connections: close one of them first.');
    }
  }

  /** Makes the user known and takes the session. Goes no further once the socket is closed: see `end`. */
  private async admit(
    identity: Identity,
    params: Readonly<Record<string, unknown>> | undefined,
  ): Promise<string | null> {
    const { signIn } = this.deps;
    const wanted = readConnectParams(params);
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
