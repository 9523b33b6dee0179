/**
 * The sockets of the dialects (docs/doors.md#sockets-of-the-dialects): a session as a connection of `/graphql` holds one, the
 * presence of the caller's roster, and typing in the caller's conversations.
 */

import { viewOf } from '../../../fanout/delivery.js';
import type { PushedHub } from '../../../fanout/hub.js';
import type { Sink } from '../../../fanout/outbox.js';
import { PresenceError } from '../../../presence/errors.js';
import type { PresenceView } from '../../../presence/view.js';
import type { Caller } from '../../../service/contract.js';
import { bearerToken, urlToken } from '../../auth/credentials.js';
import { CLOSE, closeOf } from '../closeCodes.js';
import { Connection, type ConnectionDeps, type Upgraded } from '../webSocketConnection.js';
import type { SocketProtocol } from '../webSocketServer.js';
import type { Dialect } from './dialect.js';
import { createPresenceFrames, Feed, frameOf, type PresenceDelivery, type TypingDelivery } from './feeds.js';
import { readSessionParams } from './sessionParams.js';

/** The length of one message of a client. */
export const MAX_DIALECT_MESSAGE_BYTES = 4 * 1024;
/** Messages that a client may send at once, and after how long one more is allowed. */
export const MESSAGES_AT_ONCE = 30;
const MESSAGE_EVERY_MS = 500;

/** What the sockets of one dialect need beside what all sockets share. */
export interface DialectPorts {
  readonly hub: PushedHub;
  /** A message of a subscription is on its way out. */
  readonly onDelivery: () => void;
  readonly onSubscriptionRefused: (caller: Caller | null, code: string) => void;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
}

/** The same, with what is made once for all connections. */
interface DialectDeps extends ConnectionDeps {
  readonly dialect: Dialect;
  readonly hub: DialectPorts['hub'];
  readonly onDelivery: () => void;
  readonly onSubscriptionRefused: DialectPorts['onSubscriptionRefused'];
  readonly presenceFrame: (delivery: PresenceDelivery) => string;
  readonly typingFrame: (delivery: TypingDelivery) => string | null;
}

/** What ends a subscription. */
interface Ending {
  return(): Promise<unknown>;
}

class DialectConnection extends Connection {
  private presence: Ending | null = null;
  private typing: Ending | null = null;
  /** Until when the messages received so far use up what the client may send; see {@link MESSAGES_AT_ONCE}. */
  private usedUntil = 0;

  constructor(
    protected override readonly deps: DialectDeps,
    upgraded: Upgraded,
  ) {
    super(deps, upgraded);
  }

  get subscriptions(): number {
    return (this.presence === null ? 0 : 1) + (this.typing === null ? 0 : 1);
  }

  begin({ request, url }: Upgraded): void {
    const token = bearerToken(request.headers.authorization) ?? urlToken(url);
    void this.start(token, url);
  }

  override answered(): void {
    if (this.deps.dialect.heartbeats) this.deps.onReceived(this.connectionId);
    else super.answered();
  }

  protected take(text: string): void {
    const { dialect } = this.deps;
    const now = performance.now();
    this.usedUntil = Math.max(this.usedUntil, now) + MESSAGE_EVERY_MS;
    if (this.usedUntil - now > MESSAGES_AT_ONCE * MESSAGE_EVERY_MS) {
      this.close(CLOSE.TOO_MANY, 'Too many messages: two a second are enough.');
      return;
    }
    const answer = dialect.answer(parsed(text));
    if (answer === null) {
      this.close(CLOSE.BAD_REQUEST, dialect.expected);
      return;
    }
    this.pulse.received();
    void this.outbound.send(JSON.stringify(answer));
  }

  protected finish(): void {
    for (const ending of [this.presence, this.typing]) void ending?.return().catch(() => {});
    this.presence = null;
    this.typing = null;
  }

  /** Signs in and subscribes. Never rejects: what fails closes the socket. */
  private async start(token: string | null, url: URL): Promise<void> {
    const sessionId = await this.admit(token, () => readSessionParams(url));
    if (sessionId === undefined) return;
    if (sessionId === null) return this.close(CLOSE.FORBIDDEN, 'These sockets are for users: a service token is none.');
    try {
      await this.watchRoster();
      if (this.isOpen) await this.watchConversations();
    } catch (error) {
      const isKnown = error instanceof PresenceError;
      if (!isKnown) this.deps.log.error({ err: error }, 'subscribing failed');
      this.deps.onSubscriptionRefused(this.caller, isKnown ? error.code : 'INTERNAL');
      this.close(...closeOf(error));
    }
  }

  private async watchRoster(): Promise<void> {
    const { hub, dialect, onDelivery, presenceFrame } = this.deps;
    const { caller, budget } = this;
    if (caller === null) return;
    const stream = await hub.watchPresence(caller.viewer, { userIds: null, snapshot: true, budget });
    if (!this.isOpen) return void stream.return();
    this.presence = stream;
    if (dialect.initial !== null) {
      const views: PresenceView[] = [];
      const snapshot: Sink<PresenceDelivery> = { take: (delivery) => views.push(viewOf(delivery)) > 0 };
      // The snapshot waits in the subscription: all of it is taken before this returns.
      stream.flow(snapshot);
      onDelivery();
      void this.outbound.send(JSON.stringify(dialect.initial(views)));
    }
    new Feed(this.outbound, presenceFrame, stream);
  }

  private async watchConversations(): Promise<void> {
    const { hub, typingFrame } = this.deps;
    const { caller, budget } = this;
    if (caller === null) return;
    const stream = await hub.watchTyping(caller.viewer, { conversationId: null, snapshot: true, budget });
    if (!this.isOpen) return void stream.return();
    this.typing = stream;
    new Feed(this.outbound, typingFrame, stream);
  }
}

/** The message in a text; undefined where it is no JSON. */
const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/** A dialect, to be served at its path. */
export const createDialectProtocol = (
  dialect: Dialect,
  { hub, onDelivery, onSubscriptionRefused, now = Date.now }: DialectPorts,
): SocketProtocol => ({
  maxMessageBytes: MAX_DIALECT_MESSAGE_BYTES,
  open(shared) {
    const presenceFrames = createPresenceFrames(dialect);
    const deps: DialectDeps = {
      ...shared,
      dialect,
      hub,
      onDelivery,
      onSubscriptionRefused,
      presenceFrame(delivery) {
        onDelivery();
        return presenceFrames(delivery);
      },
      typingFrame(delivery) {
        const message = dialect.typing(viewOf(delivery), now());
        if (message === null) return null;
        onDelivery();
        return frameOf(message);
      },
    };
    return (upgraded) => new DialectConnection(deps, upgraded);
  },
});
